"""The gates on time see visits, stays and beginnings that are not as the configuration has them."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.stay_days import alc_days, los_shape
from lm_synth_assets.gates.statistics.visit_lengths import visit_lengths
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import DISCHARGED, ROUTE_DIRECT, ROUTE_ED
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables, retuned

NEW_YEAR = pd.Timestamp("2025-01-01")


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


@pytest.fixture
def stays(tables: Tables) -> pd.DataFrame:
    """A copy of the stays, to be damaged."""
    return tables["ip_stays"].copy()


class TestLongestVisit:
    @pytest.mark.parametrize("seconds", [59, 120 * 3600 + 1])
    def test_sees_a_visit_that_is_a_second_beyond(
        self, judge: Judge, visits: pd.DataFrame, seconds: int
    ) -> None:
        visits.loc[5, "departure_ts"] = visits.loc[5, "arrival_ts"] + pd.Timedelta(seconds=seconds)
        verdict = judge("ed_encounters", "longest_visit", ed_encounters=visits)
        assert verdict.offending["encounter_id"].tolist() == [visits.loc[5, "encounter_id"]]

    @pytest.mark.parametrize("seconds", [60, 120 * 3600])
    def test_takes_what_is_allowed(self, judge: Judge, visits: pd.DataFrame, seconds: int) -> None:
        visits.loc[5, "departure_ts"] = visits.loc[5, "arrival_ts"] + pd.Timedelta(seconds=seconds)
        assert judge("ed_encounters", "longest_visit", ed_encounters=visits).passed


class TestVisitLengths:
    def test_name_the_subservice_and_disposition(self, judge: Judge, visits: pd.DataFrame) -> None:
        own = (visits["ed_subservice"] == "Adult ED") & (visits["dispo"] == DISCHARGED)
        visits.loc[own, "departure_ts"] = visits.loc[own, "arrival_ts"] + pd.Timedelta(hours=1)
        verdict = judge("ed_encounters", "visit_lengths", ed_encounters=visits)
        assert "Adult ED, Discharged" in verdict.observed
        assert "mostly low" in verdict.observed

    def test_follow_the_configuration(self, region: Region, tables: Tables) -> None:
        slower = retuned(
            region, {"ed": {"visit_hours": {"Urgent Care Centre": {DISCHARGED: {"median": 2.0}}}}}
        )
        stored = StoredTables.of(tables)
        assert visit_lengths(stored, region).passed
        assert "Urgent Care Centre" in visit_lengths(stored, slower).observed

    def test_leave_visits_without_acuity_to_other_gates(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[3, "acuity"] = pd.NA
        assert judge("ed_encounters", "visit_lengths", ed_encounters=visits).passed


class TestDirectAdmissions:
    def test_see_one_while_nobody_is_admitted(self, judge: Judge, stays: pd.DataFrame) -> None:
        programs = {"Surgery / Periop": 5}
        own = stays.index[
            (stays["program_id"] == programs["Surgery / Periop"]) & (stays["admit_route"] == ROUTE_DIRECT)
        ]
        # The first of a patient without another direct stay.
        alone = next(row for row in own if (stays["patient_id"] == stays.loc[row, "patient_id"]).sum() == 1)
        stays.loc[alone, "admit_ts"] = stays.loc[alone, "admit_date"] + pd.Timedelta(hours=3)
        verdict = judge("ip_stays", "direct_admissions", ip_stays=stays)
        assert not verdict.passed
        assert "Surgery / Periop, 03:00-03:59" in verdict.offending["cell"].tolist()

    def test_leave_the_others_alone(self, judge: Judge, stays: pd.DataFrame) -> None:
        through = stays["admit_route"] == ROUTE_ED
        stays.loc[through, "admit_ts"] = stays.loc[through, "admit_date"] + pd.Timedelta(hours=3)
        assert judge("ip_stays", "direct_admissions", ip_stays=stays).passed


class TestTimeUnderWay:
    def test_sees_a_stay_that_had_ended(self, judge: Judge, stays: pd.DataFrame) -> None:
        one = stays.index[stays["admit_ts"] < NEW_YEAR][0]
        stays.loc[one, "admit_ts"] = NEW_YEAR - pd.Timedelta(days=float(stays.loc[one, "los_days"]) + 1)
        verdict = judge("ip_stays", "time_under_way", ip_stays=stays)
        assert "time since admission, impossible values of " in verdict.observed


class TestLosShape:
    def test_sees_that_two_subprograms_are_mixed_up(self, judge: Judge, stays: pd.DataFrame) -> None:
        key = stays["subprogram_key"]
        stays["subprogram_key"] = key.replace({101: 102, 102: 101})
        assert not judge("ip_stays", "los_shape", ip_stays=stays).passed

    def test_sees_one_stay_of_another_length(self, judge: Judge, stays: pd.DataFrame) -> None:
        often = stays["subprogram_key"] == stays["subprogram_key"].mode().iloc[0]
        one = stays.index[often & (stays["admit_ts"] >= NEW_YEAR) & ~stays["alc_flag"]]
        shortest = stays.loc[one, "los_days"].idxmin()
        stays.loc[shortest, "los_days"] = 20.0
        assert not judge("ip_stays", "los_shape", ip_stays=stays).passed

    def test_follow_the_configuration(self, region: Region, tables: Tables) -> None:
        older = retuned(region, {"inpatient": {"los_age_factor": {"85+": 1.3}}})
        stored = StoredTables.of(tables)
        assert los_shape(stored, region).passed
        assert not los_shape(stored, older).passed


class TestAlcDays:
    def test_see_days_that_are_all_one(self, judge: Judge, stays: pd.DataFrame) -> None:
        stays.loc[stays["alc_flag"], "alc_days"] = 1.0
        assert not judge("ip_stays", "alc_days", ip_stays=stays).passed

    def test_follow_the_configuration(self, region: Region, tables: Tables) -> None:
        longer = retuned(region, {"inpatient": {"alc": {"median_days": 20}}})
        stored = StoredTables.of(tables)
        assert alc_days(stored, region).passed
        assert not alc_days(stored, longer).passed


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_of_rows_gives_the_same_verdict(
    judge: Judge, tables: Tables, stays: pd.DataFrame, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(stays))
    mixed = stays.take(order).reset_index(drop=True)
    for gate in ("direct_admissions", "census_on_1_january", "time_under_way", "los_shape", "alc_days"):
        one, other = (judge("ip_stays", gate, ip_stays=frame) for frame in (stays, mixed))
        assert (one.passed, one.observed) == (other.passed, other.observed)
