"""The gates on arrivals see the wrong hours, days and months, a wrong clock, and days that differ wrongly."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.arrivals import daily_counts, expected_arrivals, observed_arrivals
from lm_synth_assets.gates.views import visits_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import ED_SUBSERVICES, URGENT_CARE
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


def moved(visits: pd.DataFrame, which: pd.Series, hours: float) -> pd.DataFrame:
    """Some visits later by some hours."""
    later = visits.copy()
    for column in ("arrival_ts", "departure_ts"):
        later[column] = later[column].where(~which, later[column] + pd.Timedelta(hours=hours))
    return later


def turned(visits: pd.DataFrame, which: pd.Series, hours: float) -> pd.DataFrame:
    """The clock of some visits turned by some hours, on the same day."""
    later = visits.copy()
    day = visits["arrival_ts"].dt.normalize()
    time = (visits["arrival_ts"] - day + pd.Timedelta(hours=hours)) % pd.Timedelta(days=1)
    later["arrival_ts"] = visits["arrival_ts"].where(~which, day + time)
    return later


@pytest.fixture
def adult(visits: pd.DataFrame) -> pd.Series:
    """Which visits are to Adult ED."""
    return visits["ed_subservice"] == "Adult ED"


class TestProfiles:
    def test_hours_see_a_night_without_arrivals(
        self, judge: Judge, visits: pd.DataFrame, adult: pd.Series
    ) -> None:
        early = adult & (visits["arrival_ts"].dt.hour < 5)
        verdict = judge("ed_encounters", "hour_profile", ed_encounters=moved(visits, early, 6))
        assert not verdict.passed
        assert set(verdict.offending["ed_subservice"]) == {"Adult ED"}
        assert {0, 1} <= set(verdict.offending["hour"])

    def test_hours_see_one_visit_when_urgent_care_is_closed(self, judge: Judge, visits: pd.DataFrame) -> None:
        one = visits.index[visits["ed_subservice"] == URGENT_CARE][9]
        visits.loc[one, "arrival_ts"] = pd.Timestamp("2025-05-05 03:00")
        verdict = judge("ed_encounters", "hour_profile", ed_encounters=visits)
        assert verdict.offending[["ed_subservice", "hour"]].to_numpy().tolist() == [[URGENT_CARE, 3]]

    def test_weekdays_see_weekends_entered_on_mondays(
        self, judge: Judge, visits: pd.DataFrame, adult: pd.Series
    ) -> None:
        sunday = adult & (visits["arrival_ts"].dt.dayofweek == 6)
        verdict = judge("ed_encounters", "weekday_profile", ed_encounters=moved(visits, sunday, 24))
        assert not verdict.passed
        assert verdict.offending[["ed_subservice", "weekday"]].to_numpy().tolist() == [
            ["Adult ED", "Monday"],
            ["Adult ED", "Sunday"],
        ]

    def test_months_see_one_that_is_missing(self, judge: Judge, visits: pd.DataFrame) -> None:
        rest = visits[visits["arrival_ts"].dt.month != 6]
        verdict = judge("ed_encounters", "month_profile", ed_encounters=rest)
        assert not verdict.passed
        assert ["Adult ED", "June"] in verdict.offending[["ed_subservice", "month"]].to_numpy().tolist()


class TestClock:
    @pytest.mark.parametrize("hours", [-1, 1])
    def test_sees_all_arrivals_an_hour_off(self, judge: Judge, visits: pd.DataFrame, hours: int) -> None:
        everybody = pd.Series(True, index=visits.index)
        verdict = judge("ed_encounters", "clock", ed_encounters=turned(visits, everybody, hours))
        assert not verdict.passed
        found = verdict.offending.set_index("ed_subservice")["observed"]
        assert found["all"] == pytest.approx(60 * hours, abs=25)

    def test_sees_one_subservice_two_hours_off(
        self, judge: Judge, visits: pd.DataFrame, adult: pd.Series
    ) -> None:
        verdict = judge("ed_encounters", "clock", ed_encounters=turned(visits, adult, 2))
        assert not verdict.passed
        assert "Adult ED" in set(verdict.offending["ed_subservice"])

    def test_lets_a_few_minutes_be(self, judge: Judge, visits: pd.DataFrame) -> None:
        everybody = pd.Series(True, index=visits.index)
        assert judge("ed_encounters", "clock", ed_encounters=turned(visits, everybody, 0.1)).passed


class TestDailyCounts:
    def test_see_days_that_are_all_alike(self, judge: Judge, visits: pd.DataFrame) -> None:
        for service in ED_SUBSERVICES:
            own = visits.index[visits["ed_subservice"] == service]
            day = pd.to_timedelta(np.arange(len(own)) * 365 // len(own), unit="D")
            visits.loc[own, "arrival_ts"] = pd.Timestamp("2025-01-01 12:00") + day
        verdict = judge("ed_encounters", "daily_counts", ed_encounters=visits)
        assert not verdict.passed
        assert "Adult ED" in set(verdict.offending["ed_subservice"])

    def test_see_a_month_entered_on_one_day(self, judge: Judge, visits: pd.DataFrame) -> None:
        may = visits["arrival_ts"].dt.month == 5
        visits.loc[may, "arrival_ts"] = pd.Timestamp("2025-05-15 12:00")
        assert not judge("ed_encounters", "daily_counts", ed_encounters=visits).passed

    def test_see_day_effects_that_are_not_configured(self, region: Region, tables: Tables) -> None:
        wild = {name: {"day_sd": 1.0} for name in region.rhythms}
        assert daily_counts(StoredTables.of(tables), region).passed
        assert not daily_counts(StoredTables.of(tables), retuned(region, {"rhythms": wild})).passed

    def test_are_evaluated_over_the_open_days(self, region: Region) -> None:
        closed = {"rhythms": {"urgent_care": {"weekdays": [1.13, 1.05, 1.02, 1.01, 1.01, 0.98, 0.0]}}}
        sundays_off = retuned(region, closed)
        tables = make_tables(sundays_off)
        assert daily_counts(StoredTables.of(tables), sundays_off).passed
        visits = tables["ed_encounters"].copy()
        urgent = visits.index[visits["ed_subservice"] == URGENT_CARE]
        open_days = [day for day in pd.date_range("2025-01-01", "2025-12-31") if day.weekday() != 6]
        visits.loc[urgent, "arrival_ts"] = [
            open_days[n * len(open_days) // len(urgent)] + pd.Timedelta(hours=12) for n in range(len(urgent))
        ]
        even = daily_counts(StoredTables.of(tables | {"ed_encounters": visits}), sundays_off)
        assert set(even.offending["ed_subservice"]) == {URGENT_CARE}


class TestExpectedArrivals:
    def test_are_as_many_as_there_are_visits(self, region: Region, tables: Tables) -> None:
        visits = visits_of(StoredTables.of(tables), region)
        expected, observed = expected_arrivals(visits, region), observed_arrivals(visits, region)
        assert expected.shape == observed.shape == (3, 365, 24)
        assert expected.sum(axis=(1, 2)) == pytest.approx(observed.sum(axis=(1, 2)))

    def test_are_none_when_urgent_care_is_closed(self, region: Region, tables: Tables) -> None:
        expected = expected_arrivals(visits_of(StoredTables.of(tables), region), region)
        # 5 January 2025 is a Sunday, when it opens an hour later.
        saturday, sunday = expected[ED_SUBSERVICES.index(URGENT_CARE), 3:5]
        assert saturday[7] == sunday[8] == 0
        assert saturday[8] > 0
        assert sunday[9] > 0

    def test_of_admissions_follow_the_rhythm_of_their_unit(self, region: Region, tables: Tables) -> None:
        admitted = tables["ed_encounters"].query("dispo == 'Admitted' and ed_subservice == 'Adult ED'")
        visits = visits_of(StoredTables.of(tables | {"ed_encounters": admitted}), region)
        winter = {"medical": {"months": [12.0, *[0.0] * 11]}}
        by_day = expected_arrivals(visits, retuned(region, {"rhythms": winter})).sum(axis=(0, 2))
        # Medical units take a good part of the admissions, the others come all the year.
        assert 0.2 < by_day[:31].sum() / by_day.sum() < 0.8


@pytest.mark.parametrize(
    "gate", ["hour_profile", "weekday_profile", "month_profile", "clock", "daily_counts"]
)
def test_no_visits_are_no_finding(judge: Judge, visits: pd.DataFrame, gate: str) -> None:
    assert judge("ed_encounters", gate, ed_encounters=visits.iloc[:0]).passed
