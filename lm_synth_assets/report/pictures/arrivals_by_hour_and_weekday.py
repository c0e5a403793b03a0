"""When people come to the ED: a map of the hours of the week for each ED subservice."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, picture
from lm_synth_assets.report.pictures.style import (
    SEEN,
    WIDTH,
    count,
    panel,
)
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import ED_SUBSERVICES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DAYS = list(calendar.day_name)
_SHAPE = len(ED_SUBSERVICES), len(_DAYS), 24
_STEPS = 24
"""Shades of the scale."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Visits of the start year by subservice and hour of the week, and their mean over its weeks."""
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
    return pd.DataFrame(
        {
            "ed_subservice": np.array(ED_SUBSERVICES)[service],
            "weekday": np.array(_DAYS)[day],
            "hour": hour,
            "visits": counts,
            "visits_per_hour": counts / days[day],
        }
    )


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 7.1)
    mean = frame["visits_per_hour"].to_numpy(float).reshape(_SHAPE)
    totals = _totals(frame)
    for row, name in enumerate(ED_SUBSERVICES):
        bottom = 0.65 + 2.15 * (len(ED_SUBSERVICES) - 1 - row)
        axes, most = panel(figure, 1.15, bottom, 6.9, 1.68), mean[row].max()
        _map(axes, mean[row], most)
        axes.set_title(f"{name}: {count(totals[name], 'visit')}")
        if most > 0:
            _scale(panel(figure, 8.3, bottom, 0.15, 1.68), most)
    axes.set_xlabel("hour of arrival (blank where nobody comes)")


def _map(axes: Axes, mean: Floats, most: float) -> None:
    """A square for each hour of the week that anybody comes in (weekday, hour)."""
    from matplotlib.collections import PolyCollection

    day, hour = np.nonzero(mean)
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * 0.94 + 0.03
    squares = PolyCollection(
        list(np.stack([hour, day], axis=-1)[:, None] + square),
        facecolors=_shades(mean[day, hour] / most),
        linewidths=0,
        clip_on=False,
    )
    axes.add_collection(squares, autolim=False)
    axes.set(xlim=(0, 24), ylim=(len(_DAYS), 0), xticks=range(0, 25, 3), yticks=np.arange(len(_DAYS)) + 0.5)
    axes.set_yticklabels(_DAYS)
    axes.spines[:].set_visible(False)


def _scale(axes: Axes, most: float) -> None:
    level = np.arange(_STEPS) / _STEPS
    axes.bar(0, most / _STEPS, bottom=most * level, color=_shades(level + 0.5 / _STEPS))
    axes.set(xlim=(-0.4, 0.4), ylim=(0, most), xticks=[])
    axes.yaxis.tick_right()
    axes.locator_params(axis="y", nbins=4)
    axes.spines[:].set_visible(False)
    axes.set_title("visits an hour", loc="right", fontsize=10, fontweight="normal", x=3.2)


def _shades(level: Floats) -> Floats:
    """The fuller the higher the level, from 0 to 1: what is low fades into any background."""
    from matplotlib.colors import to_rgba_array

    return to_rgba_array([SEEN] * len(level), 0.04 + 0.96 * level)


def _totals(frame: pd.DataFrame) -> pd.Series[int]:
    return frame.groupby("ed_subservice")["visits"].sum()


def _describe(frame: pd.DataFrame) -> str:
    totals = _totals(frame)
    parts = []
    for name in ED_SUBSERVICES:
        of_service = frame[frame["ed_subservice"] == name]
        most = of_service.loc[of_service["visits_per_hour"].idxmax()]
        peak = f", most on {most['weekday']}s from {most['hour']}:00 ({most['visits_per_hour']:.2f} an hour)"
        parts.append(f"{name} {count(totals[name], 'visit')}{peak if totals[name] else ''}")
    return f"ED arrivals by hour and weekday: {'; '.join(parts)}."


ARRIVALS_BY_HOUR_AND_WEEKDAY = picture(
    "arrivals_by_hour_and_weekday",
    "ED arrivals by hour and weekday",
    "ed_encounters",
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
