"""The calendar: British Columbia's holidays and the health authorities' fiscal year."""

from datetime import date

import pandas as pd
import pytest

from lm_synth_assets.model.calendar import statutory_holidays
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.simulation.tables.dim_date import dim_date as dates
from lm_synth_assets_tests.support.datasets import retuned


def calendar(region: Region, start_year: int, years: int = 1) -> pd.DataFrame:
    return dates(region.with_run(start_year=start_year, years=years)).set_index("date")


def test_2025_has_the_eleven_statutory_holidays_of_british_columbia() -> None:
    assert statutory_holidays(2025) == {
        date(2025, 1, 1): "New Year's Day",
        date(2025, 2, 17): "Family Day",
        date(2025, 4, 18): "Good Friday",
        date(2025, 5, 19): "Victoria Day",
        date(2025, 7, 1): "Canada Day",
        date(2025, 8, 4): "British Columbia Day",
        date(2025, 9, 1): "Labour Day",
        date(2025, 9, 30): "National Day for Truth and Reconciliation",
        date(2025, 10, 13): "Thanksgiving Day",
        date(2025, 11, 11): "Remembrance Day",
        date(2025, 12, 25): "Christmas Day",
    }


def test_holidays_are_those_of_their_time() -> None:
    assert date(2018, 2, 12) in statutory_holidays(2018), "Family Day was the second Monday until 2018"
    assert date(2019, 2, 18) in statutory_holidays(2019), "and is the third since 2019"
    assert date(2021, 9, 30) not in statutory_holidays(2021), "30 September is a holiday since 2023"


def test_holidays_fall_on_their_day_even_at_a_weekend() -> None:
    assert date(2028, 1, 1) in statutory_holidays(2028), "a Saturday"
    assert date(2028, 1, 3) not in statutory_holidays(2028)


def test_holidays_of_several_years_are_those_of_each_in_order() -> None:
    both = statutory_holidays(2026, 2025)
    assert both == statutory_holidays(2025) | statutory_holidays(2026)
    assert list(both) == sorted(both)


@pytest.mark.parametrize(("start_year", "years"), [(2025, 1), (2025, 10), (2027, 3), (2000, 2)])
def test_every_day_from_a_year_before_to_a_year_after_the_horizon(
    region: Region, start_year: int, years: int
) -> None:
    days = calendar(region, start_year, years).index
    assert days.equals(pd.date_range(f"{start_year - 1}-01-01", f"{start_year + years}-12-31", name="date"))


def test_a_leap_year_has_its_leap_day(region: Region) -> None:
    leap_day = calendar(region, 2028).loc["2028-02-29"]
    assert (leap_day["year"], leap_day["month"], leap_day["day"]) == (2028, 2, 29)
    assert (leap_day["fiscal_year"], leap_day["fiscal_month"]) == ("2027/28", 11)


def test_days_carry_their_names_and_iso_weeks(region: Region) -> None:
    day = calendar(region, 2025).loc["2024-12-30"]
    assert day[["day_name", "month_name"]].tolist() == ["Monday", "December"]
    assert day[["iso_year", "iso_week", "day_of_week"]].tolist() == [2025, 1, 1]


def test_weekends_and_holidays_are_flagged(region: Region) -> None:
    days = calendar(region, 2025).loc["2025"]
    assert set(days.index[days["is_weekend"]].day_name()) == {"Saturday", "Sunday"}
    assert days["is_weekend"].sum() == 104
    named = days["holiday_name"].dropna()
    assert {day.date(): name for day, name in named.items()} == statutory_holidays(2025)
    assert (days["is_holiday"] == days["holiday_name"].notna()).all()


@pytest.mark.parametrize(
    ("day", "year", "quarter", "month"),
    [
        ("2025-03-31", "2024/25", 4, 12),
        ("2025-04-01", "2025/26", 1, 1),
        ("2025-06-30", "2025/26", 1, 3),
        ("2025-07-01", "2025/26", 2, 4),
        ("2025-12-31", "2025/26", 3, 9),
        ("2026-01-01", "2025/26", 4, 10),
    ],
)
def test_the_fiscal_year_begins_on_the_first_of_april(
    region: Region, day: str, year: str, quarter: int, month: int
) -> None:
    row = calendar(region, 2025, 2).loc[day]
    assert row[["fiscal_year", "fiscal_quarter", "fiscal_month"]].tolist() == [year, quarter, month]


def test_a_fiscal_year_over_the_turn_of_a_century_has_two_digits(region: Region) -> None:
    assert calendar(region, 2000).loc["1999-12-31", "fiscal_year"] == "1999/00"


@pytest.mark.parametrize("anchor", range(1, 8))
def test_thirteen_fiscal_periods_fill_each_year(region: Region, anchor: int) -> None:
    tuned = retuned(region, {"calendar": {"fiscal_anchor_weekday": anchor}})
    days = calendar(tuned, 2016, 20)
    whole = days[days["fiscal_year"].between("2015/16", "2034/35")]
    assert whole["fiscal_year"].nunique() == 20
    for _, year in whole.groupby("fiscal_year"):
        period = year["fiscal_period"]
        assert period.is_monotonic_increasing, "each period is a run of days"
        lengths = period.value_counts().sort_index()
        assert list(lengths.index) == list(range(1, 14))
        assert 22 <= lengths[1] <= 28
        assert (lengths.loc[2:12] == 28).all()
        assert 29 <= lengths[13] <= 36
        first_ends = period.index[period == 1][-1]
        assert first_ends.isoweekday() == anchor
        assert sum(day.isoweekday() == anchor for day in period.index[period == 1]) == 4


def test_the_first_fiscal_period_of_2025_ends_on_the_fourth_thursday_of_april(region: Region) -> None:
    period = calendar(region, 2025)["fiscal_period"]
    assert period.loc["2025-04-24":"2025-04-25"].tolist() == [1, 2]
