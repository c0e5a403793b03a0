"""What runs by name or by itself: which tables each job makes, and what a tick of the schedule asks for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.checks import gates_by_check
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.schedules import SCHEDULE, SEED_TAG, seed_of
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets_tests.support.commands import TINY, files

REPORT = "quality_report"
CARE = {"patients", "ed_encounters", "ip_stays"}
MONDAY = datetime(2026, 11, 23, 5, tzinfo=ZoneInfo("America/Vancouver"))


def definitions(folder: Path, **settings: str) -> dg.Definitions:
    return build_defs(Settings(out=folder, config=TINY, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("job", "made"),
    [
        (REGENERATE, {*TABLES, REPORT}),
        ("reference_only", {*TABLES, REPORT} - CARE),
        ("emergency_only", {"ed_encounters", *CLAIMS, REPORT}),
        ("inpatient_only", {"ip_stays", *CLAIMS, REPORT}),
        ("validate_only", set()),
    ],
)
def test_a_job_makes_its_tables_and_looks_at_their_gates(tmp_path: Path, job: str, made: set[str]) -> None:
    layer = definitions(tmp_path).resolve_job_def(job).asset_layer
    assert {key.path[-1] for key in layer.executable_asset_keys} == made
    checked = {key.asset_key.path[-1] for key in layer.asset_graph.asset_check_keys}
    assert checked == (made or {gate.table for gate in all_gates()})


def test_jobs_are_described(tmp_path: Path) -> None:
    described = [definitions(tmp_path).resolve_job_def(job.name) for job in definitions(tmp_path).jobs or ()]
    assert [job.name for job in described if not job.description] == []


@pytest.mark.usefixtures("few_pictures")
def test_validation_makes_nothing(tmp_path: Path) -> None:
    made = definitions(tmp_path).resolve_job_def(REGENERATE)
    with dg.DagsterInstance.ephemeral() as instance:
        assert made.execute_in_process(instance=instance).success
        before = files(tmp_path)
        result = definitions(tmp_path).resolve_job_def("validate_only").execute_in_process(instance=instance)
        assert result.success
    assert files(tmp_path) == before
    assert len(result.get_asset_check_evaluations()) == len(gates_by_check(all_gates()))


@pytest.mark.usefixtures("few_pictures")
def test_one_part_is_made_of_what_is_stored(tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert definitions(tmp_path).resolve_job_def(REGENERATE).execute_in_process(instance=instance).success
        before = files(tmp_path)
        (tmp_path / "ed_encounters.csv").unlink()
        again = definitions(tmp_path).resolve_job_def("emergency_only")
        assert again.execute_in_process(instance=instance).success
    assert files(tmp_path) == before


class TestSchedule:
    def request(self, found: dg.Definitions) -> dg.RunRequest:
        schedule = found.resolve_schedule_def(SCHEDULE)
        context = dg.build_schedule_context(
            scheduled_execution_time=MONDAY, repository_def=found.get_repository_def()
        )
        [request] = schedule.evaluate_tick(context).run_requests or ()
        return request

    def test_is_off_until_it_is_turned_on(self, tmp_path: Path) -> None:
        schedule = definitions(tmp_path).resolve_schedule_def(SCHEDULE)
        assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
        assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 5 * * 1", "America/Vancouver")
        assert schedule.job_name == REGENERATE

    def test_follows_the_settings(self, tmp_path: Path) -> None:
        found = definitions(tmp_path, schedule="30 2 * * *", timezone="UTC")
        schedule = found.resolve_schedule_def(SCHEDULE)
        assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 2 * * *", "UTC")

    def test_keeps_the_seed_and_says_so(self, tmp_path: Path) -> None:
        request = self.request(definitions(tmp_path))
        assert request.run_config == {}
        assert request.tags[SEED_TAG] == "as configured: the data stay as they are"

    @pytest.mark.usefixtures("few_pictures")
    def test_takes_a_fresh_seed_that_can_be_told_again(self, tmp_path: Path) -> None:
        found = definitions(tmp_path, schedule_seed="fresh")
        request = self.request(found)
        assert request.tags[SEED_TAG] == "202611231300, fresh"
        told = request.run_config["resources"]["generation"]["config"]
        assert told == {"config": str(TINY), "seed": 202611231300}
        with dg.DagsterInstance.ephemeral() as instance:
            result = found.resolve_job_def(REGENERATE).execute_in_process(
                run_config=request.run_config, instance=instance
            )
        assert result.success
        manifest = (tmp_path / "dataset_manifest.csv").read_text("utf-8").splitlines()
        assert (
            dict(zip(manifest[0].split(","), manifest[1].split(","), strict=False))["seed"] == "202611231300"
        )

    def test_fresh_seeds_never_repeat_within_an_hour_or_when_clocks_go_back(self) -> None:
        vancouver = ZoneInfo("America/Vancouver")
        start = datetime(2026, 11, 1, 7, 0, tzinfo=UTC)
        ticks = [(start + timedelta(minutes=20 * tick)).astimezone(vancouver) for tick in range(12)]
        assert [f"{tick:%H:%M}" for tick in ticks].count("01:00") == 2
        assert len({seed_of(tick) for tick in ticks}) == len(ticks)
