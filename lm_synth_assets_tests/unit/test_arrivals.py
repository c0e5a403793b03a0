"""When people come: days and hours in proportion to the configured weights, never when closed."""

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from lm_synth_assets.model.admissions import ed_unit_shares
from lm_synth_assets.model.arrivals import (
    arrivals_by_hour,
    day_weights,
    ed_day_shares,
    shares,
    visits_by_rhythm,
)
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.simulation.arrivals import Timetable, timetable
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned

LEVEL = {"months": [1.0] * 12, "weekdays": [1.0] * 7, "day_sd": 0.0}
NO_HOLIDAYS = dict.fromkeys(["dec25", "jan1", "other_statutory", "day_after_statutory", "dec26_to_jan2"], 1.0)


def of_year(region: Region, year: int = 2025, seed: int = 42) -> Timetable:
    return timetable(region.with_run(start_year=year, seed=seed))


def drawn(times: Timetable, rhythm: str, count: int = 50_000, site: int = 0) -> NDArray[np.int64]:
    index = np.full(count, times.names.index(rhythm))
    return times.draw(index, np.full(count, site), np.random.default_rng(1))


def day_chances(times: Timetable, rhythm: str, site: int = 0) -> NDArray[np.float64]:
    return np.diff(times.days[times.names.index(rhythm), site], prepend=0)


def position(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(year, 1, 1)).days


@pytest.mark.parametrize(("year", "days"), [(2025, 365), (2028, 366), (2100, 365)])
def test_all_times_lie_in_the_year_and_reach_its_ends(region: Region, year: int, days: int) -> None:
    times = of_year(region, year)
    for rhythm in times.names:
        # 50,000 draws miss a given day with a chance of e^-137 (elective Sundays: e^-40).
        found = drawn(times, rhythm) // DAY
        assert found.min() == 0
        assert found.max() == days - 1


def test_draws_at_the_ends_of_chance_stay_inside(region: Region) -> None:
    class Extreme:
        """A generator that draws the smallest or the largest number that there is."""

        def __init__(self, highest: bool) -> None:
            self.highest = highest

        def random(self, size: int) -> NDArray[np.float64]:
            return np.full(size, np.nextafter(1, 0) if self.highest else 0.0)

        def integers(self, low: int, high: int, size: int) -> NDArray[np.int64]:
            return np.full(size, high - 1 if self.highest else low)

    times = of_year(region)
    one = np.array([0])
    assert times.draw(one, one, Extreme(highest=False)).tolist() == [0]  # type: ignore[arg-type]
    assert times.draw(one, one, Extreme(highest=True)).tolist() == [365 * DAY - 1]  # type: ignore[arg-type]


class TestUrgentCare:
    @pytest.mark.parametrize("year", [2025, 2028])
    def test_never_arrives_when_it_is_closed(self, region: Region, year: int) -> None:
        times = of_year(region, year)
        arrival = drawn(times, "urgent_care", 200_000)
        hour, closed = arrival % DAY // HOUR, times.closed[arrival // DAY]
        assert set(hour[~closed]) == set(range(8, 22))
        assert set(hour[closed]) == set(range(9, 17))

    def test_is_seen_in_its_hours_only(self, tables: Tables) -> None:
        visits = tables["ed_encounters"].query("ed_subservice == 'Urgent Care Centre'")
        calendar = tables["dim_date"].set_index("date").loc[visits["arrival_date"]]
        short_day = ((calendar["day_of_week"] == 7) | calendar["is_holiday"]).to_numpy()
        hour = visits["arrival_ts"].dt.hour
        assert hour[short_day].between(9, 16).all()
        assert hour[~short_day].between(8, 21).all()
        assert short_day.sum() > 20, "there are such visits to look at"

    def test_short_days_are_sundays_and_statutory_holidays(self, region: Region) -> None:
        closed = of_year(region).closed
        assert closed.sum() == 52 + 11
        assert closed[position(2025, 12, 25)], "a Thursday"
        assert closed[position(2025, 1, 5)], "a Sunday"
        assert not closed[position(2025, 12, 26)], "Boxing Day is not statutory"


class TestDays:
    @pytest.fixture(scope="class")
    def calm(self, region: Region) -> Region:
        """The region without day effects."""
        return retuned(region, {"rhythms": {name: {"day_sd": 0.0} for name in region.rhythms}})

    def test_are_in_proportion_to_months_and_weekdays(self, calm: Region) -> None:
        chances = day_chances(of_year(calm), "adult")
        rhythm = calm.rhythms["adult"]
        # Wednesdays and a Monday far from holidays.
        march, august, monday = (chances[position(2025, *day)] for day in [(3, 12), (8, 13), (3, 10)])
        assert march / august == pytest.approx(rhythm.months[2] / rhythm.months[7])
        assert monday / march == pytest.approx(rhythm.weekdays[0] / rhythm.weekdays[2])

    @pytest.mark.parametrize(
        ("day", "factor"),
        [
            pytest.param((12, 25), "dec25", id="Christmas Day"),
            pytest.param((1, 1), "jan1", id="New Year's Day"),
            pytest.param((7, 1), "other_statutory", id="Canada Day"),
            pytest.param((7, 2), "day_after_statutory", id="the day after"),
            pytest.param((12, 26), "dec26_to_jan2", id="Boxing Day"),
            pytest.param((12, 31), "dec26_to_jan2", id="New Year's Eve"),
            pytest.param((1, 2), "dec26_to_jan2", id="2 January"),
        ],
    )
    def test_around_holidays_have_their_factor(self, calm: Region, day: tuple[int, int], factor: str) -> None:
        level = retuned(calm, {"rhythms": {"adult": LEVEL}})
        chances = day_chances(of_year(level), "adult")
        usual = chances[position(2025, 3, 12)]
        expected = getattr(level.calendar.holiday_factors, factor)
        assert chances[position(2025, *day)] / usual == pytest.approx(expected)

    def test_are_drawn_with_their_chances(self, region: Region) -> None:
        times = of_year(region)
        found = np.bincount(drawn(times, "elective", 200_000) // DAY, minlength=365)
        expected = day_chances(times, "elective") * 200_000
        # Chi-square over 364 degrees of freedom: mean 364, sd 27; the draw's seed is fixed.
        assert ((found - expected) ** 2 / expected).sum() < 364 + 5 * 27


class TestDayEffects:
    """Log chances of a level rhythm are the effects themselves: AR(1) shocks, partly shared by all sites."""

    SD = 0.05
    SEEDS = 60

    @pytest.fixture(scope="class")
    def shocks(self, region: Region) -> NDArray[np.float64]:
        """(seeds, sites, days), standard deviation about 1."""
        level = retuned(
            region,
            {"rhythms": {"adult": LEVEL | {"day_sd": self.SD}}, "calendar": {"holiday_factors": NO_HOLIDAYS}},
        )
        adult = list(region.rhythms).index("adult")
        effects = [np.diff(of_year(level, seed=seed).days[adult], prepend=0) for seed in range(self.SEEDS)]
        return np.log(np.array(effects) * 365) / self.SD

    def test_have_the_configured_spread(self, shocks: NDArray[np.float64]) -> None:
        # The year's mean is lost to the scaling of chances, hence the spread over seeds and days together is
        # a little below 1. The standard error of this mean over 60 years is 0.02.
        assert abs(shocks.std(axis=2).mean() - 1) < 0.06

    @pytest.mark.parametrize("lag", [1, 2])
    def test_fade_from_day_to_day(self, region: Region, shocks: NDArray[np.float64], lag: int) -> None:
        centred = shocks - shocks.mean(axis=2, keepdims=True)
        found = (centred[..., lag:] * centred[..., :-lag]).mean() / (centred**2).mean()
        # Standard error of one year's series 0.04, over 60 years with sites half in common 0.004; bias -0.01.
        assert abs(found - region.calendar.day_effect_memory**lag) < 0.035

    def test_are_partly_shared_by_the_sites(self, region: Region, shocks: NDArray[np.float64]) -> None:
        between = [np.corrcoef(year)[np.triu_indices(len(region.sites), 1)].mean() for year in shocks]
        # Standard error over 60 years 0.01.
        assert abs(np.mean(between) - region.calendar.day_effect_shared) < 0.05

    def test_are_no_calmer_when_the_year_begins(self, shocks: NDArray[np.float64]) -> None:
        # 60 years x 12 sites, half in common: the standard error of the spread is about 0.06.
        assert abs(shocks[..., 0].std() - 1) < 0.3

    def test_are_those_of_the_seed_and_the_year(self, region: Region) -> None:
        assert (of_year(region).days == of_year(region).days).all()
        assert (of_year(region, seed=1).days != of_year(region, seed=2).days).any()


class TestHours:
    def test_are_drawn_with_their_chances(self, region: Region) -> None:
        found = np.bincount(drawn(of_year(region), "adult", 200_000) % DAY // HOUR, minlength=24)
        weights = np.array(region.rhythms["adult"].hours)
        expected = weights / weights.sum() * 200_000
        # Chi-square over 23 degrees of freedom: mean 23, sd 6.8; the draw's seed is fixed.
        assert ((found - expected) ** 2 / expected).sum() < 23 + 5 * 6.8

    def test_any_second_of_an_hour_is_as_likely(self, region: Region) -> None:
        second = drawn(of_year(region), "adult", 100_000) % HOUR
        assert (second.min(), second.max()) == (0, HOUR - 1)
        # The mean's standard error is 3.3 seconds.
        assert abs(second.mean() - 1799.5) < 17


class TestExpectedArrivals:
    """What the model expects of the visits, day effects apart."""

    @pytest.fixture(scope="class")
    def visits(self, region: Region) -> NDArray[np.int64]:
        """(ED subservices, sites)."""
        return np.arange(1, 3 * len(region.sites) + 1).reshape(3, -1) * 10

    def admissions(self, region: Region, visits: NDArray[np.int64]) -> NDArray[np.int64]:
        """Two visits of each subservice and site are admissions of men of 80."""
        admitted = np.zeros((105, 3, *visits.shape), dtype=np.int64)
        admitted[80, 1] = 2
        return admitted

    def test_visits_follow_the_rhythm_of_their_subservice(
        self, region: Region, visits: NDArray[np.int64]
    ) -> None:
        by_rhythm = visits_by_rhythm(region, visits, 0 * self.admissions(region, visits))
        usual = [list(region.rhythms).index(name) for name in region.ed_rhythms.values()]
        assert (by_rhythm[usual, range(3)] == visits).all()
        assert by_rhythm.sum() == visits.sum()

    def test_admissions_move_to_the_rhythms_of_their_units(
        self, region: Region, visits: NDArray[np.int64]
    ) -> None:
        admitted = self.admissions(region, visits)
        by_rhythm = visits_by_rhythm(region, visits, admitted)
        units = units_of(region)
        of_unit = ed_unit_shares(region)[80, 1]
        for index, name in enumerate(region.rhythms):
            if name not in region.ed_rhythms.values():
                expected = 2 * sum(
                    share for unit, share in zip(units, of_unit, strict=True) if unit.stays.ed_rhythm == name
                )
                assert by_rhythm[index] == pytest.approx(np.full(visits.shape, expected))
        assert by_rhythm.sum(axis=0) == pytest.approx(visits)

    def test_arrivals_add_up_to_the_visits(self, region: Region, visits: NDArray[np.int64]) -> None:
        by_rhythm = visits_by_rhythm(region, visits, self.admissions(region, visits))
        days = np.repeat(shares(day_weights(region))[:, None], len(region.sites), axis=1)
        arrivals = arrivals_by_hour(region, by_rhythm, days)
        assert arrivals.shape == (3, 365, 24)
        assert arrivals.sum(axis=(1, 2)) == pytest.approx(visits.sum(axis=1))

    def test_days_are_those_that_are_drawn_from_where_there_are_no_day_effects(self, region: Region) -> None:
        calm = retuned(region, {"rhythms": {name: {"day_sd": 0.0} for name in region.rhythms}})
        drawn_from = np.diff(timetable(calm).days, prepend=0.0)
        for site in range(len(region.sites)):
            assert drawn_from[:, site] == pytest.approx(shares(day_weights(region)), abs=1e-12)
        names = [list(region.rhythms).index(name) for name in region.ed_rhythms.values()]
        assert ed_day_shares(region) == pytest.approx(drawn_from[names, 0], abs=1e-12)


class TestAdmissions:
    def test_come_by_the_rhythm_of_the_unit_that_they_lead_to(self, region: Region) -> None:
        spring = {"months": [1.0] * 6 + [0.0] * 6}
        tables = make_tables(retuned(region, {"rhythms": {"medical": spring}}))
        of_medical = {unit.subprogram_key for unit in units_of(region) if unit.stays.ed_rhythm == "medical"}
        begun = tables["ip_stays"].dropna(subset="ed_encounter_id")
        # Of several admissions the times are put in order, whichever unit each of them leads to.
        begun = begun[~begun["patient_id"].duplicated(keep=False)]
        came = tables["ed_encounters"].set_index("encounter_id")["arrival_ts"]
        month = came.loc[begun["ed_encounter_id"]].dt.month.to_numpy()
        medical = begun["subprogram_key"].isin(of_medical).to_numpy()
        assert medical.sum() > 50
        assert set(month[medical]) == set(range(1, 7))
        assert len(set(month[~medical])) == 12, "the others come all the year"
