"""How many ED visits each patient has: given by the rates, drawn so that people vary and volumes hold."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.config import Region
from lm_synth_assets.random_streams import Streams
from lm_synth_assets.simulation.apportion import (
    Floats,
    Ints,
    controlled_rounding,
    raked,
    share_out,
    systematic_rows,
)
from lm_synth_assets.simulation.people import People
from lm_synth_assets.simulation.population import flow_shares, residents
from lm_synth_assets.simulation.rates import visits_per_1000
from lm_synth_assets.vocabulary import AGE_BANDS, AGE_GROUPS, ED_SUBSERVICES, GENDERS, PEDIATRIC_ED

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


def frailty_of(base: Floats, expected_ed_rate: Floats) -> Floats:
    """Each patient's frailty (patients,), mean 1, found again from the stored expected rate."""
    total = base.sum(axis=1)
    return np.divide(expected_ed_rate, total, out=np.ones_like(total), where=total > 0)


def planned_volumes(region: Region) -> Floats:
    """Visits per year (LHA, site, ED subservice) that population x rate gives the sample, sent where each
    area's residents go.
    """
    population = residents(region, region.run.start_year)
    sample = region.run.patients / population.sum()
    by_area = np.einsum("lag,lags->ls", population * sample, visits_per_1000(region) / 1000)
    return flow_shares(region)[..., None] * by_area[:, None]


def visit_counts(
    region: Region, people: People, base: Floats, frailty: Floats, planned: Floats, streams: Streams
) -> Ints:
    """Visits in the reference year (patients, ED subservices), from expected visits and frailty.

    Reconciled: the patients' table of LHA x home facility is raked to the margins of `planned` (LHA, site,
    ED subservice) and rounded so that both stay within one visit, each of its cells is split over age groups
    and genders, and each such stratum's visits are shared out in proportion to frailty, which makes counts
    per person negative-binomial.
    Free: Poisson counts given frailty, hence negative-binomial, with totals that vary as they would.
    """
    rng = streams.generator("visits", region.run.start_year)
    if region.ed.volume_control == "free":
        return rng.poisson(base * frailty[:, None]).astype(np.int64)
    shape = (len(region.lhas), len(region.sites), len(AGE_GROUPS) * len(GENDERS))
    group = people.age_group * len(GENDERS) + people.gender
    stratum = np.ravel_multi_index((people.lha, people.home, group), shape)
    order = np.argsort(stratum, kind="stable")
    counts = np.empty_like(base, dtype=np.int64)
    for service in range(len(ED_SUBSERVICES)):
        expected: Floats = np.bincount(stratum, base[:, service], minlength=int(np.prod(shape)))  # type: ignore[assignment]
        wanted = planned[..., service]
        found = expected.reshape(shape).sum(axis=2)
        blocks = controlled_rounding(raked(found, wanted.sum(axis=1), wanted.sum(axis=0)), rng)
        totals = systematic_rows(expected.reshape(-1, shape[2]), blocks.ravel(), rng)
        weights = (base[:, service] * frailty)[order]
        counts[order, service] = share_out(totals.ravel(), stratum[order], weights, rng)
    return counts
