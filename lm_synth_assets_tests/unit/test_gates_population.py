"""The gates on denominators see residents and rates that are not there, or too many."""

import pandas as pd
import pytest

from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.datasets import Tables


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
