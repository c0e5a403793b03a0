"""What a gate is: one named judgement on one stored table, as a pure function, and the list of all of them.

Adding a gate is writing one function with the `gate` decorator in the module of its subject.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Protocol, TypeVar, cast

import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.storage.inspection import Inspection

_T = TypeVar("_T")


class Tables(Protocol):
    """Tables by name, as frames, and what gates have computed of them."""

    def __getitem__(self, name: str, /) -> pd.DataFrame: ...

    def kept(self, key: Hashable, compute: Callable[[], _T], /) -> _T: ...


class Unreadable(Exception):
    """A table that a gate needs cannot be had."""


class StoredTables:
    """The tables of one stored data set, each looked at once, when it is first asked for."""

    def __init__(self, inspect: Callable[[str], Inspection]) -> None:
        self.inspection = cache(inspect)
        self._kept: dict[Hashable, Any] = {}

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame | Inspection]) -> StoredTables:
        """Tables that are in memory already: frames as they should be, or inspections of them."""

        def inspect(name: str) -> Inspection:
            table = tables[name]
            return table if isinstance(table, Inspection) else Inspection(table)

        return cls(inspect)

    def __getitem__(self, name: str, /) -> pd.DataFrame:
        """The frame of a table. Raises Unreadable where what is stored is not that table."""
        frame = self.inspection(name).frame
        if frame is None:
            raise Unreadable(f"{name} cannot be read as declared (see {name}.schema)")
        return frame

    def kept(self, key: Hashable, compute: Callable[[], _T], /) -> _T:
        """What several gates need of the tables, computed when the first asks: do not change what you get."""
        if key not in self._kept:
            self._kept[key] = compute()
        return cast(_T, self._kept[key])


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame()


@dataclass(frozen=True)
class Verdict:
    """What a gate found: expected and observed in words, and rows that show the breach.

    `threshold` is empty where the gate's own words say it all. A gate that could not judge has not passed.
    """

    passed: bool
    expected: str
    observed: str
    threshold: str = ""
    offending: pd.DataFrame = field(default_factory=_no_rows)
    judged: bool = True


Judge = Callable[[StoredTables, Region], Verdict]


@dataclass(frozen=True)
class Gate:
    """A gate on `table`. `reads` are the other tables that it needs.

    `formula` says what is compared with what; `threshold` how far apart they may be, in words in which
    fields of the configuration stand in braces. A blocking gate stops what depends on the table; the others
    warn.
    """

    table: str
    name: str
    description: str
    formula: str
    threshold: str
    judge: Judge
    reads: tuple[str, ...]
    blocking: bool

    @property
    def full_name(self) -> str:
        """The gate's name with its table."""
        return f"{self.table}.{self.name}"

    def stated_threshold(self, region: Region) -> str:
        """The threshold as configured."""
        return self.threshold.format_map(dict(region))

    def look(self, tables: StoredTables, region: Region) -> Verdict:
        """The verdict on some stored tables, whatever they hold: never raises."""
        try:
            verdict = self.judge(tables, region)
        except Unreadable as error:
            verdict = _not_judged(str(error))
        except Exception as error:
            # Tables that break their schema or their keys may be like nothing that a gate expects.
            verdict = _not_judged(f"such data cannot be judged ({type(error).__name__}: {error})")
        return replace(verdict, threshold=verdict.threshold or self.stated_threshold(region))


def _not_judged(reason: str) -> Verdict:
    return Verdict(False, "to be judged", f"not judged: {reason}", judged=False)


GATES: list[Gate] = []
"""The statistical gates, in the order of their modules; the structural ones come from the schema."""


def gate(
    table: str, *, formula: str, threshold: str, reads: tuple[str, ...] = (), blocking: bool = True
) -> Callable[[Judge], Judge]:
    """Make a function a gate: its name is the gate's, its docstring says what it protects."""

    def register(judge: Judge) -> Judge:
        description = " ".join((judge.__doc__ or "").split())
        GATES.append(Gate(table, judge.__name__, description, formula, threshold, judge, reads, blocking))
        return judge

    return register


def within(compared: pd.DataFrame, tolerance: Floats | float, what: str) -> Verdict:
    """Whether `observed` lies within `tolerance` of `expected` in each row of a frame; the worst is named."""
    if compared.empty:
        return Verdict(True, f"no {what}", f"no {what}")
    excess = (compared["observed"] - compared["expected"]).abs() - tolerance
    breach = compared[excess > 1e-9]
    worst = compared.loc[excess.idxmax()]
    return Verdict(
        passed=breach.empty,
        expected=f"{worst['expected']:.2f} {what}",
        observed=f"{worst['observed']:.10g} in the worst of {len(compared)} cells",
        offending=breach,
    )


def none_of(offending: pd.DataFrame, what: str, total: int) -> Verdict:
    """Whether there are no offending rows among `total`."""
    return Verdict(offending.empty, f"no {what}", f"{len(offending):,} of {total:,} rows", "", offending)
