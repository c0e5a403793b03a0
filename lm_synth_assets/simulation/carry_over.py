"""The spells that are under way when the start year begins."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.admissions import stay_rates
from lm_synth_assets.model.carry_over import elapsed_range, seconds_before
from lm_synth_assets.model.flows import receiving_sites
from lm_synth_assets.model.people import People
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.simulation.admissions import admitted
from lm_synth_assets.simulation.lengths import lengths
from lm_synth_assets.simulation.spells import HUNDREDTH, Origin, Spells, StayPlan, Stays
from lm_synth_assets.simulation.streams import Generator


def under_way(region: Region, people: People, frailty: Floats, contacts: Ints, rng: Generator) -> StayPlan:
    """The spells under way on 1 January: a year before it is drawn, and who has not gone home is kept.

    `frailty` and the `contacts` that patients have in the year (patients,). Each spell is one stay, and a
    patient has one at most.
    """
    units, rates = units_of(region), stay_rates(region)
    patient, unit = admitted(rates.all, units, people, frailty, rng)
    cap = np.full(len(patient), region.inpatient.los_cap_days)
    last = np.ones(len(patient), dtype=bool)
    los, alc = lengths(region, unit, people.age_group[patient], last, cap, rng)
    start = -rng.integers(1, seconds_before(region), len(patient))
    via_ed = np.divide(rates.via_ed, rates.all, out=np.zeros_like(rates.all), where=rates.all > 0)
    by_ed = rng.random(len(patient)) < via_ed[people.age[patient], people.gender[patient], unit]
    least, most = elapsed_range(region, los * HUNDREDTH, contacts[patient] > 0, people.days_old[patient])
    kept = np.flatnonzero((least <= -start) & (-start <= most))
    kept = kept[np.unique(patient[kept], return_index=True)[1]]
    count = len(kept)
    patient, unit, los = patient[kept], unit[kept], los[kept]
    return StayPlan(
        Spells(
            patient,
            np.full(count, Origin.UNDER_WAY, dtype=np.int64),
            by_ed[kept],
            unit,
            start[kept],
            los * HUNDREDTH,
        ),
        Stays(
            np.arange(count),
            receiving_sites(region, units)[people.home[patient], unit],
            np.ones(count, dtype=bool),
            los,
            alc[kept],
            np.zeros(count, dtype=np.int64),
        ),
    )
