"""What the quality report tells of a stored data set, as data: nothing here knows what a page looks like.

Where something cannot be had, the reason stands in its place. No text names the folder or the database of the
tables, so that the same data set has the same report wherever it lies.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import NamedTuple

import pandas as pd

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.dataset.evaluate import evaluate
from lm_synth_assets.dataset.outcome import Outcome, Progress, unseen
from lm_synth_assets.dataset.published_figures import MEASURED, Comparison, published_figures
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


class StoredTable(NamedTuple):
    """A table of the schema: its rows and its gates, or why there are none."""

    name: str
    about: str
    rows: int | None
    why_not: str
    gates: list[GateResult]

    @property
    def passed(self) -> int:
        """How many of its gates have passed."""
        return sum(result.passed for result in self.gates)

    @property
    def mark(self) -> Mark:
        """The worst mark of its gates."""
        return max((result.mark for result in self.gates), key=_FROM_GOOD_TO_BAD.index)


class Plate(NamedTuple):
    """A picture with its numbers and what it tells in a sentence, or why there is none."""

    name: str
    title: str
    sentence: str = ""
    svg: str = ""
    numbers: Grid = NO_ROWS
    why_not: str = ""


@dataclass(frozen=True)
class Content:
    """All that the page says. `outcome` is that of the gates, with every path as `validate` shows it."""

    outcome: Outcome
    identity: Identity
    tables: list[StoredTable]
    plates: list[Plate]
    figures: list[Comparison]
    why_no_figures: str


def gather(data_set: DataSet, outcome: Outcome | None = None, progress: Progress = unseen) -> Content:
    """All that is to be said of a data set; its gates are evaluated unless their `outcome` is given."""

    def judged(done: int, steps: int, table: str) -> None:
        progress(done, steps + len(PICTURES), table)

    outcome = outcome or evaluate(data_set, progress=judged)
    here = _placeless(data_set.store)
    absent = {name: here(reason) for name, reason in outcome.left_out.items()}
    frames = {}
    for name in TABLES:
        frame = data_set.tables.inspection(name).frame
        if frame is None:
            absent.setdefault(name, f"cannot be read as declared (see the gate {name}.schema)")
        elif name not in absent:
            frames[name] = frame

    steps = len(TABLES) - len(outcome.left_out)
    plates = []
    for drawn, picture in enumerate(PICTURES, start=1):
        plates.append(_plate(picture, frames, absent, data_set.region))
        progress(steps + drawn, steps + len(PICTURES), picture.name)
    figures, why_no_figures = _figures(frames, absent, data_set.region)
    return Content(
        outcome=outcome,
        identity=identity(data_set.request, frames.get("dataset_manifest")),
        tables=[_table(name, frames, absent, outcome, here) for name in TABLES],
        plates=plates,
        figures=figures,
        why_no_figures=why_no_figures,
    )


def _placeless(store: ReadableStore) -> Callable[[str], str]:
    """Makes a text name tables by their file, or their name in a database, without where that lies."""
    locations = {store.location(table): PurePath(store.location(table)).name for table in TABLES.values()}

    def rewritten(text: str) -> str:
        for location, name in locations.items():
            text = text.replace(location, name)
        return text

    return rewritten


def _table(
    name: str, frames: Frames, absent: Reasons, outcome: Outcome, here: Callable[[str], str]
) -> StoredTable:
    return StoredTable(
        name=name,
        about=TABLES[name].comment or "",
        rows=len(frames[name]) if name in frames else None,
        why_not=absent.get(name, ""),
        gates=[_without_locations(result, here) for result in outcome.gates if result.table == name],
    )


def _without_locations(result: GateResult, here: Callable[[str], str]) -> GateResult:
    observed = here(result.observed)
    rows = tuple(
        tuple(here(cell) if isinstance(cell, str) else cell for cell in row) for row in result.offending.rows
    )
    # A single problem needs no table beside its own words.
    offending = OffendingRows() if rows == ((observed,),) else replace(result.offending, rows=rows)
    return replace(result, observed=observed, offending=offending)


def _plate(picture: Picture, frames: Frames, absent: Reasons, region: Region) -> Plate:
    plate = Plate(picture.name, picture.title)
    if why_not := _lacking((picture.table, *picture.reads), absent):
        return plate._replace(why_not=why_not)
    try:
        shown = picture.measure(frames, region)
        return plate._replace(sentence=picture.tell(shown), svg=svg(picture, shown), numbers=of_frame(shown))
    except Exception as error:
        return plate._replace(why_not=_unlike(error))


def _figures(frames: Frames, absent: Reasons, region: Region) -> tuple[list[Comparison], str]:
    if why_not := _lacking(MEASURED, absent):
        return [], why_not
    try:
        return published_figures(frames, region), ""
    except Exception as error:
        return [], _unlike(error)


def _lacking(needed: Iterable[str], absent: Reasons) -> str:
    """Why something cannot be had that needs some tables; empty where all of them are there."""
    return "; ".join(f"{name}: {absent[name]}" for name in dict.fromkeys(needed) if name in absent)


def _unlike(error: Exception) -> str:
    # Tables that break their schema or their keys may be like nothing that was thought of.
    return f"such data cannot be measured ({type(error).__name__}: {error})"
