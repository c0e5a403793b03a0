"""How long inpatient stays last: acute days and alternate level of care (ALC), by unit and age group.

Both are lognormal; a stay is an acute part and, for some, ALC days after it.
"""

from __future__ import annotations

import numpy as np
import scipy.special as sc

from lm_synth_assets.model.units import Unit
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import AGE_GROUPS


def acute_median_days(region: Region, units: list[Unit]) -> Floats:
    """Median of the acute part of a stay, in days (units, age groups)."""
    median = np.array([unit.stays.median_days for unit in units])
    factor = np.array([region.inpatient.los_age_factor[age] for age in AGE_GROUPS])
    return np.outer(median, factor)


def alc_chances(region: Region, units: list[Unit]) -> Floats:
    """P(ALC) of a stay that ends its spell (units, age groups), at most 1."""
    by_age = np.array([region.inpatient.alc.probability[age] for age in AGE_GROUPS])
    return np.minimum(np.outer([unit.alc_factor for unit in units], by_age), 1.0)


def parts_of_cap(cap: Floats) -> tuple[Floats, Floats]:
    """The longest acute part and the longest ALC part of a stay with ALC, in days, given the cap of the whole
    (any shape).

    A third and two thirds, so that their sum keeps to the cap whatever is drawn for either. The split is a
    choice without a source: waiting takes longer than acute care, so it gets the larger part. `agreement`
    refuses configurations whose least lengths do not fit.
    """
    return cap / 3, cap * 2 / 3


_LEAST_SIGMA = 1e-9
"""In place of a sigma of 0, where every length is the median."""

_LEAST_RATIO = 1e-9
"""In place of a length of 0, which has no logarithm."""


def lognormal_share(days: Floats, median: Floats, sigma: float) -> Floats:
    """The share of a lognormal below each length (any shape)."""
    return sc.ndtr(np.log(np.maximum(days / median, _LEAST_RATIO)) / sigma)


def lognormal_length(share: Floats, median: Floats, sigma: Floats, longest: Floats) -> Floats:
    """The length below which a share of a lognormal lies that is truncated at `longest` (any shape)."""
    safe = np.maximum(sigma, _LEAST_SIGMA)
    below = sc.ndtr(np.log(longest / median) / safe)
    return np.minimum(median * np.exp(safe * sc.ndtri(share * np.maximum(below, 1e-12))), longest)
