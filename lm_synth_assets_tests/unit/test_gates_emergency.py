"""The gates on ED encounters see visits that are too many, at the wrong place or time, or impossible."""

import pandas as pd
import pytest

from lm_synth_assets.vocabulary import DIED, PEDIATRIC_ED, URGENT_CARE
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.datasets import Tables


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


def rows(frame: pd.DataFrame, condition: str, count: int) -> pd.Index:
    found = frame.query(condition).index[:count]
    assert len(found) == count
    return found


class TestVolumes:
    def test_by_site_sees_visits_at_another_site(self, judge: Judge, visits: pd.DataFrame) -> None:
        moved = rows(visits, "facility_id == 6 and ed_subservice == 'Adult ED'", 30)
        visits.loc[moved, "facility_id"] = 1
        verdict = judge("ed_encounters", "volumes_by_site", ed_encounters=visits)
        assert not verdict.passed
        cells = verdict.offending[["facility_id", "ed_subservice"]].to_numpy().tolist()
        assert cells == [[1, "Adult ED"], [6, "Adult ED"]]

    def test_by_site_sees_a_tenth_too_many_of_a_subservice(self, judge: Judge, visits: pd.DataFrame) -> None:
        more = pd.concat([visits, visits[visits["ed_subservice"] == "Urgent Care Centre"].iloc[::10]])
        verdict = judge("ed_encounters", "volumes_by_site", ed_encounters=more)
        assert not verdict.passed
        assert set(verdict.offending["ed_subservice"]) == {"Urgent Care Centre"}

    def test_by_catchment_sees_visits_of_another_areas_people(
        self, judge: Judge, tables: Tables, visits: pd.DataFrame
    ) -> None:
        patients = tables["patients"].set_index("patient_id")
        area = visits["patient_id"].map(patients["lha_id"])
        adult = visits["ed_subservice"] == "Adult ED"
        given_away = visits.index[(area == 2) & adult][:30]
        visits.loc[given_away, "patient_id"] = patients.index[patients["lha_id"] == 5][:30]
        verdict = judge("ed_encounters", "volumes_by_catchment", ed_encounters=visits)
        assert not verdict.passed
        default = tables["dim_lha"].set_index("lha_id")["default_site_id"]
        assert set(verdict.offending["site_id"]) == {default[2], default[5]}
        assert judge("ed_encounters", "volumes_by_site", ed_encounters=visits).passed, (
            "nothing moved between sites"
        )

    def test_by_catchment_sees_a_subservice_without_visits(self, judge: Judge, visits: pd.DataFrame) -> None:
        none = visits[visits["ed_subservice"] != PEDIATRIC_ED]
        verdict = judge("ed_encounters", "volumes_by_catchment", ed_encounters=none)
        assert not verdict.passed
        assert set(verdict.offending["ed_subservice"]) == {PEDIATRIC_ED}


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


class TestPediatric:
    def test_sees_children_sent_elsewhere(self, judge: Judge, tables: Tables, visits: pd.DataFrame) -> None:
        self.send(visits, tables, ["0-4", "5-14"], 0.3, URGENT_CARE)
        verdict = judge("ed_encounters", "children_go_to_pediatric_ed", ed_encounters=visits)
        assert not verdict.passed
        assert float(verdict.observed.split(" %")[0]) < 65

    def test_sees_adults_among_children(self, judge: Judge, tables: Tables, visits: pd.DataFrame) -> None:
        self.send(visits, tables, ["25-44"], 0.1, PEDIATRIC_ED)
        verdict = judge("ed_encounters", "adults_stay_out_of_pediatric_ed", ed_encounters=visits)
        assert not verdict.passed
        assert float(verdict.observed.split(" %")[0]) > 2

    def test_lets_youths_be_seen_there(self, judge: Judge, tables: Tables, visits: pd.DataFrame) -> None:
        self.send(visits, tables, ["15-24"], 0.5, PEDIATRIC_ED)
        assert judge("ed_encounters", "adults_stay_out_of_pediatric_ed", ed_encounters=visits).passed
        assert judge("ed_encounters", "children_go_to_pediatric_ed", ed_encounters=visits).passed

    @staticmethod
    def send(
        visits: pd.DataFrame, tables: Tables, age_groups: list[str], share: float, subservice: str
    ) -> None:
        """Send a share of the visits of some age groups to one subservice."""
        age_group = visits["patient_id"].map(tables["patients"].set_index("patient_id")["age_group"])
        own = visits.index[age_group.isin(age_groups)]
        visits.loc[own[: int(len(own) * share)], "ed_subservice"] = subservice


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
        assert verdict.offending.index.tolist() == [second]

    def test_lets_one_visit_follow_another_at_once(self, judge: Judge, visits: pd.DataFrame) -> None:
        first, second = self.two_visits(visits)
        visits.loc[second, "arrival_ts"] = visits.loc[first, "departure_ts"]
        assert judge("ed_encounters", "one_visit_at_a_time", ed_encounters=visits).passed

    def test_sees_a_visit_after_death(self, judge: Judge, visits: pd.DataFrame) -> None:
        first, second = self.two_visits(visits)
        visits.loc[first, "dispo"] = DIED
        verdict = judge("ed_encounters", "no_visit_after_death", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending.index.tolist() == [second]

    @staticmethod
    def two_visits(visits: pd.DataFrame) -> tuple[int, int]:
        """The visits of a patient who came exactly twice."""
        counts = visits["patient_id"].value_counts(sort=False)
        first, second = visits.index[visits["patient_id"] == counts.index[counts == 2][0]]
        return first, second
