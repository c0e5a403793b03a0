"""The gates on the ways through the hospital see stays of the wrong people, places, routes and times."""

import pandas as pd
import pytest

from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    DIED,
    ROUTE_DIRECT,
    ROUTE_ED,
    ROUTE_TRANSFER,
)
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables

NEW_YEAR = pd.Timestamp("2025-01-01")


@pytest.fixture
def stays(tables: Tables) -> pd.DataFrame:
    """A copy of the stays, to be damaged."""
    return tables["ip_stays"].copy()


@pytest.fixture
def from_ed(stays: pd.DataFrame) -> int:
    """The index of a stay that began in the ED."""
    return int(stays.index[stays["ed_encounter_id"].notna()][10])


def resized(stays: pd.DataFrame, row: int, los_days: float) -> None:
    """Give a stay another length, discharge included."""
    stays.loc[row, "los_days"] = los_days
    stays.loc[row, "discharge_ts"] = stays.loc[row, "admit_ts"] + pd.Timedelta(days=los_days)


class TestSubprogramOfferedAtSite:
    def test_sees_a_stay_where_it_is_not_offered(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame
    ) -> None:
        offered = tables["program_coverage"].groupby("subprogram_key")["site_id"].agg(set)
        rare = next(i for i in stays.index if len(offered[stays.loc[i, "subprogram_key"]]) < 12)
        stays.loc[rare, "facility_id"] = min(set(range(1, 13)) - offered[stays.loc[rare, "subprogram_key"]])
        verdict = judge("ip_stays", "subprogram_offered_at_site", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending["stay_id"].tolist() == [stays.loc[rare, "stay_id"]]

    def test_sees_a_key_that_is_not_that_of_its_subprogram(self, judge: Judge, stays: pd.DataFrame) -> None:
        medicine = stays.index[stays["subprogram_key"] == 101][0]
        stays.loc[medicine, "subprogram_id"] = 2
        verdict = judge("ip_stays", "subprogram_offered_at_site", ip_stays=stays)
        assert verdict.offending["stay_id"].tolist() == [stays.loc[medicine, "stay_id"]]


class TestAgeAndSexFit:
    @pytest.mark.parametrize(
        ("subprogram_key", "change"),
        [
            pytest.param(301, {"gender": "Male"}, id="a man in labour"),
            pytest.param(301, {"dob": pd.Timestamp("1960-05-05")}, id="a mother of 64"),
            pytest.param(303, {"dob": pd.Timestamp("2000-05-05")}, id="an adult in pediatrics"),
            pytest.param(103, {"dob": pd.Timestamp("1990-05-05")}, id="somebody of 34 among the elderly"),
        ],
    )
    def test_sees(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame, subprogram_key: int, change: dict
    ) -> None:
        patient = stays.loc[stays["subprogram_key"] == subprogram_key, "patient_id"].iloc[0]
        patients = tables["patients"].copy()
        for column, value in change.items():
            patients.loc[patients["patient_id"] == patient, column] = value
        verdict = judge("ip_stays", "age_and_sex_fit", patients=patients)
        assert not verdict.passed
        assert set(verdict.offending["patient_id"]) == {patient}

    def test_sees_a_stay_in_a_subprogram_without_beds(self, judge: Judge, stays: pd.DataFrame) -> None:
        stays.loc[20, ["program_id", "subprogram_id", "subprogram_key"]] = 5, 1, 501
        verdict = judge("ip_stays", "age_and_sex_fit", ip_stays=stays)
        assert verdict.offending["stay_id"].tolist() == [stays.loc[20, "stay_id"]]

    def test_takes_the_age_at_the_reference_date(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame
    ) -> None:
        child = stays.loc[stays["subprogram_key"] == 303, "patient_id"].iloc[0]
        patients = tables["patients"].copy()
        patients.loc[patients["patient_id"] == child, "dob"] = pd.Timestamp("2007-01-02")
        assert judge("ip_stays", "age_and_sex_fit", patients=patients).passed


class TestAdmissionsHaveStays:
    def test_sees_an_admission_without_a_stay(self, judge: Judge, stays: pd.DataFrame, from_ed: int) -> None:
        verdict = judge("ip_stays", "admissions_have_stays", ip_stays=stays.drop(index=from_ed))
        assert not verdict.passed
        assert verdict.offending["ed_encounter_id"].tolist() == [stays.loc[from_ed, "ed_encounter_id"]]

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


class TestAdmittedWhereReferred:
    @pytest.mark.parametrize("route", [ROUTE_ED, ROUTE_DIRECT])
    def test_sees_a_stay_at_another_site_that_offers_its_subprogram(
        self, judge: Judge, stays: pd.DataFrame, route: str
    ) -> None:
        medical = (stays["subprogram_key"] == 101) & (stays["facility_id"] != 6)
        row = stays.index[medical & (stays["admit_route"] == route)][0]
        stays.loc[row, "facility_id"] = 6
        verdict = judge("ip_stays", "admitted_where_referred", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending["stay_id"].tolist() == [stays.loc[row, "stay_id"]]

    def test_sees_a_patient_who_is_not_referred(
        self, judge: Judge, tables: Tables, stays: pd.DataFrame
    ) -> None:
        home = stays["patient_id"].map(tables["patients"].set_index("patient_id")["facility_home_id"])
        first = stays["transfer_from_stay_id"].isna()
        row = stays.index[first & (home != stays["facility_id"])][0]
        stays.loc[row, "facility_id"] = home[row]
        verdict = judge("ip_stays", "admitted_where_referred", ip_stays=stays)
        assert verdict.offending["stay_id"].tolist() == [stays.loc[row, "stay_id"]]

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_sees_a_bed_at_another_time_than_the_end_of_the_visit(
        self, judge: Judge, stays: pd.DataFrame, from_ed: int, hours: int
    ) -> None:
        stays.loc[from_ed, "admit_ts"] += pd.Timedelta(hours=hours)
        verdict = judge("ip_stays", "admitted_where_referred", ip_stays=stays)
        assert verdict.offending["stay_id"].tolist() == [stays.loc[from_ed, "stay_id"]]


class TestStaysInYear:
    @pytest.mark.parametrize(
        ("admitted", "discharged"),
        [
            pytest.param("2023-12-30", "2025-01-05", id="from two years before"),
            pytest.param("2024-12-20", "2025-01-01", id="that ended with the year before"),
            pytest.param("2026-01-01", "2026-01-03", id="from the year after"),
        ],
    )
    def test_see_a_stay(self, judge: Judge, stays: pd.DataFrame, admitted: str, discharged: str) -> None:
        row = stays.index[stays["admit_route"] == ROUTE_DIRECT][5]
        stays.loc[row, ["admit_ts", "discharge_ts"]] = pd.Timestamp(admitted), pd.Timestamp(discharged)
        verdict = judge("ip_stays", "stays_in_year", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending["stay_id"].tolist() == [stays.loc[row, "stay_id"]]

    def test_let_an_ed_visit_of_the_last_day_lead_to_a_bed_in_the_next_year(
        self, judge: Judge, stays: pd.DataFrame, from_ed: int
    ) -> None:
        stays.loc[from_ed, "admit_ts"] = pd.Timestamp("2026-01-01 02:00")
        stays.loc[from_ed, "discharge_ts"] = pd.Timestamp("2026-01-03")
        assert judge("ip_stays", "stays_in_year", ip_stays=stays).passed


class TestRoutes:
    @pytest.mark.parametrize(
        ("route", "said"),
        [
            (ROUTE_ED, ROUTE_DIRECT),
            (ROUTE_DIRECT, ROUTE_ED),
            (ROUTE_DIRECT, ROUTE_TRANSFER),
            (ROUTE_TRANSFER, ROUTE_DIRECT),
        ],
    )
    def test_see_a_stay_that_began_otherwise(
        self, judge: Judge, stays: pd.DataFrame, route: str, said: str
    ) -> None:
        row = stays.index[(stays["admit_route"] == route) & (stays["admit_ts"] >= NEW_YEAR)][0]
        stays.loc[row, "admit_route"] = said
        verdict = judge("ip_stays", "routes", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending["stay_id"].tolist() == [stays.loc[row, "stay_id"]]

    def test_see_a_stay_from_the_ed_that_a_transfer_began_too(
        self, judge: Judge, stays: pd.DataFrame, from_ed: int
    ) -> None:
        stays.loc[from_ed, "transfer_from_stay_id"] = 1
        verdict = judge("ip_stays", "routes", ip_stays=stays)
        assert verdict.offending["stay_id"].tolist() == [stays.loc[from_ed, "stay_id"]]

    def test_see_a_transfer_that_an_ed_visit_began_too(self, judge: Judge, stays: pd.DataFrame) -> None:
        row = stays.index[stays["admit_route"] == ROUTE_TRANSFER][0]
        stays.loc[row, "ed_encounter_id"] = 1
        verdict = judge("ip_stays", "routes", ip_stays=stays)
        assert verdict.offending["stay_id"].tolist() == [stays.loc[row, "stay_id"]]

    def test_let_a_stay_from_the_year_before_begin_in_an_ed_that_is_not_recorded(
        self, judge: Judge, stays: pd.DataFrame
    ) -> None:
        before = stays["admit_ts"] < NEW_YEAR
        stays.loc[before, "admit_route"] = ROUTE_ED
        assert judge("ip_stays", "routes", ip_stays=stays).passed


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
        resized(stays, alone, 30.0)
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
