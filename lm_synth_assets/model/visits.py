"""How many ED visits are expected, of persons and of areas."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.flows import flow_shares
from lm_synth_assets.model.people import People
from lm_synth_assets.model.population import residents
from lm_synth_assets.model.rates import visits_per_1000
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import AGE_BANDS, ED_SUBSERVICES, PEDIATRIC_ED

_PEDIATRIC = ED_SUBSERVICES.index(PEDIATRIC_ED)


def expected_visits(region: Region, people: People) -> Floats:
    """Expected visits per year (patients, ED subservices) from the rates, frailty apart.

    In the age group that the limit of Pediatric ED cuts through, all of its visits go to those young enough:
    each of them has the rate of the whole group times its size over their number.
    """
    rates = visits_per_1000(region) / 1000
    expected = rates.reshape(-1, len(ED_SUBSERVICES)).take(people.cell, axis=0)
    limit = region.ed.pediatric_last_age
    cut = next((i for i, band in enumerate(AGE_BANDS) if band.first_age <= limit < band.last_age), None)
    if cut is not None:
        inside = np.flatnonzero(people.age_group == cut)
        young = people.age[inside] <= limit
        cell = people.cell[inside]
        everyone = np.bincount(cell)
        eligible = np.bincount(cell[young], minlength=len(everyone))
        concentration = np.divide(everyone, eligible, out=np.zeros(len(everyone)), where=eligible > 0)
        expected[inside, _PEDIATRIC] *= np.where(young, concentration[cell], 0.0)
    return expected


def pediatric_share(region: Region, first_age: int, last_age: int) -> float:
    """The share of Pediatric ED in the visits of residents of whole age groups; 0 where they make none.

    The limit of Pediatric ED moves visits within an age group only.
    """
    included = [first_age <= band.first_age and band.last_age <= last_age for band in AGE_BANDS]
    people = residents(region, region.run.start_year)[:, included]
    visits = np.einsum("lag,lags->s", people, visits_per_1000(region)[:, included])
    return float(visits[_PEDIATRIC] / visits.sum()) if visits.any() else 0.0


def planned_volumes(region: Region) -> Floats:
    """Visits per year (LHA, site, ED subservice) that population x rate gives the sample, sent where each
    area's residents go.
    """
    population = residents(region, region.run.start_year)
    sample = region.run.patients / population.sum()
    return volumes(region, population * sample, visits_per_1000(region) / 1000)


def volumes(region: Region, persons: Floats, rates: Floats) -> Floats:
    """Amounts per year (LHA, site, ED subservice), sent where each area's residents go.

    `persons` (LHA, age group, gender) have `rates` per person (LHA, age group, gender, ED subservice), of
    visits or of anything else that adds up.
    """
    by_area = np.einsum("lag,lags->ls", persons, rates)
    return flow_shares(region)[..., None] * by_area[:, None]
