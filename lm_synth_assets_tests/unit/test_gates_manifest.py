"""The gate on the manifest sees data that another configuration, seed or version made."""

from typing import Any

import pandas as pd
import pytest

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.tables.dataset_manifest import manifest_of
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


CHANGES: list[dict[str, Any]] = [
    {"patients": 1_234},
    {"seed": 43},
    {"start_year": 2030},
    {"years": 4},
    {"with_ip": False},
    {"with_ed": False, "with_ip": False},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_another_run_is_another_data_set(region: Region, change: dict[str, Any]) -> None:
    identifiers = [
        manifest_of(other, TABLES)["dataset_id"].item() for other in (region, region.with_run(**change))
    ]
    assert identifiers[0] != identifiers[1]


def test_each_field_of_a_run_makes_another_data_set() -> None:
    assert {name for change in CHANGES for name in change} == set(Run.model_fields)


def test_other_thresholds_are_the_same_data_set(region: Region) -> None:
    other = manifest_of(region.with_thresholds(ks_threshold=0.2), TABLES)
    assert other.equals(manifest_of(region, TABLES))
