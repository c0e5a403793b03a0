"""Where lengths lie in the distributions that are expected of them, rounded and cut as they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lm_synth_assets.model.lengths import acute_median_days, lognormal_share, parts_of_cap
from lm_synth_assets.model.units import Unit
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints

HUNDREDTHS = 100
"""Lengths of stay are kept in hundredths of days."""

_REACH = 1 + 1e-6
"""How far a length may be from the one that was drawn, in steps of rounding: it may be rounded either way."""


class Span(NamedTuple):
    """Where values lie in the distributions that are expected of them.

    A value that was rounded or cut stands for all shares from `below` to `upto`; between them it is uniform
    on (0, 1) whatever the distribution. A value with nothing in between is impossible.
    """

    below: Floats
    """The share of the distribution below each value (rows,)."""
    upto: Floats
    """The share up to each value, itself included (rows,)."""

    def take(self, which: Ints) -> Span:
        """The span of some of the rows."""
        return Span(self.below[which], self.upto[which])


def length_span(
    length: Floats, step: float, median: Floats, sigma: Floats, least: Floats, longest: Floats, *, drawn: bool
) -> Span:
    """The span of lognormal lengths (rows,) that are kept in steps of this size.

    None is above `longest`: where it is `drawn` so, the distribution is truncated there; otherwise longer
    ones were cut to it. Shorter ones than `least` were raised to it, also where `longest` is less. All
    lengths are in one unit.
    """
    reach = step * _REACH
    truncated = longest if drawn else None
    below = lognormal_share(length - reach, median, sigma, truncated)
    upto = lognormal_share(length + reach, median, sigma, truncated)
    below = np.where(length > longest + reach, 1.0, below)
    upto = np.where(length >= longest - reach, 1.0, upto)
    below = np.where(length <= least + reach, 0.0, below)
    upto = np.where(length < least - reach, 0.0, upto)
    return Span(below, upto)


def acute_sigma(units: list[Unit]) -> Floats:
    """Standard deviation of the logarithm of the acute part of a stay (units,)."""
    return np.array([unit.stays.sigma for unit in units])


def acute_span(
    region: Region, units: list[Unit], days: Floats, unit: Ints, age_group: Ints, alc: Floats, cap: Floats
) -> Span:
    """The span of the acute parts of stays (stays,), in days; `alc` are the ALC days after them, 0 for none,
    and `cap` is the longest that each may last, ALC included.
    """
    inpatient, (longest_acute, _) = region.inpatient, parts_of_cap(cap)
    median, sigma = acute_median_days(region, units)[unit, age_group], acute_sigma(units)[unit]
    least = np.maximum(np.where(alc > 0, inpatient.alc.least_acute_days, 0.0), inpatient.los_floor_days - alc)
    longest = np.where(alc > 0, longest_acute, cap)
    return length_span(days, 1 / HUNDREDTHS, median, sigma, least, longest, drawn=True)


def alc_span(region: Region, days: Floats, cap: Floats) -> Span:
    """The span of the ALC days of stays that have some (stays,); `cap` is as in `acute_span`."""
    alc, (_, longest) = region.inpatient.alc, parts_of_cap(cap)
    median, sigma, least = (
        np.full_like(days, value) for value in (alc.median_days, alc.sigma, alc.least_days)
    )
    return length_span(days, 1 / HUNDREDTHS, median, sigma, least, longest, drawn=True)
