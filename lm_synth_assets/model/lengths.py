"""How long inpatient stays last: acute days and alternate level of care (ALC), by unit and age group.

Both are lognormal; a stay is an acute part and, for some, ALC days after it. `length_shares` has the
distribution of the whole.
"""

from __future__ import annotations

import numpy as np
import scipy.special as sc

from lm_synth_assets.model.proportions import WHOLE
from lm_synth_assets.model.units import Unit
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
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


def hundredths_from(days: Floats | float) -> Floats:
    """The fewest hundredths of days, in which lengths are kept, that are no shorter (any shape)."""
    return np.ceil(np.asarray(days) * 100 - WHOLE)


CROWDED_DAYS = 270
"""The most days in bed of a patient who has other contacts in the year.

Three quarters of it: the days left over are room in which drawing starts at random soon finds a place for the
other contacts, with `gap_hours` between them. A choice without a source; it touches hardly anybody, since
stays are days long.
"""


def longest_days(region: Region, contacts: Ints, stays: Ints, under_way: Ints) -> Floats:
    """The longest that each stay of a patient may last, in days (patients,).

    `contacts` (patients,) counts visits, direct spells and spells under way, `stays` (patients,) the stays of
    the year; `under_way` are the patients in bed on 1 January. A patient with one contact has the year for
    it; the stays of others share CROWDED_DAYS, half of that after a spell that was under way, and each may
    last three times the least length of an ALC stay, so that ALC, two thirds of the cap, remains possible.
    """
    room = np.where(contacts == 1, region.inpatient.los_cap_days, float(CROWDED_DAYS))
    room[under_way] /= 2
    shared = np.maximum(room / np.maximum(stays, 1), 3 * region.inpatient.alc.threshold_days)
    return np.minimum(shared, region.inpatient.los_cap_days)


_LEAST_SIGMA = 1e-9
"""In place of a sigma of 0, where every length is the median."""

_LEAST_RATIO = 1e-9
"""In place of a length of 0, which has no logarithm."""

_LEAST_SHARE = 1e-12
"""In place of a share below the longest length that is 0: all lengths are then the longest."""


def lognormal_share(
    days: Floats, median: Floats, sigma: Floats | float, longest: Floats | None = None
) -> Floats:
    """The share of a lognormal below each length (any shape), truncated at `longest` if that is given."""
    safe = np.maximum(sigma, _LEAST_SIGMA)
    share: Floats = sc.ndtr(np.log(np.maximum(days / median, _LEAST_RATIO)) / safe)
    if longest is None:
        return share
    below = np.maximum(sc.ndtr(np.log(longest / median) / safe), _LEAST_SHARE)
    return np.where(days < longest, np.minimum(share / below, 1.0), 1.0)


def lognormal_length(share: Floats, median: Floats, sigma: Floats, longest: Floats) -> Floats:
    """The length below which a share of a lognormal lies that is truncated at `longest` (any shape)."""
    safe = np.maximum(sigma, _LEAST_SIGMA)
    below = sc.ndtr(np.log(longest / median) / safe)
    return np.minimum(median * np.exp(safe * sc.ndtri(share * np.maximum(below, _LEAST_SHARE))), longest)


def lognormal_mean(median: Floats, sigma: Floats, longest: Floats) -> Floats:
    """The mean of a lognormal that is truncated at `longest` (any shape)."""
    safe = np.maximum(sigma, _LEAST_SIGMA)
    end = np.log(longest / median) / safe
    below = sc.ndtr(end)
    mean = median * np.exp(safe**2 / 2) * sc.ndtr(end - safe) / np.maximum(below, _LEAST_SHARE)
    return np.where(below < _LEAST_SHARE, longest, np.minimum(mean, longest))
