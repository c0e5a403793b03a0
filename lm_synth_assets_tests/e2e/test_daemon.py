"""What runs by itself, on a real daemon: the schedule, the queue, retries, and what sensors say and do."""

import os
import re
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.orchestration.checks import gates_by_check
from lm_synth_assets.orchestration.configuration_sensor import CHANGED_TAG
from lm_synth_assets.orchestration.configuration_sensor import SENSOR as CONFIGURATION_CHANGED
from lm_synth_assets.orchestration.failure_sensor import SENSOR as TELL_WHAT_FAILED
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.report_asset import VERDICT
from lm_synth_assets.orchestration.schedules import SCHEDULE, SEED_TAG
from lm_synth_assets.schema.catalogue import CLAIMS
from lm_synth_assets.storage.record import PACKAGE_FILE
from lm_synth_assets_tests.integration.test_failures import STRICT
from lm_synth_assets_tests.support.commands import ROOT
from lm_synth_assets_tests.support.dagster_client import Dagster, until
from lm_synth_assets_tests.support.dagster_events import Run, Tick
from lm_synth_assets_tests.support.dagster_server import (
    EVERYTHING,
    PATIENTS,
    USUAL,
    Server,
)

PARENT_TAG, WILL_RETRY_TAG = "dagster/parent_run_id", "dagster/will_retry"

WITH_A_SCENARIO = {"dim_scenario", "ed_projection", *CLAIMS, "quality_report"}
ONE_MORE = "scenarios: {Ageing: {ed_rates: 1.5}}\n"

KNOWN_NOTICES = (
    # The command that `make ui` gives: its successor is in a package that only developers have.
    "SupersessionWarning: Function `dev_command` is superseded",
    # Every new instance says so, once.
    "WARNING - No cursor for event type DagsterEventType.RUN_",
)


def plain(text: str) -> list[str]:
    """The lines of a log without their colours."""
    return re.sub(r"\x1b\[\d+m", "", text).splitlines()


def retries(dagster: Dagster, run_id: str) -> list[Run]:
    return [run for run in dagster.runs() if run.tags.get(PARENT_TAG) == run_id]


def fields(config: Path) -> dict[str, object]:
    """The fields of a run that a configuration file describes."""
    return {"config": str(config), "patients": PATIENTS, "seed": 42, "start_year": 2025, "years": 3}


# Starting


def test_the_server_is_what_make_ui_starts() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = makefile.partition("\nui: $(RUN) .dagster/dagster.yaml\n")[2].partition("\n\n")[0]
    assert "dagster dev -h 127.0.0.1 -p $(PORT) -w workspace.yaml" in recipe
    assert "\nPORT ?= 3000\n" in makefile


def test_starting_is_silent(server: Server) -> None:
    said = [
        line
        for line in plain(server.startup)
        if re.search("warning|error|exception|lm_synth", line, re.IGNORECASE)
        and not any(notice in line for notice in KNOWN_NOTICES)
    ]
    assert said == []
    assert any("Serving dagster-webserver" in line for line in plain(server.startup))


def test_nothing_runs_by_itself_until_it_is_turned_on(dagster: Dagster) -> None:
    assert set(dagster.automations()) >= {SCHEDULE, TELL_WHAT_FAILED, CONFIGURATION_CHANGED}
    assert set(dagster.automations().values()) == {"STOPPED"}


# Following the configuration


class Following:
    """A server with everything made, whose sensor follows the configuration."""

    def __init__(self, server: Server) -> None:
        self.server, self.dagster = server, server.dagster
        self.dagster.succeeded(self.dagster.launch())
        self.dagster.start(CONFIGURATION_CHANGED)

    def edit(self, more: str) -> None:
        self.server.configure(USUAL + more)

    def tick(self, is_meant: Callable[[Tick], object]) -> Tick:
        """The last look of the sensor that is meant, once there is one."""
        looks = partial(self.dagster.ticks, CONFIGURATION_CHANGED)
        return until(lambda: next(filter(is_meant, looks()), None), "a look at the configuration")

    def run(self, changed: str) -> Run:
        """The run that the sensor asks for when some parts of the configuration have changed."""

        def asked() -> list[Run]:
            return [run for run in self.dagster.runs() if run.tags.get(CHANGED_TAG) == changed]

        [run] = until(asked, f"a run because of {changed}")
        return self.dagster.succeeded(run.id)

    def state(self) -> dict[str, tuple[object, ...]]:
        """Of every asset the version, the time and the bytes of its file."""
        versions = {name: made.version for name, made in self.dagster.assets().items()}
        return {
            path.stem: (versions[path.stem], path.stat().st_mtime_ns, path.read_bytes())
            for path in self.server.out.iterdir()
            if path.is_file() and path.name != PACKAGE_FILE
        }


def test_an_edit_of_the_configuration_makes_again_what_depends_on_it_and_no_more(server: Server) -> None:
    followed = Following(server)
    before = followed.state()
    assert before.keys() == EVERYTHING
    assert followed.tick(lambda tick: tick.status == "SKIPPED").runs == ()

    followed.edit(ONE_MORE)
    assert followed.run("scenarios").made == WITH_A_SCENARIO
    after = followed.state()
    for name in EVERYTHING:
        same = [old == new for old, new in zip(before[name], after[name], strict=True)]
        assert same == [name not in WITH_A_SCENARIO] * 3, name
    assert "Ageing" in (server.out / "dim_scenario.csv").read_text("utf-8")

    followed.edit("scenarios: {Ageing: {ed_rates: fast}}\n")
    broken = followed.tick(lambda tick: tick.status == "FAILURE")
    assert f"{server.config}:3: scenarios.Ageing.ed_rates: must be a number" in broken.said
    assert followed.state() == after

    followed.edit(f"{ONE_MORE}gates: {{ks_threshold: 0.2}}\n")
    run = followed.run("gates")
    assert run.made == {"quality_report"}
    last = followed.state()
    assert {name for name in EVERYTHING if last[name] != after[name]} == {"quality_report"}
    looks = [event for event in server.dagster.events(run.id) if event.type == "ASSET_CHECK_EVALUATION"]
    assert len(looks) == len({*gates_by_check(all_gates()), VERDICT})
    assert len([run for run in server.dagster.runs() if CHANGED_TAG in run.tags]) == 2


# Runs


def test_runs_wait_for_each_other(made: Server, dagster: Dagster) -> None:
    first, second = dagster.finished(dagster.launch("emergency_only"), dagster.launch("emergency_only"))
    assert (first.status, second.status) == ("SUCCESS", "SUCCESS")
    assert first.made == second.made == {"ed_encounters", *CLAIMS, "quality_report"}
    earlier, later = sorted((first, second), key=lambda run: run.started)
    assert later.created < earlier.ended <= later.started
    # What is only being written has a name that begins with a dot.
    stored = {path.name for path in made.out.iterdir() if path.is_file()} - {PACKAGE_FILE}
    assert {name.partition(".")[0] for name in stored} == EVERYTHING


def test_a_run_whose_process_is_lost_is_completed_by_another(made: Server, dagster: Dagster) -> None:
    def happened(pattern: str) -> list[str]:
        told = "\n".join(event.message for event in dagster.events(lost_id))
        return re.findall(pattern, told)

    lost_id = dagster.launch()
    until(lambda: happened('Started execution of step "patients"'), "the step of the patients")
    [process] = happened(r"Started process for run \(pid: (\d+)\)")
    os.kill(int(process), signal.SIGKILL)
    [lost] = dagster.finished(lost_id)
    assert lost.status == "FAILURE"
    assert "dim_site" in lost.made < EVERYTHING
    [retry] = until(lambda: retries(dagster, lost_id), "another run")
    again = dagster.succeeded(retry.id).made
    assert lost.made | again == EVERYTHING
    assert "dim_site" not in again
    assert retries(dagster, retry.id) == []


class TestFailures:
    """A gate that fails, or a configuration that cannot be used, would fail again."""

    def test_are_told_and_not_repeated(self, server: Server, dagster: Dagster) -> None:
        strict, broken = server.folder / "strict.yaml", server.folder / "broken.yaml"
        strict.write_text(STRICT, encoding="utf-8")
        broken.write_text("run: {patients: 5\n", encoding="utf-8")
        dagster.start(TELL_WHAT_FAILED)
        # A run status sensor tells of what happens after its first look.
        until(lambda: dagster.ticks(TELL_WHAT_FAILED), "the first look")
        gate, config = dagster.finished(
            dagster.launch(generation=fields(strict)), dagster.launch(generation=fields(broken))
        )
        assert (gate.status, config.status) == ("FAILURE", "FAILURE")
        assert {"population_projection", "patients"} <= gate.made
        assert not {"ed_encounters", "ip_stays"} & gate.made
        assert config.made == frozenset()

        def told() -> str | None:
            said = "\n".join(tick.said for tick in dagster.ticks(TELL_WHAT_FAILED))
            return said if gate.id in said and config.id in said else None

        said = until(told, "what the sensor says")
        assert f"{REGENERATE} failed (/runs/{gate.id}):\n- gate patients.marginals: expected " in said
        assert f"{broken}:2:1: not valid YAML" in said
        assert [retries(dagster, run.id) for run in (gate, config)] == [[], []]
        assert [dagster.run(run.id).tags[WILL_RETRY_TAG] for run in (gate, config)] == ["false", "false"]


# The schedule


def test_the_schedule_makes_the_data_anew(server: Server, dagster: Dagster) -> None:
    dagster.start(SCHEDULE)
    tick = until(lambda: next(iter(dagster.ticks(SCHEDULE)), None), "a tick of the schedule")
    dagster.stop(SCHEDULE)
    assert tick.status == "SUCCESS", tick.said
    [run_id] = tick.runs
    run = dagster.succeeded(run_id)
    assert run.job == REGENERATE
    assert run.made == EVERYTHING
    assert run.tags["dagster/schedule_name"] == SCHEDULE
    assert run.tags[SEED_TAG] == "as configured: the data stay as they are"
    assert server.manifest()["seed"] == "42"
