"""Whether a data set is whole, part of one, unfinished, or mixed of several runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from lm_synth_assets.errors import StorageError
from lm_synth_assets.gates.declared.manifest import WHOLE
from lm_synth_assets.gates.results import GateResult, Mark
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.simulation.provenance import table_versions

if TYPE_CHECKING:
    from lm_synth_assets.dataset.dataset import DataSet

_NAMES = {gate.full_name for gate in WHOLE}
_PEOPLE = "patients"


class Kind(StrEnum):
    """What the tables that lie there are together."""

    WHOLE = "whole"
    PARTIAL = "partial"
    UNFINISHED = "unfinished"
    MIXED = "mixed"


@dataclass(frozen=True)
class State:
    """What the tables that lie there are together, in a sentence.

    `problems` says of each table what is wrong with it; `command` makes the data set whole, and is empty
    where nothing is wrong.
    """

    kind: Kind
    sentence: str
    problems: Mapping[str, str] = field(default_factory=dict)
    command: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong: a part of a data set that says so is sound."""
        return self.kind in (Kind.WHOLE, Kind.PARTIAL)


def state_of(data_set: DataSet, results: Iterable[GateResult]) -> State | None:
    """The state of a data set, from the results of its gates; None where the deciding ones are not there."""
    command = _command(data_set)
    absent = [name for name in CLAIMS if not data_set.is_stored(name)]
    deciding = [result for result in results if result.full_name in _NAMES]
    evaluated = [result for result in deciding if result.mark is not Mark.NOT_EVALUATED]
    if problems := _problems(evaluated if absent else deciding):
        listed = "; ".join(f"{table}: {problem}" for table, problem in problems.items())
        return State(Kind.MIXED, f"the tables are not one data set. {listed}", problems, command)
    if absent:
        return State(Kind.UNFINISHED, _unfinished(data_set, absent), command=command)
    if len(deciding) < len(_NAMES):
        return None
    if without := data_set.without_tables:
        only = "reference data only, " if _PEOPLE in without else ""
        return State(Kind.PARTIAL, f"{only}without {', '.join(without)}")
    return State(Kind.WHOLE, "the tables are one data set")


def _command(data_set: DataSet) -> str:
    """The command that makes the data set whole where it is, without tables that do not belong to it."""
    store = data_set.store
    besides = any(map(data_set.is_stored, data_set.not_asked_for))
    options = [*store.format_options, *store.location_options, *(["--replace"] if besides else [])]
    return data_set.request.command(*options)


def _unfinished(data_set: DataSet, absent: list[str]) -> str:
    due = [name for name in TABLES if name not in CLAIMS]
    there = [name for name in due if data_set.is_stored(name)]
    lacking = [name for name in due if name not in there and name not in data_set.not_asked_for]
    foreign = ", ".join(_of_other_runs(data_set, there))
    seed = data_set.region.run.seed
    return (
        f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not there: the run that wrote these "
        "tables was interrupted, or a gate failed, so they may be of several runs. "
        + (f"Of another run than seed {seed} of this configuration: {foreign}. " if foreign else "")
        + f"There: {', '.join(there) or 'no other table'}"
        + (f"; missing: {', '.join(lacking)}" if lacking else "")
    )


def _of_other_runs(data_set: DataSet, names: Iterable[str]) -> list[str]:
    """The tables that, by their records, were made from something else than the data set's own run."""
    versions = table_versions(data_set.region)
    return [name for name in names if _made_from(data_set, name) not in (None, versions[name])]


def _made_from(data_set: DataSet, name: str) -> str | None:
    """What a stored table was made from; None where its record does not hold or it cannot be read."""
    try:
        return data_set.record(name).made_from
    except StorageError:
        return None


def _problems(results: Iterable[GateResult]) -> dict[str, str]:
    """By table, what the gates that have not passed say of it."""
    problems: dict[str, list[str]] = {}
    for result in results:
        if result.mark is Mark.NOT_EVALUATED:
            problems.setdefault(result.table, []).append(result.observed)
        for row in result.offending.objects():
            problems.setdefault(str(row["table"]), []).append(str(row["problem"]))
        if result.mark is Mark.FAIL and not result.offending.rows:
            problems.setdefault(result.table, []).append(result.observed)
    return {table: "; ".join(dict.fromkeys(texts)) for table, texts in problems.items()}
