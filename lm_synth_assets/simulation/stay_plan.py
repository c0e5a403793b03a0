"""Who lies in a bed, for what and how long: the plan of all hospital spells, drawn once from its own streams.

A spell is one or more stays in a row: a first stay and those that a transfer or a return adds. Spells from
the ED are planned for "the patient's first, second, ... admission through the ED"; when those happen is the
ED's business. So the ED can place its visits around the beds, and the stays can be written later, from the
same plan, without either needing the other's table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np

from lm_synth_assets.model.admissions import StayRates, ed_unit_weights, stay_rates
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.model.flows import corridors, receiving_sites
from lm_synth_assets.model.lengths import acute_median_days, alc_chances, lognormal_length
from lm_synth_assets.model.people import People
from lm_synth_assets.model.proportions import cumulative
from lm_synth_assets.model.units import Unit, units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.schema.vocabulary import GENDERS
from lm_synth_assets.simulation.apportion import (
    chosen,
    draw_rows,
    stratified_uniforms,
    systematic,
)
from lm_synth_assets.simulation.arrivals import Timetable
from lm_synth_assets.simulation.placement import settle
from lm_synth_assets.simulation.streams import Streams

HUNDREDTH = DAY // 100
"""Seconds in a hundredth of a day, the unit in which lengths of stay are kept."""

_CROWDED_DAYS = 270
"""The most days in bed of a patient who has other contacts, so that all fit in the year."""


@dataclass(frozen=True)
class Spells:
    """One entry a spell, in seconds from the start of the year.

    `slot` counts a patient's ED admissions of the year from 0 and is -1 for other spells. The `start` of an
    ED spell is 0: the ED sets it.
    """

    patient: Ints
    by_ed: Mask
    slot: Ints
    unit: Ints
    start: Ints
    duration: Ints


@dataclass(frozen=True)
class PlannedStays:
    """One entry a stay, in order of spell. `offset` is seconds from the spell's start to admission."""

    spell: Ints
    site: Ints
    first: Mask
    los: Ints
    alc: Ints
    offset: Ints


class StayPlan(NamedTuple):
    """The spells and their stays; lengths in hundredths of days."""

    spells: Spells
    stays: PlannedStays


def plan_stays(
    region: Region,
    people: People,
    frailty: Floats,
    visits: Ints,
    ed_admissions: Ints,
    times: Timetable,
    streams: Streams,
) -> StayPlan:
    """The plan for patients with these many ED visits and admissions through the ED in the year (patients,).

    Raises RuntimeError when a patient's direct spells cannot be kept apart.
    """
    units = units_of(region)
    rates = stay_rates(region)
    year = region.run.start_year
    frailty = _levelled(frailty, people)
    first_sites = receiving_sites(region, units)

    direct_patient, direct_unit = _admitted(
        rates.direct, units, people, frailty, streams.generator("stays", "direct", year)
    )
    contacts = visits + np.bincount(direct_patient, minlength=len(people))
    before = _under_way(region, rates, people, frailty, contacts, streams.generator("stays", "before", year))
    contacts[before.patient] += 1

    rng = streams.generator("stays", "plan", year)
    ed_patient = np.repeat(np.arange(len(people)), ed_admissions)
    slot = np.arange(len(ed_patient)) - np.repeat(np.cumsum(ed_admissions) - ed_admissions, ed_admissions)
    ed_unit = _ed_units(rates, people, ed_patient, rng)

    patient = np.concatenate((ed_patient, direct_patient))
    unit = np.concatenate((ed_unit, direct_unit))
    slot = np.append(slot, np.full(len(direct_patient), -1))
    by_ed = slot >= 0
    site = first_sites[people.home[patient], unit]
    spell, stay_site, first = _legs(region, units, unit, site, rng)

    final = _last_stays(first)
    who = patient[spell]
    cap = _caps(region, who, contacts, before.patient, len(people))
    los, alc = _lengths(region, units, unit[spell], people.age_group[who], final, cap, rng)

    travel = round(region.inpatient.travel_hours * HOUR)
    lead = np.where(by_ed & (site != people.home[patient]), travel, 0)
    offset, duration = _chain(spell, first, los, lead, travel)
    start = np.zeros(len(patient), dtype=np.int64)
    spells = Spells(patient, by_ed, slot, unit, start, duration)
    stays = PlannedStays(spell, stay_site, first, los, alc, offset)
    return _place_direct(region, units, _join(before, spells, stays, people, first_sites), people, times, rng)


class _Before(NamedTuple):
    """Spells of one stay that began before the year and last into it."""

    patient: Ints
    unit: Ints
    by_ed: Mask
    start: Ints
    los: Ints
    alc: Ints


def _levelled(frailty: Floats, people: People) -> Floats:
    """Frailty scaled to a mean of 1 within age group and gender, so that admission rates hold."""
    group = people.age_group * len(GENDERS) + people.gender
    mean = np.bincount(group, frailty) / np.maximum(np.bincount(group), 1)
    return frailty / mean[group]


def _admitted(
    rates: Floats, units: list[Unit], people: People, frailty: Floats, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Patients and units of spells that come at these rates; births do not depend on frailty."""
    group = people.age * len(GENDERS) + people.gender
    births = np.array([unit.stays.direct_rhythm == "births" for unit in units])
    patients, drawn = [], []
    for part, weight in ((births, np.ones(len(people))), (~births, frailty)):
        per_group = (rates * part).reshape(-1, len(units))
        counts = systematic(per_group.sum(axis=1)[group] * weight, rng)
        patient = np.repeat(np.arange(len(people)), counts)
        patients.append(patient)
        drawn.append(_units_by_group(per_group, group[patient], rng))
    return np.concatenate(patients), np.concatenate(drawn)


def _units_by_group(per_group: Floats, group: Ints, rng: np.random.Generator) -> Ints:
    sums = per_group.sum(axis=1, keepdims=True)
    chances = cumulative(np.where(sums > 0, per_group, 1.0))
    return draw_rows(chances, group, stratified_uniforms(group, rng))


def _ed_units(rates: StayRates, people: People, patient: Ints, rng: np.random.Generator) -> Ints:
    """Units of ED admissions."""
    weights = ed_unit_weights(rates).reshape(-1, rates.all.shape[-1])
    return _units_by_group(weights, (people.age * len(GENDERS) + people.gender)[patient], rng)


def _under_way(
    region: Region,
    rates: StayRates,
    people: People,
    frailty: Floats,
    contacts: Ints,
    rng: np.random.Generator,
) -> _Before:
    """The spells under way at the start: a year before it is drawn, and who has not gone home is kept."""
    units = units_of(region)
    patient, unit = _admitted(rates.all, units, people, frailty, rng)
    cap = np.full(len(patient), region.inpatient.los_cap_days)
    final = np.ones(len(patient), dtype=bool)
    los, alc = _lengths(region, units, unit, people.age_group[patient], final, cap, rng)
    year = region.run.start_year
    length = (date(year, 1, 1) - date(year - 1, 1, 1)).days * DAY
    start = -rng.integers(1, length, len(patient))
    via_ed = np.divide(rates.via_ed, rates.all, out=np.zeros_like(rates.all), where=rates.all > 0)
    by_ed = rng.random(len(patient)) < via_ed[people.age[patient], people.gender[patient], unit]
    left = start + los * HUNDREDTH
    born = start >= (1 - people.days_old[patient]) * DAY
    roomy = (contacts[patient] == 0) | (left < _CROWDED_DAYS // 2 * DAY)
    kept = np.flatnonzero((left > 0) & born & roomy)
    kept = kept[np.unique(patient[kept], return_index=True)[1]]
    return _Before(patient[kept], unit[kept], by_ed[kept], start[kept], los[kept], alc[kept])


def _legs(
    region: Region, units: list[Unit], unit: Ints, site: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, Mask]:
    """The stays of each spell as (spell, site, is first): one, two after a transfer, three after a return."""
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


def _caps(region: Region, patient: Ints, contacts: Ints, in_bed_before: Ints, people: int) -> Floats:
    """The longest that each stay may last, in days."""
    stays = np.bincount(patient, minlength=people)
    room = np.where(contacts == 1, region.inpatient.los_cap_days, float(_CROWDED_DAYS))
    room[in_bed_before] /= 2
    shared = np.maximum(room / np.maximum(stays, 1), 3 * region.inpatient.alc.threshold_days)
    return np.minimum(shared, region.inpatient.los_cap_days)[patient]


def _lengths(
    region: Region,
    units: list[Unit],
    unit: Ints,
    age_group: Ints,
    final: Mask,
    cap: Floats,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Length of stay, ALC included, and its ALC part, in hundredths of days.

    Lognormal, truncated at the cap, over stratified uniforms by unit: medians hold even for a few stays. ALC
    falls only on the last stay of a spell, at steps through the stays in order of unit and age.
    """
    inpatient = region.inpatient
    chance = alc_chances(region, units)[unit, age_group] * final
    order = np.lexsort((rng.random(len(unit)), age_group, unit))
    alc = chosen(chance, order, rng)

    median = acute_median_days(region, units)[unit, age_group]
    sigma = np.array([unit.stays.sigma for unit in units])[unit]
    acute = lognormal_length(stratified_uniforms(unit, rng), median, sigma, np.where(alc, cap / 3, cap))
    acute = np.maximum(acute, np.where(alc, inpatient.alc.least_acute_days, inpatient.los_floor_days))

    days = np.zeros(len(unit))
    several = int(alc.sum())
    uniform = stratified_uniforms(np.zeros(several, dtype=np.int64), rng)
    spread = np.full(several, inpatient.alc.sigma)
    middle = np.full(several, inpatient.alc.median_days)
    days[alc] = lognormal_length(uniform, middle, spread, cap[alc] * 2 / 3)
    days[alc] = np.maximum(days[alc], inpatient.alc.least_days)
    alc_part = np.rint(days * 100).astype(np.int64)
    return np.rint(acute * 100).astype(np.int64) + alc_part, alc_part


def _chain(spell: Ints, first: Mask, los: Ints, lead: Ints, travel: int) -> tuple[Ints, Ints]:
    """Seconds from each spell's start to each of its admissions, and of the whole spell."""
    seconds = los * HUNDREDTH + np.where(first, lead[spell], travel)
    reached = np.cumsum(seconds)
    starts = np.flatnonzero(first)
    base = np.repeat(reached[starts] - seconds[starts], np.diff(np.append(starts, len(spell))))
    return reached - base - los * HUNDREDTH, (reached - base)[_last_stays(first)]


def _last_stays(first: Mask) -> Mask:
    """Which stays end their spell: those before a first one, and the very last."""
    return np.append(first[1:], True)[: len(first)]


def _join(
    before: _Before, spells: Spells, stays: PlannedStays, people: People, first_sites: Ints
) -> StayPlan:
    """The plan with the spells under way put in front."""
    count = len(before.patient)
    none = np.full(count, -1)
    duration = before.los * HUNDREDTH
    zero = np.zeros(count, dtype=np.int64)
    site = first_sites[people.home[before.patient], before.unit]
    return StayPlan(
        Spells(
            np.append(before.patient, spells.patient),
            np.append(before.by_ed, spells.by_ed),
            np.append(none, spells.slot),
            np.append(before.unit, spells.unit),
            np.append(before.start, spells.start),
            np.append(duration, spells.duration),
        ),
        PlannedStays(
            np.append(np.arange(count), stays.spell + count),
            np.append(site, stays.site),
            np.append(np.ones(count, dtype=bool), stays.first),
            np.append(before.los, stays.los),
            np.append(before.alc, stays.alc),
            np.append(zero, stays.offset),
        ),
    )


def _place_direct(
    region: Region,
    units: list[Unit],
    plan: StayPlan,
    people: People,
    times: Timetable,
    rng: np.random.Generator,
) -> StayPlan:
    """The plan with start times for direct spells, apart from each other and from those under way."""
    spells = plan.spells
    known = np.flatnonzero(spells.slot < 0)
    direct = spells.start[known] == 0
    rhythm = np.array([times.names.index(unit.stays.direct_rhythm) for unit in units])[spells.unit[known]]
    site = people.home[spells.patient[known]]

    def redraw(some: Ints) -> Ints:
        return times.draw(rhythm[some], site[some], rng)

    start = spells.start[known].copy()
    start[direct] = redraw(np.flatnonzero(direct))
    gap = round(region.ed.gap_hours * HOUR)
    settled = settle(spells.patient[known], start, spells.duration[known], gap, direct, redraw)
    all_starts = spells.start.copy()
    all_starts[known] = settled
    return StayPlan(replace(spells, start=all_starts), plan.stays)
