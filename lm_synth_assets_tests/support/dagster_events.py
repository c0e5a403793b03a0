"""What Dagster tells of runs, assets and ticks: which fields GraphQL is asked for, and what they come to."""

from dataclasses import dataclass
from typing import Any

_ENDS = ("SUCCESS", "FAILURE", "CANCELED")


@dataclass(frozen=True)
class Run:
    """A run as it is at one moment; times are seconds since 1970."""

    id: str
    job: str
    status: str
    created: float
    started: float
    ended: float
    tags: dict[str, str]
    made: frozenset[str]
    """The assets that it has materialized."""

    FIELDS = """id jobName status creationTime startTime endTime tags { key value }
        assetMaterializations { assetKey { path } }"""

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Run":
        return cls(
            told["id"],
            told["jobName"],
            told["status"],
            told["creationTime"],
            told["startTime"] or 0.0,
            told["endTime"] or 0.0,
            _tags(told),
            frozenset(name_of(made) for made in told["assetMaterializations"]),
        )

    @property
    def over(self) -> bool:
        return self.status in _ENDS


@dataclass(frozen=True)
class Made:
    """What was last made of an asset."""

    run: str
    version: str
    stale: bool
    """Whether Dagster shows it as made of something that has changed since."""
    checks: dict[str, str]
    """The verdict of each check on it."""

    FIELDS = """assetKey { path } staleStatus
        assetMaterializations(limit: 1) { runId tags { key value } }
        assetChecksOrError { ... on AssetChecks { checks { name
          executionForLatestMaterialization { status } } } }"""

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Made":
        [last] = told["assetMaterializations"]
        checks = told["assetChecksOrError"].get("checks", [])
        judged = {check["name"]: check["executionForLatestMaterialization"] for check in checks}
        return cls(
            last["runId"],
            _tags(last)["dagster/data_version"],
            told["staleStatus"] != "FRESH",
            {name: found["status"] if found else "NONE" for name, found in judged.items()},
        )


@dataclass(frozen=True)
class Tick:
    """One look of a schedule or a sensor: what came of it, the runs it asked for, and all that it said."""

    status: str
    at: float
    runs: tuple[str, ...]
    said: str

    FIELDS = """status timestamp runIds skipReason error { message causes { message } }
        logEvents { events { message } }"""

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Tick":
        error = told["error"] or {"message": "", "causes": []}
        messages = [*told["logEvents"]["events"], error, *error["causes"]]
        said = [told["skipReason"] or "", *(each["message"] for each in messages)]
        return cls(told["status"], told["timestamp"], tuple(told["runIds"]), "\n".join(said).strip())


@dataclass(frozen=True)
class Event:
    """An event of a run: its type, its message, and the reasons where it tells of an error."""

    type: str
    message: str
    error: str

    FIELDS = """... on MessageEvent { eventType message }
        ... on ErrorEvent { error { message errorChain { error { message } } } }"""

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Event":
        error = told.get("error")
        reasons = [error, *(link["error"] for link in error["errorChain"])] if error else []
        return cls(told["eventType"], told["message"], " ".join(reason["message"] for reason in reasons))


def name_of(told: dict[str, Any]) -> str:
    """The name of an asset."""
    return "/".join(told["assetKey"]["path"])


def _tags(told: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in told["tags"]}
