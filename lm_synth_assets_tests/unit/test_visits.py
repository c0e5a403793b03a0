"""ED visits per patient: people vary, volumes hold."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from lm_synth_assets.model.flows import flow_shares
from lm_synth_assets.model.people import People, people_of
from lm_synth_assets.model.population import residents
from lm_synth_assets.model.rates import visits_per_1000
from lm_synth_assets.model.visits import expected_visits, planned_volumes, volumes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    ADULT_ED,
    AGE_GROUPS,
    ED_SUBSERVICES,
    GENDERS,
    PEDIATRIC_ED,
)
from lm_synth_assets.simulation.panel import Panel
from lm_synth_assets.simulation.visits import visit_counts
from lm_synth_assets_tests.support.datasets import Tables, retuned

ADULT = ED_SUBSERVICES.index(ADULT_ED)
PEDIATRIC = ED_SUBSERVICES.index(PEDIATRIC_ED)
YOUTH = AGE_GROUPS.index("15-24")


@pytest.fixture(scope="module")
def people(region: Region, tables: Tables) -> People:
    return people_of(tables["patients"], region.run.reference_date)


@pytest.fixture(scope="module")
def base(region: Region, people: People) -> NDArray[np.float64]:
    return expected_visits(region, people)


def alike(region: Region, count: int) -> People:
    """Women of 45 to 64 of the first area and site."""
    zeros = np.zeros(count, dtype=np.int64)
    age_group, gender = zeros + AGE_GROUPS.index("45-64"), zeros + GENDERS.index("Female")
    return People(zeros, age_group, gender, zeros, zeros + 50 * 365, region.run.reference_date)


def panel_with(people: People, base: NDArray[np.float64], frailty: NDArray[np.float64]) -> Panel:
    return Panel(people, base, base.sum(axis=1) * frailty)


class TestExpectedVisits:
    def test_are_the_rates_of_the_patients_cell(
        self, region: Region, people: People, base: np.ndarray
    ) -> None:
        rates = visits_per_1000(region) / 1000
        others = people.age_group != YOUTH
        own = rates[people.lha, people.age_group, people.gender]
        assert np.allclose(base[others], own[others])
        assert np.allclose(base[:, [ADULT, 2]], own[:, [ADULT, 2]])

    def test_nobody_above_the_limit_has_pediatric_visits(self, people: People, base: np.ndarray) -> None:
        youth = people.age_group == YOUTH
        assert (base[youth & (people.age > 17), PEDIATRIC] == 0).all()
        assert (base[youth & (people.age <= 17), PEDIATRIC] > 0).all()

    def test_those_below_it_have_the_visits_of_their_whole_cell(
        self, region: Region, people: People, base: np.ndarray
    ) -> None:
        rates = visits_per_1000(region).reshape(-1, len(ED_SUBSERVICES))[:, PEDIATRIC] / 1000
        youth = people.age_group == YOUTH
        young = np.unique(people.cell[youth & (people.age <= 17)])
        given = np.bincount(people.cell, base[:, PEDIATRIC], minlength=len(rates))
        assert np.allclose(given[young], (np.bincount(people.cell, minlength=len(rates)) * rates)[young])

    @pytest.mark.parametrize("limit", [14, 24])
    def test_a_limit_between_two_age_groups_cuts_through_none(
        self, region: Region, people: People, limit: int
    ) -> None:
        base = expected_visits(retuned(region, {"ed": {"pediatric_last_age": limit}}), people)
        rates = visits_per_1000(region) / 1000
        assert np.allclose(base, rates[people.lha, people.age_group, people.gender])


class TestReconciledCounts:
    @pytest.mark.parametrize("seed", range(5))
    def test_each_site_and_each_area_is_within_one_of_population_times_rate(
        self, region: Region, people: People, base: np.ndarray, seed: int
    ) -> None:
        frailty = np.random.default_rng(seed).standard_gamma(0.55, len(people)) + 1e-6
        planned = planned_volumes(region)
        counts = visit_counts(region.with_run(seed=seed), panel_with(people, base, frailty), planned)
        for service in range(len(ED_SUBSERVICES)):
            by_site = np.bincount(people.home, counts[:, service], minlength=len(region.sites))
            by_area = np.bincount(people.lha, counts[:, service], minlength=len(region.lhas))
            assert np.abs(by_site - planned[..., service].sum(axis=0)).max() < 1
            assert np.abs(by_area - planned[..., service].sum(axis=1)).max() < 1

    def test_each_age_and_gender_of_a_home_and_area_is_within_one(
        self, region: Region, people: People, base: np.ndarray
    ) -> None:
        counts = visit_counts(
            region.with_run(seed=0), Panel(people, base, base.sum(axis=1)), planned_volumes(region)
        )
        stratum = people.cell * len(region.sites) + people.home
        for service in range(len(ED_SUBSERVICES)):
            expected = np.bincount(stratum, base[:, service])
            # Blocks are scaled to whole totals of population x rate, which moves a cell by up to one more.
            assert np.abs(np.bincount(stratum, counts[:, service]) - expected).max() < 2

    def test_nobody_comes_who_is_not_expected(self, region: Region, people: People, base: np.ndarray) -> None:
        for seed in range(10):
            panel = Panel(people, base, base.sum(axis=1))
            counts = visit_counts(region.with_run(seed=seed), panel, planned_volumes(region))
            assert (counts[base == 0] == 0).all()

    def test_nobody_over_17_of_their_age_group_is_in_pediatric_ed(
        self, region: Region, tables: Tables
    ) -> None:
        visits = tables["ed_encounters"].query("ed_subservice == @PEDIATRIC_ED")
        patients = tables["patients"].assign(age=people_of(tables["patients"], region.run.reference_date).age)
        visitors = patients[patients["patient_id"].isin(visits["patient_id"])]
        assert visitors.loc[visitors["age_group"] == "15-24", "age"].max() == 17

    def test_counts_vary_as_negative_binomials_do(self, region: Region) -> None:
        # Within a stratum only the total is fixed, so a large one shows the same variance as free counts.
        mean, variance, expected = _moments(region, "reconciled")
        assert abs(mean - expected) < 1e-4
        assert abs(variance / (expected + expected**2 / region.ed.frailty_shape) - 1) < 0.05

    def test_the_frail_come_more_often(self, tables: Tables) -> None:
        patients = tables["patients"]
        visits, rate = patients["ed_visits_year"], patients["expected_ed_rate"]
        # Counts of 0.45 on average are mostly 0 and 1; their rank correlation with the rate is near 0.55.
        assert rate.corr(visits, method="spearman") > 0.45
        frequent = patients[visits >= 4]
        assert frequent["expected_ed_rate"].median() > 3 * rate.median()


class TestPlannedVolumes:
    def test_sum_to_population_times_rate_over_the_weight(self, region: Region) -> None:
        population = residents(region, region.run.start_year)
        visits = (population[..., None] * visits_per_1000(region) / 1000).sum(axis=(0, 1, 2))
        weight = population.sum() / region.run.patients
        assert planned_volumes(region).sum(axis=(0, 1)) == pytest.approx(visits / weight)

    def test_count_the_persons_of_a_cell_at_their_rate(self, region: Region) -> None:
        persons = np.zeros((len(region.lhas), len(AGE_GROUPS), len(GENDERS)))
        persons[2, 3, 1], persons[2, 4, 0] = 10, 20
        rates = np.arange(persons.size * 3, dtype=float).reshape(*persons.shape, 3)
        amounts = volumes(region, persons, rates)
        assert amounts[2].sum(axis=0) == pytest.approx(10 * rates[2, 3, 1] + 20 * rates[2, 4, 0])
        assert not amounts[[area for area in range(len(region.lhas)) if area != 2]].any()

    def test_go_where_the_residents_of_each_area_go(self, region: Region) -> None:
        planned = planned_volumes(region)
        share = planned / planned.sum(axis=1, keepdims=True)
        assert np.allclose(share, flow_shares(region)[..., None])


class TestFreeCounts:
    def test_are_negative_binomial(self, region: Region) -> None:
        mean, variance, expected = _moments(region, "free")
        assert abs(mean / expected - 1) < 0.03
        assert abs(variance / (expected + expected**2 / region.ed.frailty_shape) - 1) < 0.05

    def test_totals_wander(self, region: Region, people: People, base: np.ndarray) -> None:
        free = retuned(region, {"ed": {"volume_control": "free"}})
        panel, planned = Panel(people, base, base.sum(axis=1)), planned_volumes(free)
        totals = [visit_counts(free.with_run(seed=seed), panel, planned).sum() for seed in range(20)]
        # Poisson: the standard deviation of a total is its root, here 48; reconciled totals stay within 3.
        assert np.std(totals) > 20


def _moments(region: Region, volume_control: str) -> tuple[float, float, float]:
    """Mean and variance of Adult ED visits among people who are alike, and the expected mean.

    100,000 people, seed fixed: the standard errors are 0.3% of the mean and 1% of the variance.
    """
    run = retuned(region, {"ed": {"volume_control": volume_control}})
    people = alike(run, 100_000)
    base = expected_visits(run, people)
    shape = run.ed.frailty_shape
    frailty = np.random.default_rng(1).standard_gamma(shape, len(people)) / shape
    planned = np.zeros((len(run.lhas), len(run.sites), len(ED_SUBSERVICES)))
    planned[0, 0] = base.sum(axis=0)
    counts = visit_counts(run.with_run(seed=1), panel_with(people, base, frailty), planned)[:, ADULT]
    return float(counts.mean()), float(counts.var()), float(base[0, ADULT])


def test_visits_of_the_year_are_the_encounters(tables: Tables) -> None:
    counted = tables["ed_encounters"]["patient_id"].value_counts()
    patients = tables["patients"].set_index("patient_id")
    pd.testing.assert_series_equal(
        counted.reindex(patients.index, fill_value=0).astype("int32"),
        patients["ed_visits_year"],
        check_names=False,
    )
