"""The gates on hospital use see too many or too few stays of a program, of a way in, or of the first day."""

import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.carry_over import census_on_1_january
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ROUTE_DIRECT, ROUTE_ED
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables, retuned

NEW_YEAR = pd.Timestamp("2025-01-01")


@pytest.fixture
def stays(tables: Tables) -> pd.DataFrame:
    """A copy of the stays, to be damaged."""
    return tables["ip_stays"].copy()


class TestAdmissionsThroughEd:
    @pytest.mark.parametrize("route", [ROUTE_ED, ROUTE_DIRECT])
    def test_see_that_one_way_in_is_used_half_as_much(
        self, judge: Judge, stays: pd.DataFrame, route: str
    ) -> None:
        lost = stays.index[stays["admit_route"] == route][::2]
        verdict = judge("ip_stays", "admissions_through_ed", ip_stays=stays.drop(index=lost))
        assert not verdict.passed

    def test_leave_their_number_to_other_gates(self, judge: Judge, stays: pd.DataFrame) -> None:
        assert judge("ip_stays", "admissions_through_ed", ip_stays=stays.iloc[::2]).passed

    def test_leave_stays_from_the_year_before_alone(self, judge: Judge, stays: pd.DataFrame) -> None:
        stays.loc[stays["admit_ts"] < NEW_YEAR, "admit_route"] = ROUTE_ED
        assert judge("ip_stays", "admissions_through_ed", ip_stays=stays).passed


class TestStaysByProgram:
    def test_see_a_program_that_has_its_stays_twice(self, judge: Judge, stays: pd.DataFrame) -> None:
        surgery = stays[stays["program_id"] == 5]
        twice = pd.concat([stays, surgery.assign(stay_id=surgery["stay_id"] + 1_000_000)])
        verdict = judge("ip_stays", "stays_by_program", ip_stays=twice)
        assert not verdict.passed
        assert verdict.offending["program"].tolist() == ["Surgery / Periop"]

    def test_see_a_program_without_beds(self, judge: Judge, stays: pd.DataFrame) -> None:
        stays.loc[[stays.index[stays["admit_ts"] >= NEW_YEAR][0]], "program_id"] = 6
        verdict = judge("ip_stays", "stays_by_program", ip_stays=stays)
        assert "Emergency" in verdict.offending["program"].tolist()

    def test_do_not_count_transfers(self, judge: Judge, stays: pd.DataFrame) -> None:
        first = stays[stays["transfer_from_stay_id"].isna()]
        moved = first.assign(transfer_from_stay_id=first["stay_id"], stay_id=first["stay_id"] + 1_000_000)
        assert judge("ip_stays", "stays_by_program", ip_stays=pd.concat([stays, moved])).passed

    def test_do_not_count_stays_from_the_year_before(self, judge: Judge, stays: pd.DataFrame) -> None:
        before = stays[stays["admit_ts"] < NEW_YEAR]
        assert judge("ip_stays", "stays_by_program", ip_stays=pd.concat([stays, *[before] * 50])).passed

    def test_expect_as_many_as_the_patients_need(self, judge: Judge, tables: Tables) -> None:
        old = tables["patients"]["age_group"].isin(["75-84", "85+"])
        patients = tables["patients"][~old]
        verdict = judge("ip_stays", "stays_by_program", patients=patients)
        assert "Medicine" in verdict.offending["program"].tolist()


class TestCensusOn1January:
    def test_sees_beds_that_are_full_many_times_over(self, judge: Judge, stays: pd.DataFrame) -> None:
        before = stays[stays["admit_ts"] < NEW_YEAR]
        verdict = judge("ip_stays", "census_on_1_january", ip_stays=pd.concat([stays, *[before] * 7]))
        assert not verdict.passed
        assert verdict.offending["cell"].iloc[0] == "all"
        assert verdict.offending["observed"].iloc[0] == 8 * len(before)

    def test_expects_longer_stays_to_fill_more_beds(self, region: Region, tables: Tables) -> None:
        long = retuned(region, {"inpatient": {"los_age_factor": dict.fromkeys(AGE_GROUPS, 10.0)}})
        stored = StoredTables.of(tables)
        assert not census_on_1_january(stored, long).passed
        assert census_on_1_january(stored, region).passed


def test_no_stays_are_no_finding(judge: Judge, stays: pd.DataFrame) -> None:
    assert judge("ip_stays", "admissions_through_ed", ip_stays=stays.iloc[:0]).passed
