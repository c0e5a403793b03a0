"""The gates on stays see lengths, places, ways in and times that cannot be."""

import pandas as pd
import pytest

from lm_synth_assets.config import Region
from lm_synth_assets.simulation.stay_rates import units_of
from lm_synth_assets.vocabulary import ADMITTED, DIED, ROUTE_DIRECT
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.datasets import Tables


@pytest.fixture
def stays(tables: Tables) -> pd.DataFrame:
    """A copy of the stays, to be damaged."""
    return tables["ip_stays"].copy()


@pytest.fixture
def from_ed(stays: pd.DataFrame) -> int:
    """The index of a stay that began in the ED."""
    return int(stays.index[stays["ed_encounter_id"].notna()][10])


def resized(stays: pd.DataFrame, which: pd.Series, los_days: pd.Series) -> None:
    """Give some stays another length, discharge included."""
    stays.loc[which, "los_days"] = los_days[which].round(2)
    lasting = pd.to_timedelta(stays.loc[which, "los_days"] * 86_400, unit="s").dt.round("s")
    stays.loc[which, "discharge_ts"] = stays.loc[which, "admit_ts"] + lasting


class TestLengthOfStay:
    def test_sees_a_stay_below_the_floor(self, judge: Judge, stays: pd.DataFrame) -> None:
        short = stays.index == 20
        resized(stays, short, pd.Series(0.24, index=stays.index))
        verdict = judge("ip_stays", "length_of_stay", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending.index.tolist() == [20]

    @pytest.mark.parametrize(
        ("column", "change"),
        [
            pytest.param("discharge_ts", pd.Timedelta(hours=1), id="discharged later than it lasts"),
            pytest.param("los_days", 0.01, id="longer than its times"),
            pytest.param("admit_date", pd.Timedelta(days=1), id="admitted on another day than its own"),
        ],
    )
    def test_sees_a_stay(self, judge: Judge, stays: pd.DataFrame, column: str, change: object) -> None:
        stays.loc[20, column] += change
        verdict = judge("ip_stays", "length_of_stay", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending.index.tolist() == [20]


class TestAlcAboveThreshold:
    @pytest.mark.parametrize(
        ("alc_flag", "alc_days", "los_days"),
        [
            pytest.param(True, 0.0, 10.0, id="a flag without days"),
            pytest.param(False, 2.0, 10.0, id="days without a flag"),
            pytest.param(True, 1.0, 3.99, id="below the threshold"),
            pytest.param(True, 10.0, 10.0, id="no acute part"),
        ],
    )
    def test_sees_alc_that_does_not_fit(
        self, judge: Judge, stays: pd.DataFrame, alc_flag: bool, alc_days: float, los_days: float
    ) -> None:
        stays.loc[20, ["alc_flag", "alc_days", "los_days"]] = alc_flag, alc_days, los_days
        stays["alc_flag"] = stays["alc_flag"].astype(bool)
        verdict = judge("ip_stays", "alc_above_threshold", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending.index.tolist() == [20]


class TestMedians:
    def test_see_a_subprogram_whose_stays_are_half_as_long_again(
        self, judge: Judge, region: Region, stays: pd.DataFrame
    ) -> None:
        surgical = next(unit for unit in units_of(region) if unit.name == "Surgical Inpatient Unit")
        own = stays["subprogram_key"] == surgical.program_id * 100 + surgical.subprogram_id
        assert own.sum() > 40
        resized(stays, own, stays["los_days"] * 1.8)
        verdict = judge("ip_stays", "los_medians", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending["subprogram"].tolist() == ["Surgical Inpatient Unit"]


class TestSubprogramOfferedAtSite:
    def test_sees_a_stay_where_it_is_not_offered(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame
    ) -> None:
        offered = tables["program_coverage"].groupby("subprogram_key")["site_id"].agg(set)
        rare = next(i for i in stays.index if len(offered[stays.loc[i, "subprogram_key"]]) < 12)
        stays.loc[rare, "facility_id"] = min(set(range(1, 13)) - offered[stays.loc[rare, "subprogram_key"]])
        verdict = judge("ip_stays", "subprogram_offered_at_site", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending.index.tolist() == [rare]

    def test_sees_a_key_that_is_not_that_of_its_subprogram(self, judge: Judge, stays: pd.DataFrame) -> None:
        medicine = stays.index[stays["subprogram_key"] == 101][0]
        stays.loc[medicine, "subprogram_id"] = 2
        verdict = judge("ip_stays", "subprogram_offered_at_site", ip_stays=stays)
        assert verdict.offending.index.tolist() == [medicine]


class TestAdmissionsHaveStays:
    def test_sees_an_admission_without_a_stay(self, judge: Judge, stays: pd.DataFrame, from_ed: int) -> None:
        verdict = judge("ip_stays", "admissions_have_stays", ip_stays=stays.drop(index=from_ed))
        assert not verdict.passed
        assert verdict.offending["encounter_id"].tolist() == [stays.loc[from_ed, "ed_encounter_id"]]

    def test_sees_two_stays_of_one_admission(self, judge: Judge, stays: pd.DataFrame, from_ed: int) -> None:
        second = stays.loc[[from_ed]].assign(stay_id=10_000_000)
        verdict = judge("ip_stays", "admissions_have_stays", ip_stays=pd.concat([stays, second]))
        assert not verdict.passed
        assert set(verdict.offending["stay_id"]) == {stays.loc[from_ed, "stay_id"], 10_000_000}

    def test_sees_a_stay_of_an_encounter_that_was_sent_home(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame, from_ed: int
    ) -> None:
        visits = tables["ed_encounters"].copy()
        home = visits["encounter_id"] == stays.loc[from_ed, "ed_encounter_id"]
        visits.loc[home, "dispo"] = "Discharged"
        verdict = judge("ip_stays", "admissions_have_stays", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending["stay_id"].tolist() == [stays.loc[from_ed, "stay_id"]]

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            pytest.param("patient_id", "P0000001", id="of another patient"),
            pytest.param("admit_ts", pd.Timestamp("2025-01-01"), id="before the encounter ends"),
            pytest.param("admit_route", ROUTE_DIRECT, id="said to be direct"),
        ],
    )
    def test_sees_a_stay(
        self, judge: Judge, stays: pd.DataFrame, from_ed: int, column: str, value: object
    ) -> None:
        stays.loc[from_ed, column] = value
        verdict = judge("ip_stays", "admissions_have_stays", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending["stay_id"].tolist() == [stays.loc[from_ed, "stay_id"]]


class TestOnePlaceAtATime:
    @pytest.fixture
    def alone(self, tables: Tables, stays: pd.DataFrame) -> int:
        """The index of the stay of somebody without any other contact."""
        once = ~stays["patient_id"].duplicated(keep=False)
        never = ~stays["patient_id"].isin(tables["ed_encounters"]["patient_id"])
        return int(stays.index[once & never][3])

    def test_sees_two_beds_at_once(self, judge: Judge, stays: pd.DataFrame, alone: int) -> None:
        second = stays.loc[[alone]].assign(
            stay_id=10_000_000, admit_ts=stays["discharge_ts"] - pd.Timedelta("1s")
        )
        second["discharge_ts"] = second["admit_ts"] + pd.Timedelta(days=1)
        verdict = judge("ip_stays", "one_place_at_a_time", ip_stays=pd.concat([stays, second]))
        assert not verdict.passed
        assert set(verdict.offending["patient_id"]) == {stays.loc[alone, "patient_id"]}

    def test_sees_an_ed_visit_from_a_bed(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame, alone: int
    ) -> None:
        visits = self.visit(tables, stays.loc[alone], "inside")
        verdict = judge("ip_stays", "one_place_at_a_time", ed_encounters=visits)
        assert not verdict.passed
        assert set(verdict.offending["patient_id"]) == {stays.loc[alone, "patient_id"]}

    def test_sees_a_visit_within_a_long_stay_that_another_contact_has_begun_in(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame, alone: int
    ) -> None:
        resized(stays, stays.index == alone, pd.Series(30.0, index=stays.index))
        visits = tables["ed_encounters"].copy()
        for row, day in ((0, 1), (1, 20)):
            arrival = stays.loc[alone, "admit_ts"] + pd.Timedelta(days=day)
            visits.loc[row, ["patient_id", "dispo"]] = stays.loc[alone, "patient_id"], "Discharged"
            visits.loc[row, ["arrival_ts", "departure_ts"]] = arrival, arrival + pd.Timedelta(hours=1)
        verdict = judge("ip_stays", "one_place_at_a_time", ip_stays=stays, ed_encounters=visits)
        assert len(verdict.offending) == 2

    def test_sees_a_stay_after_death(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame, alone: int
    ) -> None:
        visits = self.visit(tables, stays.loc[alone], "an hour before", DIED)
        verdict = judge("ip_stays", "one_place_at_a_time", ed_encounters=visits)
        assert not verdict.passed
        assert verdict.offending["start"].tolist() == [stays.loc[alone, "admit_ts"]]

    def test_lets_a_visit_end_where_a_stay_begins(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame, alone: int
    ) -> None:
        visits = self.visit(tables, stays.loc[alone], "just before", ADMITTED)
        assert judge("ip_stays", "one_place_at_a_time", ed_encounters=visits).passed

    @staticmethod
    def visit(tables: Tables, stay: pd.Series, when: str, dispo: str = "Discharged") -> pd.DataFrame:
        """The encounters, the first of which is now an hour long and the stay's patient's."""
        visits = tables["ed_encounters"].copy()
        arrival = stay["admit_ts"] + pd.Timedelta(
            hours={"an hour before": -2, "just before": -1, "inside": 1}[when]
        )
        visits.loc[0, ["patient_id", "dispo"]] = stay["patient_id"], dispo
        visits.loc[0, ["arrival_ts", "departure_ts"]] = arrival, arrival + pd.Timedelta(hours=1)
        return visits
