"""When people come: drawing days and times of day from the configured rhythms.

Times are whole seconds since the start of the year's 1 January, on a local clock without daylight saving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from lm_synth_assets.config import Calendar, Region, Rhythm
from lm_synth_assets.random_streams import Streams
from lm_synth_assets.simulation.apportion import Floats, Ints, cumulative, draw_rows
from lm_synth_assets.simulation.calendar import statutory_holidays

DAY = 86_400
HOUR = 3_600


@dataclass(frozen=True)
class Timetable:
    """The chances of every day and hour of one year, ready to draw from.

    `names` are the rhythms; `days` (rhythms, sites, days) and `hours` (rhythms, 2, 24) hold cumulative
    chances that end at 1; `closed` (days,) tells Sundays and statutory holidays.
    """

    names: tuple[str, ...]
    days: Floats
    hours: Floats
    closed: npt.NDArray[np.bool_]

    def draw(self, rhythm: Ints, site: Ints, rng: np.random.Generator) -> Ints:
        """A time for each arrival, given the index of its rhythm and of its site (arrivals,)."""
        sites, length = self.days.shape[1:]
        day = draw_rows(self.days.reshape(-1, length), rhythm * sites + site, rng.random(len(site)))
        hour_row = rhythm * 2 + self.closed[day]
        hour = draw_rows(self.hours.reshape(-1, 24), hour_row, rng.random(len(site)))
        return day * DAY + hour * HOUR + rng.integers(0, HOUR, len(rhythm))


def timetable(region: Region, streams: Streams) -> Timetable:
    """The timetable of the start year, its day effects included."""
    year = region.run.start_year
    calendar = _days_of(year)
    weekday = np.array([day.weekday() for day in calendar])
    month = np.array([day.month - 1 for day in calendar])
    holiday = _holiday_factors(calendar, region.calendar)
    shocks = _day_shocks(region, len(calendar), streams.generator("arrivals", "day effects", year))
    days, hours = [], []
    for rhythm in region.rhythms.values():
        usual = np.array(rhythm.months)[month] * np.array(rhythm.weekdays)[weekday] * holiday
        days.append(usual * np.exp(rhythm.day_sd * shocks))
        hours.append(_both_hours(rhythm))
    off = statutory_holidays(year)
    closed = np.array([day.weekday() == 6 or day in off for day in calendar])
    return Timetable(tuple(region.rhythms), cumulative(np.array(days)), cumulative(np.array(hours)), closed)


def _both_hours(rhythm: Rhythm) -> list[list[float]]:
    return [rhythm.hours, rhythm.closed_day_hours or rhythm.hours]


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def _holiday_factors(calendar: list[date], config: Calendar) -> Floats:
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


def _day_shocks(region: Region, length: int, rng: np.random.Generator) -> Floats:
    """Standard normal AR(1) shocks (sites, days), part of which all sites have in common."""
    memory, shared = region.calendar.day_effect_memory, region.calendar.day_effect_shared
    series = rng.standard_normal((1 + len(region.sites), length))
    series[:, 1:] *= np.sqrt(1 - memory**2)
    for day in range(1, length):
        series[:, day] += memory * series[:, day - 1]
    return np.sqrt(shared) * series[:1] + np.sqrt(1 - shared) * series[1:]


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
