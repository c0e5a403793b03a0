"""The gates on patients see a sample that is skewed, inconsistent, or in which somebody stands out."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.rules.rule import evaluate
from lm_synth_assets.gates.statistics.people import (
    age_shape,
    expected_rate_shape,
    expected_rates_reconcile,
    home_facilities,
)
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.tables.ed_baseline_rates import ed_baseline_rates
from lm_synth_assets.simulation.tables.patients import patients as patients_of
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.damages.damage import edited
from lm_synth_assets_tests.support.datasets import Tables, retuned


class TestMarginals:
    def test_sees_an_age_group_that_has_grown_at_anothers_cost(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"].copy()
        men = frame.index[
            (frame["lha_id"] == 2) & (frame["age_group"] == "25-44") & (frame["gender"] == "Male")
        ]
        frame.loc[men[:9], "age_group"] = "45-64"
        verdict = judge("patients", "marginals", patients=frame)
        assert not verdict.passed
        cells = verdict.offending[["lha_id", "age_group", "gender"]].astype(str).to_numpy().tolist()
        assert cells == [["2", "25-44", "Male"], ["2", "45-64", "Male"]]

    def test_sees_that_patients_are_missing(self, judge: Judge, tables: Tables) -> None:
        verdict = judge("patients", "marginals", patients=tables["patients"].iloc[::2])
        assert not verdict.passed
        assert (verdict.expected, verdict.observed) == ("5,000 patients", "2,500 patients")


class TestAgeGroupMatchesBirth:
    def test_sees_somebody_a_day_too_young(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"].copy()
        somebody = frame.index[frame["age_group"] == "65-74"][5]
        frame.loc[somebody, "dob"] = pd.Timestamp("1960-01-02")
        verdict = judge("patients", "age_group_matches_dob", patients=frame)
        assert not verdict.passed
        assert verdict.offending["patient_id"].tolist() == [frame.loc[somebody, "patient_id"]]

    def test_sees_somebody_too_old(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"].copy()
        somebody = frame.index[frame["age_group"] == "65-74"][5]
        frame.loc[somebody, "dob"] = pd.Timestamp("1950-01-01")
        verdict = judge("patients", "age_group_matches_dob", patients=frame)
        assert verdict.offending["patient_id"].tolist() == [frame.loc[somebody, "patient_id"]]

    def test_lets_a_birthday_on_the_reference_date_count(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"].copy()
        somebody = frame.index[frame["age_group"] == "65-74"][5]
        frame.loc[somebody, "dob"] = pd.Timestamp("1960-01-01")
        assert judge("patients", "age_group_matches_dob", patients=frame).passed

    @pytest.mark.parametrize(
        ("group", "born"), [("0-4", "2025-01-02"), ("0-4", "2031-05-05"), ("85+", "1920-01-01")]
    )
    def test_sees_somebody_not_yet_born_or_older_than_anybody(
        self, judge: Judge, tables: Tables, group: str, born: str
    ) -> None:
        somebody = tables["patients"].index[tables["patients"]["age_group"] == group][3]
        frame = edited(tables["patients"], somebody, dob=pd.Timestamp(born))
        verdict = judge("patients", "age_group_matches_dob", patients=frame)
        assert verdict.offending["patient_id"].tolist() == [frame.loc[somebody, "patient_id"]]


class TestUniqueQuasiIdentifiers:
    def test_sees_two_patients_who_are_alike(self, judge: Judge, tables: Tables) -> None:
        verdict = judge("patients", "unique_quasi_identifiers", patients=self.with_doubles(tables))
        assert not verdict.passed
        assert verdict.offending["patient_id"].tolist() == ["P0000001", "P0000002"]

    def test_lets_them_be_where_the_configuration_does(self, region: Region, tables: Tables) -> None:
        allowed = retuned(region, {"privacy": {"unique_quasi_identifiers": False}})
        doubled = StoredTables.of({"patients": self.with_doubles(tables)})
        assert evaluate("unique_quasi_identifiers", doubled, allowed).passed

    @staticmethod
    def with_doubles(tables: Tables) -> pd.DataFrame:
        frame = tables["patients"].copy()
        frame.loc[1, ["dob", "lha_id", "gender"]] = frame.loc[0, ["dob", "lha_id", "gender"]]
        return frame


class TestCrossAreaCare:
    def test_sees_that_nobody_goes_elsewhere(self, judge: Judge, tables: Tables) -> None:
        default = tables["dim_lha"].set_index("lha_id")["default_site_id"]
        patients = tables["patients"]
        stay = patients.assign(facility_home_id=patients["lha_id"].map(default))
        verdict = judge("patients", "cross_lha_care", patients=stay)
        assert not verdict.passed
        assert verdict.observed == "0.00%"

    def test_sees_that_too_many_do(self, judge: Judge, tables: Tables) -> None:
        moved = tables["patients"].copy()
        moved.loc[::10, "facility_home_id"] = moved.loc[::10, "facility_home_id"] % 12 + 1
        verdict = judge("patients", "cross_lha_care", patients=moved)
        assert not verdict.passed
        assert float(verdict.observed.removesuffix("%")) > 15


class TestHomeFacilities:
    def test_sees_two_facilities_swapped(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"]
        swapped = frame.assign(facility_home_id=frame["facility_home_id"].replace({7: 12, 12: 7}))
        verdict = judge("patients", "home_facilities", patients=swapped)
        assert not verdict.passed
        assert set(verdict.offending["facility_home_id"]) == {7, 12}

    def test_sees_somebody_where_nobody_of_the_area_goes(self, judge: Judge, tables: Tables) -> None:
        somebody = tables["patients"].index[tables["patients"]["lha_id"] == 1][0]
        lost = edited(tables["patients"], somebody, facility_home_id=8)
        verdict = judge("patients", "home_facilities", patients=lost)
        found = verdict.offending[["lha_id", "facility_home_id", "observed"]].to_numpy().tolist()
        assert found == [[1, 8, 1]]

    @pytest.mark.parametrize("seed", range(20))
    @pytest.mark.parametrize("patients", [3, 40, 300])
    def test_allows_for_whole_persons(self, region: Region, patients: int, seed: int) -> None:
        assert home_facilities(*drawn(region.with_run(patients=patients, seed=seed))).passed


class TestSamplingWeights:
    def test_see_that_they_add_up_to_other_residents(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"]
        lighter = frame.assign(sampling_weight=frame["sampling_weight"] - 0.0002)
        verdict = judge("patients", "sampling_weights_sum", patients=lighter)
        assert not verdict.passed
        assert verdict.expected == "2,400,000 residents"
        assert verdict.observed == "2,399,999.0, 5,000 patients with another weight"

    def test_see_one_patient_who_weighs_more_at_anothers_cost(self, judge: Judge, tables: Tables) -> None:
        weight = tables["patients"]["sampling_weight"]
        frame = edited(tables["patients"], [0, 1], sampling_weight=[weight[0] + 5, weight[1] - 5])
        verdict = judge("patients", "sampling_weights_sum", patients=frame)
        assert not verdict.passed
        assert verdict.offending.index.tolist() == [0, 1]


class TestExpectedRates:
    def test_see_that_an_area_comes_half_as_often(self, judge: Judge, tables: Tables) -> None:
        own = tables["patients"]["lha_id"] == 1
        frame = edited(
            tables["patients"], own, expected_ed_rate=tables["patients"].loc[own, "expected_ed_rate"] / 2
        )
        verdict = judge("patients", "expected_rates_reconcile", patients=frame)
        assert not verdict.passed
        assert "Harborview" in verdict.offending["patients"].tolist()

    def test_see_rates_that_changed_after_the_patients(self, judge: Judge, tables: Tables) -> None:
        rates = tables["ed_baseline_rates"]
        raised = rates.assign(baserate_per_1000=rates["baserate_per_1000"] * 1.3)
        verdict = judge("patients", "expected_rates_reconcile", ed_baseline_rates=raised)
        assert not verdict.passed
        assert "everybody" in verdict.offending["patients"].tolist()

    @pytest.mark.parametrize("limit", [14, 17, 30, 104])
    @pytest.mark.parametrize("patients", [20, 5_000])
    def test_allow_for_the_age_limit_of_pediatric_ed(self, region: Region, limit: int, patients: int) -> None:
        tuned = retuned(region, {"ed": {"pediatric_last_age": limit, "frailty_shape": 100.0}})
        tables, tuned = drawn(tuned.with_run(patients=patients))
        assert expected_rates_reconcile(tables, tuned).passed

    def test_hold_where_hardly_anything_is_expected(self, region: Region) -> None:
        hardly = retuned(region, {"ed": {"rates_per_1000": scaled_rates(region, 1e-3)}})
        tables, tuned = drawn(hardly)
        assert expected_rates_reconcile(tables, tuned).passed


class TestAgeShape:
    def test_sees_births_in_one_half_of_each_year(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"].copy()
        children = frame["age_group"] == "0-4"
        late = frame["dob"].dt.year.astype(str) + "-12-15"
        frame.loc[children, "dob"] = pd.to_datetime(late[children])
        verdict = judge("patients", "age_shape", patients=frame)
        assert not verdict.passed
        assert verdict.offending["age group"].tolist() == ["0-4"]

    def test_sees_the_oldest_without_their_decline(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"]
        oldest = frame.index[frame["age_group"] == "85+"]
        days = pd.to_timedelta(np.linspace(0, 7_300, len(oldest)).astype(int), unit="D")
        verdict = judge(
            "patients", "age_shape", patients=edited(frame, oldest, dob=pd.Timestamp("1920-01-03") + days)
        )
        assert verdict.offending["age group"].tolist() == ["85+"]

    @pytest.mark.parametrize("decline", [0.0, 0.5, 0.99])
    @pytest.mark.parametrize("start_year", [1950, 2024, 2100])
    def test_follows_the_configured_decline(self, region: Region, decline: float, start_year: int) -> None:
        tuned = retuned(region, {"population": {"oldest_decline": decline}}).with_run(start_year=start_year)
        tables, tuned = drawn(retuned(tuned, {"privacy": {"unique_quasi_identifiers": False}}))
        assert age_shape(tables, tuned).passed


class TestExpectedRateShape:
    def test_sees_that_everybody_is_alike(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"]
        by_cell = frame.groupby(["age_group", "gender"], observed=True)["expected_ed_rate"]
        alike = frame.assign(expected_ed_rate=by_cell.transform("mean").round(4))
        verdict = judge("patients", "expected_rate_shape", patients=alike)
        assert not verdict.passed
        assert len(verdict.offending) == 8

    @pytest.mark.parametrize("shape", [0.05, 0.55, 3.0, 100.0])
    @pytest.mark.parametrize("scale", [1.0, 0.01])
    def test_allows_for_rates_too_small_to_be_stored(
        self, region: Region, shape: float, scale: float
    ) -> None:
        rates = {"frailty_shape": shape, "rates_per_1000": scaled_rates(region, scale)}
        tables, tuned = drawn(retuned(region, {"ed": rates}))
        assert expected_rate_shape(tables, tuned).passed


def drawn(region: Region) -> tuple[StoredTables, Region]:
    """The patients of a region, the tables that the gates on them read, and the region."""
    patients = enforce(TABLES["patients"], patients_of(region))
    rates = enforce(TABLES["ed_baseline_rates"], ed_baseline_rates(region))
    return StoredTables.of({"patients": patients, "ed_baseline_rates": rates}), region


def scaled_rates(region: Region, factor: float) -> dict:
    """All rates, times a factor."""
    return {
        service: {
            age: {gender: rate * factor for gender, rate in by_gender.items()}
            for age, by_gender in by_age.items()
        }
        for service, by_age in region.ed.rates_per_1000.items()
    }
