"""How many ED visits each patient has: given by the rates, drawn so that people vary and volumes hold."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.people import People
from lm_synth_assets.model.proportions import raked
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import (
    AGE_GROUPS,
    ED_SUBSERVICES,
    GENDERS,
)
from lm_synth_assets.simulation.apportion import controlled_rounding, share_out, systematic_rows
from lm_synth_assets.simulation.streams import Streams


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
