"""What a running Dagster tells of itself through GraphQL, and what it can be asked to do."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from lm_synth_assets.automation import REGENERATE

T = TypeVar("T")

LIMIT = 180.0
"""Seconds after which a test that has gone wrong goes on, to fail: far more than a slow machine needs."""

_LOOK_AGAIN = 0.25
_CODE = {"repositoryName": "__repository__", "repositoryLocationName": "lm_synth_assets"}
_ENDS = ("SUCCESS", "FAILURE", "CANCELED")


def until(look: Callable[[], T | None], what: str, limit: float = LIMIT) -> T:
    """What `look` finds, once it finds anything true. Fails after `limit` seconds, saying what was awaited."""
    end = time.monotonic() + limit
    while not (found := look()):
        assert time.monotonic() < end, f"waited {limit:.0f} s in vain for {what}"
        time.sleep(_LOOK_AGAIN)
    return found


@dataclass(frozen=True)
class Run:
    """A run as it is at one moment; times are seconds since 1970."""

    id: str
    job: str
    status: str
    created: float
    started: float | None
    ended: float | None
    tags: dict[str, str]
    made: frozenset[str]
    """The assets that it has materialized."""

    @property
    def over(self) -> bool:
        return self.status in _ENDS


@dataclass(frozen=True)
class Made:
    """The latest materialization of an asset, and the verdicts of its checks."""

    group: str
    run: str
    version: str
    labels: frozenset[str]
    """What its metadata are called."""
    checks: dict[str, str]


@dataclass(frozen=True)
class Tick:
    """One look of a schedule or a sensor: what came of it, the runs it asked for, and what it said."""

    status: str
    at: float
    runs: tuple[str, ...]
    said: str


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

    # What there is

    def is_ready(self) -> bool:
        """Whether the code is loaded and every daemon has been heard of."""
        entries = self.ask("{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }")
        health = self.ask("{ instance { daemonHealth { allDaemonStatuses { required healthy } } } }")
        loaded = all(entry["loadStatus"] == "LOADED" for entry in entries["locationEntries"])
        daemons = health["daemonHealth"]["allDaemonStatuses"]
        return loaded and all(daemon["healthy"] for daemon in daemons if daemon["required"])

    def runs(self, ids: Iterable[str] | None = None) -> list[Run]:
        """Runs, the last one first: those of some ids, or all."""
        found = self.ask(
            """query($filter: RunsFilter) { runsOrError(filter: $filter) { ... on Runs { results {
                 id jobName status creationTime startTime endTime tags { key value }
                 assetMaterializations { assetKey { path } } } } } }""",
            filter={} if ids is None else {"runIds": list(ids)},
        )
        return [
            Run(
                run["id"],
                run["jobName"],
                run["status"],
                run["creationTime"],
                run["startTime"],
                run["endTime"],
                {tag["key"]: tag["value"] for tag in run["tags"]},
                frozenset("/".join(made["assetKey"]["path"]) for made in run["assetMaterializations"]),
            )
            for run in found["results"]
        ]

    def run(self, run_id: str) -> Run:
        [found] = self.runs([run_id])
        return found

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """The events of a run: their types and messages, with the reason of those that tell of an error."""
        return self.ask(
            """query($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events {
                 ... on MessageEvent { eventType message }
                 ... on ErrorEvent { error { message errorChain { error { message } } } } } } } }""",
            id=run_id,
        )["events"]

    def errors(self, run_id: str) -> list[str]:
        """What a run tells of errors."""
        return [
            " ".join(found["message"] for found in (event["error"], *_chain(event)))
            for event in self.events(run_id)
            if event.get("error")
        ]

    def assets(self) -> dict[str, Made]:
        """What was last made of each asset that was made."""
        nodes = self.ask(
            """{ assetNodes { assetKey { path } groupName
                 assetMaterializations(limit: 1) { runId tags { key value } metadataEntries { label } }
                 assetChecksOrError { ... on AssetChecks { checks { name
                   executionForLatestMaterialization { status } } } } } }"""
        )
        made = {}
        for node in nodes:
            for last in node["assetMaterializations"]:
                checks = node["assetChecksOrError"].get("checks", [])
                judged = {check["name"]: check["executionForLatestMaterialization"] for check in checks}
                tags = {tag["key"]: tag["value"] for tag in last["tags"]}
                made["/".join(node["assetKey"]["path"])] = Made(
                    node["groupName"],
                    last["runId"],
                    tags["dagster/data_version"],
                    frozenset(entry["label"] for entry in last["metadataEntries"]),
                    {name: found["status"] if found else "NONE" for name, found in judged.items()},
                )
        return made

    def state(self, name: str) -> dict[str, Any]:
        """The state of a schedule or a sensor: its id, whether it is RUNNING, and its ticks."""
        return self.ask(
            """query($selector: InstigationSelector!) { instigationStateOrError(instigationSelector: $selector) {
                 ... on InstigationState { id selectorId status ticks(limit: 50) {
                   status timestamp runIds skipReason error { message causes { message } }
                   logEvents { events { message } } } } } }""",
            selector={**_CODE, "name": name},
        )

    def ticks(self, name: str, since: float = 0.0) -> list[Tick]:
        """The ticks of a schedule or a sensor that are over and began after a time, the last one first."""
        return [
            Tick(tick["status"], tick["timestamp"], tuple(tick["runIds"]), _said(tick))
            for tick in self.state(name)["ticks"]
            if tick["status"] != "STARTED" and tick["timestamp"] > since
        ]

    # What it can do

    def launch(self, job: str = REGENERATE, **generation: object) -> str:
        """Queue a run of a job; returns its id. With fields of `generation`, all that have no default."""
        config = {"resources": {"generation": {"config": generation}}} if generation else {}
        launched = self.ask(
            """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
                 __typename ... on LaunchRunSuccess { run { id } }
                 ... on RunConfigValidationInvalid { errors { message } } ... on PythonError { message } } }""",
            params={"selector": {**_CODE, "jobName": job}, "mode": "default", "runConfigData": config},
        )
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["id"])

    def finished(self, *ids: str) -> list[Run]:
        """Some runs, once all are over."""

        def over() -> list[Run] | None:
            found = {run.id: run for run in self.runs(ids)}
            return [found[run_id] for run_id in ids] if all(run.over for run in found.values()) else None

        return until(over, f"the end of {', '.join(ids)}")

    def succeeded(self, run_id: str) -> Run:
        """A run, once it is over; fails with what it said unless it succeeded."""
        [run] = self.finished(run_id)
        assert run.status == "SUCCESS", self.errors(run_id)
        return run

    def start(self, name: str) -> None:
        """Turn on a schedule or a sensor."""
        kind = "Schedule" if self._is_schedule(name) else "Sensor"
        self.ask(
            f"mutation($it: {kind}Selector!) {{ start{kind}({kind.lower()}Selector: $it) {{ __typename }} }}",
            it={**_CODE, f"{kind.lower()}Name": name},
        )
        assert self.state(name)["status"] == "RUNNING"

    def stop(self, name: str) -> None:
        """Turn off a schedule or a sensor."""
        mutation = "stopRunningSchedule" if self._is_schedule(name) else "stopSensor"
        self.ask(f"mutation($id: String!) {{ {mutation}(id: $id) {{ __typename }} }}", id=self.state(name)["id"])
        assert self.state(name)["status"] == "STOPPED"

    def automations(self) -> dict[str, str]:
        """Every schedule and sensor, and whether it is RUNNING or STOPPED."""
        states = []
        for kind in ("schedule", "sensor"):
            found = self.ask(
                f"query($code: RepositorySelector!) {{ {kind}sOrError(repositorySelector: $code) {{ "
                f"... on {kind.title()}s {{ results {{ name {kind}State {{ status }} }} }} }} }}",
                code=_CODE,
            )
            states += [(each["name"], each[f"{kind}State"]["status"]) for each in found["results"]]
        return dict(states)

    def rest(self) -> None:
        """Turn everything off that runs by itself, and end what is under way."""
        for name, status in self.automations().items():
            if status == "RUNNING":
                self.stop(name)
        for run in self.runs():
            if not run.over:
                self.ask(
                    "mutation($id: String!) { terminateRun(runId: $id, terminatePolicy: "
                    "MARK_AS_CANCELED_IMMEDIATELY) { __typename } }",
                    id=run.id,
                )
        until(lambda: all(run.over for run in self.runs()), "the end of all runs")

    def _is_schedule(self, name: str) -> bool:
        found = self.ask(
            "query($it: ScheduleSelector!) { scheduleOrError(scheduleSelector: $it) { __typename } }",
            it={**_CODE, "scheduleName": name},
        )
        return bool(found["__typename"] == "Schedule")


def _chain(event: dict[str, Any]) -> list[dict[str, str]]:
    return [link["error"] for link in event["error"]["errorChain"]]


def _said(tick: dict[str, Any]) -> str:
    """What a tick says: why it did nothing, what it logged, what went wrong."""
    error = tick["error"] or {"message": "", "causes": []}
    return "\n".join(
        [
            tick["skipReason"] or "",
            *(event["message"] for event in tick["logEvents"]["events"]),
            error["message"],
            *(cause["message"] for cause in error["causes"]),
        ]
    ).strip()
