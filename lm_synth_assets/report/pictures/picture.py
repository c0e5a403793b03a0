"""A picture of the data: how its numbers are measured, drawn and described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.region.models.region import Region

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Tables(Protocol):
    """Tables by name, as frames."""

    def __getitem__(self, name: str, /) -> pd.DataFrame: ...


Measure = Callable[[Tables, Region], pd.DataFrame]
Draw = Callable[["Figure", pd.DataFrame], None]
Describe = Callable[[pd.DataFrame], str]


def joinable(tables: Tables, *names: str) -> StoredTables:
    """Some tables, which keep what is joined of them: pictures of the same stored tables share it."""
    if isinstance(tables, StoredTables):
        return tables
    return StoredTables.of({name: tables[name] for name in names})


def names_of(tables: Tables, noun: str, numbers: pd.Series[int]) -> pd.Series[str]:
    """The names that `dim_<noun>` has for numbers; a number that it lacks is named by the noun."""
    names = tables[f"dim_{noun}"].set_index(f"{noun}_id")[f"{noun}_name"]
    return numbers.map(names).fillna(f"{noun} " + numbers.astype(str))


@dataclass(frozen=True)
class Picture:
    """A picture of `table`, which `reads` other tables.

    `measure` returns the numbers shown, tidy; `draw` draws them on a figure, whose height it may set;
    `describe` describes them in one to three sentences, with the key numbers. An empty frame is a picture
    of nothing.
    """

    name: str
    title: str
    table: str
    reads: tuple[str, ...]
    measure: Measure
    draw: Draw
    describe: Describe


def picture(
    name: str,
    title: str,
    table: str,
    *,
    reads: tuple[str, ...] = (),
    measure: Measure,
    draw: Draw,
    describe: Describe,
) -> Picture:
    """A picture that says so where there is nothing to show: of an empty table, or of none of its rows."""

    def measured(tables: Tables, region: Region) -> pd.DataFrame:
        return pd.DataFrame() if tables[table].empty else measure(tables, region)

    def drawn(figure: Figure, frame: pd.DataFrame) -> None:
        if frame.empty:
            figure.set_size_inches(figure.get_figwidth(), 1.0)
            figure.text(0.5, 0.5, described(frame), ha="center", va="center")
        else:
            draw(figure, frame)

    def described(frame: pd.DataFrame) -> str:
        return f"Nothing to show: {table} has no rows of this kind." if frame.empty else describe(frame)

    return Picture(name, title, table, reads, measured, drawn, described)
