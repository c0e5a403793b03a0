"""How many beds are occupied through the year, and how many of them by patients who wait in ALC."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.gates.statistics.carry_over import expected_on_1_january
from lm_synth_assets.model.calendar import DAY
from lm_synth_assets.model.sample import sampling_weight
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, joinable, picture
from lm_synth_assets.report.pictures.style import (
    BAND,
    INK,
    LINE,
    SEEN,
    WIDTH,
    as_day,
    legend,
    months,
    panel,
    share,
)
from lm_synth_assets.schema.arrays import Ints

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_WIDTH = 4
"""Days that the bar of one day is wide, so that it can be seen."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Patients of the sample in a bed at noon of each day of the start year, and in ALC.

    ALC days are the last of a stay. `beds_of_all_residents` are the patients times the sampling weight.
    Expected are those that rates and lengths imply as the year begins, for that day alone.
    """
    stays = tables["ip_stays"]
    start = np.datetime64(region.run.reference_date, "s")
    admitted, discharged = (
        (stays[name].to_numpy().astype("datetime64[s]") - start).astype(np.int64)
        for name in ("admit_ts", "discharge_ts")
    )
    waiting = discharged - np.rint(stays["alc_days"].fillna(0.0).to_numpy(float) * DAY).astype(np.int64)
    year = region.run.start_year
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    noon = np.arange(len(days)) * DAY + DAY // 2
    beds = _under_way(admitted, discharged, noon)
    read = joinable(tables, "ip_stays", "patients")
    expected = np.full(len(days), np.nan)
    expected[0] = expected_on_1_january(read, region).by_place.sum()
    return pd.DataFrame(
        {
            "day": days,
            "patients": beds,
            "expected_patients": expected,
            "in_alc": _under_way(np.maximum(waiting, admitted), discharged, noon),
            "beds_of_all_residents": np.rint(beds * sampling_weight(region)).astype(np.int64),
        }
    )


def _under_way(begin: Ints, end: Ints, moments: Ints) -> Ints:
    """How many of some spans have begun and not ended at each moment."""
    return np.searchsorted(np.sort(begin), moments, "right") - np.searchsorted(np.sort(end), moments, "right")


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 4.2)
    axes = panel(figure, 0.85, 0.65, 7.9, 2.9)
    first = frame["day"].iloc[0]
    noon = np.arange(len(frame)) + 0.5
    months(axes, first)
    (beds,) = axes.plot(noon, frame["patients"], **LINE)
    expected = frame["expected_patients"].iloc[0]
    bar = axes.bar(_WIDTH / 2, expected, _WIDTH, **BAND)
    (waiting,) = axes.plot(noon, frame["in_alc"], color=SEEN, linewidth=1.5)
    axes.set_ylim(0, (max(frame["patients"].max(), expected) or 1) * 1.05)
    axes.locator_params(axis="y", nbins=5)
    axes.grid(axis="y")
    axes.spines["bottom"].set_color(INK)
    axes.set_ylabel("patients of the sample")
    axes.set_xlabel(f"days of {first.year}")
    legend(figure, {"in a bed at noon": beds, "of these, in ALC": waiting, "expected on 1 January": bar})


def _describe(frame: pd.DataFrame) -> str:
    beds = frame["patients"]
    least, most = beds.idxmin(), beds.idxmax()
    return (
        f"On average {beds.mean():,.1f} patients of the sample are in bed at noon, which stands for "
        f"{frame['beds_of_all_residents'].mean():,.0f} beds of all residents. The fewest are {beds[least]:,} "
        f"({as_day(frame['day'][least])}), the most {beds[most]:,} ({as_day(frame['day'][most])}). "
        f"For 1 January, rates and lengths of stay imply {frame['expected_patients'].iloc[0]:,.1f}. "
        f"Patients in ALC take {share(frame['in_alc'].sum(), beds.sum())} of the beds."
    )


CENSUS = picture(
    "census",
    "Beds occupied through the year",
    "ip_stays",
    reads=("patients",),
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
