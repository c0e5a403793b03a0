"""When people come: expected profiles over days and hours, and how far days differ."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from lm_synth_assets.model.calendar import statutory_holidays
from lm_synth_assets.region.models.arrivals import Calendar, Rhythm
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints


def hours_by_opening(rhythm: Rhythm) -> list[list[float]]:
    return [rhythm.hours, rhythm.closed_day_hours or rhythm.hours]


def holiday_weights(calendar: list[date], config: Calendar) -> Floats:
    """A factor for each day around the statutory holidays."""
    factors = config.holiday_factors
    off = statutory_holidays(calendar[0].year - 1, calendar[0].year)

    def factor(day: date) -> float:
        if (day.month, day.day) == (12, 25):
            return factors.dec25
        if (day.month, day.day) == (1, 1):
            return factors.jan1
        if day in off:
            return factors.other_statutory
        if (day.month, day.day) == (1, 2) or (day.month == 12 and day.day >= 26):
            return factors.dec26_to_jan2
        return factors.day_after_statutory if day - timedelta(days=1) in off else 1.0

    return np.array([factor(day) for day in calendar])


def day_effect_variance(region: Region, service: str, by_site: Ints) -> float:
    """Variance of the relative day effect on all sites' arrivals of an ED subservice.

    `by_site` are its visits (sites,). Sites share a part of the effect; the rest averages out as their shares
    of the visits allow.
    """
    rhythm, shared = region.rhythms[region.ed_rhythms[service]], region.calendar.day_effect_shared
    shares = by_site / max(by_site.sum(), 1)
    return float(np.expm1(rhythm.day_sd**2) * (shared + (1 - shared) * (shares**2).sum()))


def day_effect_memory(region: Region, days: int) -> Floats:
    """Correlation of the effects of any two days of so many (days, days)."""
    day = np.arange(days)
    return region.calendar.day_effect_memory ** np.abs(day[:, None] - day)
