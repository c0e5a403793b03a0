"""How the year goes: ED visits by week, beside what the configured rhythms let one expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lm_synth_assets.model.arrivals import day_effect_memory, day_effect_variance, ed_day_shares
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, picture
from lm_synth_assets.report.pictures.style import (
    BAND,
    DOT,
    LINE,
    WIDTH,
    legend,
    months,
    panel,
)
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import ED_SUBSERVICES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WEEKS = 52


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Visits a day in each week of the start year, and the range that 95% of such weeks lie in.

    Weeks begin on 1 January; the last has the year's last days too. Expected are the year's visits, spread as
    the rhythm of their subservice and the holidays spread them, that of patients who are admitted being a
    little different. Chance is that of Poisson counts and of the day effects.
    """
    visits = tables["ed_encounters"]
    shares = ed_day_shares(region)
    first_day = np.datetime64(region.run.reference_date)
    day = (visits["arrival_ts"].to_numpy().astype("datetime64[D]") - first_day).astype(np.int64)
    inside = (day >= 0) & (day < shares.shape[1])
    visits, week = visits[inside], np.minimum(day[inside] // 7, _WEEKS - 1)
    cell = visits["ed_subservice"].cat.codes.to_numpy() * _WEEKS + week
    observed = np.bincount(cell, minlength=len(ED_SUBSERVICES) * _WEEKS).reshape(-1, _WEEKS)

    days = np.arange(shares.shape[1])
    of_week = np.minimum(days // 7, _WEEKS - 1) == np.arange(_WEEKS)[:, None]
    expected = observed.sum(axis=1)[:, None, None] * shares[:, None] * of_week
    alike = day_effect_memory(region, len(days))
    effects = _day_effects(visits, region)[:, None] * ((expected @ alike) * expected).sum(axis=-1)
    usual = expected.sum(axis=-1)
    spread = 1.96 * np.sqrt(usual + effects)
    length = of_week.sum(axis=1)
    service, number = (axis.ravel() for axis in np.indices(observed.shape))
    return pd.DataFrame(
        {
            "ed_subservice": np.array(ED_SUBSERVICES)[service],
            "week_from": pd.Timestamp(region.run.reference_date) + pd.to_timedelta(7 * number, unit="D"),
            "visits_per_day": (observed / length).ravel(),
            "expected_per_day": (usual / length).ravel(),
            "low_per_day": (np.maximum(usual - spread, 0) / length).ravel(),
            "high_per_day": ((usual + spread) / length).ravel(),
        }
    )


def _day_effects(visits: pd.DataFrame, region: Region) -> Floats:
    """Variance of the relative day effect on all sites' arrivals (ED subservice,)."""
    sites, site = np.unique(visits["facility_id"], return_inverse=True)
    cell = visits["ed_subservice"].cat.codes.to_numpy() * len(sites) + site
    by_site = np.bincount(cell, minlength=len(ED_SUBSERVICES) * len(sites)).reshape(len(ED_SUBSERVICES), -1)
    pairs = zip(ED_SUBSERVICES, by_site, strict=True)
    return np.array([day_effect_variance(region, name, of_service) for name, of_service in pairs])


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 6.75)
    for row, name in enumerate(ED_SUBSERVICES):
        axes = panel(figure, 0.85, 0.65 + 1.95 * (len(ED_SUBSERVICES) - 1 - row), 7.9, 1.45)
        marks = _weeks(axes, frame[frame["ed_subservice"] == name], named=name == ED_SUBSERVICES[-1])
        axes.set_title(name)
        axes.set_ylabel("visits a day")
    axes.set_xlabel(f"weeks of {frame['week_from'].iloc[0].year}")
    legend(figure, marks)


def _weeks(axes: Axes, frame: pd.DataFrame, *, named: bool) -> dict[str, Any]:
    """The marks that are drawn, by meaning; months are `named` below the last of several axes."""
    first = frame["week_from"].iloc[0]
    middle = (frame["week_from"] - first).dt.days + 3.5
    band = axes.fill_between(middle, frame["low_per_day"], frame["high_per_day"], **BAND)
    (expected,) = axes.plot(middle, frame["expected_per_day"], **LINE)
    (observed,) = axes.plot(middle, frame["visits_per_day"], **(DOT | {"markersize": 4.5}))
    months(axes, first, named=named)
    bottom, top = axes.get_ylim()
    axes.set_ylim(max(bottom, -0.05 * top), top)
    axes.locator_params(axis="y", nbins=4)
    axes.grid(axis="y")
    return {"observed week": observed, "expected from the rhythm": expected, "95% of weeks by chance": band}


def _describe(frame: pd.DataFrame) -> str:
    outside = ~frame["visits_per_day"].between(frame["low_per_day"], frame["high_per_day"])
    ranges = []
    for name in ED_SUBSERVICES:
        of_service = frame[frame["ed_subservice"] == name]["visits_per_day"]
        ranges.append(f"{name} {of_service.min():,.1f} to {of_service.max():,.1f}")
    return (
        f"ED visits a day by week of the year: {', '.join(ranges)}. {outside.sum()} of {len(frame)} weeks "
        f"fall outside the 95% range (about {0.05 * len(frame):.0f} expected)."
    )


SEASONALITY = picture(
    "seasonality",
    "ED visits through the year",
    "ed_encounters",
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
