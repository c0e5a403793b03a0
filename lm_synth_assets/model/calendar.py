"""Days, holidays and the units of time."""

from __future__ import annotations

from datetime import date, timedelta

import holidays


def statutory_holidays(*years: int) -> dict[date, str]:
    """British Columbia's statutory holidays of some years, by day."""
    found = holidays.country_holidays("CA", subdiv="BC", years=years, observed=False, language="en_CA")
    return {day: found[day] for day in sorted(found) if day.year in years}


MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""Seconds."""


def days_of_year(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
