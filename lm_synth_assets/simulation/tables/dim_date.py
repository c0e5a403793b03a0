"""The calendar: dim_date with BC's statutory holidays and the health authorities' fiscal year."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from lm_synth_assets.model.calendar import statutory_holidays
from lm_synth_assets.region.models.region import Region


def dim_date(region: Region) -> pd.DataFrame:
    """dim_date: every day of the horizon, and of the years before and after it.

    The year before is there for the stays that were under way when the start year began, the year after for
    those that a December visit begins or a transfer continues.
    """
    run = region.run
    years = range(run.start_year - 1, run.start_year + run.years + 1)
    day = pd.Series(pd.date_range(f"{years[0]}-01-01", f"{years[-1]}-12-31", unit="ns"))
    iso = day.dt.isocalendar()
    named = statutory_holidays(*years)
    holiday = day.dt.date.map(named)
    fiscal_start = day.dt.year - (day.dt.month < 4)
    fiscal_month = (day.dt.month - 4) % 12 + 1
    return pd.DataFrame(
        {
            "date": day,
            "year": day.dt.year,
            "quarter": day.dt.quarter,
            "month": day.dt.month,
            "month_name": day.dt.month_name(),
            "day": day.dt.day,
            "iso_year": iso.year,
            "iso_week": iso.week,
            "day_of_week": iso.day,
            "day_name": day.dt.day_name(),
            "is_weekend": iso.day >= 6,
            "is_holiday": holiday.notna(),
            "holiday_name": holiday,
            "fiscal_year": fiscal_start.astype(str) + "/" + ((fiscal_start + 1) % 100).map("{:02d}".format),
            "fiscal_quarter": (fiscal_month - 1) // 3 + 1,
            "fiscal_month": fiscal_month,
            "fiscal_period": _fiscal_period(day, fiscal_start, region.calendar.fiscal_anchor_weekday),
        }
    )


def _fiscal_period(day: pd.Series, fiscal_start: pd.Series, anchor_weekday: int) -> npt.NDArray[np.int64]:
    """Fiscal periods 1-13: the first ends on April's fourth anchor weekday, the next eleven last 28 days."""
    starts, year = np.unique(fiscal_start.to_numpy(), return_inverse=True)
    second_periods = np.array(
        [_second_period(int(start), anchor_weekday) for start in starts], "datetime64[D]"
    )
    since = (day.to_numpy().astype("datetime64[D]") - second_periods[year]).astype(np.int64)
    return np.clip(since // 28 + 2, 1, 13)


def _second_period(fiscal_start: int, anchor_weekday: int) -> date:
    """The first day of a fiscal year's second period."""
    first = date(fiscal_start, 4, 1)
    first_anchor = first + timedelta(days=(anchor_weekday - first.isoweekday()) % 7)
    return first_anchor + timedelta(days=22)
