"""The gate on the manifest sees data that another configuration, seed or version made."""

import pandas as pd
import pytest

from lm_synth_assets.region.models import Region
from lm_synth_assets.simulation.tables.dataset_manifest import dataset_manifest
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables


@pytest.mark.parametrize(
    ("column", "value"), [("seed", 43), ("config_hash", "0"), ("package_version", "0.0.0")]
)
def test_sees_what_differs(judge: Judge, tables: Tables, column: str, value: object) -> None:
    other = tables["dataset_manifest"].assign(**{column: value})
    verdict = judge("dataset_manifest", "made_with_this_configuration", dataset_manifest=other)
    assert not verdict.passed
    assert verdict.offending["column"].tolist() == [column]


@pytest.mark.parametrize("rows", [0, 2])
def test_sees_none_or_several(judge: Judge, tables: Tables, rows: int) -> None:
    frame = pd.concat([tables["dataset_manifest"]] * 2).head(rows)
    assert not judge("dataset_manifest", "made_with_this_configuration", dataset_manifest=frame).passed


def test_another_run_is_another_data_set(region: Region, tables: Tables) -> None:
    other = dataset_manifest(region.with_run(seed=43))
    assert other["dataset_id"].tolist() != tables["dataset_manifest"]["dataset_id"].tolist()
