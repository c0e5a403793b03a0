"""How long stays last as a whole, given what they depend on: their distribution and its median.

The length of a stay depends on its unit, the patient's age group, whether it ends its spell (which alone may
be in ALC) and the longest that it may last. These are its case; the stays of a unit are a mixture of cases.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lm_synth_assets.model.lengths import (
    acute_median_days,
    alc_chances,
    hundredths_from,
    lognormal_length,
    lognormal_share,
    parts_of_cap,
)
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask

_ALC_STEPS = 24
"""Equal shares of the ALC days over which the length of a stay with ALC is averaged."""

_SHORTEST, _LONGEST = 0.005, 1_000.0
"""Days between which quantiles are looked for."""

_HALVINGS = 32
"""Of the range of lengths, on a log scale, to find a quantile: to one part in 100 million."""


class CaseMix(NamedTuple):
    """What the length of each stay depends on (stays,)."""

    unit: Ints
    """Position in `units_of`."""
    age_group: Ints
    last: Mask
    """Whether the stay ends its spell."""
    cap: Floats
    """The longest that it may last, in days."""

    def take(self, which: Ints | Mask) -> CaseMix:
        """The cases of some stays."""
        return CaseMix(self.unit[which], self.age_group[which], self.last[which], self.cap[which])


class Shares(NamedTuple):
    """The share of stays of each case that last at most some days (stays,)."""

    acute: Floats
    """Of those without ALC."""
    alc: Floats
    """Of those with ALC."""
    chance: Floats
    """P(ALC)."""

    @property
    def all(self) -> Floats:
        """Of all."""
        return self.acute + self.chance * (self.alc - self.acute)


def shares_within(region: Region, mix: CaseMix, days: Floats) -> Shares:
    """The share of stays of each case that last at most `days` (stays,), before lengths are rounded."""
    units, inpatient = units_of(region), region.inpatient
    chance = alc_chances(region, units)[mix.unit, mix.age_group] * mix.last
    median = acute_median_days(region, units)[mix.unit, mix.age_group]
    sigma = np.array([unit.stays.sigma for unit in units])[mix.unit]
    acute = lognormal_share(days, median, sigma, mix.cap)
    with_alc = np.zeros(len(days))
    some = np.flatnonzero(chance > 0)
    longest_acute, longest_wait = parts_of_cap(mix.cap[some, None])
    steps = (np.arange(_ALC_STEPS) + 0.5) / _ALC_STEPS
    wait_median, wait_sigma = np.array(inpatient.alc.median_days), np.array(inpatient.alc.sigma)
    wait = lognormal_length(steps, wait_median, wait_sigma, longest_wait)
    shortest, least_acute, least_wait = (
        hundredths_from(least) / 100
        for least in (inpatient.los_floor_days, inpatient.alc.least_acute_days, inpatient.alc.least_days)
    )
    left = days[some, None] - np.maximum(wait, least_wait)
    share = lognormal_share(left, median[some, None], sigma[some, None], longest_acute)
    with_alc[some] = np.where(left < least_acute, 0.0, share).mean(axis=1)
    long_enough = days >= shortest
    return Shares(acute * long_enough, with_alc * long_enough, chance)


class Mixture(NamedTuple):
    """The cases of many stays, each case once."""

    cases: CaseMix
    weight: Floats
    """The share of each case in the stays of its unit (cases,)."""
    units: int

    @classmethod
    def of(cls, mix: CaseMix, units: int) -> Mixture:
        """The cases that occur among some stays."""
        rows = np.column_stack([part.astype(float) for part in mix])
        cases, count = np.unique(rows, axis=0, return_counts=True)
        unit, age_group, last, cap = cases.T
        unit = unit.astype(np.int64)
        total = np.bincount(unit, count, minlength=units)
        distinct = CaseMix(unit, age_group.astype(np.int64), last > 0, cap)
        return cls(distinct, count / total[unit], units)

    def by_unit(self, values: Floats) -> Floats:
        """The mean of a value over the stays of each unit (units,); 0 where it has none."""
        return np.bincount(self.cases.unit, values * self.weight, minlength=self.units).astype(float)


def quantile_days(region: Region, mixture: Mixture, share: Floats) -> Floats:
    """The length, in days, that a share (units,) of the stays of each unit keep within (units,).

    0 for a share of 0 or less, infinite for 1 or more; of no meaning where a unit has no stays.
    """
    low, high = np.full(mixture.units, np.log(_SHORTEST)), np.full(mixture.units, np.log(_LONGEST))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        within = shares_within(region, mixture.cases, np.exp(middle)[mixture.cases.unit])
        reached = mixture.by_unit(within.all) >= share
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.where(share <= 0, 0.0, np.where(share >= 1, np.inf, np.exp(high)))


def median_days(region: Region, mixture: Mixture) -> Floats:
    """The median length that the configuration implies for stays of these cases, in days (units,)."""
    return quantile_days(region, mixture, np.full(mixture.units, 0.5))


def scatter(region: Region, mixture: Mixture, days: Floats) -> Floats:
    """Variance, times the number of stays, of the share of a unit's stays within its `days` (units,).

    Acute lengths are drawn over uniforms that are stratified by unit. Left to chance is which cases, and
    which stays with ALC, get the short ones: with G the share of a case that lies within the days, the
    variance that stratification leaves is half of the mean difference |G - G'| of two stays of the unit.
    """
    within = shares_within(region, mixture.cases, days[mixture.cases.unit])
    unit = np.append(mixture.cases.unit, mixture.cases.unit)
    share = np.append(within.acute, within.alc)
    weight = np.append(mixture.weight * (1 - within.chance), mixture.weight * within.chance)
    order = np.lexsort((share, unit))
    unit, share, weight = unit[order], share[order], weight[order]
    # The weights of a unit add up to 1: of its sorted cases, these are below each by half of its own.
    below = np.cumsum(weight) - weight / 2
    below -= np.append(0.0, np.cumsum(weight))[np.searchsorted(unit, unit)]
    return np.bincount(unit, weight * share * (2 * below - 1), minlength=mixture.units).clip(min=0)
