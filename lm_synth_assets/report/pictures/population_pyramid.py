"""The residents by age and gender, in the first and in the last year of the projection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, picture
from lm_synth_assets.report.pictures.style import (
    LINE,
    OTHER,
    SEEN,
    WIDTH,
    change,
    count,
    legend,
    panel,
    share,
    write,
)
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import (
    AGE_BANDS,
    AGE_GROUPS,
    GENDERS,
    OLDEST_AGE,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIDES, _COLOURS = ("Female", "Male"), (OTHER, SEEN)
_EDGES = np.array([band.first_age for band in AGE_BANDS] + [OLDEST_AGE + 1])
_WIDTHS = np.diff(_EDGES)
_OLD = [band.label for band in AGE_BANDS if band.first_age >= 65]
_BOTTOM, _HEIGHT, _MIDDLE = 1.0, 4.0, 4.2
"""Inches."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Residents by year, gender and age group."""
    projection = tables["population_projection"]
    ends = projection["year"].isin([projection["year"].min(), projection["year"].max()])
    by = ["year", "gender", "age_group"]
    return projection[ends].groupby(by, observed=True)["population"].sum().reset_index(name="residents")


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 5.7)
    years, totals = _years(frame), _totals(frame)
    sides = [np.stack([_by_age(frame, year, side) / _WIDTHS for year in years]) for side in _SIDES]
    longest = max(side.max() for side in sides) or 1.0
    left, right = (panel(figure, edge_of_panel, _BOTTOM, 3.45, _HEIGHT) for edge_of_panel in (0.3, 4.6))
    drawn = [_half(*each) for each in zip((left, right), sides, _COLOURS, strict=True)]
    left.set_title(_SIDES[0], loc="right")
    left.set_xlim(longest * 1.08, 0)
    right.set_title(_SIDES[1])
    right.set_xlim(0, longest * 1.08)
    left.spines[["left", "right"]].set_visible(False)
    left.spines["right"].set_visible(True)
    _column(figure, _MIDDLE, "age", AGE_GROUPS, ha="center")
    if len(years) > 1:
        before, after = (_by_age(frame, year) for year in years)
        _column(figure, WIDTH - 0.2, "change", list(map(change, before, after)), ha="right")
    write(figure, _MIDDLE, 0.52, "residents per year of age (so areas are residents)", ha="center")
    write(figure, _MIDDLE, 0.18, f"Not drawn: {_not_drawn(frame)}", ha="center")
    # The same marks on both sides: the bars of the first year, the outlines of the last.
    marks = zip(*drawn, strict=True)
    labels = [f"{year}: {count(totals[year], 'resident')}" for year in years]
    legend(figure, dict(zip(labels, marks, strict=True)))


def _half(axes: Axes, by_year: Floats, colour: str) -> list[Any]:
    """What is drawn for each year (years, age groups)."""
    first, last = by_year[0], by_year[-1]
    drawn: list[Any] = [axes.barh(_EDGES[:-1], first, height=_WIDTHS - 0.5, align="edge", color=colour)]
    if len(by_year) > 1:
        drawn.append(axes.stairs(last, _EDGES, orientation="horizontal", baseline=None, **LINE))
    axes.set_ylim(0, _EDGES[-1])
    axes.set_yticks([])
    axes.locator_params(axis="x", nbins=4)
    axes.grid(axis="x")
    return drawn


def _column(figure: Figure, left: float, heading: str, labels: Sequence[str], **how: Any) -> None:
    """Words beside the age groups."""
    write(figure, left, _BOTTOM + _HEIGHT + 0.1, heading, fontweight="bold", **how)
    for edge, width, word in zip(_EDGES[:-1], _WIDTHS, labels, strict=True):
        height = _BOTTOM + _HEIGHT * (edge + width / 2) / _EDGES[-1]
        write(figure, left, height, word, va="center", **how)


def _years(frame: pd.DataFrame) -> list[int]:
    return sorted(frame["year"].unique().tolist())


def _totals(frame: pd.DataFrame) -> pd.Series[int]:
    return frame.groupby("year")["residents"].sum()


def _by_age(frame: pd.DataFrame, year: int, *genders: str) -> Floats:
    """Residents in each age group, of some genders or of all."""
    of_year = frame[(frame["year"] == year) & frame["gender"].isin(genders or GENDERS)]
    return (
        of_year.groupby("age_group", observed=False)["residents"]
        .sum()
        .reindex(AGE_GROUPS, fill_value=0)
        .to_numpy(float)
    )


def _not_drawn(frame: pd.DataFrame) -> str:
    others = _totals(frame[~frame["gender"].isin(_SIDES)])
    numbers = (f"{count(others.get(year, 0), 'resident')} in {year}" for year in _years(frame))
    return f"gender Other, {' and '.join(numbers)}"


def _describe(frame: pd.DataFrame) -> str:
    totals, years = _totals(frame), _years(frame)
    totals_text = f"{count(totals[years[0]], 'resident')} in {years[0]}"
    old = frame[frame["age_group"].isin(_OLD)]
    if len(years) > 1:
        totals_text += (
            f" and {totals[years[-1]]:,} in {years[-1]} ({change(totals[years[0]], totals[years[-1]])})"
        )
    shares = (f"{share(_totals(old).get(year, 0), totals[year])} in {year}" for year in years)
    return f"{totals_text}, by age group and gender. Those of 65 and over are {' and '.join(shares)}."


POPULATION_PYRAMID = picture(
    "population_pyramid",
    "Residents by age and gender",
    "population_projection",
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
