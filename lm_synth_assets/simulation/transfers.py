"""Which spells go on at another site, and when each stay of a spell begins."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.flows import corridors
from lm_synth_assets.model.proportions import cumulative
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints, Mask
from lm_synth_assets.simulation.apportion import draw_rows
from lm_synth_assets.simulation.spells import HUNDREDTH, last_of_spell
from lm_synth_assets.simulation.streams import Generator


def stays_of(region: Region, unit: Ints, site: Ints, rng: Generator) -> tuple[Ints, Ints, Mask]:
    """The stays of spells in these units that begin at these sites (spells,): one, two after a transfer,
    three after a return to the first site.

    Returns the spell and the site of each stay, and whether it is the first of its spell (stays,).
    """
    units = units_of(region)
    weights = corridors(region, units)
    open_corridor = np.any(weights, axis=-1)
    share = np.array([unit.transfer_share for unit in units])
    moves = open_corridor[site, unit] & (rng.random(len(unit)) < share[unit])
    returns = moves & (rng.random(len(unit)) < region.inpatient.returned_share)
    chances = cumulative(np.where(open_corridor[..., None], weights, 1.0)).reshape(-1, len(region.sites))
    target = draw_rows(chances, site * len(units) + unit, rng.random(len(unit)))
    spell = np.repeat(np.arange(len(unit)), 1 + moves.astype(np.int64) + returns)
    first = np.append(True, spell[1:] != spell[:-1])[: len(spell)]
    second = np.append(False, first[:-1])[: len(spell)] & ~first
    return spell, np.where(second, target[spell], site[spell]), first


def chained(spell: Ints, first: Mask, los: Ints, lead: Ints, travel: int) -> tuple[Ints, Ints]:
    """Seconds from the start of its spell to each admission (stays,), and the length of each spell (spells,).

    `los` (stays,) is in hundredths of days. `lead` (spells,) and `travel` are seconds on the way, before the
    first stay and before each further one.
    """
    seconds = los * HUNDREDTH + np.where(first, lead[spell], travel)
    reached = np.cumsum(seconds)
    starts = np.flatnonzero(first)
    base = np.repeat(reached[starts] - seconds[starts], np.diff(np.append(starts, len(spell))))
    return reached - base - los * HUNDREDTH, (reached - base)[last_of_spell(first)]
