"""The content of the quality report as data, without its layout.

Where something cannot be made, the reason takes its place. No text names the folder or the database of the
tables, so that the same data set has the same report wherever it is stored.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import NamedTuple

import pandas as pd

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.dataset.evaluate import evaluate
from lm_synth_assets.dataset.figures.comparison import Comparison, compare_tables
from lm_synth_assets.dataset.figures.measures import MEASURED
from lm_synth_assets.dataset.outcome import Outcome, Progress, unseen
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.results import GateResult, Mark, OffendingRows
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.grids import (
    NO_ROWS,
    Grid,
    of_frame,
)
from lm_synth_assets.report.identity import Identity, identity
from lm_synth_assets.report.pictures.picture import Picture
from lm_synth_assets.report.pictures.registry import PICTURES
from lm_synth_assets.report.pictures.rendering import svg
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.store import ReadableStore

_FROM_GOOD_TO_BAD = (Mark.PASS, Mark.WARN, Mark.NOT_EVALUATED, Mark.FAIL)

Frames = Mapping[str, pd.DataFrame]
Reasons = Mapping[str, str]


class TableEntry(NamedTuple):
    """A table of the schema: its rows and its gates, or the reason why there are none."""

    name: str
    about: str
    rows: int | None
    reason: str
    gates: list[GateResult]

    @property
    def passed(self) -> int:
        """How many of its gates have passed."""
        return sum(result.passed for result in self.gates)

    @property
    def mark(self) -> Mark:
        """The worst mark of its gates."""
        return max((result.mark for result in self.gates), key=_FROM_GOOD_TO_BAD.index)


class PictureEntry(NamedTuple):
    """A picture with its numbers and its description, or the reason why it was not drawn."""

    name: str
    title: str
    sentence: str = ""
    svg: str = ""
    numbers: Grid = NO_ROWS
    reason: str = ""


@dataclass(frozen=True)
class Content:
    """The content of the page. `outcome` is that of the gates, with every path as `validate` shows it."""

    outcome: Outcome
    identity: Identity
    tables: list[TableEntry]
    pictures: list[PictureEntry]
    figures: list[Comparison]
    no_figures_reason: str


def gather(data_set: DataSet, outcome: Outcome | None = None, progress: Progress = unseen) -> Content:
    """The content of the report on a data set; its gates are evaluated unless their `outcome` is given."""

    def evaluated(done: int, steps: int, table: str) -> None:
        progress(done, steps + len(PICTURES), table)

    outcome = outcome or evaluate(data_set, progress=evaluated)
    data_set.release()
    strip = strip_locations(data_set.store)
    absent = {name: strip(reason) for name, reason in outcome.left_out.items()}
    frames = {}
    for name in TABLES:
        frame = data_set.tables.inspection(name).frame
        if frame is None:
            absent.setdefault(name, f"cannot be read as declared (see the gate {name}.schema)")
        elif name not in absent:
            frames[name] = frame

    steps = len(TABLES) - len(outcome.left_out)
    pictures, readable = [], StoredTables.of(frames)
    for drawn, picture in enumerate(PICTURES, start=1):
        pictures.append(_picture(picture, readable, absent, data_set.region))
        progress(steps + drawn, steps + len(PICTURES), picture.name)
    figures, no_figures_reason = _figures(frames, absent, data_set.region)
    return Content(
        outcome=outcome,
        identity=identity(data_set.request, frames.get("dataset_manifest"), data_set.store.format_options),
        tables=[_table(name, frames, absent, outcome, strip) for name in TABLES],
        pictures=pictures,
        figures=figures,
        no_figures_reason=no_figures_reason,
    )


def strip_locations(store: ReadableStore) -> Callable[[str], str]:
    """A function that replaces full locations in a text by file or table names, and leaves out `--out`."""
    locations = {store.location(table): PurePath(store.location(table)).name for table in TABLES.values()}
    folders = {location.rpartition("/")[0] for location in locations}
    locations |= {f" --out {shlex.quote(folder)}": "" for folder in folders}

    def rewritten(text: str) -> str:
        for location, name in locations.items():
            text = text.replace(location, name)
        return text

    return rewritten


def _table(
    name: str, frames: Frames, absent: Reasons, outcome: Outcome, strip: Callable[[str], str]
) -> TableEntry:
    return TableEntry(
        name=name,
        about=TABLES[name].comment or "",
        rows=len(frames[name]) if name in frames else None,
        reason=absent.get(name, ""),
        gates=[_without_locations(result, strip) for result in outcome.gates if result.table == name],
    )


def _without_locations(result: GateResult, strip: Callable[[str], str]) -> GateResult:
    observed = strip(result.observed)
    rows = tuple(
        tuple(strip(cell) if isinstance(cell, str) else cell for cell in row) for row in result.offending.rows
    )
    # A single problem is shown as `observed` already.
    offending = OffendingRows() if rows == ((observed,),) else replace(result.offending, rows=rows)
    return replace(result, observed=observed, offending=offending)


def _picture(picture: Picture, tables: StoredTables, absent: Reasons, region: Region) -> PictureEntry:
    entry = PictureEntry(picture.name, picture.title)
    if reason := _missing((picture.table, *picture.reads), absent):
        return entry._replace(reason=reason)
    try:
        numbers = picture.measure(tables, region)
        return entry._replace(
            sentence=picture.describe(numbers), svg=svg(picture, numbers), numbers=of_frame(numbers)
        )
    except Exception as error:
        return entry._replace(reason=_not_measured(error))


def _figures(frames: Frames, absent: Reasons, region: Region) -> tuple[list[Comparison], str]:
    if reason := _missing(MEASURED, absent):
        return [], reason
    try:
        return compare_tables(frames, region), ""
    except Exception as error:
        return [], _not_measured(error)


def _missing(needed: Iterable[str], absent: Reasons) -> str:
    """Why something that needs some tables cannot be made; empty where all of them can be read."""
    return "; ".join(f"{name}: {absent[name]}" for name in dict.fromkeys(needed) if name in absent)


def _not_measured(error: Exception) -> str:
    # Tables that break their schema or their keys may hold anything.
    return f"such data cannot be measured ({type(error).__name__}: {error})"
