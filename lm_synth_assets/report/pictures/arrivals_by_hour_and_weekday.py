"""When people come to the ED: a map of the hours of the week for each ED subservice, all on one scale."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.heat_map import heat_map, shades
from lm_synth_assets.report.pictures.picture import Tables, picture
from lm_synth_assets.report.pictures.style import (
    WIDTH,
    count,
    panel,
)
from lm_synth_assets.schema.vocabulary import ED_SUBSERVICES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DAYS = list(calendar.day_name)
_SHAPE = len(ED_SUBSERVICES), len(_DAYS), 24
_STEPS = 24
"""Shades of the scale."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Visits of the start year by subservice and hour of the week, their mean over its weeks, and the share
    of that in the mean week of the subservice.
    """
    year = region.run.start_year
    visits = tables["ed_encounters"]
    visits = visits[visits["arrival_ts"].dt.year == year]
    cell = (
        visits["ed_subservice"].cat.codes.to_numpy(),
        visits["arrival_ts"].dt.dayofweek.to_numpy(),
        visits["arrival_ts"].dt.hour.to_numpy(),
    )
    counts = np.bincount(np.ravel_multi_index(cell, _SHAPE), minlength=int(np.prod(_SHAPE)))
    service, day, hour = (axis.ravel() for axis in np.indices(_SHAPE))
    days = np.bincount(pd.date_range(f"{year}-01-01", f"{year}-12-31").dayofweek)
    mean = (counts / days[day]).reshape(len(ED_SUBSERVICES), -1)
    return pd.DataFrame(
        {
            "ed_subservice": np.array(ED_SUBSERVICES)[service],
            "weekday": np.array(_DAYS)[day],
            "hour": hour,
            "visits": counts,
            "visits_per_hour": mean.ravel(),
            "share_of_week_pct": (100 * mean / np.maximum(mean.sum(axis=1, keepdims=True), 1e-9)).ravel(),
        }
    )


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 7.1)
    share = frame["share_of_week_pct"].to_numpy(float).reshape(_SHAPE)
    totals, most = _totals(frame), float(share.max()) or 1.0
    for row, name in enumerate(ED_SUBSERVICES):
        bottom = 0.65 + 2.15 * (len(ED_SUBSERVICES) - 1 - row)
        axes = panel(figure, 1.15, bottom, 6.9, 1.68)
        heat_map(axes, share[row] / most, _DAYS)
        axes.set_xticks(range(0, 25, 3))
        axes.set_title(f"{name}: {count(totals[name], 'visit')}")
    axes.set_xlabel("hour of arrival (blank: closed or no visits)")
    _scale(panel(figure, 8.3, 0.65 + 2.15, 0.15, 1.68), most)


def _scale(axes: Axes, most: float) -> None:
    """The scale of all maps, so that they can be compared."""
    level = np.arange(_STEPS) / _STEPS
    axes.bar(0, most / _STEPS, bottom=most * level, color=shades(level + 0.5 / _STEPS))
    axes.set(xlim=(-0.4, 0.4), ylim=(0, most), xticks=[])
    axes.yaxis.tick_right()
    axes.locator_params(axis="y", nbins=4)
    axes.spines[:].set_visible(False)
    axes.set_title("% of its visits", loc="right", fontsize=10, fontweight="normal", x=3.2)


def _totals(frame: pd.DataFrame) -> pd.Series[int]:
    return frame.groupby("ed_subservice")["visits"].sum()


def _describe(frame: pd.DataFrame) -> str:
    totals = _totals(frame)
    parts = []
    for name in ED_SUBSERVICES:
        of_service = frame[frame["ed_subservice"] == name]
        most = of_service.loc[of_service["visits_per_hour"].idxmax()]
        peak = f"{most['weekday']} from {most['hour']}:00 ({most['visits_per_hour']:.2f} visits an hour)"
        parts.append(f"{name} {peak if totals[name] else 'has no visits'}")
    return f"The busiest hours of the week: {'; '.join(parts)}."


ARRIVALS_BY_HOUR_AND_WEEKDAY = picture(
    "arrivals_by_hour_and_weekday",
    "ED arrivals by hour and weekday",
    "ed_encounters",
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
