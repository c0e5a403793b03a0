"""The gates on shape see distributions and correlations that have changed although totals hold."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.config import Region
from lm_synth_assets.simulation.stay_rates import units_of
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.datasets import Tables


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


class TestLengthOfStay:
    def test_sees_a_spread_that_has_doubled_around_the_same_median(
        self, judge: Judge, region: Region, tables: Tables
    ) -> None:
        stays = tables["ip_stays"].copy()
        unit = next(unit for unit in units_of(region) if unit.name == "Surgical Inpatient Unit")
        own = stays["subprogram_key"] == unit.program_id * 100 + unit.subprogram_id
        median = unit.stays.median_days
        stays.loc[own, "los_days"] = median * (stays.loc[own, "los_days"] / median) ** 3
        verdict = judge("ip_stays", "los_shape", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending["subprogram"].tolist() == [unit.name]

    def test_sees_stays_that_are_all_alike(self, judge: Judge, region: Region, tables: Tables) -> None:
        stays = tables["ip_stays"].copy()
        unit = next(unit for unit in units_of(region) if unit.name == "Hospitalist")
        own = stays["subprogram_key"] == unit.program_id * 100 + unit.subprogram_id
        stays.loc[own, "los_days"] = unit.stays.median_days
        verdict = judge("ip_stays", "los_shape", ip_stays=stays)
        assert verdict.offending["subprogram"].tolist() == [unit.name]


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
