"""The gates on triage see a mix of acuities or dispositions that is not the configured one."""

import pandas as pd
import pytest

from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    DIED,
    DISCHARGED,
    URGENT_CARE,
)
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


def cells(offending: pd.DataFrame) -> set[tuple[str, str]]:
    """The cells that are off."""
    return set(offending.iloc[:, :2].itertuples(index=False, name=None))


class TestAcuity:
    def test_sees_that_a_level_has_gone_to_the_next(self, judge: Judge, visits: pd.DataFrame) -> None:
        adult = (visits["ed_subservice"] == "Adult ED") & (visits["acuity"] == 3)
        visits.loc[visits.index[adult][::3], "acuity"] = 4
        verdict = judge("ed_encounters", "acuity_mix", ed_encounters=visits)
        assert not verdict.passed
        assert cells(verdict.offending) == {("Adult ED", "3"), ("Adult ED", "4")}

    def test_sees_a_level_that_the_subservice_does_not_know(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[visits.index[visits["ed_subservice"] == URGENT_CARE][:1], "acuity"] = 1
        verdict = judge("ed_encounters", "acuity_mix", ed_encounters=visits)
        assert cells(verdict.offending) == {(URGENT_CARE, "1")}

    def test_sees_visits_without_acuity(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[[5], "acuity"] = pd.NA
        verdict = judge("ed_encounters", "acuity_mix", ed_encounters=visits)
        assert {words for _, words in cells(verdict.offending)} == {"none"}

    def test_expects_more_urgent_visits_of_the_old(
        self, judge: Judge, tables: Tables, visits: pd.DataFrame
    ) -> None:
        age = visits["patient_id"].map(tables["patients"].set_index("patient_id")["age_group"])
        old = visits[age.isin(["65-74", "75-84", "85+"]) & (visits["ed_subservice"] == "Adult ED")]
        assert judge("ed_encounters", "acuity_mix", ed_encounters=old).passed


class TestDisposition:
    def test_sees_admitted_patients_sent_home(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[visits.index[visits["dispo"] == ADMITTED][::2], "dispo"] = DISCHARGED
        verdict = judge("ed_encounters", "disposition_mix", ed_encounters=visits)
        assert not verdict.passed
        assert ("Adult ED", ADMITTED) in cells(verdict.offending)

    @pytest.mark.parametrize("dispo", [ADMITTED, DIED])
    def test_sees_an_end_that_the_subservice_does_not_know(
        self, judge: Judge, visits: pd.DataFrame, dispo: str
    ) -> None:
        visits.loc[visits.index[visits["ed_subservice"] == URGENT_CARE][:1], "dispo"] = dispo
        verdict = judge("ed_encounters", "disposition_mix", ed_encounters=visits)
        assert cells(verdict.offending) == {(URGENT_CARE, dispo)}

    def test_sees_visits_without_disposition(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[[5], "dispo"] = None
        verdict = judge("ed_encounters", "disposition_mix", ed_encounters=visits)
        assert {words for _, words in cells(verdict.offending)} == {"none"}

    def test_expects_more_admissions_of_the_urgent(self, judge: Judge, visits: pd.DataFrame) -> None:
        urgent = visits[visits["acuity"] <= 2]
        assert judge("ed_encounters", "disposition_mix", ed_encounters=urgent).passed

    def test_leaves_visits_without_acuity_to_the_acuity_mix(self, judge: Judge, visits: pd.DataFrame) -> None:
        visits.loc[visits.index[:50], "acuity"] = pd.NA
        assert judge("ed_encounters", "disposition_mix", ed_encounters=visits).passed


@pytest.mark.parametrize("gate", ["acuity_mix", "disposition_mix"])
def test_no_visits_are_no_finding(judge: Judge, visits: pd.DataFrame, gate: str) -> None:
    assert judge("ed_encounters", gate, ed_encounters=visits.iloc[:0]).passed
