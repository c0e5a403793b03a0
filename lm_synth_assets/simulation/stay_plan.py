"""The plan of all hospital spells, drawn from its own streams.

Spells through the ED are planned for "the patient's first, second, ... admission through the ED"; when those
happen is the ED's business. So the ED can place its visits around the beds, and the stays can be written
later, from the same plan, without either needing the other's table.
"""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.admissions import stay_rates
from lm_synth_assets.model.flows import receiving_sites, travel_seconds
from lm_synth_assets.model.frailty import levelled
from lm_synth_assets.model.lengths import longest_days
from lm_synth_assets.model.memo import memoised
from lm_synth_assets.model.people import People
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints
from lm_synth_assets.simulation.admissions import admitted, ed_units
from lm_synth_assets.simulation.arrivals import gap_seconds, timetable
from lm_synth_assets.simulation.carry_over import under_way
from lm_synth_assets.simulation.lengths import lengths
from lm_synth_assets.simulation.panel import Panel
from lm_synth_assets.simulation.placement import settle
from lm_synth_assets.simulation.spells import Origin, Spells, StayPlan, Stays, last_of_spell
from lm_synth_assets.simulation.streams import Generator, Streams
from lm_synth_assets.simulation.transfers import chained, stays_of

_TOO_MANY_STAYS = (
    "Lower inpatient.stays_per_1000, inpatient.los_cap_days, the subprograms' median_days or ed.gap_hours, "
    "or raise ed.frailty_shape, which shares the stays out more evenly."
)


@memoised
def plan_stays(region: Region, panel: Panel, visits: Ints, ed_admissions: Ints) -> StayPlan:
    """The plan for patients with these many ED visits and admissions through the ED in the year (patients,).

    Spells that are under way on 1 January come first, then those through the ED, then direct ones. Raises
    NoRoom when a patient's direct spells do not fit the year.
    """
    people, frailty = panel.people, levelled(panel.frailty, panel.people)
    units, rates, year = units_of(region), stay_rates(region), region.run.start_year
    streams = Streams(region.run.seed)

    direct_patient, direct_unit = admitted(
        rates.direct, units, people, frailty, streams.generator("stays", "direct", year)
    )
    contacts = visits + np.bincount(direct_patient, minlength=len(people))
    before = under_way(region, people, frailty, contacts, streams.generator("stays", "before", year))
    in_bed_before = before.spells.patient
    contacts[in_bed_before] += 1

    rng = streams.generator("stays", "plan", year)
    ed_patient = np.repeat(np.arange(len(people)), ed_admissions)
    ed_unit = ed_units(rates, people, ed_patient, rng)
    patient, unit = np.append(ed_patient, direct_patient), np.append(ed_unit, direct_unit)
    through_ed = np.arange(len(patient)) < len(ed_patient)
    site = receiving_sites(region, units)[people.home[patient], unit]
    spell, stay_site, first = stays_of(region, unit, site, rng)

    in_the_year = np.bincount(patient[spell], minlength=len(people))
    cap = longest_days(region, contacts, in_the_year, in_bed_before)[patient[spell]]
    age_group = people.age_group[patient[spell]]
    los, alc = lengths(region, unit[spell], age_group, last_of_spell(first), cap, rng)

    travel = travel_seconds(region)
    lead = np.where(through_ed & (site != people.home[patient]), travel, 0)
    offset, duration = chained(spell, first, los, lead, travel)
    origin = np.where(through_ed, Origin.THROUGH_ED, Origin.DIRECT).astype(np.int64)
    start = np.zeros(len(patient), dtype=np.int64)
    of_the_year = StayPlan(
        Spells(patient, origin, through_ed, unit, start, duration),
        Stays(spell, stay_site, first, los, alc, offset),
    )
    spells, stays = before.followed_by(of_the_year)
    return StayPlan(_direct_placed(region, spells, people, rng), stays)


def _direct_placed(region: Region, spells: Spells, people: People, rng: Generator) -> Spells:
    """The spells with start times for direct ones, apart from each other and from those under way."""
    times, units = timetable(region), units_of(region)
    known = spells.origin != Origin.THROUGH_ED
    contacts, direct = spells.contacts(known), spells.origin[known] == Origin.DIRECT
    rhythm = np.array([times.names.index(unit.stays.direct_rhythm) for unit in units])[spells.unit[known]]
    site = people.home[contacts.patient]

    def redraw(some: Ints) -> Ints:
        return times.draw(rhythm[some], site[some], rng)

    contacts.start[direct] = redraw(np.flatnonzero(direct))
    start = settle(contacts, gap_seconds(region), direct, redraw, remedy=_TOO_MANY_STAYS)
    return spells.started(Origin.DIRECT, start[direct])
