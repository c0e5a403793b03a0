"""The gates on single ED encounters see visits that are impossible, or unlike their patient."""

import pandas as pd
import pytest

from lm_synth_assets.schema.vocabulary import DIED, URGENT_CARE
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


class TestVisitsMatchPatients:
    def test_sees_a_visit_lost(self, judge: Judge, visits: pd.DataFrame) -> None:
        verdict = judge("ed_encounters", "visits_match_patients", ed_encounters=visits.drop(index=77))
        assert not verdict.passed
        assert verdict.offending["patient_id"].tolist() == [visits.loc[77, "patient_id"]]

    def test_sees_visits_of_somebody_who_should_have_none(
        self, judge: Judge, tables: Tables, visits: pd.DataFrame
    ) -> None:
        never = tables["patients"].query("ed_visits_year == 0")["patient_id"].iloc[0]
        extra = visits.iloc[[77]].assign(patient_id=never)
        verdict = judge("ed_encounters", "visits_match_patients", ed_encounters=pd.concat([visits, extra]))
        assert verdict.offending["patient_id"].tolist() == [never]


class TestPrimarySubservice:
    def test_sees_another_than_the_most_used(self, judge: Judge, tables: Tables) -> None:
        patients = tables["patients"].copy()
        used = patients.index[(patients["ed_visits_year"] > 0) & (patients["age_group"] == "85+")][0]
        patients.loc[used, "primary_ed_subservice"] = "Pediatric ED"
        verdict = judge("ed_encounters", "primary_subservice", patients=patients)
        assert not verdict.passed
        assert verdict.offending["patient_id"].tolist() == [patients.loc[used, "patient_id"]]

    def test_lets_patients_without_visits_have_any(self, judge: Judge, tables: Tables) -> None:
        patients = tables["patients"].copy()
        never = patients["ed_visits_year"] == 0
        patients.loc[never, "primary_ed_subservice"] = URGENT_CARE
        assert judge("ed_encounters", "primary_subservice", patients=patients).passed

    def test_lets_it_be_either_of_two_that_are_used_alike(
        self, judge: Judge, tables: Tables, visits: pd.DataFrame
    ) -> None:
        first, second = TestImpossibleVisits.two_visits(visits)
        visits.loc[first, "ed_subservice"], visits.loc[second, "ed_subservice"] = "Adult ED", URGENT_CARE
        patients = tables["patients"].copy()
        own = patients["patient_id"] == visits.loc[first, "patient_id"]
        for either in ("Adult ED", URGENT_CARE):
            patients.loc[own, "primary_ed_subservice"] = either
            assert judge(
                "ed_encounters", "primary_subservice", patients=patients, ed_encounters=visits
            ).passed


class TestHomeFacility:
    def test_sees_a_visit_elsewhere(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[77, "facility_id"] = visits.loc[77, "facility_id"] % 12 + 1
        verdict = judge("ed_encounters", "visits_at_home_facility", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending["encounter_id"].tolist() == [visits.loc[77, "encounter_id"]]

    def test_leaves_visits_of_nobody_to_the_foreign_keys(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[visits.index[::5], "patient_id"] = "P9999999"
        assert judge("ed_encounters", "visits_at_home_facility", ed_encounters=visits).passed


class TestArrivalsInYear:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            pytest.param("arrival_ts", "2026-01-01 00:00:00", id="in the next year"),
            pytest.param("arrival_date", "2025-01-01", id="on another day than its own"),
            pytest.param("departure_ts", "2025-01-01 00:00:00", id="gone before it came"),
        ],
    )
    def test_sees_an_encounter(self, judge: Judge, visits: pd.DataFrame, column: str, value: str) -> None:
        visits.loc[1_000, column] = pd.Timestamp(value)
        verdict = judge("ed_encounters", "arrivals_in_year", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending["encounter_id"].tolist() == [1_001]

    def test_sees_a_visit_without_duration(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[1_000, "departure_ts"] = visits.loc[1_000, "arrival_ts"]
        assert not judge("ed_encounters", "arrivals_in_year", ed_encounters=visits).passed


class TestImpossibleVisits:
    def test_sees_a_visit_during_another(self, judge: Judge, visits: pd.DataFrame) -> None:
        first, second = self.two_visits(visits)
        inside = visits.loc[first, "departure_ts"] - pd.Timedelta(seconds=1)
        visits.loc[second, "arrival_ts"] = inside
        verdict = judge("ed_encounters", "one_visit_at_a_time", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending["encounter_id"].tolist() == [visits.loc[second, "encounter_id"]]

    def test_lets_one_visit_follow_another_at_once(self, judge: Judge, visits: pd.DataFrame) -> None:
        first, second = self.two_visits(visits)
        visits.loc[second, "arrival_ts"] = visits.loc[first, "departure_ts"]
        assert judge("ed_encounters", "one_visit_at_a_time", ed_encounters=visits).passed

    def test_sees_a_visit_after_death(self, judge: Judge, visits: pd.DataFrame) -> None:
        first, second = self.two_visits(visits)
        visits.loc[first, "dispo"] = DIED
        verdict = judge("ed_encounters", "no_visit_after_death", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending["encounter_id"].tolist() == [visits.loc[second, "encounter_id"]]

    @staticmethod
    def two_visits(visits: pd.DataFrame) -> tuple[int, int]:
        """The visits of a patient who came exactly twice."""
        counts = visits["patient_id"].value_counts(sort=False)
        first, second = visits.index[visits["patient_id"] == counts.index[counts == 2][0]]
        return first, second
