"""What Dagster knows of the tables that the command line writes, where DAGSTER_HOME names its folder."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets_tests.support.commands import TINY, WITH_ALL, Call, files


@pytest.fixture
def dagster_home(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch, few_pictures: None) -> Path:
    """The folder of a Dagster whose tables are in the folder `out`."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("LM_SYNTH_OUT", str(tmp_path / "out"))
    return home


FEW = ("--config", TINY, "--patients", 50, "--years", 1, "--quiet")


def test_dagster_knows_of_the_tables_that_the_command_makes(
    call: Call, tmp_path: Path, dagster_home: Path
) -> None:
    assert call("generate", *FEW, *WITH_ALL, "--out", tmp_path / "out") == (0, "", "")
    definitions = build_defs(Settings(out=tmp_path / "out"))
    with dg.DagsterInstance.get() as instance:
        [kept] = instance.get_runs()
        assert kept.is_success
        graph = definitions.resolve_asset_graph()
        status = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
        shown = {key.path[-1]: status.get_status(key) for key in graph.materializable_asset_keys}
        assert shown == dict.fromkeys([*TABLES, "quality_report"], StaleStatus.FRESH)
        checks = {key for definition in definitions.asset_checks or () for key in definition.check_keys}
        known = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(checks))
        assert {check for check in checks if known[check].status.value != "SUCCEEDED"} == set()


@pytest.mark.parametrize("storage", ["csv", "parquet"])
def test_tables_elsewhere_are_not_those_that_dagster_shows(
    call: Call, tmp_path: Path, dagster_home: Path, storage: str
) -> None:
    out = tmp_path / ("elsewhere" if storage == "csv" else "out")
    assert call("generate", *FEW, "--out", out, "--format", storage) == (0, "", "")
    with dg.DagsterInstance.get() as instance:
        assert instance.get_runs() == []


def test_a_dagster_home_that_is_no_folder_is_told(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "nowhere"))
    ran = call("generate", "--config", TINY, "--out", tmp_path / "out", "--quiet")
    problem = f"DAGSTER_HOME: must be the absolute path of a folder; found '{tmp_path}/nowhere'"
    assert ran == (2, "", f"Error: environment: {problem}\n")
    assert files(tmp_path) == {}
