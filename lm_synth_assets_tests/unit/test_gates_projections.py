"""The gates on projected volumes see whatever is not what SQL gives on the stored tables."""

import pandas as pd
import pytest

from lm_synth_assets.gates.catalogue import all_gates, chosen_gates
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.damages.damage import edited
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned


class TestReconcilesWithSql:
    @pytest.mark.parametrize("scenario_id", [1, 2, 3, 4])
    @pytest.mark.parametrize("step", [-0.00002, 0.00002])
    def test_sees_the_fifth_decimal(
        self, judge: Judge, tables: Tables, scenario_id: int, step: float
    ) -> None:
        frame = tables["ed_projection"]
        row = frame.index[(frame["scenario_id"] == scenario_id) & (frame["year"] == 2031)][4]
        off = edited(frame, row, projected_volumes=frame["projected_volumes"][row] + step)
        verdict = judge("ed_projection", "reconciles_with_sql", ed_projection=off)
        assert not verdict.passed
        found = verdict.offending[["scenario_id", "year", "site_id"]].to_numpy().tolist()
        assert found == [[scenario_id, 2031, frame["site_id"][row]]]

    def test_sees_a_volume_that_is_missing(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_projection"].drop(index=17)
        verdict = judge("ed_projection", "reconciles_with_sql", ed_projection=frame)
        assert verdict.offending["observed"].isna().tolist() == [True]
        assert verdict.observed.startswith("no row in the worst of ")

    def test_sees_a_volume_of_a_site_without_an_area(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_projection"]
        besides = frame.head(1).assign(site_id=13, projected_volumes=0.0)
        verdict = judge("ed_projection", "reconciles_with_sql", ed_projection=pd.concat([frame, besides]))
        assert verdict.offending["site_id"].tolist() == [13]

    def test_sees_residents_who_came_after_it(self, judge: Judge, tables: Tables) -> None:
        frame = tables["population_projection"]
        later = edited(frame, 700, population=frame["population"][700] + 1)
        verdict = judge("ed_projection", "reconciles_with_sql", population_projection=later)
        assert not verdict.passed
        assert set(verdict.offending["year"]) == {frame["year"][700]}

    def test_sees_a_multiplier_changed_after_it(self, judge: Judge, tables: Tables) -> None:
        changed = edited(tables["dim_scenario"], 1, growth_multiplier=1.4999)
        verdict = judge("ed_projection", "reconciles_with_sql", dim_scenario=changed)
        assert set(verdict.offending["scenario_id"]) == {2}

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"population": {"base_year": 2010}}, id="growth from an earlier year"),
            pytest.param({"lhas": {"Riverbend": {"growth_pct": -3.0}}}, id="an area that shrinks"),
            pytest.param({"lhas": {"Otter Cove": {"base_population": 0}}}, id="an area without residents"),
            pytest.param({"lhas": {"Otter Cove": {"default_site": "LM-DFT"}}}, id="a site with two areas"),
            pytest.param({"scenarios": {"None": {"growth": 0.0, "ed_rates": 0.0}}}, id="nobody comes"),
        ],
    )
    def test_agrees_with_other_regions(self, region: Region, changes: dict) -> None:
        tuned = retuned(region, changes).with_run(patients=100)
        stored = StoredTables.of(make_tables(tuned))
        gates = chosen_gates(all_gates(), ["ed_projection", "population_projection", "ed_baseline_rates"])
        assert [gate.full_name for gate in gates if not gate.evaluate(stored, tuned).passed] == []


class TestEveryYear:
    def test_sees_a_scenario_without_its_last_year(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_projection"].query("not (scenario_id == 3 and year == 2034)")
        verdict = judge("ed_projection", "every_year", ed_projection=frame)
        assert not verdict.passed
        assert len(verdict.offending) == 12 * 3
        assert set(verdict.offending["scenario_id"]) == {3}

    def test_sees_a_date_that_is_not_the_first_of_january(self, judge: Judge, tables: Tables) -> None:
        frame = edited(tables["ed_projection"], 40, period_date=pd.Timestamp("2025-01-02"))
        verdict = judge("ed_projection", "every_year", ed_projection=frame)
        assert not verdict.passed
        key = ["scenario_id", "year", "site_id", "ed_subservice"]
        assert verdict.offending[key].to_numpy().tolist() == frame.loc[[40], key].to_numpy().tolist()
