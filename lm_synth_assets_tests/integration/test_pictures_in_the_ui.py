"""The report's asset shows the pictures of the stored tables, where somebody can look the run up."""

import base64
from pathlib import Path

import dagster as dg
import pytest

from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.region.files import load_region
from lm_synth_assets.report.pictures.picture import Picture
from lm_synth_assets.report.pictures.registry import PICTURES
from lm_synth_assets.report.pictures.rendering import png
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets_tests.support.commands import TINY
from lm_synth_assets_tests.support.datasets import Tables

Metadata = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def metadata(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Metadata:
    """The metadata of each asset, as a run has them where there is a DAGSTER_HOME."""
    job = build_defs(Settings(out=out, config=TINY)).resolve_job_def(REGENERATE)
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("DAGSTER_HOME", str(tmp_path_factory.mktemp("home")))
        result = job.execute_in_process(instance=instance)
    events = [event.materialization for event in result.get_asset_materialization_events()]
    return {
        event.asset_key.path[-1]: {name: str(value.value) for name, value in event.metadata.items()}
        for event in events
    }


@pytest.fixture(scope="module")
def stored(out: Path, metadata: Metadata) -> Tables:
    return {name: CsvStore(out).read(table) for name, table in TABLES.items()}


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_drawn_of_what_is_stored(picture: Picture, metadata: Metadata, stored: Tables) -> None:
    region = load_region(TINY)
    numbers = picture.measure(stored, region)
    image = base64.b64encode(png(picture, numbers)).decode()
    assert metadata[REPORT][picture.title] == (
        f"![{picture.title}](data:image/png;base64,{image})\n\n{picture.describe(numbers)}"
    )


def test_a_run_that_nobody_can_look_up_shows_none(
    out: Path, metadata: Metadata, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    job = build_defs(Settings(out=out, config=TINY)).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(asset_selection=[dg.AssetKey(REPORT)], instance=instance)
    [event] = result.get_asset_materialization_events()
    assert "gates passed" in event.materialization.metadata
    assert not {picture.title for picture in PICTURES} & event.materialization.metadata.keys()
