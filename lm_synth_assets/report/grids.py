"""Tables as a page shows them: a header, and rows of text.

Here belongs how a value is written: thousands apart, a column's numbers with the same decimals, days as
YYYY-MM-DD.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from lm_synth_assets.gates.results import OffendingRows

MOST_ROWS = 200
"""As many rows of a frame are shown."""

_SHORT = 40
_NAMING = {"year", "years", "seed", "id", "key"}
"""Words in the names of columns whose numbers name rather than count."""

_DECIMALS = {"pct": 2, "visits": 0}
"""The decimals that are of use, by the unit in the name of a column."""

NOTHING = "–"
"""What stands for a value that is not there."""


class Grid(NamedTuple):
    """Rows of text under a header.

    `numeric` says which columns hold numbers, `more` how many rows are not shown.
    """

    columns: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    more: int = 0

    @property
    def short(self) -> bool:
        """Whether every cell fits on a line of its own."""
        return all(len(cell) <= _SHORT for row in self.rows for cell in row)


NO_ROWS = Grid([], [], [])


def of_frame(frame: pd.DataFrame, most: int = MOST_ROWS) -> Grid:
    """The first rows of a frame, without its index."""
    shown = frame.head(most)
    columns = [shown[name] for name in shown.columns]
    return Grid(
        columns=[str(name).replace("_", " ") for name in shown.columns],
        numeric=[_is_number(column) for column in columns],
        rows=[list(row) for row in zip(*map(_written, columns), strict=True)],
        more=len(frame) - len(shown),
    )


def _is_number(values: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _written(values: "pd.Series[Any]") -> list[str]:
    write = _writer(values)
    return [NOTHING if pd.isna(value) else write(value) for value in values]


def _writer(values: "pd.Series[Any]") -> Callable[[Any], str]:
    """How the values of a column are written."""
    if pd.api.types.is_bool_dtype(values):
        return lambda value: "yes" if value else "no"
    if not _is_number(values):
        return _word
    parts = set(str(values.name).split("_"))
    if parts & _NAMING:
        return lambda value: f"{value:.0f}"
    decimals = next(
        (places for unit, places in _DECIMALS.items() if unit in parts and "per" not in parts), None
    )
    if decimals is None:
        decimals = _decimals(values.dropna())
    return lambda value: f"{value:z,.{decimals}f}"


def _decimals(known: "pd.Series[Any]") -> int:
    """As many decimals as the values have; where that are more than any column stores, a sensible few."""
    exact = (places for places in range(5) if (known == known.round(places)).all())
    return next(exact, 4 if known.abs().max() < 1 else 2)


def _word(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return str(value.date() if value == value.normalize() else value)
    return str(value)


def of_offending(offending: OffendingRows) -> Grid:
    """The rows that breach a gate, under the names of their columns."""
    grid = of_frame(pd.DataFrame(list(offending.rows), columns=list(offending.columns)))
    return grid._replace(columns=list(offending.columns), more=offending.total - len(offending.rows))
