"""The gates on the lengths of stays see what is too short, too long, or the wrong part of it ALC."""

import pandas as pd
import pytest

from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables


@pytest.fixture
def stays(tables: Tables) -> pd.DataFrame:
    """A copy of the stays, to be damaged."""
    return tables["ip_stays"].copy()


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
        assert verdict.offending["stay_id"].tolist() == [stays.loc[20, "stay_id"]]

    def test_sees_a_stay_above_the_cap(self, judge: Judge, stays: pd.DataFrame) -> None:
        resized(stays, stays.index == 20, pd.Series(365.01, index=stays.index))
        assert judge("ip_stays", "length_of_stay", ip_stays=stays).offending["stay_id"].tolist() == [
            stays.loc[20, "stay_id"]
        ]

    def test_sees_a_stay_without_discharge(self, judge: Judge, stays: pd.DataFrame) -> None:
        stays.loc[20, "discharge_ts"] = pd.NaT
        assert judge("ip_stays", "length_of_stay", ip_stays=stays).offending["stay_id"].tolist() == [
            stays.loc[20, "stay_id"]
        ]

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
        assert verdict.offending["stay_id"].tolist() == [stays.loc[20, "stay_id"]]


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
        assert verdict.offending["stay_id"].tolist() == [stays.loc[20, "stay_id"]]


class TestMedians:
    def test_see_a_subprogram_whose_stays_are_half_as_long_again(
        self, judge: Judge, region: Region, stays: pd.DataFrame
    ) -> None:
        surgical = next(unit for unit in units_of(region) if unit.name == "Surgical Inpatient Unit")
        own = stays["subprogram_key"] == surgical.subprogram_key
        assert own.sum() > 40
        resized(stays, own, stays["los_days"] * 1.8)
        verdict = judge("ip_stays", "los_medians", ip_stays=stays)
        assert not verdict.passed
        assert verdict.offending["subprogram"].tolist() == ["Surgical Inpatient Unit"]


class TestAlcMix:
    def test_sees_a_program_without_its_alc(self, judge: Judge, stays: pd.DataFrame) -> None:
        medical = (stays["program_id"] == 1) & stays["alc_flag"]
        stays.loc[stays.index[medical][::2], "alc_flag"] = False
        verdict = judge("ip_stays", "alc_mix", ip_stays=stays)
        assert not verdict.passed
        assert "Medicine" in verdict.offending["cell"].tolist()

    def test_sees_alc_where_none_is_expected(self, judge: Judge, tables: Tables, stays: pd.DataFrame) -> None:
        age = stays["patient_id"].map(tables["patients"].set_index("patient_id")["age_group"])
        stays.loc[stays.index[(age == "0-4") & (stays["admit_ts"] >= "2025-01-01")][:1], "alc_flag"] = True
        verdict = judge("ip_stays", "alc_mix", ip_stays=stays)
        assert verdict.offending["cell"].tolist() == ["0-4"]

    def test_expects_none_of_stays_that_another_continues(self, judge: Judge, stays: pd.DataFrame) -> None:
        alone = ~stays["stay_id"].isin(stays["transfer_from_stay_id"].dropna())
        ending = stays[alone & (stays["admit_ts"] >= "2025-01-01")]
        later = ending.assign(stay_id=ending["stay_id"] + 1_000_000, transfer_from_stay_id=ending["stay_id"])
        stays.loc[ending.index, "alc_flag"] = False
        assert judge("ip_stays", "alc_mix", ip_stays=pd.concat([stays, later])).passed

    def test_leaves_stays_from_the_year_before_alone(self, judge: Judge, stays: pd.DataFrame) -> None:
        stays.loc[stays["admit_ts"] < "2025-01-01", "alc_flag"] = True
        assert judge("ip_stays", "alc_mix", ip_stays=stays).passed
