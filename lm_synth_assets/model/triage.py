"""How urgent ED visits are and how they end."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    AGE_GROUPS,
    DIED,
    DISCHARGED,
    DISPOSITIONS,
    ED_SUBSERVICES,
    LEFT,
    TRANSFERRED,
)

ACUITIES = 5
"""Levels of acuity: 1, resuscitation, to 5, non-urgent. As an index, level 1 is 0."""


def admission_chances(region: Region) -> Floats:
    """P(admitted) of an ED visit, (ED subservice, age group, acuity)."""
    chances = np.zeros((len(ED_SUBSERVICES), len(AGE_GROUPS), ACUITIES))
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


def other_shares(region: Region) -> Floats:
    """P(left) and P(transferred) of an ED visit, deaths apart (ED subservice, acuity, 2)."""
    tables = region.ed.dispositions
    left, transferred = (
        np.array([shares[service] for service in ED_SUBSERVICES])
        for shares in (tables.left, tables.transferred)
    )
    return np.stack([left, transferred], axis=-1)


def chances_but_for_death(region: Region) -> Floats:
    """P(disposition) of visits that die, had they not (ED subservice, age group, acuity, disposition).

    They are not admitted: some leave or are transferred, as shares of all visits, and the rest is discharged.
    """
    staying = 1 - admission_chances(region)
    chances = np.zeros((*staying.shape, len(DISPOSITIONS)))
    rest = np.ones_like(staying)
    for disposition, share in zip((LEFT, TRANSFERRED), other_shares(region).transpose(2, 0, 1), strict=True):
        part = np.divide(share[:, None], staying, out=np.zeros_like(staying), where=staying > 0)
        chances[..., DISPOSITIONS.index(disposition)] = part = np.minimum(part, rest)
        rest = rest - part
    chances[..., DISPOSITIONS.index(DISCHARGED)] = rest
    return chances


def disposition_chances(region: Region, given: Ints) -> Floats:
    """P(disposition) of each of these visits (ED subservice, age group, acuity, disposition).

    `given` are the visits (ED subservice, age group, acuity).
    Deaths are a share of all visits of an acuity and fall on those who are not admitted, whatever else would
    have become of them.
    """
    left, transferred = np.moveaxis(other_shares(region)[:, None], -1, 0)
    died = np.array([region.ed.dispositions.died[service] for service in ED_SUBSERVICES])[:, None, :]
    admitted = admission_chances(region)
    deaths = died * given.sum(axis=1, keepdims=True)
    exposed = ((1 - admitted) * given).sum(axis=1, keepdims=True)
    fatal = np.divide(deaths, exposed, out=np.zeros_like(exposed), where=exposed > 0).clip(max=1)
    staying = 1 - admitted
    chances = np.zeros((*given.shape, len(DISPOSITIONS)))
    for disposition, chance in (
        (ADMITTED, admitted),
        (DIED, staying * fatal),
        (LEFT, left * (1 - fatal)),
        (TRANSFERRED, transferred * (1 - fatal)),
    ):
        chances[..., DISPOSITIONS.index(disposition)] = chance
    chances[..., DISPOSITIONS.index(DISCHARGED)] = (1 - chances.sum(axis=-1)).clip(min=0)
    return chances
