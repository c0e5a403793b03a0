"""The gates on shape see distributions and correlations that have changed although totals hold."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.gates.replicate import replicate
from lm_synth_assets.gates.statistics.shape import _cramer
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import ADMITTED, DISCHARGED
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


def shifted(visits: pd.DataFrame, which: pd.Series, arrival: pd.Series) -> None:
    """Let some visits arrive at another time and last as long as before."""
    lasting = visits["departure_ts"] - visits["arrival_ts"]
    visits.loc[which, "arrival_ts"] = arrival[which]
    visits.loc[which, "departure_ts"] = arrival[which] + lasting[which]
    visits["arrival_date"] = visits["arrival_ts"].dt.normalize()


def subprograms_in(verdict: Verdict, region: Region) -> list[str]:
    """The subprograms among the groups that a verdict complains of."""
    names = {unit.name for unit in units_of(region)}
    return [name for name in verdict.offending["row"] if name in names]


class TestLengthOfStay:
    def test_sees_a_spread_that_has_doubled_around_the_same_median(
        self, judge: Judge, region: Region, tables: Tables
    ) -> None:
        stays = tables["ip_stays"].copy()
        unit = next(unit for unit in units_of(region) if unit.name == "Surgical Inpatient Unit")
        own = stays["subprogram_key"] == unit.subprogram_key
        median = unit.stays.median_days
        stays.loc[own, "los_days"] = median * (stays.loc[own, "los_days"] / median) ** 3
        verdict = judge("ip_stays", "los_shape", ip_stays=stays)
        assert not verdict.passed
        assert subprograms_in(verdict, region) == [unit.name]

    def test_sees_stays_that_are_all_alike(self, judge: Judge, region: Region, tables: Tables) -> None:
        stays = tables["ip_stays"].copy()
        unit = next(unit for unit in units_of(region) if unit.name == "Hospitalist")
        own = stays["subprogram_key"] == unit.subprogram_key
        stays.loc[own, "los_days"] = unit.stays.median_days
        verdict = judge("ip_stays", "los_shape", ip_stays=stays)
        assert subprograms_in(verdict, region) == [unit.name]


class TestArrivals:
    def test_sees_a_subservice_that_comes_six_hours_later(self, judge: Judge, visits: pd.DataFrame) -> None:
        adult = visits["ed_subservice"] == "Adult ED"
        day = visits["arrival_ts"].dt.normalize()
        shifted(
            visits, adult, day + (visits["arrival_ts"] - day + pd.Timedelta(hours=6)) % pd.Timedelta(days=1)
        )
        verdict = judge("ed_encounters", "arrival_shape", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending["marginal"].tolist() == ["Adult ED, time of day"]

    def test_sees_a_year_squeezed_into_its_first_half(self, judge: Judge, visits: pd.DataFrame) -> None:
        pediatric = visits["ed_subservice"] == "Pediatric ED"
        time = visits["arrival_ts"] - visits["arrival_ts"].dt.normalize()
        half = pd.to_timedelta((visits["arrival_ts"].dt.dayofyear - 1) // 2, unit="D")
        shifted(visits, pediatric, pd.Timestamp("2025-01-01") + half + time)
        verdict = judge("ed_encounters", "arrival_shape", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending["marginal"].tolist() == ["Pediatric ED, day of year"]


class TestCorrelations:
    def test_see_visits_dealt_out_regardless_of_who_is_frail(
        self, judge: Judge, tables: Tables, visits: pd.DataFrame
    ) -> None:
        anybody = np.random.default_rng(1).choice(tables["patients"]["patient_id"], len(visits))
        verdict = judge("ed_encounters", "correlations", ed_encounters=visits.assign(patient_id=anybody))
        assert not verdict.passed
        pairs = verdict.offending[["one", "other"]].to_numpy().tolist()
        assert ["expected_ed_rate", "visits"] in pairs

    def test_see_that_the_urgent_stay_no_longer_than_others(self, judge: Judge, visits: pd.DataFrame) -> None:
        order = np.argsort(visits["acuity"].to_numpy(dtype=int), kind="stable")
        lasting = np.sort((visits["departure_ts"] - visits["arrival_ts"]).to_numpy())
        visits.loc[visits.index[order], "departure_ts"] = visits["arrival_ts"].to_numpy()[order] + lasting
        verdict = judge("ed_encounters", "correlations", ed_encounters=visits)
        assert not verdict.passed
        assert ["acuity", "minutes"] in verdict.offending[["one", "other"]].to_numpy().tolist()


class TestAssociations:
    def test_see_that_all_of_the_urgent_and_nobody_else_are_admitted(
        self, judge: Judge, visits: pd.DataFrame
    ) -> None:
        urgent = visits["acuity"] <= 2
        visits["dispo"] = visits["dispo"].mask(urgent, ADMITTED).mask(~urgent, DISCHARGED)
        verdict = judge("ed_encounters", "associations", ed_encounters=visits)
        assert not verdict.passed
        assert ["acuity", "dispo"] in verdict.offending[["one", "other"]].to_numpy().tolist()

    def test_see_that_people_live_anywhere(self, judge: Judge, tables: Tables) -> None:
        patients = tables["patients"]
        order = np.random.default_rng(1).permutation(len(patients))
        moved = patients.assign(lha_id=patients["lha_id"].to_numpy()[order])
        verdict = judge("ed_encounters", "associations", patients=moved)
        assert verdict.offending[["one", "other"]].to_numpy().tolist() == [["facility_id", "lha_id"]]

    def test_see_that_all_of_the_old_and_nobody_else_have_alc(self, judge: Judge, tables: Tables) -> None:
        stays = tables["ip_stays"]
        age = stays["patient_id"].map(tables["patients"].set_index("patient_id")["age_group"])
        verdict = judge("ip_stays", "stay_associations", ip_stays=stays.assign(alc_flag=age.eq("75-84")))
        assert not verdict.passed
        assert ["alc_flag", "age_group"] in verdict.offending[["one", "other"]].to_numpy().tolist()

    def test_no_contacts_are_no_finding(self, judge: Judge, tables: Tables) -> None:
        none = tables["ip_stays"].iloc[:0]
        assert judge("ip_stays", "stay_associations", ip_stays=none).threshold


class TestCramersV:
    def test_is_about_nothing_where_columns_have_nothing_in_common(self) -> None:
        rng = np.random.default_rng(5)
        categories = {"one": rng.integers(0, 12, 1_000), "other": rng.integers(0, 30, 1_000)}
        # Without its correction it is about the root of 11 x 29 / 1,000 / 11, which is 0.17.
        assert _cramer(categories, 1_000).loc["one", "other"] < 0.1

    def test_is_one_where_a_column_tells_the_other(self) -> None:
        one = np.arange(1_000) % 5
        assert _cramer({"one": one, "other": 4 - one}, 1_000).loc["one", "other"] == pytest.approx(1)

    def test_is_nothing_where_a_column_never_changes(self) -> None:
        same = np.zeros(1_000, dtype=np.int64)
        found = _cramer({"one": same, "other": np.arange(1_000) % 5}, 1_000)
        assert found.loc["one", "other"] == 0


class TestReplicates:
    def test_are_made_once_and_differ_from_the_data_and_each_other(
        self, region: Region, tables: Tables
    ) -> None:
        one, two = replicate(region, 300, 1), replicate(region, 300, 2)
        assert replicate(region, 300, 1) is one
        assert [len(sample["patients"]) for sample in (one, two)] == [300, 300]
        assert not one["patients"].equals(two["patients"])
        assert replicate(region.with_run(patients=50), 300, 1)["patients"].shape[0] == 50
