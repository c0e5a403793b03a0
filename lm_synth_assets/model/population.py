"""How many residents there are, by area, age group and gender, in each year."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.proportions import largest_remainder
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, GENDERS


def residents(region: Region, year: int) -> Ints:
    """Residents on 1 January of a year, (LHA, age group, gender), in persons.

    base x (1 + growth)^t, split by age weights (drifting as the population ages) and gender weights; each
    area's cells add up to its rounded total.
    """
    since = year - region.population.base_year
    totals = area_totals(region, year)
    drift = np.array([1 + region.population.ageing_pct[age] / 100 for age in AGE_GROUPS]) ** since
    gender = np.array([[region.population.gender_weights[age][g] for g in GENDERS] for age in AGE_GROUPS])
    cells = np.empty((len(totals), len(AGE_GROUPS), len(GENDERS)), dtype=np.int64)
    for area, lha in enumerate(region.lhas.values()):
        age = np.array([region.age_profiles[lha.age_profile][group] for group in AGE_GROUPS]) * drift
        weights = (age / age.sum())[:, None] * gender
        cells[area] = largest_remainder(weights.ravel(), int(totals[area])).reshape(weights.shape)
    return cells


def area_totals(region: Region, year: int) -> Ints:
    """Residents of each LHA on 1 January of a year (LHAs,), in persons."""
    return np.rint(grown(region, year)).astype(np.int64)


def grown(region: Region, year: int) -> Floats:
    """Residents of each LHA on 1 January of a year (LHAs,), before they are rounded to persons."""
    base = np.array([lha.base_population for lha in region.lhas.values()])
    return base * (1 + _growth(region)) ** (year - region.population.base_year)


def growth_factor(region: Region, year: int, growth_multiplier: float) -> Floats:
    """Residents of each LHA when growth is multiplied, relative to the baseline (LHAs,)."""
    growth = _growth(region)
    return ((1 + growth * growth_multiplier) / (1 + growth)) ** (year - region.population.base_year)


def _growth(region: Region) -> Floats:
    """Growth of each LHA as a share of its residents per year (LHAs,)."""
    return np.array([lha.growth_pct / 100 for lha in region.lhas.values()])
