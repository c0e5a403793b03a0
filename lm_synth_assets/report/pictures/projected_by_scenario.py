"""What the projection says: ED visits of all residents by year, in each scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, names_of, picture
from lm_synth_assets.report.pictures.style import (
    INK,
    LINE,
    OTHER,
    SEEN,
    WIDTH,
    change,
    count,
    legend,
    panel,
    short,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONGEST_NAME = 2.0
"""Inches."""

_MOST_YEARS = 12
"""More of them are not written below the axis."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Projected ED visits of all sites and subservices by scenario and year, the baseline first."""
    totals = tables["ed_projection"].groupby(["scenario_id", "year"])["projected_volumes"].sum()
    frame = totals.rename("projected_visits").reset_index()
    frame.insert(0, "scenario", names_of(tables, "scenario", frame.pop("scenario_id")))
    return frame


def _of_last_year(frame: pd.DataFrame) -> pd.Series[float]:
    """Visits of the last year by scenario, in the order of the frame."""
    last = frame[frame["year"] == frame["year"].max()]
    return last.set_index("scenario")["projected_visits"]


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 4.0)
    axes = panel(figure, 1.1, 0.65, 7.5, 2.7)
    of_last_year = _of_last_year(frame)
    baseline, highest, lowest = of_last_year.index[0], of_last_year.idxmax(), of_last_year.idxmin()
    colours = {lowest: OTHER, highest: SEEN, baseline: INK}
    marks: dict[str, Any] = {}
    others: list[Any] = []
    for name, of_scenario in frame.groupby("scenario", sort=False):
        named = {"color": colours[name]} if name in colours else {"alpha": 0.35, "linewidth": 1.0}
        style = LINE | {"marker": "o", "markersize": 3.5} | named
        (line,) = axes.plot(of_scenario["year"], of_scenario["projected_visits"], **style)
        if name in colours:
            marks[short(str(name), _LONGEST_NAME)] = line
        else:
            others.append(line)
    years = sorted(frame["year"].unique().tolist())
    written = years[:: -(-len(years) // _MOST_YEARS)]
    axes.set_xticks(written, [str(year) for year in written])
    axes.set_ylim(0, (frame["projected_visits"].max() or 1) * 1.05)
    axes.set_ylabel("ED visits a year")
    if others:
        marks[count(len(others), "other scenario")] = others[0]
    axes.set_xlabel("year")
    axes.grid(axis="y")
    legend(figure, marks)


def _describe(frame: pd.DataFrame) -> str:
    of_last_year = _of_last_year(frame)
    baseline = frame[frame["scenario"] == of_last_year.index[0]]
    first, last = (baseline.iloc[place] for place in (0, -1))
    sentence = f"{first['scenario']}: {first['projected_visits']:,.0f} ED visits in {first['year']}"
    if last["year"] > first["year"]:
        grown = change(first["projected_visits"], last["projected_visits"])
        sentence += f", {last['projected_visits']:,.0f} in {last['year']} ({grown})"
    if len(of_last_year) > 1:
        least, most = (
            f"{of_last_year[name]:,.0f} ({name})" for name in (of_last_year.idxmin(), of_last_year.idxmax())
        )
        sentence += f". In {last['year']} the scenarios range from {least} to {most}"
    return sentence + "."


PROJECTED_BY_SCENARIO = picture(
    "projected_by_scenario",
    "ED visits projected by scenario",
    "ed_projection",
    reads=("dim_scenario",),
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
