"""The report's asset shows the pictures of the stored tables, where somebody can look the run up."""

import base64
from pathlib import Path

import dagster as dg
import pytest

from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.dagster_internals import LocalComputeLogManager
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.orchestration.web_files import PAGE, PICTURE, WebFile
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
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.local_temp(home) as instance:
        patch.setenv("DAGSTER_HOME", home)
        result = job.execute_in_process(instance=instance)
    events = [event.materialization for event in result.get_asset_materialization_events()]
    return {
        event.asset_key.path[-1]: {name: str(value.value) for name, value in event.metadata.items()}
        for event in events
    }


@pytest.fixture(scope="module")
def stored(out: Path, metadata: Metadata) -> Tables:
    return {name: CsvStore(out).read(table) for name, table in TABLES.items()}


def test_the_page_of_the_report_opens_with_verdict_key_figures_and_a_link(
    metadata: Metadata, stored: Tables
) -> None:
    shown = metadata[REPORT]
    first, *_, path, size = shown
    assert (first, path, size) == ("verdict", "path", "bytes")
    assert shown["verdict"] == "PASS"
    counted = {name: shown[name] for name in ("patients", "ED visits", "inpatient stays")}
    assert counted == {
        "patients": str(len(stored["patients"])),
        "ED visits": str(len(stored["ed_encounters"])),
        "inpatient stays": str(len(stored["ip_stays"])),
    }
    assert "published figures: " in shown["figures"]
    assert shown["page"] == "/logs/lm_synth/quality_report/html"


def test_the_description_shows_the_link_and_a_picture() -> None:
    [spec] = build_defs(Settings()).resolve_assets_def(dg.AssetKey(REPORT)).specs
    assert f"[Open the report]({PAGE.url})" in (spec.description or "")
    assert f"]({PICTURE.url})" in (spec.description or "")


@pytest.mark.parametrize(("file", "named"), [(PAGE, "html"), (PICTURE, "png")])
def test_the_web_server_finds_the_file_behind_a_link(tmp_path: Path, file: WebFile, named: str) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert file.publish(instance, b"first")
        assert file.publish(instance, b"second")
        # As dagster_webserver.webserver does.
        *key, suffix = file.url.removeprefix("/logs/").split("/")
        manager = instance.compute_log_manager
        assert isinstance(manager, LocalComputeLogManager)
        path = Path(manager.get_captured_local_path(key, suffix))
    assert (path.suffix, path.read_bytes()) == (f".{named}", b"second")


def test_an_instance_whose_logs_are_elsewhere_has_no_link() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert not PAGE.publish(instance, b"page")


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
