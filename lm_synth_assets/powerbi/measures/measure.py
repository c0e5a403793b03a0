"""What a measure is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple


class Format(NamedTuple):
    """How numbers are shown: the format string of DAX, and that of Python, after multiplication."""

    dax: str
    python: str
    factor: float = 1.0

    def shown(self, value: float) -> str:
        """A number as the report shows it."""
        return format(value * self.factor, self.python) + ("%" if self.dax.endswith("%") else "")


WHOLE: Final = Format("#,##0", ",.0f")
ONE_DECIMAL: Final = Format("#,##0.0", ",.1f")
TWO_DECIMALS: Final = Format("#,##0.00", ",.2f")
PERCENT: Final = Format("0.0%", ",.1f", 100.0)


@dataclass(frozen=True)
class Measure:
    """A measure of the model.

    It belongs to `table`, where Power BI lists it in `folder`. `description` says its unit, and whether it
    counts the sample, or estimates or projects all residents. `sql` gives, over the stored tables and in
    DuckDB, the number that `dax` shows where nothing is filtered; it writes every column with its table.
    """

    name: str
    table: str
    folder: str
    format: Format
    description: str
    dax: str
    sql: str


def per_1000(part: str, whole: str) -> str:
    """DAX: how many of a part there are for 1,000 of a whole."""
    return f"DIVIDE ( {part}, {whole} ) * 1000"


def growth(later: str, first: str) -> str:
    """DAX: how much more a later number is than the first one; nothing where there is no later number."""
    return f"""\
VAR Later = {later}
RETURN
    IF ( NOT ISBLANK ( Later ), DIVIDE ( Later, {first} ) - 1 )"""


def share(part: str, whole: str) -> str:
    """DAX: the share of a part in a whole, 0 where there is none of it."""
    return f"DIVIDE (\n    COALESCE ( {part}, 0 ),\n    {whole}\n)"
