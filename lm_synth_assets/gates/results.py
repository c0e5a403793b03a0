"""The result of a gate: its mark, what it expected and observed, and the rows that breach it, all as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Any

from lm_synth_assets.gates.gate import Gate, Verdict
from lm_synth_assets.text import in_markdown, in_one_line

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 10
"""The number of offending rows that a result keeps."""

Cell = str | int | float | bool | None


class Mark(StrEnum):
    """What a gate's verdict means for the data set."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True)
class OffendingRows:
    """The first rows that breach a gate, and how many there are in all (`total`). Days and times are text."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: int = 0

    @classmethod
    def of(cls, frame: pd.DataFrame) -> OffendingRows:
        """The first rows of a frame, without its index."""
        first = frame.head(MOST_ROWS)
        columns = [[_cell(value) for value in first[name]] for name in first.columns]
        return cls(tuple(map(str, first.columns)), tuple(zip(*columns, strict=True)), len(frame))

    def objects(self) -> list[dict[str, Cell]]:
        """Each row by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def markdown(self) -> str:
        """The rows as a Markdown table, in which text is no markup; empty where there are none."""
        return self._table(in_markdown)

    def text(self) -> str:
        """The same to be read as it is, in a terminal or a log."""
        return self._table(in_one_line)

    def _table(self, shown: Callable[[str], str]) -> str:
        # Imported lazily: not needed to load declarations.
        from tabulate import tabulate  # type: ignore[import-untyped]

        rows = [[shown(cell) if isinstance(cell, str) else cell for cell in row] for row in self.rows]
        return str(tabulate(rows, list(map(shown, self.columns)), tablefmt="pipe")) if rows else ""


@dataclass(frozen=True)
class GateResult:
    """The result of one gate on one data set."""

    table: str
    gate: str
    description: str
    formula: str
    blocking: bool
    mark: Mark
    expected: str
    observed: str
    threshold: str
    decided_by: tuple[str, ...] = ()
    """The keys of the configuration that decide whether good data pass."""
    offending: OffendingRows = OffendingRows()
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The figures that decide: observed, expected, difference and threshold, those that there are."""

    @property
    def passed(self) -> bool:
        """Whether the gate was evaluated and holds."""
        return self.mark is Mark.PASS

    @property
    def full_name(self) -> str:
        """The gate's name with its table."""
        return f"{self.table}.{self.gate}"

    @property
    def comparison(self) -> str:
        """What was compared, in a line, and the keys of the configuration that decide."""
        compared = f"expected {self.expected}; observed {self.observed}; threshold {self.threshold}"
        return f"{compared}; decided by {', '.join(self.decided_by)}" if self.decided_by else compared


def result_of(gate: Gate, verdict: Verdict) -> GateResult:
    """The result of a gate with this verdict."""
    return GateResult(
        table=gate.table,
        gate=gate.name,
        description=gate.description,
        formula=gate.formula,
        blocking=gate.blocking,
        mark=_mark(gate, verdict),
        expected=in_one_line(verdict.expected),
        observed=in_one_line(verdict.observed),
        threshold=in_one_line(verdict.threshold),
        decided_by=gate.keys,
        offending=OffendingRows.of(verdict.offending),
        numbers={name: float(value) for name, value in verdict.numbers.items() if isfinite(value)},
    )


def _mark(gate: Gate, verdict: Verdict) -> Mark:
    if not verdict.evaluated:
        return Mark.NOT_EVALUATED
    if verdict.passed:
        return Mark.PASS
    return Mark.FAIL if gate.blocking else Mark.WARN


def _cell(value: Any) -> Cell:
    """A value of a frame as JSON can hold it."""
    import pandas as pd

    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return str(value.date() if value == value.normalize() else value)
    plain = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, str | int | float | bool) else str(plain)
