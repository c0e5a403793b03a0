"""What is said of a run that failed: the gate or the step, what it found, and its page."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from unittest.mock import MagicMock

import dagster as dg
import pytest
import yaml
from pydantic import SecretStr

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.failure_sensor import (
    EMAIL_SENSOR,
    SENSOR,
    failure_sensors,
    post,
    what_failed,
)
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


def test_a_run_says_in_its_own_error_what_gates_compared_and_where_to_look(tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = failed_run(tmp_path, config_file(tmp_path, STRICT), instance)
        [record] = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
    event = record.event_log_entry.dagster_event
    assert event is not None
    assert event.step_failure_data.error is not None
    _, marginals, facilities = re.split("^|\n", event.step_failure_data.error.message.rstrip())
    assert re.search(r"patients\.marginals: expected .*; observed .*; threshold ", marginals)
    assert facilities.startswith("patients.home_facilities: expected ")
    assert marginals.endswith("(/assets/patients?view=checks&checkDetail=marginals)")


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


@pytest.mark.parametrize("text", ["run: {patients: 5\n", "", None], ids=["broken", "empty", "missing"])
def test_a_damaged_configuration_leaves_the_definitions_and_its_run_is_not_repeated(
    tmp_path: Path, text: str | None
) -> None:
    config = tmp_path / "my.yaml"
    if text is not None:
        config.write_text(text, encoding="utf-8")
    definitions = build_defs(Settings(out=tmp_path / "out", config=config))
    dg.Definitions.validate_loadable(definitions)
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_job_def("regenerate_all")
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        said = what_failed(instance, result.dagster_run)
        run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.tags["dagster/max_retries"] == "0"
    assert str(config) in said


class Failure:
    """A run that failed, and the context in which Dagster tells a sensor of it."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance) -> None:
        run = failed_run(folder, config_file(folder, STRICT), instance)
        failures = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE).records
        [event] = [record.event_log_entry.dagster_event for record in failures]
        self.message = what_failed(instance, run)
        self.context = dg.build_run_status_sensor_context(SENSOR, event, instance, run).for_run_failure()
        self.logged: list[str] = []
        self.context.log.error = self.logged.append


@pytest.fixture
def failure(tmp_path: Path) -> Iterator[Failure]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Failure(tmp_path, instance)


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a webhook, and what is sent to it; it takes one message and refuses the next."""
    received: list[bytes] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if len(received) == 1 else 403)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the tests print no requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/key", received
    server.shutdown()
    thread.join()
    server.server_close()


class TestSensor:
    def test_is_off_until_it_is_turned_on(self) -> None:
        [sensor] = failure_sensors(Settings())
        assert sensor.default_status is dg.DefaultSensorStatus.STOPPED

    def test_writes_to_its_log(self, failure: Failure) -> None:
        [sensor] = failure_sensors(Settings())
        sensor(failure.context)
        assert failure.logged == [failure.message]

    def test_sends_to_a_webhook_as_well(self, failure: Failure, webhook: tuple[str, list[bytes]]) -> None:
        url, received = webhook
        [sensor] = failure_sensors(Settings(notify_webhook=SecretStr(url)))
        sensor(failure.context)
        assert [json.loads(body) for body in received] == [{"text": failure.message}]
        assert failure.logged == [failure.message]

    def test_a_webhook_that_refuses_is_an_error_without_its_address(
        self, webhook: tuple[str, list[bytes]]
    ) -> None:
        url, _ = webhook
        post(url, "taken")
        with pytest.raises(OSError, match="LM_SYNTH_NOTIFY_WEBHOOK was not reached: Forbidden") as caught:
            post(url, "refused")
        assert url not in str(caught.value)

    def test_sends_e_mail_where_it_is_set_up(self, failure: Failure, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = Settings(
            notify_email_to="a@here,b@here",
            notify_email_from="lm@here",
            notify_smtp_host="mail.here",
            notify_smtp_password=SecretStr("open"),
        )
        server = MagicMock()
        monkeypatch.setattr("smtplib.SMTP_SSL", server)
        log, mail = failure_sensors(settings)
        assert (log.name, mail.name) == (SENSOR, EMAIL_SENSOR)
        assert mail.default_status is dg.DefaultSensorStatus.STOPPED
        mail(failure.context)
        assert server.call_args.args[0] == "mail.here"
        sender, recipients, text = server.return_value.__enter__.return_value.sendmail.call_args.args
        assert (sender, list(recipients)) == ("lm@here", ["a@here", "b@here"])
        assert "lm-synth: regenerate_all failed" in text
        assert "gate patients.marginals: expected" in text


def test_the_local_instance_runs_one_at_a_time_in_a_pool_and_repeats_only_lost_runs() -> None:
    kept = yaml.safe_load((ROOT / "deploy" / "local" / "dagster.yaml").read_text("utf-8"))
    assert kept["concurrency"]["pools"] == {"granularity": "run", "default_limit": 1}
    assert kept["run_retries"] == {"enabled": True, "max_retries": 1, "retry_on_asset_or_op_failure": False}
