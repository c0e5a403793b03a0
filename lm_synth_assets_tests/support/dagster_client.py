"""Asking a running Dagster what it knows, and telling it what to do, through GraphQL as its pages do."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets_tests.support.dagster_events import (
    Event,
    Made,
    Run,
    Tick,
    name_of,
)

T = TypeVar("T")

LIMIT = 180.0
"""Seconds after which a test that has gone wrong goes on, to fail: far more than a slow machine needs."""

_LOOK_AGAIN = 0.25
_CODE = {"repositoryName": "__repository__", "repositoryLocationName": "lm_synth_assets"}


def until(look: Callable[[], T | None], what: str, limit: float = LIMIT) -> T:
    """What `look` finds, once that is anything. Fails after `limit` seconds, saying what was awaited."""
    end = time.monotonic() + limit
    while not (found := look()):
        assert time.monotonic() < end, f"waited {limit:.0f} s in vain for {what}"
        time.sleep(_LOOK_AGAIN)
    return found


class _Automation(NamedTuple):
    """A schedule or a sensor."""

    kind: str
    id: str
    status: str


class Dagster:
    """The Dagster at an address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer to a query: the value of its only field. A problem that GraphQL tells of fails."""
        request = urllib.request.Request(
            f"{self.url}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=LIMIT) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        [value] = answer["data"].values()
        return value

    def is_ready(self) -> bool:
        """Whether the code is loaded and every daemon has been heard of."""
        code = self.ask("{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }")
        health = self.ask("{ instance { daemonHealth { allDaemonStatuses { required healthy } } } }")
        loaded = all(entry["loadStatus"] == "LOADED" for entry in code["locationEntries"])
        daemons = health["daemonHealth"]["allDaemonStatuses"]
        return loaded and all(daemon["healthy"] for daemon in daemons if daemon["required"])

    def reload(self) -> None:
        """Load the definitions again, as the button of that name does."""
        answer = self.ask(
            """mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) {
                 ... on WorkspaceLocationEntry { loadStatus locationOrLoadError {
                   ... on PythonError { message } } } } }""",
            name=_CODE["repositoryLocationName"],
        )
        assert answer.get("loadStatus") == "LOADED", answer
        assert "message" not in answer["locationOrLoadError"], answer

    # Assets

    def assets(self) -> dict[str, Made]:
        """What was last made of each asset that was made."""
        nodes = self.ask(f"{{ assetNodes {{ {Made.FIELDS} }} }}")
        return {name_of(node): Made.of(node) for node in nodes if node["assetMaterializations"]}

    # Runs

    def runs(self, ids: Iterable[str] | None = None) -> list[Run]:
        """Runs, the last one first: those of some ids, or all."""
        found = self.ask(
            f"""query($filter: RunsFilter) {{ runsOrError(filter: $filter) {{
                  ... on Runs {{ results {{ {Run.FIELDS} }} }} }} }}""",
            filter={} if ids is None else {"runIds": list(ids)},
        )
        return [Run.of(run) for run in found["results"]]

    def run(self, run_id: str) -> Run:
        [found] = self.runs([run_id])
        return found

    def events(self, run_id: str) -> list[Event]:
        """What has happened in a run."""
        found = self.ask(
            f"""query($id: ID!) {{ logsForRun(runId: $id) {{
                  ... on EventConnection {{ events {{ {Event.FIELDS} }} }} }} }}""",
            id=run_id,
        )
        return [Event.of(event) for event in found["events"]]

    def launch(self, job: str = REGENERATE, generation: dict[str, object] | None = None) -> str:
        """Queue a run of a job, perhaps with other fields of `generation` than the usual; returns its id."""
        config = {"resources": {"generation": {"config": generation}}} if generation else {}
        launched = self.ask(
            """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
                 ... on LaunchRunSuccess { run { id } }
                 ... on RunConfigValidationInvalid { errors { message } }
                 ... on PythonError { message } } }""",
            params={"selector": {**_CODE, "jobName": job}, "mode": "default", "runConfigData": config},
        )
        assert "run" in launched, launched
        return str(launched["run"]["id"])

    def finished(self, *ids: str) -> list[Run]:
        """Some runs, once all are over."""

        def over() -> dict[str, Run] | None:
            found = {run.id: run for run in self.runs(ids)}
            return found if all(run.over for run in found.values()) else None

        found = until(over, f"the end of {', '.join(ids)}")
        return [found[run_id] for run_id in ids]

    def succeeded(self, run_id: str) -> Run:
        """A run, once it is over; fails with the reasons unless it succeeded."""
        [run] = self.finished(run_id)
        assert run.status == "SUCCESS", [event.error for event in self.events(run_id) if event.error]
        return run

    # Schedules and sensors

    def automations(self) -> dict[str, str]:
        """Every schedule and sensor, and whether it is RUNNING or STOPPED."""
        return {name: automation.status for name, automation in self._automations().items()}

    def _automations(self) -> dict[str, _Automation]:
        found = self.ask(
            """query($code: RepositorySelector!) { repositoryOrError(repositorySelector: $code) {
                 ... on Repository { schedules { name scheduleState { id status } }
                                     sensors { name sensorState { id status } } } } }""",
            code=_CODE,
        )
        return {
            each["name"]: _Automation(kind, **each[f"{kind}State"])
            for kind in ("schedule", "sensor")
            for each in found[f"{kind}s"]
        }

    def start(self, name: str) -> None:
        """Turn on a schedule or a sensor."""
        kind = self._automations()[name].kind
        self.ask(
            f"""mutation($it: {kind.title()}Selector!) {{
                  start{kind.title()}({kind}Selector: $it) {{ __typename }} }}""",
            it={**_CODE, f"{kind}Name": name},
        )
        assert self.automations()[name] == "RUNNING"

    def stop(self, name: str) -> None:
        """Turn off a schedule or a sensor."""
        automation = self._automations()[name]
        mutation = {"schedule": "stopRunningSchedule", "sensor": "stopSensor"}[automation.kind]
        self.ask(f"mutation($id: String!) {{ {mutation}(id: $id) {{ __typename }} }}", id=automation.id)
        assert self.automations()[name] == "STOPPED"

    def ticks(self, name: str, since: float = 0.0) -> list[Tick]:
        """The ticks of a schedule or a sensor that are over and began after a time, the last one first."""
        found = self.ask(
            f"""query($it: InstigationSelector!) {{ instigationStateOrError(instigationSelector: $it) {{
                  ... on InstigationState {{ ticks(limit: 50) {{ {Tick.FIELDS} }} }} }} }}""",
            it={**_CODE, "name": name},
        )
        ticks = [Tick.of(tick) for tick in found.get("ticks", []) if tick["status"] != "STARTED"]
        return [tick for tick in ticks if tick.at > since]

    def rest(self) -> None:
        """Turn everything off that runs by itself, and end what is under way."""
        for name, status in self.automations().items():
            if status == "RUNNING":
                self.stop(name)
        for run in self.runs():
            if not run.over:
                self.ask(
                    """mutation($id: String!) { terminateRun(runId: $id,
                         terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) { __typename } }""",
                    id=run.id,
                )
        until(lambda: all(run.over for run in self.runs()), "the end of all runs")
