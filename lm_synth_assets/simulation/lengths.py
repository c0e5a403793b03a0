"""How long each stay lasts, and how much of it is ALC."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.lengths import (
    acute_median_days,
    alc_chances,
    hundredths_from,
    lognormal_length,
    parts_of_cap,
)
from lm_synth_assets.model.proportions import WHOLE
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.simulation.apportion import chosen, stratified_uniforms
from lm_synth_assets.simulation.streams import Generator


def lengths(
    region: Region, unit: Ints, age_group: Ints, last: Mask, cap: Floats, rng: Generator
) -> tuple[Ints, Ints]:
    """Length of stay, ALC included, and its ALC part, in hundredths of days (stays,).

    `cap` (stays,) is the longest that each stay may last, in days. Lognormal, truncated at the cap, over
    stratified uniforms by unit: medians hold even for a few stays. ALC falls only on the `last` stay of a
    spell, at equal steps through the stays in order of unit and age.
    """
    units, inpatient = units_of(region), region.inpatient
    order = np.lexsort((rng.random(len(unit)), age_group, unit))
    alc = chosen(alc_chances(region, units)[unit, age_group] * last, order, rng)

    median = acute_median_days(region, units)[unit, age_group]
    sigma = np.array([unit.stays.sigma for unit in units])[unit]
    longest_acute, longest_alc = parts_of_cap(cap)
    longest = np.where(alc, longest_acute, cap)
    acute = lognormal_length(stratified_uniforms(unit, rng), median, sigma, longest)
    shortest = np.where(alc, inpatient.alc.least_acute_days, inpatient.los_floor_days)
    acute_part = np.maximum(np.rint(acute * 100), hundredths_from(shortest))

    alc_part = np.zeros(len(unit))
    count = int(alc.sum())
    uniform = stratified_uniforms(np.zeros(count, dtype=np.int64), rng)
    median, sigma = np.full(count, inpatient.alc.median_days), np.full(count, inpatient.alc.sigma)
    wait = lognormal_length(uniform, median, sigma, longest_alc[alc])
    alc_part[alc] = np.maximum(np.rint(wait * 100), hundredths_from(inpatient.alc.least_days))
    # Parts that are rounded up may add up to more than the cap, and parts of a short ALC stay to less than
    # the floor: the acute part makes up for both.
    whole = np.minimum(acute_part + alc_part, np.floor(inpatient.los_cap_days * 100 + WHOLE))
    whole = np.maximum(whole, hundredths_from(inpatient.los_floor_days))
    return whole.astype(np.int64), alc_part.astype(np.int64)
