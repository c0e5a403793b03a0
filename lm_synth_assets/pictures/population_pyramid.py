"""The residents by age and gender, in the first and in the last year of the projection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.pictures.picture import Tables, picture
from lm_synth_assets.pictures.style import (
    BLUE,
    INK,
    VERMILLION,
    WIDTH,
    change,
    count,
    legend,
    panel,
    share,
    write,
)
from lm_synth_assets.simulation.apportion import Floats
from lm_synth_assets.vocabulary import AGE_BANDS, AGE_GROUPS, OLDEST_AGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIDES, _COLOURS = ("Female", "Male"), (OTHER, SEEN)
_EDGES = np.array([band.first_age for band in AGE_BANDS] + [OLDEST_AGE + 1])
_MIDDLES = (_EDGES[1:] + _EDGES[:-1]) / 2
_OLD = [band.label for band in AGE_BANDS if band.first_age >= 65]
_BOTTOM, _HEIGHT = 1.05, 4.0
"""Inches."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Residents by year, gender and age group."""
    projection = tables["population_projection"]
    ends = projection["year"].isin([projection["year"].min(), projection["year"].max()])
    by = ["year", "gender", "age_group"]
    return projection[ends].groupby(by, observed=True)["population"].sum().reset_index(name="residents")


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 5.8)
    years = _years(frame)
    sides = [np.stack([_density(frame, year, side) for year in years]) for side in _SIDES]
    longest = max(side.max() for side in sides) or 1.0
    left, right = panel(figure, 0.3, _BOTTOM, 3.8, _HEIGHT), panel(figure, 4.9, _BOTTOM, 3.8, _HEIGHT)
    for axes, name, side, colour, outwards in zip(
        (left, right), _SIDES, sides, _COLOURS, (-1, 1), strict=True
    ):
        _half(axes, side, colour, outwards)
        axes.set_xlim(0, longest * 1.25)
        axes.set_title(name, loc="right" if outwards < 0 else "left")
    left.invert_xaxis()
    left.spines["left"].set_visible(False)
    left.spines["right"].set_visible(True)
    for band, middle in zip(AGE_BANDS, _MIDDLES, strict=True):
        height = _BOTTOM + _HEIGHT * middle / _EDGES[-1]
        write(figure, WIDTH / 2, height, band.label, ha="center", va="center")
    write(figure, WIDTH / 2, _BOTTOM + _HEIGHT + 0.08, "age", ha="center")
    write(figure, WIDTH / 2, 0.55, "residents per year of age, so that areas are residents", ha="center")
    write(figure, WIDTH / 2, 0.2, f"Not drawn: {_not_drawn(frame)}", ha="center")
    _legend(figure, frame, years)


def _half(axes: Axes, by_year: Floats, colour: str, outwards: int) -> None:
    """One side (years, age groups), with what the last year has more or less than the first."""
    first, last = by_year[0], by_year[-1]
    axes.barh(_EDGES[:-1], first, height=np.diff(_EDGES) - 0.5, align="edge", color=colour)
    if len(by_year) > 1:
        axes.stairs(last, _EDGES, orientation="horizontal", baseline=None, color=INK, linewidth=1.5)
        for before, after, middle in zip(first, last, _MIDDLES, strict=True):
            axes.annotate(
                change(before, after),
                (max(before, after), middle),
                (6 * outwards, 0),
                textcoords="offset points",
                ha="left" if outwards > 0 else "right",
                va="center",
            )
    axes.set_ylim(0, _EDGES[-1])
    axes.set_yticks([])
    axes.locator_params(axis="x", nbins=4)
    axes.grid(axis="x")


def _legend(figure: Figure, frame: pd.DataFrame, years: list[int]) -> None:
    from matplotlib.legend_handler import HandlerTuple
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    totals = _totals(frame)
    marks = [tuple(Patch(color=colour) for colour in _COLOURS), Line2D([], [], color=INK, linewidth=1.5)]
    words = [f"{year}: {count(totals[year], 'resident')}" for year in years]
    legend(
        figure,
        dict(zip(words, marks, strict=False)),
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
    )


def _years(frame: pd.DataFrame) -> list[int]:
    return sorted(frame["year"].unique().tolist())


def _totals(frame: pd.DataFrame) -> pd.Series[int]:
    return frame.groupby("year")["residents"].sum()


def _density(frame: pd.DataFrame, year: int, gender: str) -> Floats:
    """Residents per year of age in each age group: these are of different widths."""
    own = frame[(frame["year"] == year) & (frame["gender"] == gender)]
    by_age = own.set_index("age_group")["residents"].reindex(AGE_GROUPS, fill_value=0)
    return by_age.to_numpy(float) / np.diff(_EDGES)


def _not_drawn(frame: pd.DataFrame) -> str:
    others = _totals(frame[~frame["gender"].isin(_SIDES)])
    numbers = (f"{count(others.get(year, 0), 'resident')} in {year}" for year in _years(frame))
    return f"gender Other, {' and '.join(numbers)}"


def _tell(frame: pd.DataFrame) -> str:
    totals, years = _totals(frame), _years(frame)
    told = f"{count(totals[years[0]], 'resident')} in {years[0]}"
    old = frame[frame["age_group"].isin(_OLD)]
    if len(years) > 1:
        told += f" and {totals[years[-1]]:,} in {years[-1]} ({change(totals[years[0]], totals[years[-1]])})"
    shares = (f"{share(_totals(old).get(year, 0), totals[year])} in {year}" for year in years)
    return f"{told}, by age group and gender. Those of 65 and over are {' and '.join(shares)}."


POPULATION_PYRAMID = picture(
    "population_pyramid",
    "Residents by age and gender",
    "population_projection",
    measure=_measure,
    draw=_draw,
    tell=_tell,
)
