"""What a gate is: a named rule for one stored table, as data, and how it is evaluated.

Declarations load no numpy and no pandas: a gate names the function or the SQL rule that evaluates it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pkgutil import resolve_name
from string import Formatter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from weakref import finalize

from lm_synth_assets.region.models.region import Region

if TYPE_CHECKING:
    import pandas as pd

    from lm_synth_assets.storage.inspection import Inspection

_T = TypeVar("_T")

_WITHOUT_POSITION = re.compile(r"\.\d+$")


class Tables(Protocol):
    """Tables by name, as frames, and a cache of what gates compute from them."""

    def __getitem__(self, name: str, /) -> pd.DataFrame: ...

    def cached(self, key: Hashable, compute: Callable[[], _T], /) -> _T: ...


class Unreadable(Exception):
    """A table that a gate needs cannot be read as declared."""


class StoredTables:
    """The tables of one stored data set. Each is read once, on first use."""

    def __init__(self, inspect: Callable[[str], Inspection]) -> None:
        self.inspection = cache(inspect)
        self._cache: dict[Hashable, Any] = {}
        # At the end of the process at the latest: a database that Python never frees is reported as a leak.
        finalize(self, self._cache.clear)

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame | Inspection]) -> StoredTables:
        """Tables in memory: frames as declared, or what an inspection returned; no other is stored."""
        # Imported lazily: not needed to load declarations.
        from lm_synth_assets.storage.inspection import Inspection

        def inspect(name: str) -> Inspection:
            table = tables.get(name, Inspection(None, (f"{name} is not there",), is_stored=False))
            return table if isinstance(table, Inspection) else Inspection(table)

        return cls(inspect)

    def __getitem__(self, name: str, /) -> pd.DataFrame:
        """The frame of a table. Raises Unreadable where what is stored is not that table."""
        frame = self.inspection(name).frame
        if frame is None:
            raise Unreadable(f"{name} cannot be read as declared (see {name}.schema)")
        return frame

    def cached(self, key: Hashable, compute: Callable[[], _T], /) -> _T:
        """A value that several gates need, computed on first use. Callers must not change it."""
        if key not in self._cache:
            self._cache[key] = compute()
        return cast(_T, self._cache[key])


def _no_rows() -> pd.DataFrame:
    # Imported lazily: not needed to load declarations.
    import pandas as pd

    return pd.DataFrame()


@dataclass(frozen=True)
class Verdict:
    """The outcome of a gate: expected and observed as text, and the rows that breach it.

    `threshold` replaces the gate's own text where it is not empty. `numbers` are the figures that decide, if
    any do: observed, expected, difference and threshold, by name. A gate that could not be evaluated has not
    passed.
    """

    passed: bool
    expected: str
    observed: str
    threshold: str = ""
    offending: pd.DataFrame = field(default_factory=_no_rows)
    evaluated: bool = True
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A gate on `table`, declared in full.

    `description` says what it protects, `formula` what is compared, `threshold` how far apart the two sides
    may be: fields of the configuration stand in braces. `decided_by` are the keys of the configuration that
    what it expects follows from, none where no configuration makes it fail. `reads` are the other tables
    that it needs. A blocking gate stops what depends on the table; the others warn.

    Either `function` names what evaluates the gate, as "module:function" in `lm_synth_assets.gates`, called
    with `arguments`, the tables and the region; or `rule` names an exact rule in `gates/rules`. An `exact`
    function, like a rule, leaves no room for chance: it has no false alarms, and its figures no history.
    """

    table: str
    name: str
    description: str
    formula: str
    threshold: str
    decided_by: tuple[str, ...] = ()
    function: str = ""
    arguments: tuple[str, ...] = ()
    rule: str = ""
    exact: bool = False
    reads: tuple[str, ...] = ()
    blocking: bool = True

    @property
    def full_name(self) -> str:
        """The gate's name with its table."""
        return f"{self.table}.{self.name}"

    @property
    def statistical(self) -> bool:
        """Whether chance has a part in what the gate observes."""
        return not (self.exact or self.rule)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the configuration that decide whether good data pass: thresholds first."""
        fields = (name for _, name, _, _ in Formatter().parse(self.threshold) if name)
        thresholds = (name.replace("[", ".").replace("]", "") for name in fields)
        return tuple(
            dict.fromkeys((*(_WITHOUT_POSITION.sub("", key) for key in thresholds), *self.decided_by))
        )

    def stated_threshold(self, region: Region) -> str:
        """The threshold as configured."""
        return self.threshold.format_map(dict(region))

    def resolve(self) -> Callable[[StoredTables, Region], Verdict]:
        """The function that evaluates the gate, imported on first use. It may raise; `evaluate` does not."""
        function, arguments = (_RULE, (self.rule,)) if self.rule else (self.function, self.arguments)
        return partial(resolve_name(f"lm_synth_assets.gates.{function}"), *arguments)

    def evaluate(self, tables: StoredTables, region: Region) -> Verdict:
        """The verdict on some stored tables, whatever they hold: never raises."""
        try:
            verdict = self.resolve()(tables, region)
        except Unreadable as error:
            verdict = _not_evaluated(str(error))
        except Exception as error:
            # Tables that break their schema or their keys may hold anything.
            verdict = _not_evaluated(
                "such data cannot be evaluated; first mend what schema and keys report "
                f"({type(error).__name__}: {error})"
            )
        return replace(verdict, threshold=verdict.threshold or self.stated_threshold(region))


_RULE = "rules.rule:evaluate"
"""What evaluates an exact rule, given its name, the tables and the region."""


NOT_EVALUATED = "not evaluated: "
"""What stands before the reason for which a gate could not be evaluated."""


def _not_evaluated(reason: str) -> Verdict:
    return Verdict(False, "to be evaluated", f"{NOT_EVALUATED}{reason}", evaluated=False)
