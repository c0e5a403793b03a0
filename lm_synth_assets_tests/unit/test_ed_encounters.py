"""ED encounters: triage, disposition and times as configured, and nobody after death."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.model.triage import acuity_shares, admission_chances
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    ADULT_ED,
    AGE_GROUPS,
    DIED,
    ED_SUBSERVICES,
    LEFT,
    TRANSFERRED,
    URGENT_CARE,
)
from lm_synth_assets.simulation.tables.ed_encounters import OtherPatients, ed_encounters
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned

SIGMAS = 5.0
"""Standard errors that a share may be off: with fixed seeds; of other seeds one in 10,000 would fail."""


@pytest.fixture(scope="module")
def large(region: Region) -> Tables:
    return make_tables(region.with_run(patients=50_000))


@pytest.fixture(scope="module")
def visits(large: Tables) -> pd.DataFrame:
    """The encounters of 50,000 patients, each with its patient's age group, gender and home."""
    columns = ["patient_id", "age_group", "gender", "facility_home_id"]
    return large["ed_encounters"].merge(large["patients"][columns], on="patient_id")


def is_near(observed: "pd.Series[float]", expected: "pd.Series[float]", count: "pd.Series[int]") -> bool:
    """Whether observed numbers are binomial with the expected shares, to within five standard errors."""
    error = np.sqrt(count * expected * (1 - expected)) + 0.5
    return bool(((observed - count * expected).abs() < SIGMAS * error).all())


class TestOrder:
    def test_encounters_are_numbered_in_order_of_arrival(self, tables: Tables) -> None:
        frame = tables["ed_encounters"]
        assert frame["encounter_id"].tolist() == list(range(1, len(frame) + 1))
        assert frame["arrival_ts"].is_monotonic_increasing

    def test_everybody_goes_to_their_home_facility(self, visits: pd.DataFrame) -> None:
        assert (visits["facility_id"] == visits["facility_home_id"]).all()

    @pytest.mark.parametrize("start_year", [2025, 2028])
    def test_arrivals_lie_in_the_start_year_and_departures_may_follow_it(
        self, region: Region, start_year: int
    ) -> None:
        frame = make_tables(region.with_run(start_year=start_year, seed=3))["ed_encounters"]
        assert (frame["arrival_ts"].dt.year == start_year).all()
        assert (frame["arrival_date"] == frame["arrival_ts"].dt.normalize()).all()
        assert (frame["arrival_ts"] == frame["arrival_ts"].dt.floor("s")).all()
        minutes = (frame["departure_ts"] - frame["arrival_ts"]).dt.total_seconds() / 60
        assert minutes.between(1, region.ed.longest_visit_hours * 60).all()


class TestTriage:
    def test_acuity_has_its_shares_by_subservice_and_age(self, region: Region, visits: pd.DataFrame) -> None:
        shares = acuity_shares(region)
        by = visits.groupby(["ed_subservice", "age_group", "acuity"], observed=False).size().unstack("acuity")
        expected = pd.DataFrame(shares.reshape(-1, 5), index=by.index, columns=by.columns)
        count = by.sum(axis=1)
        for acuity in by.columns:
            assert is_near(by[acuity], expected[acuity], count)

    def test_admissions_are_within_one_of_their_chances_in_each_age_group(
        self, region: Region, visits: pd.DataFrame
    ) -> None:
        codes = [visits[name].cat.codes for name in ("ed_subservice", "age_group")]
        chance = admission_chances(region)[(*codes, visits["acuity"].to_numpy(dtype=int) - 1)]
        admitted = (visits["dispo"] == ADMITTED).groupby(visits["age_group"], observed=False).sum()
        expected = pd.Series(chance).groupby(visits["age_group"], observed=False).sum()
        assert (admitted - expected).abs().max() < 1

    @pytest.mark.parametrize("disposition", [LEFT, TRANSFERRED, DIED])
    def test_other_dispositions_have_their_shares_by_subservice_and_acuity(
        self, region: Region, visits: pd.DataFrame, disposition: str
    ) -> None:
        tables = region.ed.dispositions
        shares = {LEFT: tables.left, TRANSFERRED: tables.transferred, DIED: tables.died}[disposition]
        by = (visits["dispo"] == disposition).groupby(
            [visits["ed_subservice"], visits["acuity"]], observed=False
        )
        expected = pd.Series([share for name in ED_SUBSERVICES for share in shares[name]])
        expected *= 1 if disposition == DIED else 1 - _died_of(region, expected)
        expected.index = by.size().index
        assert is_near(by.sum(), expected, by.size())
        assert (by.sum()[expected == 0] == 0).all()

    def test_dispositions_are_shares_of_all_visits_however_many_are_admitted(self, region: Region) -> None:
        even_odds = {"age_logit": dict.fromkeys(AGE_GROUPS, 0.0), "acuity_logit": [0.0] * 5}
        dispositions = {LEFT: {ADULT_ED: [0.2] * 5}, TRANSFERRED: {ADULT_ED: [0.1] * 5}}
        tuned = retuned(region, {"ed": {"admission": {ADULT_ED: even_odds}, "dispositions": dispositions}})
        frame = make_tables(tuned)["ed_encounters"]
        share = frame.loc[frame["ed_subservice"] == ADULT_ED, "dispo"].value_counts(normalize=True)
        # Some 1,500 visits: the standard errors are at most 1.1%; the admitted are exact, to half a percent.
        assert abs(share[ADMITTED] - 0.5) < 0.005
        assert abs(share[LEFT] - 0.2) < 0.05
        assert abs(share[TRANSFERRED] - 0.1) < 0.04

    def test_urgent_care_never_admits(self, visits: pd.DataFrame) -> None:
        assert not (visits.loc[visits["ed_subservice"] == URGENT_CARE, "dispo"] == ADMITTED).any()


def _died_of(region: Region, shares: "pd.Series[float]") -> "pd.Series[float]":
    died = [share for name in ED_SUBSERVICES for share in region.ed.dispositions.died[name]]
    return pd.Series(died, index=shares.index)


class TestDurations:
    def test_have_their_medians_by_subservice_and_disposition(
        self, region: Region, visits: pd.DataFrame
    ) -> None:
        hours = (visits["departure_ts"] - visits["arrival_ts"]).dt.total_seconds() / 3600
        for (service, disposition), own in hours.groupby(
            [visits["ed_subservice"], visits["dispo"]], observed=True
        ):
            if disposition == DIED:
                continue
            expected = getattr(
                region.ed.visit_hours[service],
                {ADMITTED: "admitted", LEFT: "left", TRANSFERRED: "transferred"}.get(
                    disposition, "discharged"
                ),
            )
            # A lognormal median's relative standard error.
            error = np.expm1(expected.sigma * np.sqrt(np.pi / 2 / len(own)))
            assert abs(own.median() / expected.median - 1) < SIGMAS * error

    def test_none_is_longer_than_the_longest(self, region: Region) -> None:
        short = retuned(region, {"ed": {"longest_visit_hours": 2.0}})
        frame = make_tables(short)["ed_encounters"]
        assert (frame["departure_ts"] - frame["arrival_ts"]).max() == pd.Timedelta(hours=2)


class TestDeath:
    def test_nobody_has_a_contact_after_dying(self, large: Tables) -> None:
        died = large["ed_encounters"].query("dispo == @DIED").set_index("patient_id")["arrival_ts"]
        assert len(died) > 5
        for table, start in (("ed_encounters", "arrival_ts"), ("ip_stays", "admit_ts")):
            for who, when in zip(large[table]["patient_id"], large[table][start], strict=True):
                assert who not in died.index or when <= died[who]

    def test_nobody_dies_twice(self, large: Tables) -> None:
        assert large["ed_encounters"].query("dispo == @DIED")["patient_id"].is_unique


class TestOtherPatients:
    def test_patients_of_another_seed_are_refused(self, region: Region, tables: Tables) -> None:
        with pytest.raises(OtherPatients, match="make patients again"):
            ed_encounters(region.with_run(seed=region.run.seed + 1), tables["patients"])

    def test_patients_with_another_number_of_visits_are_refused(self, region: Region, tables: Tables) -> None:
        patients = tables["patients"].copy()
        patients.loc[17, "ed_visits_year"] += 1
        with pytest.raises(OtherPatients):
            ed_encounters(region, patients)


def test_the_old_are_admitted_most(visits: pd.DataFrame) -> None:
    adult = visits[visits["ed_subservice"] == "Adult ED"]
    share = (adult["dispo"] == ADMITTED).groupby(adult["age_group"], observed=False).mean()
    assert share[list(AGE_GROUPS[2:])].is_monotonic_increasing
