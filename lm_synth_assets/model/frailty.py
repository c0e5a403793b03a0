"""How the visits of a stratum fall on its patients.

Frailty is gamma with shape k. Whether counts are Poisson given frailty, or a stratum's visits are dealt out
in proportion to it: given their total, those of a stratum are Dirichlet-multinomial, each patient's weight
being k, and a patient's number is negative binomial where strata are large.
Source: J. E. Mosimann, Biometrika 49 (1962).
"""

from __future__ import annotations

import numpy as np
import scipy.special as sc

from lm_synth_assets.model.people import People
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import GENDERS


def strata_of(people: People, region: Region) -> Ints:
    """The stratum of each patient, inside which everybody has the same rates (patients,).

    That is LHA, age group, gender and home facility, numbered without gaps.
    """
    stratum = people.cell * len(region.sites) + people.home
    # The limit of Pediatric ED cuts through an age group.
    young = people.age <= region.ed.pediatric_last_age
    return np.unique(stratum * 2 + young, return_inverse=True)[1]


def share_with(number: int, total: Floats, size: Floats, shape: float) -> Floats:
    """The share of a stratum's patients who have this number of its visits: beta-binomial (strata,)."""
    left = np.maximum(total - number, 0.0)
    # A patient who is alone has all of the visits: the limit of next to no weight for others.
    others = np.maximum(shape * (size - 1), 1e-9)
    ways = sc.gammaln(total + 1) - sc.gammaln(number + 1) - sc.gammaln(left + 1)
    return np.where(
        number <= total,
        np.exp(ways + sc.betaln(shape + number, others + left) - sc.betaln(shape, others)),
        0.0,
    )


def repeat_visits(total: Floats, size: Floats, shape: float) -> tuple[Floats, Floats]:
    """Mean and variance of a stratum's sum of n (n - 1) over its patients' numbers of visits n (strata,).

    `total` are its visits and `size` its patients (strata,), `shape` that of the gamma frailty.
    From the factorial moments of the Dirichlet-multinomial distribution.
    Source: J. E. Mosimann, Biometrika 49 (1962).
    """
    steps = np.arange(4.0)[:, None]
    falling, all_rising = np.cumprod(total - steps, axis=0), np.cumprod(shape * size + steps, axis=0)
    own_rising = np.cumprod(shape + steps, axis=0)
    _, second, third, fourth = falling * own_rising / all_rising
    two_patients = falling[3] * own_rising[1] ** 2 / all_rising[3]
    mean = size * second
    square = size * (fourth + 4 * third + 2 * second) + size * (size - 1) * two_patients
    return mean, np.maximum(square - mean**2, 0.0)


def recover_frailty(base: Floats, expected_ed_rate: Floats) -> Floats:
    """Each patient's frailty (patients,), mean 1, found again from the stored expected rate."""
    total = base.sum(axis=1)
    return np.divide(expected_ed_rate, total, out=np.ones_like(total), where=total > 0)


def levelled(frailty: Floats, people: People) -> Floats:
    """Frailty scaled to a mean of 1 within age group and gender (patients,), so that admission rates hold."""
    group = people.age_group * len(GENDERS) + people.gender
    mean = np.bincount(group, frailty) / np.maximum(np.bincount(group), 1)
    return frailty / mean[group]
