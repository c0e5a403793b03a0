"""What is said of a run that failed: the gate or the step, what it found, and its page."""

from pathlib import Path

import dagster as dg
import pytest
import yaml

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.failure_sensor import SENSOR, tell_what_failed, what_failed
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets_tests.support.commands import EXTENDS_TINY, ROOT, config_file

# Gates that no sample of this size passes: they stop what depends on the patients.
STRICT = EXTENDS_TINY + "gates: {marginal_tolerance_pct: 1.0e-9, marginal_least_persons: 1.0e-9}\n"


def failed_run(folder: Path, config: Path, instance: dg.DagsterInstance) -> dg.DagsterRun:
    job = build_defs(Settings(out=folder / "out", config=config)).resolve_job_def("regenerate_all")
    result = job.execute_in_process(instance=instance, raise_on_error=False)
    assert not result.success
    return result.dagster_run


def test_a_gate_is_named_with_what_it_found_and_its_page(tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = failed_run(tmp_path, config_file(tmp_path, STRICT), instance)
        said = what_failed(instance, run).splitlines()
    assert said[0] == f"regenerate_all failed (/runs/{run.run_id}):"
    gates = [line.removeprefix("- gate patients.").partition(":")[0] for line in said[1:]]
    assert gates == ["marginals", "home_facilities"]
    assert said[1].startswith("- gate patients.marginals: expected ")
    assert "; observed " in said[1]
    assert said[1].endswith("(/assets/patients?view=checks&checkDetail=marginals)")


def test_a_step_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with dg.DagsterInstance.ephemeral() as instance:
        run = failed_run(tmp_path, config_file(tmp_path, EXTENDS_TINY), instance)
        said = what_failed(instance, run)
    assert "- step dim_site: " in said


def test_a_configuration_that_cannot_be_used_is_named_with_its_line(tmp_path: Path) -> None:
    config = config_file(tmp_path, EXTENDS_TINY)
    job = build_defs(Settings(out=tmp_path / "out", config=config)).resolve_job_def("regenerate_all")
    config.write_text("run: {patients: 5\n", encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        said = what_failed(instance, result.dagster_run).splitlines()
        run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.tags["dagster/max_retries"] == "0", "it would fail again"
    assert len([line for line in said if line.startswith("- ")]) == 1
    assert said[1].startswith("- the run: ")
    assert f"{config}:2:1: not valid YAML" in "\n".join(said)


def test_the_sensor_says_it_and_is_off_until_it_is_turned_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tell_what_failed.default_status is dg.DefaultSensorStatus.STOPPED
    with dg.DagsterInstance.ephemeral() as instance:
        run = failed_run(tmp_path, config_file(tmp_path, STRICT), instance)
        [event] = [
            record.event_log_entry.dagster_event
            for record in instance.get_records_for_run(
                run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE
            ).records
        ]
        context = dg.build_run_status_sensor_context(SENSOR, event, instance, run).for_run_failure()
        said: list[str] = []
        monkeypatch.setattr(context.log, "error", said.append)
        tell_what_failed(context)
        assert said == [what_failed(instance, run)]


def test_the_local_instance_runs_one_at_a_time_and_repeats_only_lost_runs() -> None:
    kept = yaml.safe_load((ROOT / "deploy" / "local" / "dagster.yaml").read_text("utf-8"))
    assert kept["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert kept["run_retries"] == {"enabled": True, "max_retries": 1, "retry_on_asset_or_op_failure": False}
