"""When people come to care: the expected shares of days and hours, and how far days differ by chance.

A rhythm is an arrival profile of the configuration: relative weights of months, weekdays and hours, and the
standard deviation of its day effects. ED subservices, direct admissions and some units have one each.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from lm_synth_assets.model.admissions import ed_unit_shares
from lm_synth_assets.model.calendar import days_of_year, statutory_holidays
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.arrivals import Calendar
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.schema.vocabulary import ED_SUBSERVICES


def day_weights(region: Region) -> Floats:
    """Relative weights of the days of the start year (rhythms, days), without day effects: month x weekday x
    holiday factor.
    """
    calendar = days_of_year(region.run.start_year)
    weekday = np.array([day.weekday() for day in calendar])
    month = np.array([day.month - 1 for day in calendar])
    holiday = holiday_weights(calendar, region.calendar)
    return np.array(
        [
            np.array(rhythm.months)[month] * np.array(rhythm.weekdays)[weekday] * holiday
            for rhythm in region.rhythms.values()
        ]
    )


def hour_weights(region: Region) -> Floats:
    """Relative weights of the hours (rhythms, 2, 24): of an ordinary day, then of a closed day."""
    return np.array(
        [[rhythm.hours, rhythm.closed_day_hours or rhythm.hours] for rhythm in region.rhythms.values()]
    )


def closed_days(region: Region) -> Mask:
    """Which days of the start year have the hours of a closed day (days,): Sundays and statutory holidays."""
    year = region.run.start_year
    holidays = statutory_holidays(year)
    return np.array([day.weekday() == 6 or day in holidays for day in days_of_year(year)])


def holiday_weights(calendar: list[date], config: Calendar) -> Floats:
    """A factor on the arrivals of each day of a year (days,), 1 where no holiday is near."""
    factors = config.holiday_factors
    return np.array([getattr(factors, kind) if kind else 1.0 for kind in holiday_kinds(calendar)])


def holiday_kinds(calendar: list[date]) -> list[str]:
    """The kind of holiday that each day of a year is or is near, named as its factor; "" where it is none."""
    off = statutory_holidays(calendar[0].year - 1, calendar[0].year)

    def kind(day: date) -> str:
        if (day.month, day.day) == (12, 25):
            return "dec25"
        if (day.month, day.day) == (1, 1):
            return "jan1"
        if day in off:
            return "other_statutory"
        if (day.month, day.day) == (1, 2) or (day.month == 12 and day.day >= 26):
            return "dec26_to_jan2"
        return "day_after_statutory" if day - timedelta(days=1) in off else ""

    return [kind(day) for day in calendar]


def shares(weights: Floats) -> Floats:
    """Weights scaled to a sum of 1 along the last axis (any shape)."""
    return weights / weights.sum(axis=-1, keepdims=True)


def ed_day_shares(region: Region) -> Floats:
    """The share of each day of the start year in the ED visits (ED subservices, days), without day effects.

    Without day effects all sites are alike.
    """
    return shares(day_weights(region))[ed_rhythms(region)]


def ed_rhythms(region: Region) -> Ints:
    """The index of the rhythm of each ED subservice (ED subservices,)."""
    names = list(region.rhythms)
    return np.array([names.index(region.ed_rhythms[service]) for service in ED_SUBSERVICES])


def visits_by_rhythm(region: Region, visits: Floats | Ints, admitted: Floats | Ints) -> Floats:
    """ED visits by the rhythm that they follow (rhythms, ED subservices, sites).

    `visits` are all of them (ED subservices, sites), `admitted` those that end in admission (age 0-104,
    gender, ED subservices, sites). A visit follows the rhythm of its subservice, unless it leads to a unit
    that has an `ed_rhythm`.
    """
    by_rhythm = np.zeros((len(region.rhythms), *visits.shape))
    usual = ed_rhythms(region), np.arange(len(ED_SUBSERVICES))
    by_rhythm[usual] = visits
    moved = np.einsum("agcs,agr->rcs", admitted, admission_rhythms(region))
    by_rhythm += moved
    by_rhythm[usual] -= moved.sum(axis=0)
    return by_rhythm


def admission_rhythms(region: Region) -> Floats:
    """The share of ED admissions that follow the rhythm of their unit (age 0-104, gender, rhythms).

    The rest follow that of their subservice, since their unit has no `ed_rhythm`.
    """
    of_unit = np.array(
        [[unit.stays.ed_rhythm == name for name in region.rhythms] for unit in units_of(region)], dtype=float
    )
    return ed_unit_shares(region) @ of_unit


def arrivals_by_hour(region: Region, by_rhythm: Floats, day_shares: Floats) -> Floats:
    """Expected arrivals (groups, days, 24) of visits by the rhythm that they follow (rhythms, groups, sites).

    `day_shares` (rhythms, sites, days) are those of `day_weights`, or those that include day effects.
    """
    by_day = np.einsum("rcs,rsd->crd", by_rhythm, day_shares)
    by_hour = shares(hour_weights(region))[:, closed_days(region).astype(int)]
    return np.einsum("crd,rdh->cdh", by_day, by_hour)


def day_effect_variance(region: Region, service: str, by_site: Ints) -> float:
    """Variance of the relative day effect on all sites' arrivals of an ED subservice.

    `by_site` are its visits (sites,). Sites share a part of the effect; the rest averages out as their shares
    of the visits allow.
    """
    rhythm, shared = region.rhythms[region.ed_rhythms[service]], region.calendar.day_effect_shared
    share = by_site / max(by_site.sum(), 1)
    return float(np.expm1(rhythm.day_sd**2) * (shared + (1 - shared) * (share**2).sum()))


def day_effect_memory(region: Region, days: int) -> Floats:
    """Correlation of the day effects of any two days (days, days)."""
    day = np.arange(days)
    return region.calendar.day_effect_memory ** np.abs(day[:, None] - day)
