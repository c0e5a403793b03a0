"""The patients: a stratified sample in which nobody stands out."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm_synth_assets.model.frailty import recover_frailty
from lm_synth_assets.model.people import People, patient_numbers, people_of
from lm_synth_assets.model.population import residents
from lm_synth_assets.model.visits import expected_visits
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    AGE_BANDS,
    AGE_GROUPS,
    ED_SUBSERVICES,
    GENDERS,
    OLDEST_AGE,
)
from lm_synth_assets.simulation.tables.patients import patients as patients_of
from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.people import QUASI_IDENTIFIERS, age_on


@pytest.fixture(scope="module")
def patients(tables: Tables) -> pd.DataFrame:
    return tables["patients"]


class TestWhoTheyAre:
    def test_ids_count_up_in_order_of_area_age_group_gender_and_birth(self, patients: pd.DataFrame) -> None:
        assert patients["patient_id"].tolist() == [f"P{number:07}" for number in range(1, len(patients) + 1)]
        order = ["lha_id", "age_group", "gender", "dob"]
        codes = patients.assign(
            age_group=patients["age_group"].cat.codes, gender=patients["gender"].cat.codes
        )
        assert codes.sort_values(order, kind="stable").index.equals(patients.index)

    def test_ids_tell_the_position_in_the_table(self, patients: pd.DataFrame) -> None:
        assert patient_numbers(patients["patient_id"].iloc[[4, 0, 4999]]).tolist() == [4, 0, 4999]

    def test_nobody_shares_birth_date_area_and_gender(self, patients: pd.DataFrame) -> None:
        assert not patients.duplicated(QUASI_IDENTIFIERS).any()

    @pytest.mark.parametrize("start_year", [2024, 2025, 2028, 2100])
    def test_birth_dates_give_the_age_group(self, region: Region, start_year: int) -> None:
        run = region.with_run(start_year=start_year, seed=3)
        patients = patients_of(run)
        bands = dict(zip(AGE_GROUPS, AGE_BANDS, strict=True))
        for group, born in zip(patients["age_group"], patients["dob"], strict=True):
            age = age_on(run.run.reference_date, born.date())
            assert bands[group].first_age <= age <= bands[group].last_age
        assert (patients["dob"] < pd.Timestamp(run.run.reference_date)).all()

    def test_each_patient_stands_for_as_many_residents(self, region: Region, patients: pd.DataFrame) -> None:
        weight = residents(region, region.run.start_year).sum() / len(patients)
        assert patients["sampling_weight"].eq(round(weight, 4)).all()

    def test_the_primary_subservice_is_the_one_with_most_visits(self, tables: Tables) -> None:
        visits = (
            tables["ed_encounters"].groupby(["patient_id", "ed_subservice"], observed=False).size().unstack()
        )
        primary = tables["patients"].set_index("patient_id")["primary_ed_subservice"].loc[visits.index]
        own = visits.to_numpy()[np.arange(len(visits)), primary.cat.codes]
        assert (own == visits.max(axis=1)).all()

    def test_without_visits_it_is_the_one_with_the_highest_rate(
        self, region: Region, patients: pd.DataFrame
    ) -> None:
        none = patients[patients["ed_visits_year"] == 0]
        base = expected_visits(region, people_of(patients, region.run.reference_date))[none.index]
        assert (none["primary_ed_subservice"].cat.codes == base.argmax(axis=1)).all()


class TestAges:
    @given(
        born=st.dates(date(1920, 1, 1), date(2024, 12, 31)),
        year=st.integers(2025, 2040),
    )
    def test_ages_are_those_of_the_last_birthday(self, born: date, year: int) -> None:
        assert people_born(date(year, 1, 1), born).age.tolist() == [age_on(date(year, 1, 1), born)]

    @pytest.mark.parametrize(
        ("born", "age"),
        [
            (date(2020, 1, 1), 5),
            (date(2020, 1, 2), 4),
            (date(2020, 12, 31), 4),
            (date(2024, 12, 31), 0),
            (date(2024, 1, 1), 1),
            (date(1920, 2, 29), 104),
            (date(1960, 1, 1), 65),
        ],
    )
    def test_a_birthday_on_the_reference_date_counts(self, born: date, age: int) -> None:
        assert people_born(date(2025, 1, 1), born).age.tolist() == [age]

    def test_nobody_is_older_than_the_oldest_age(self, region: Region, patients: pd.DataFrame) -> None:
        ages = people_of(patients, region.run.reference_date).age
        assert ages.min() == 0
        assert 95 < ages.max() <= OLDEST_AGE

    def test_fewer_are_left_of_the_oldest_at_each_further_year(self, one_area: Region) -> None:
        patients = patients_of(one_area.with_run(patients=30_000, seed=1))
        age = people_of(patients, one_area.run.reference_date).age
        old = np.bincount(age[age >= 85] - 85, minlength=20)
        # 15% fewer each year: 600 people, half of them 85-89; the seed is fixed.
        assert old[:5].sum() > 1.5 * old[5:10].sum() > 2 * old[10:15].sum()


def people_born(reference: date, *born: date) -> People:
    zeros = np.zeros(len(born), dtype=np.int64)
    return People(zeros, zeros, zeros, zeros, np.array([(reference - day).days for day in born]), reference)


class TestWhereTheyGo:
    def test_each_area_sends_its_share_to_its_destinations(
        self, region: Region, patients: pd.DataFrame
    ) -> None:
        sites = list(region.sites)
        for lha_id, lha in enumerate(region.lhas.values(), start=1):
            homes = patients.loc[patients["lha_id"] == lha_id, "facility_home_id"].map(lambda n: sites[n - 1])
            away = homes[homes != lha.default_site].value_counts()
            assert abs(away.sum() - len(homes) * lha.leaves_pct / 100) < 1
            assert set(away.index) <= set(lha.goes_to)
            total = sum(lha.goes_to.values())
            for site, weight in lha.goes_to.items():
                assert abs(away.get(site, 0) - weight / total * away.sum()) < 1

    @pytest.mark.parametrize("seed", range(5))
    def test_five_to_ten_percent_cross_areas(self, region: Region, seed: int) -> None:
        patients = patients_of(region.with_run(seed=seed))
        default = [list(region.sites).index(lha.default_site) + 1 for lha in region.lhas.values()]
        away = patients["facility_home_id"].to_numpy() != np.array(default)[patients["lha_id"] - 1]
        assert 0.05 <= away.mean() <= 0.10

    def test_those_who_leave_carry_the_age_mix_of_their_area(
        self, region: Region, patients: pd.DataFrame
    ) -> None:
        sites = list(region.sites)
        for lha_id, lha in enumerate(region.lhas.values(), start=1):
            here = patients[patients["lha_id"] == lha_id]
            away = here["facility_home_id"] != sites.index(lha.default_site) + 1
            by_age = away.groupby(here["age_group"], observed=True)
            assert (by_age.sum() - by_age.size() * lha.leaves_pct / 100).abs().max() < 1


class TestHowOftenTheyAreExpected:
    def test_frailty_is_gamma_with_mean_one(self, region: Region) -> None:
        run = region.with_run(patients=50_000, seed=1)
        patients = patients_of(run)
        base = expected_visits(run, people_of(patients, run.run.reference_date))
        frailty = recover_frailty(base, patients["expected_ed_rate"].to_numpy())
        # Seed fixed. Standard errors at 50,000: 0.006 of the mean, 0.03 of the variance 1 / 0.55 = 1.82.
        assert abs(frailty.mean() - 1) < 0.03
        assert abs(frailty.var() - 1 / region.ed.frailty_shape) < 0.15

    def test_nobody_with_a_rate_is_out_of_reach_of_a_visit(self, patients: pd.DataFrame) -> None:
        assert (patients["expected_ed_rate"] > 0).all()

    def test_words_are_those_of_the_closed_lists(self, patients: pd.DataFrame) -> None:
        for column, words in [
            ("age_group", AGE_GROUPS),
            ("gender", GENDERS),
            ("primary_ed_subservice", ED_SUBSERVICES),
        ]:
            assert list(patients[column].cat.categories) == list(words)
