"""Residents: areas that add up, grow and age as configured."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.model.population import area_totals, growth_factor, residents
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, GENDERS
from lm_synth_assets.simulation.tables.population_projection import population_projection
from lm_synth_assets_tests.support.datasets import retuned

YEARS = range(2020, 2036)
OLD = slice(AGE_GROUPS.index("75-84"), None)


@pytest.mark.parametrize("year", YEARS)
def test_each_area_adds_up_to_base_times_growth(region: Region, year: int) -> None:
    exact = [
        lha.base_population * (1 + lha.growth_pct / 100) ** (year - region.population.base_year)
        for lha in region.lhas.values()
    ]
    totals = area_totals(region, year)
    assert np.abs(totals - exact).max() <= 0.5
    assert residents(region, year).sum(axis=(1, 2)).tolist() == totals.tolist()


def test_the_base_year_has_the_base_population(region: Region) -> None:
    base = [lha.base_population for lha in region.lhas.values()]
    assert area_totals(region, region.population.base_year).tolist() == base


def test_cells_keep_to_age_and_gender_weights_within_a_person(region: Region) -> None:
    cells = residents(region, region.population.base_year)
    for area, lha in enumerate(region.lhas.values()):
        for age, group in enumerate(AGE_GROUPS):
            share = region.age_profiles[lha.age_profile][group] / sum(
                region.age_profiles[lha.age_profile].values()
            )
            for gender, name in enumerate(GENDERS):
                weight = region.population.gender_weights[group][name]
                assert abs(cells[area, age, gender] - lha.base_population * share * weight) < 1


def test_ageing_moves_weight_to_the_old_every_year(region: Region) -> None:
    shares = np.array([_share_of_the_old(residents(region, year)) for year in YEARS])
    assert (np.diff(shares, axis=0) > 0).all()


def test_without_ageing_age_shares_stay(region: Region) -> None:
    still = retuned(region, {"population": {"ageing_pct": dict.fromkeys(AGE_GROUPS, 0.0)}})
    now, later = (_share_of_the_old(residents(still, year)) for year in (2025, 2035))
    # Cells are whole persons, so shares of 80,000 and more move in the fifth digit.
    assert np.abs(now - later).max() < 1e-4


def _share_of_the_old(cells: np.ndarray) -> np.ndarray:
    return cells[:, OLD].sum(axis=(1, 2)) / cells.sum(axis=(1, 2))


def test_a_growth_multiplier_compounds_from_the_base_year(region: Region) -> None:
    assert (growth_factor(region, 2025, 1.5) == 1).all()
    growth = np.array([lha.growth_pct / 100 for lha in region.lhas.values()])
    expected = ((1 + 1.5 * growth) / (1 + growth)) ** 10
    assert np.allclose(growth_factor(region, 2035, 1.5), expected)


def test_the_projection_has_every_year_area_age_group_and_gender_once(region: Region) -> None:
    frame = population_projection(region)
    keys = frame[["year", "lha_id", "age_group", "gender"]]
    assert not keys.duplicated().any()
    assert len(frame) == region.run.years * len(region.lhas) * len(AGE_GROUPS) * len(GENDERS)
    assert (frame["period_date"] == pd.to_datetime(frame["year"].astype(str) + "-01-01")).all()


def test_every_year_of_the_projection_holds_that_years_residents(region: Region) -> None:
    frame = population_projection(region)
    by_year = frame.groupby(["year", "lha_id", "age_group", "gender"], observed=False)["population"].sum()
    for year in range(2025, 2035):
        assert by_year[year].tolist() == residents(region, year).ravel().tolist()


def test_an_area_without_residents_has_none_in_any_cell(region: Region) -> None:
    empty = retuned(region, {"lhas": {"Otter Cove": {"base_population": 0}}})
    assert residents(empty, 2030)[list(empty.lhas).index("Otter Cove")].sum() == 0
