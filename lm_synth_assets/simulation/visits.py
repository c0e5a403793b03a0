"""ED visits of the year: how many each patient has, and what is drawn of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lm_synth_assets.model.memo import memoised
from lm_synth_assets.model.proportions import raked
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    AGE_GROUPS,
    DISPOSITIONS,
    ED_SUBSERVICES,
    GENDERS,
)
from lm_synth_assets.simulation.apportion import controlled_rounding, share_out, systematic_rows
from lm_synth_assets.simulation.panel import Panel
from lm_synth_assets.simulation.streams import Streams


@dataclass(frozen=True)
class Visits:
    """One array entry a visit, in order of patient and ED subservice; all but `patient` and `duration` are
    indexes into the closed lists of the vocabulary, or into the sites.
    """

    patient: Ints
    """Position in the panel."""
    site: Ints
    service: Ints
    age_group: Ints
    acuity: Ints
    """From 0 (level 1) to 4 (level 5)."""
    disposition: Ints
    """Deaths apart: they follow from the order of a patient's contacts."""
    duration: Ints
    """Seconds from arrival to departure."""

    def __len__(self) -> int:
        return len(self.patient)

    @property
    def admitted(self) -> Mask:
        """Visits that end in admission (visits,)."""
        return self.disposition == DISPOSITIONS.index(ADMITTED)


@memoised
def visit_counts(region: Region, panel: Panel, planned: Floats) -> Ints:
    """Visits in the start year (patients, ED subservices), from expected visits and frailty.

    Reconciled: the patients' table of LHA x home facility is raked to the margins of `planned` (LHA, site,
    ED subservice) and rounded so that both stay within one visit, each of its cells is split over age groups
    and genders, and each such stratum's visits are shared out in proportion to frailty, which makes counts
    per person negative-binomial.
    Free: Poisson counts given frailty, hence negative-binomial, with totals that vary as they would.
    """
    rng = Streams(region.run.seed).generator("visits", region.run.start_year)
    people, base, frailty = panel.people, panel.base, panel.frailty
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
        by_home = expected.reshape(shape).sum(axis=2)
        blocks = controlled_rounding(raked(by_home, wanted.sum(axis=1), wanted.sum(axis=0)), rng)
        totals = systematic_rows(expected.reshape(-1, shape[2]), blocks.ravel(), rng)
        weights = (base[:, service] * frailty)[order]
        counts[order, service] = share_out(totals.ravel(), stratum[order], weights, rng)
    return counts
