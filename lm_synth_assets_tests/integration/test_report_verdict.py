"""A page that says FAIL is there to be read, and its run is red."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.report_asset import VERDICT
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets_tests.support.commands import REPORT, TINY, recorded

pytestmark = pytest.mark.usefixtures("few_pictures")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run(job: str, folder: Path, instance: dg.DagsterInstance, **options: Any) -> dg.ExecuteInProcessResult:
    definitions = build_defs(Settings(out=folder, config=TINY))
    return definitions.resolve_job_def(job).execute_in_process(
        instance=instance, raise_on_error=False, **options
    )


def verdict(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    (evaluation,) = (one for one in result.get_asset_check_evaluations() if one.asset_check_key == VERDICT)
    return evaluation


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """What the step that failed says."""
    (event,) = (one for one in result.all_events if one.is_step_failure)
    assert event.step_failure_data.error is not None
    return event.step_failure_data.error.message


def page_in(folder: Path) -> str:
    return (folder / REPORT).read_text("utf-8")


def test_a_job_over_a_good_data_set_is_green(copy: Path, instance: dg.DagsterInstance) -> None:
    result = run("emergency_only", copy, instance)
    assert result.success
    assert verdict(result).passed
    assert verdict(result).description == "expected PASS; observed PASS"


@pytest.fixture
def damaged(copy: Path) -> Path:
    """A data set that lacks every second stay, which no gate of the ED visits or of the contents sees."""
    recorded(copy, "ip_stays", lambda stays: stays.iloc[::2])
    return copy


def test_a_job_over_a_part_is_red_where_another_table_fails(
    damaged: Path, instance: dg.DagsterInstance
) -> None:
    result = run("emergency_only", damaged, instance)
    assert not result.success
    made = [event.asset_key.path[-1] for event in result.get_asset_materialization_events()]
    assert made == ["ed_encounters", "dataset_contents", "dataset_manifest", "quality_report"]
    assert ">FAIL: quality report" in page_in(damaged)
    [page] = [
        event
        for event in result.get_asset_materialization_events()
        if event.asset_key.path[-1] == "quality_report"
    ]
    shown = page.materialization.metadata["verdict"].value
    assert str(shown).startswith("FAIL: ip_stays.")
    check = verdict(result)
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert (check.description or "").startswith("expected PASS; observed FAIL: ")
    assert "ip_stays.admissions_have_stays" in (check.description or "")
    assert f"quality_report.verdict: {check.description} (/assets/quality_report?" in failure_of(result)
    assert "expected" in str(check.metadata["ip_stays.admissions_have_stays"].value)


def test_the_report_alone_is_red_in_a_folder_that_lacks_tables(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    names = ("dim_site", "dim_lha", "quality_report")
    result = run("regenerate_all", tmp_path, instance, asset_selection=[dg.AssetKey(name) for name in names])
    assert not result.success
    assert ">FAIL: quality report" in page_in(tmp_path)
    assert not verdict(result).passed


def test_validation_evaluates_gates_and_no_page(copy: Path, instance: dg.DagsterInstance) -> None:
    result = run("validate_only", copy, instance)
    assert result.success
    assert VERDICT not in {one.asset_check_key for one in result.get_asset_check_evaluations()}
