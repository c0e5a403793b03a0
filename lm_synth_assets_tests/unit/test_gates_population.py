"""The gates on denominators see residents and rates that are not there, or too many."""

import pandas as pd
import pytest

from lm_synth_assets.gates.statistics.population import rates_follow_configuration
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.damages.damage import edited
from lm_synth_assets_tests.support.datasets import Tables, retuned


class TestTotalsFollowGrowth:
    def test_sees_a_single_person_too_many(self, judge: Judge, tables: Tables) -> None:
        frame = tables["population_projection"].copy()
        cell = frame.index[(frame["year"] == 2031) & (frame["lha_id"] == 4)][0]
        frame.loc[cell, "population"] += 1
        verdict = judge("population_projection", "totals_follow_growth", population_projection=frame)
        assert not verdict.passed
        assert verdict.offending[["year", "lha_id"]].to_numpy().tolist() == [[2031, 4]]

    @pytest.mark.parametrize("missing", ["year == 2034", "lha_id == 7"])
    def test_sees_a_year_or_an_area_missing(self, judge: Judge, tables: Tables, missing: str) -> None:
        frame = tables["population_projection"].query(f"not ({missing})")
        verdict = judge("population_projection", "totals_follow_growth", population_projection=frame)
        assert not verdict.passed
        assert len(verdict.offending.query(missing)) == len(verdict.offending) > 0

    def test_sees_a_year_beyond_the_horizon(self, judge: Judge, tables: Tables) -> None:
        frame = tables["population_projection"]
        beyond = frame[frame["year"] == 2034].assign(year=2035)
        verdict = judge(
            "population_projection", "totals_follow_growth", population_projection=pd.concat([frame, beyond])
        )
        assert not verdict.passed
        assert set(verdict.offending["year"]) == {2035}


class TestAgeAndGenderWeights:
    @pytest.mark.parametrize("year", [2025, 2034])
    def test_sees_two_persons_who_changed_their_gender(self, judge: Judge, tables: Tables, year: int) -> None:
        frame = tables["population_projection"]
        cells = frame.index[
            (frame["year"] == year) & (frame["lha_id"] == 6) & (frame["age_group"] == "15-24")
        ]
        moved = edited(frame, cells[0], population=frame["population"][cells[0]] - 2)
        moved = edited(moved, cells[1], population=frame["population"][cells[1]] + 2)
        verdict = judge("population_projection", "age_and_gender_weights", population_projection=moved)
        assert not verdict.passed
        assert set(verdict.offending["year"]) == {year}
        assert judge("population_projection", "totals_follow_growth", population_projection=moved).passed

    def test_sees_an_area_with_the_ages_of_another(self, judge: Judge, tables: Tables) -> None:
        frame = tables["population_projection"]
        own, other = frame["lha_id"] == 3, frame["lha_id"] == 4
        shares = frame[other].groupby("year")["population"].transform(lambda cells: cells / cells.sum())
        totals = frame[own].groupby("year")["population"].transform("sum")
        aged = edited(frame, own, population=(totals.to_numpy() * shares.to_numpy()).round().astype("int32"))
        verdict = judge("population_projection", "age_and_gender_weights", population_projection=aged)
        assert set(verdict.offending["lha_id"]) == {3}


class TestEveryYear:
    def test_sees_a_cell_missing(self, judge: Judge, tables: Tables) -> None:
        frame = tables["population_projection"].drop(index=50)
        verdict = judge("population_projection", "every_year", population_projection=frame)
        assert not verdict.passed
        assert verdict.offending[["expected", "observed"]].to_numpy().tolist() == [[1, 0]]

    def test_sees_a_cell_twice_and_one_beyond_the_horizon(self, judge: Judge, tables: Tables) -> None:
        frame = tables["population_projection"]
        beyond = frame.head(1).assign(year=2035, period_date=pd.Timestamp("2035-01-01"))
        verdict = judge(
            "population_projection",
            "every_year",
            population_projection=pd.concat([frame, frame.head(1), beyond]),
        )
        assert sorted(verdict.offending[["expected", "observed"]].to_numpy().tolist()) == [[0, 1], [1, 2]]

    @pytest.mark.parametrize("date", ["2024-12-31", "2025-01-02", "2026-01-01"])
    def test_sees_a_date_that_is_not_the_first_of_january(
        self, judge: Judge, tables: Tables, date: str
    ) -> None:
        frame = edited(tables["population_projection"], 9, period_date=pd.Timestamp(date))
        verdict = judge("population_projection", "every_year", population_projection=frame)
        assert not verdict.passed
        assert verdict.observed == "1 other dates"
        key = ["year", "lha_id", "age_group", "gender"]
        assert verdict.offending[key].to_numpy().tolist() == frame.loc[[9], key].to_numpy().tolist()


class TestCompleteCrossProduct:
    def test_sees_a_cell_missing(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_baseline_rates"].drop(index=100)
        verdict = judge("ed_baseline_rates", "complete_cross_product", ed_baseline_rates=frame)
        assert not verdict.passed
        assert verdict.expected == "864 cells"
        assert verdict.observed == "863 cells in 863 rows"

    def test_sees_a_cell_twice(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_baseline_rates"]
        twice = pd.concat([frame.drop(index=100), frame.loc[[7]]])
        verdict = judge("ed_baseline_rates", "complete_cross_product", ed_baseline_rates=twice)
        assert not verdict.passed
        assert verdict.observed == "863 cells in 864 rows"

    def test_sees_an_area_in_place_of_another(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_baseline_rates"]
        renamed = frame.assign(lha_id=frame["lha_id"].replace(12, 13))
        assert not judge("ed_baseline_rates", "complete_cross_product", ed_baseline_rates=renamed).passed


class TestRatesFollowConfiguration:
    @pytest.mark.parametrize("step", [-0.01, 0.01])
    def test_sees_the_second_decimal(self, judge: Judge, tables: Tables, step: float) -> None:
        frame = tables["ed_baseline_rates"]
        off = edited(frame, 300, baserate_per_1000=frame["baserate_per_1000"][300] + step)
        verdict = judge("ed_baseline_rates", "rates_follow_configuration", ed_baseline_rates=off)
        assert not verdict.passed
        assert len(verdict.offending) == 1

    def test_sees_a_rate_missing_even_where_nobody_comes(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_baseline_rates"]
        never = frame.index[frame["baserate_per_1000"] == 0][0]
        verdict = judge(
            "ed_baseline_rates", "rates_follow_configuration", ed_baseline_rates=frame.drop(index=never)
        )
        assert not verdict.passed

    def test_lets_an_override_take_the_place_of_the_product(self, region: Region, tables: Tables) -> None:
        override = {"Riverbend": {"Adult ED": {"85+": {"Female": 900.0}}}}
        tuned = retuned(region, {"ed": {"rate_overrides": override}})
        frame = tables["ed_baseline_rates"]
        cell = frame.query(
            "lha_id == 2 and age_group == '85+' and gender == 'Female' and ed_subservice == 'Adult ED'"
        ).index
        overridden = {"ed_baseline_rates": edited(frame, cell, baserate_per_1000=900.0)}
        assert rates_follow_configuration(overridden, tuned).passed
        assert not rates_follow_configuration(overridden, region).passed
        assert not rates_follow_configuration(tables, tuned).passed


class TestRatesByAge:
    @pytest.mark.parametrize(("service", "age"), [("Adult ED", "25-44"), ("Pediatric ED", "15-24")])
    def test_sees_an_age_group_that_comes_more_often(
        self, judge: Judge, tables: Tables, service: str, age: str
    ) -> None:
        frame = tables["ed_baseline_rates"]
        cells = frame.query(
            "lha_id == 5 and age_group == @age and gender == 'Other' and ed_subservice == @service"
        ).index
        verdict = judge(
            "ed_baseline_rates",
            "rates_by_age",
            ed_baseline_rates=edited(frame, cells, baserate_per_1000=2000.0),
        )
        assert not verdict.passed
        assert verdict.offending[["lha_id", "ed_subservice", "gender"]].to_numpy().tolist() == [
            [5, service, "Other"]
        ]
