"""The result of a gate: its mark, what it expected and observed, and the rows that breach it, all as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from lm_synth_assets.gates.gate import Gate, Verdict

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
        """The rows as a Markdown table, aligned so that it reads as text too; empty where there are none."""
        # Imported lazily: not needed to load declarations.
        from tabulate import tabulate  # type: ignore[import-untyped]

        return str(tabulate(self.rows, self.columns, tablefmt="pipe")) if self.rows else ""


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
    offending: OffendingRows = OffendingRows()

    @property
    def passed(self) -> bool:
        """Whether the gate was evaluated and holds."""
        return self.mark is Mark.PASS

    @property
    def full_name(self) -> str:
        """The gate's name with its table."""
        return f"{self.table}.{self.gate}"


def result_of(gate: Gate, verdict: Verdict) -> GateResult:
    """The result of a gate with this verdict."""
    return GateResult(
        table=gate.table,
        gate=gate.name,
        description=gate.description,
        formula=gate.formula,
        blocking=gate.blocking,
        mark=_mark(gate, verdict),
        expected=verdict.expected,
        observed=verdict.observed,
        threshold=verdict.threshold,
        offending=OffendingRows.of(verdict.offending),
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
