"""What the projection says of each site: its ED visits in the first and in the last year, by scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, names_of, picture
from lm_synth_assets.report.pictures.style import (
    BAND,
    DOT,
    MOST_ROWS,
    SEEN,
    change,
    count,
    left_out,
    legend,
    rows,
    short,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONGEST_NAME = 1.3
"""Inches."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Projected ED visits of all subservices by site, scenario and year, first and last year only.

    The site with most visits comes first, and the baseline before the other scenarios.
    """
    projection = tables["ed_projection"]
    ends = projection["year"].isin([projection["year"].min(), projection["year"].max()])
    by = ["site_id", "scenario_id", "year"]
    totals = projection[ends].groupby(by)["projected_volumes"].sum().reset_index(name="projected_visits")
    frame = pd.DataFrame({"year": totals["year"], "projected_visits": totals["projected_visits"]})
    for place, noun in enumerate(("site", "scenario")):
        frame.insert(place, noun, names_of(tables, noun, totals[f"{noun}_id"]))
    size = totals["projected_visits"].groupby(totals["site_id"]).transform("sum")
    most_first = size.sort_values(ascending=False, kind="stable").index
    return frame.loc[most_first].reset_index(drop=True)


def _by_site(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """Visits of a year (sites, scenarios), both in the order of the frame."""
    of_year = frame[frame["year"] == year]
    table = of_year.pivot_table(index="site", columns="scenario", values="projected_visits", sort=False)
    return table.reindex(index=frame["site"].unique(), columns=frame["scenario"].unique())


def _ends(frame: pd.DataFrame) -> tuple[int, int]:
    return int(frame["year"].min()), int(frame["year"].max())


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    first, last = _ends(frame)
    before, after = _by_site(frame, first), _by_site(frame, last)
    drawn = after.head(MOST_ROWS)
    start = before.loc[drawn.index].iloc[:, 0].fillna(0.0)
    baseline = drawn.iloc[:, 0]
    axes = rows(figure, drawn.index.tolist(), list(map(change, start, baseline)), "change")
    position = np.arange(len(drawn))
    bars = axes.barh(position, start, 0.74, **BAND)
    span = axes.hlines(position, drawn.min(axis=1), drawn.max(axis=1), color=SEEN, linewidth=2)
    (dots,) = axes.plot(baseline, position, **DOT)
    axes.set_xlim(0, (max(drawn.max().max(), start.max()) or 1) * 1.03)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel("projected ED visits a year" + left_out(after, drawn, "site"))
    name = short(str(drawn.columns[0]), _LONGEST_NAME)
    legend(
        figure,
        {f"{name} {first}": bars, f"{name} {last}": dots, f"all scenarios {last}": span},
    )


def _describe(frame: pd.DataFrame) -> str:
    first, last = _ends(frame)
    before, after = (_by_site(frame, year).iloc[:, 0].fillna(0.0) for year in (first, last))
    name, largest = frame["scenario"].iloc[0], before.index[0]
    grown = (after / before.where(before > 0)).dropna()
    if first == last or grown.empty:
        return (
            f"{name}: {before.sum():,.0f} ED visits in {first}, most at {largest} ({before[largest]:,.0f})."
        )
    least, most = (
        f"{site} ({change(before[site], after[site])})" for site in (grown.idxmin(), grown.idxmax())
    )
    return (
        f"{name}: {before.sum():,.0f} ED visits at {count(len(before), 'site')} in {first}, "
        f"{after.sum():,.0f} in {last} ({change(before.sum(), after.sum())}). The change is smallest at "
        f"{least} and largest at {most}. Busiest site: {largest}, {before[largest]:,.0f} visits in {first} "
        f"and {after[largest]:,.0f} in {last}."
    )


PROJECTED_BY_SITE = picture(
    "projected_by_site",
    "ED visits projected by site and scenario",
    "ed_projection",
    reads=("dim_scenario", "dim_site"),
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
