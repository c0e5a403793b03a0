"""Gates on when people come to the ED: hours, weekdays and months, the clock, and how days differ."""

from __future__ import annotations

import calendar

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import within, within_chance
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import Visits, days_of, visits_by_site, visits_of
from lm_synth_assets.model.arrivals import (
    arrivals_by_hour,
    day_effect_memory,
    day_effect_variance,
    day_weights,
    shares,
    visits_by_rhythm,
)
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import ADMITTED, DISPOSITIONS, ED_SUBSERVICES, GENDERS, OLDEST_AGE
from lm_synth_assets.simulation.arrivals import timetable

HOURS = DAY // HOUR
"""Hours of a day."""


def hour_profile(tables: Tables, region: Region) -> Verdict:
    """Arrivals by hour follow the arrival profile of their subservice; there are none while it is closed."""
    visits = visits_of(tables, region)
    expected = expected_arrivals(visits, region).sum(axis=1)
    return _profile(
        "hour", list(range(HOURS)), expected, observed_arrivals(visits, region).sum(axis=1), region
    )


def weekday_profile(tables: Tables, region: Region) -> Verdict:
    """Arrivals by weekday follow the arrival profile of their subservice."""
    weekday = days_of(region).dayofweek.to_numpy()
    return _profile_of_days(tables, region, "weekday", list(calendar.day_name), weekday)


def month_profile(tables: Tables, region: Region) -> Verdict:
    """Arrivals by month follow the arrival profile of their subservice."""
    month = days_of(region).month.to_numpy() - 1
    return _profile_of_days(tables, region, "month", list(calendar.month_name)[1:], month)


def _profile_of_days(
    tables: Tables, region: Region, column: str, labels: list[str], category: Ints
) -> Verdict:
    visits = visits_of(tables, region)
    belongs = (category[:, None] == np.arange(len(labels))).astype(float)
    expected = expected_arrivals(visits, region).sum(axis=2) @ belongs
    observed = observed_arrivals(visits, region).sum(axis=2) @ belongs
    return _profile(column, labels, expected, observed, region)


def _profile(
    column: str, labels: list[str] | list[int], expected: Floats, observed: Floats | Ints, region: Region
) -> Verdict:
    """Compare arrivals by ED subservice and category: each visit is a free draw."""
    total = expected.sum(axis=1, keepdims=True)
    share = np.divide(expected, total, out=np.zeros_like(expected), where=total > 0)
    compared = pd.DataFrame(
        {
            "ed_subservice": np.repeat(ED_SUBSERVICES, len(labels)),
            column: np.tile(labels, len(ED_SUBSERVICES)),
            "expected": expected.ravel(),
            "observed": observed.ravel(),
            "variance": (expected * (1 - share)).ravel(),
        }
    )
    return within_chance(compared, region.gates.profile_tolerance_pct, "arrivals", region)


def clock(tables: Tables, region: Region) -> Verdict:
    """Arrival times are local clock time, shifted neither forward nor back."""
    visits = visits_of(tables, region)
    expected = expected_arrivals(visits, region).sum(axis=1)
    observed = observed_arrivals(visits, region).sum(axis=1)
    expected, observed = (np.vstack([hours, hours.sum(axis=0)]) for hours in (expected, observed))
    # Arrivals by hour as a function of a shift: its slope, and that of its logarithm, which is the score.
    slope = (np.roll(expected, 1, axis=1) - np.roll(expected, -1, axis=1)) / 2
    score = np.divide(slope, expected, out=np.zeros_like(slope), where=expected > 0)
    information = (score * slope).sum(axis=1)
    # A rhythm without hours, or one that is even over the day, has no clock.
    informative = information > 1e-9
    scored = (score * (observed - expected)).sum(axis=1)[informative]
    names = pd.Series([*ED_SUBSERVICES, "all"], name="ed_subservice")[informative]
    compared = names.to_frame().assign(expected=0.0, observed=60 * scored / information[informative])
    by_chance = 60 * region.gates.standard_errors / np.sqrt(information[informative])
    least = region.gates.clock_tolerance_minutes
    return within(compared, np.maximum(by_chance, least), "minutes of shift")


def daily_counts(tables: Tables, region: Region) -> Verdict:
    """Daily arrivals vary as much as chance and the configured day effects imply."""
    visits = visits_of(tables, region)
    level = np.repeat(shares(day_weights(region))[:, None], len(region.sites), axis=1)
    expected = expected_arrivals(visits, region, level).sum(axis=2)
    observed = observed_arrivals(visits, region).sum(axis=2)
    by_site = visits_by_site(visits, region)
    rows = []
    for name, usual, count, sites in zip(ED_SUBSERVICES, expected, observed, by_site, strict=True):
        open_days = np.flatnonzero(usual > 0)
        if len(open_days):
            effect = _day_effect(region, name, sites)[np.ix_(open_days, open_days)]
            rows.append((name, *_dispersion(usual[open_days], count[open_days], effect)))
    compared = pd.DataFrame(rows, columns=["ed_subservice", "expected", "observed", "variance", "skewness"])
    k = region.gates.standard_errors
    by_chance = np.sqrt(compared["variance"]) * (k + max(k * k - 1, 0.0) / 6 * compared["skewness"])
    allowed = np.maximum(compared["expected"] * region.gates.dispersion_tolerance_pct / 100, by_chance)
    return within(
        compared.drop(columns=["variance", "skewness"]), allowed.to_numpy(float), "times the Poisson variance"
    )


def _day_effect(region: Region, service: str, by_site: Ints) -> Floats:
    """Covariance (days, days) of the relative day effect on all sites' arrivals of a subservice."""
    memory = day_effect_memory(region, len(days_of(region)))
    return day_effect_variance(region, service, by_site) * memory


def _dispersion(expected: Floats, observed: Ints, effect: Floats) -> tuple[float, float, float, float]:
    """Index of dispersion of daily counts: expected and observed, its variance and skewness.

    Counts are Poisson about their day's effect, given their sum. A sum of squares of normal numbers with
    covariance C has mean tr C, variance 2 tr C^2 and third cumulant 8 tr C^3; small counts add what Poisson
    has beyond the normal, 1 / mean to the variance of each and 22 / mean + 1 / mean^2 to its third cumulant.
    """
    days = len(expected)
    root = np.sqrt(expected)
    covariance = np.eye(days) + root[:, None] * effect * root
    fixed = root / np.sqrt(expected.sum())
    covariance -= np.outer(fixed, fixed @ covariance)
    covariance -= np.outer(covariance @ fixed, fixed)
    squared = covariance @ covariance
    variance = 2 * np.trace(squared) + (1 / expected).sum()
    third = 8 * (squared * covariance).sum() + (22 / expected + 1 / expected**2).sum()
    index = float(((observed - expected) ** 2 / expected).sum())
    return float(np.trace(covariance)) / days, index / days, variance / days**2, third / variance**1.5


def expected_arrivals(visits: Visits, region: Region, day_shares: Floats | None = None) -> Floats:
    """Expected arrivals of these visits (ED subservice, day, hour).

    `day_shares` (rhythm, site, day): without them, those of the timetable, day effects included.
    """
    if day_shares is None:
        times = timetable(region)
        day_shares = np.diff(times.days, prepend=0.0)
    return arrivals_by_hour(region, _by_rhythm(visits, region), day_shares)


def _by_rhythm(visits: Visits, region: Region) -> Floats:
    """Visits by the rhythm that they follow (rhythm, ED subservice, site)."""
    shape = (OLDEST_AGE + 1, len(GENDERS), len(ED_SUBSERVICES), len(region.sites))
    admitted = visits.disposition == DISPOSITIONS.index(ADMITTED)
    patient = visits.patient[admitted]
    cell = (
        visits.people.age[patient],
        visits.people.gender[patient],
        visits.service[admitted],
        visits.site[admitted],
    )
    admissions = np.bincount(np.ravel_multi_index(cell, shape, mode="clip"), minlength=int(np.prod(shape)))
    return visits_by_rhythm(region, visits_by_site(visits, region), admissions.reshape(shape))


def observed_arrivals(visits: Visits, region: Region) -> Ints:
    """Arrivals (ED subservice, day, hour); those outside the year are for `arrivals_in_year` to see."""
    days = len(days_of(region))
    inside = (visits.day >= 0) & (visits.day < days)
    shape = (len(ED_SUBSERVICES), days, HOURS)
    where = visits.service[inside], visits.day[inside], visits.second[inside] // HOUR
    return np.bincount(np.ravel_multi_index(where, shape), minlength=int(np.prod(shape))).reshape(shape)
