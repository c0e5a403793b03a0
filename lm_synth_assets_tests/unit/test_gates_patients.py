"""The gates on patients see a sample that is skewed, inconsistent, or in which somebody stands out."""

import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.gates.patients import unique_quasi_identifiers
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.datasets import Tables, retuned


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
        assert verdict.offending.index.tolist() == [somebody]

    def test_sees_somebody_too_old(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"].copy()
        somebody = frame.index[frame["age_group"] == "65-74"][5]
        frame.loc[somebody, "dob"] = pd.Timestamp("1950-01-01")
        verdict = judge("patients", "age_group_matches_dob", patients=frame)
        assert verdict.offending.index.tolist() == [somebody]

    def test_lets_a_birthday_on_the_reference_date_count(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"].copy()
        somebody = frame.index[frame["age_group"] == "65-74"][5]
        frame.loc[somebody, "dob"] = pd.Timestamp("1960-01-01")
        assert judge("patients", "age_group_matches_dob", patients=frame).passed


class TestUniqueQuasiIdentifiers:
    def test_sees_two_patients_who_are_alike(self, judge: Judge, tables: Tables) -> None:
        verdict = judge("patients", "unique_quasi_identifiers", patients=self.with_doubles(tables))
        assert not verdict.passed
        assert verdict.offending["patient_id"].tolist() == ["P0000001", "P0000002"]

    def test_lets_them_be_where_the_configuration_does(self, region: Region, tables: Tables) -> None:
        allowed = retuned(region, {"privacy": {"unique_quasi_identifiers": False}})
        assert unique_quasi_identifiers({"patients": self.with_doubles(tables)}, allowed).passed

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
        assert verdict.observed == "0.00 %"

    def test_sees_that_too_many_do(self, judge: Judge, tables: Tables) -> None:
        moved = tables["patients"].copy()
        moved.loc[::10, "facility_home_id"] = moved.loc[::10, "facility_home_id"] % 12 + 1
        verdict = judge("patients", "cross_lha_care", patients=moved)
        assert not verdict.passed
        assert float(verdict.observed.removesuffix(" %")) > 15
