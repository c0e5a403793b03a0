"""How urgent ED visits are and how they end."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES


def admission_chances(region: Region) -> Floats:
    """P(admitted) of an ED visit, (ED subservice, age group, acuity)."""
    chances = np.zeros((len(ED_SUBSERVICES), len(AGE_GROUPS), 5))
    for service, model in region.ed.admission.items():
        logit = np.add.outer([model.age_logit[age] for age in AGE_GROUPS], model.acuity_logit)
        chances[ED_SUBSERVICES.index(service)] = 1 / (1 + np.exp(-logit))
    return chances


def acuity_shares(region: Region) -> Floats:
    """Shares of acuity 1-5, (ED subservice, age group, acuity)."""
    shares = np.array(
        [[region.ed.acuity_pct[service][age] for age in AGE_GROUPS] for service in ED_SUBSERVICES]
    )
    return shares / shares.sum(axis=-1, keepdims=True)
