"""Days, holidays and the units of time."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""Seconds."""


def statutory_holidays(*years: int) -> dict[date, str]:
    """British Columbia's statutory holidays of some years, by day."""
    return {day: name for year in sorted(years) for day, name in _holidays_of(year).items()}


@lru_cache(maxsize=64)
def _holidays_of(year: int) -> dict[date, str]:
    """The holidays of one year: asked for many times in a run, and slow to compute."""
    calendar = holidays.country_holidays("CA", subdiv="BC", years=year, observed=False, language="en_CA")
    return {day: calendar[day] for day in sorted(calendar) if day.year == year}


def days_of_year(year: int) -> list[date]:
    """Every day of a year, in order."""
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
