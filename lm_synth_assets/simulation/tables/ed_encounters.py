"""ED encounters: triage, who is admitted, when everybody comes, how each visit ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from lm_synth_assets.model.calendar import HOUR
from lm_synth_assets.model.frailty import recover_frailty
from lm_synth_assets.model.people import People, people_of
from lm_synth_assets.model.proportions import cumulative
from lm_synth_assets.model.triage import acuity_shares, admission_chances
from lm_synth_assets.model.units import units_of
from lm_synth_assets.model.visits import expected_visits, planned_volumes
from lm_synth_assets.region.models.emergency import Lognormal
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    AGE_GROUPS,
    DIED,
    DISCHARGED,
    DISPOSITIONS,
    ED_SUBSERVICES,
    LEFT,
    TRANSFERRED,
)
from lm_synth_assets.simulation.apportion import chosen, draw_rows
from lm_synth_assets.simulation.arrivals import Timetable, timetable
from lm_synth_assets.simulation.placement import settle
from lm_synth_assets.simulation.stay_plan import Spells, plan_stays
from lm_synth_assets.simulation.streams import Streams
from lm_synth_assets.simulation.tables.columns import categorical
from lm_synth_assets.simulation.visits import visit_counts

_DISCHARGED, _ADMITTED, _TRANSFERRED, _LEFT, _DIED = map(
    DISPOSITIONS.index, (DISCHARGED, ADMITTED, TRANSFERRED, LEFT, DIED)
)


class OtherPatients(Exception):
    """The patients table is not the one that this configuration and seed make."""


def ed_encounters(region: Region, patients: pd.DataFrame) -> pd.DataFrame:
    """ed_encounters from the patients table: one row a visit of the start year, in order of arrival.

    Raises OtherPatients when the visits drawn are not those of `ed_visits_year`.
    """
    people = people_of(patients, region.run.reference_date)
    streams = Streams(region.run.seed)
    base = expected_visits(region, people)
    frailty = recover_frailty(base, patients["expected_ed_rate"].to_numpy())
    counts = visit_counts(region, people, base, frailty, planned_volumes(region), streams)
    visits = counts.sum(axis=1)
    if (visits != patients["ed_visits_year"].to_numpy()).any():
        raise OtherPatients(
            "patients.ed_visits_year is not what this configuration and seed give: "
            "make patients again with them"
        )
    year = region.run.start_year
    rng = streams.generator("ed", year)
    patient, service = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape))
    age_group = people.age_group[patient]
    acuity = _acuity(region, service, age_group, rng)
    admitted = _admitted(region, people, patient, service, acuity, rng)
    disposition = np.where(admitted, _ADMITTED, _other_disposition(region, service, acuity, age_group, rng))
    duration = _durations(region, service, disposition, rng)

    times = timetable(region, streams)
    admissions = np.bincount(patient[admitted], minlength=len(people))
    plan = plan_stays(region, people, frailty, visits, admissions, times, streams)
    arrival = _arrivals(region, people, times, plan.spells, patient, service, duration, admitted, rng)

    fatal = _fatal(region, service, acuity, patient, arrival, disposition, plan.spells, rng)
    disposition[fatal] = _DIED
    order = np.lexsort((service, patient, arrival))
    start = np.datetime64(f"{year}-01-01", "s")
    arrival_ts = (start + arrival[order]).astype("datetime64[ns]")
    return pd.DataFrame(
        {
            "encounter_id": np.arange(1, len(order) + 1),
            "patient_id": patients["patient_id"].array.take(patient[order]),
            "facility_id": (people.home[patient[order]] + 1).astype(np.int32),
            "ed_subservice": categorical(service[order], ED_SUBSERVICES),
            "arrival_ts": arrival_ts,
            "acuity": pd.array(acuity[order] + 1, dtype="Int8"),
            "dispo": categorical(disposition[order], DISPOSITIONS),
            "arrival_date": arrival_ts.astype("datetime64[D]").astype("datetime64[ns]"),
            "departure_ts": (start + arrival[order] + duration[order]).astype("datetime64[ns]"),
        }
    )


def _acuity(region: Region, service: Ints, age_group: Ints, rng: np.random.Generator) -> Ints:
    """Acuity from 0 (level 1) to 4 (level 5)."""
    chances = cumulative(acuity_shares(region)).reshape(-1, 5)
    return draw_rows(chances, service * len(AGE_GROUPS) + age_group, rng.random(len(service)))


def _admitted(
    region: Region, people: People, patient: Ints, service: Ints, acuity: Ints, rng: np.random.Generator
) -> Mask:
    """Who is admitted: each by their own chance, at equal steps through age, gender and site."""
    chance = admission_chances(region)[service, people.age_group[patient], acuity]
    keys = (rng.random(len(patient)), people.home[patient], people.gender[patient], people.age_group[patient])
    return chosen(chance, np.lexsort(keys), rng)


def _other_disposition(
    region: Region, service: Ints, acuity: Ints, age_group: Ints, rng: np.random.Generator
) -> Ints:
    """Disposition of those who are not admitted, deaths apart: left, transferred or discharged."""
    tables = region.ed.dispositions
    staying = 1 - admission_chances(region)[service, age_group, acuity]
    left = np.array([tables.left[name] for name in ED_SUBSERVICES])[service, acuity]
    gone = np.array([tables.transferred[name] for name in ED_SUBSERVICES])[service, acuity]
    # Configured as shares of all visits; here drawn among those not admitted.
    u = rng.random(len(service)) * staying
    return np.where(u < left, _LEFT, np.where(u < left + gone, _TRANSFERRED, _DISCHARGED))


def _durations(region: Region, service: Ints, disposition: Ints, rng: np.random.Generator) -> Ints:
    """Seconds from arrival to departure."""
    median = np.ones((len(ED_SUBSERVICES), len(DISPOSITIONS)))
    sigma = np.ones_like(median)
    for row, name in enumerate(ED_SUBSERVICES):
        hours = region.ed.visit_hours[name]
        by_disposition: dict[int, Lognormal] = {
            _DISCHARGED: hours.discharged,
            _ADMITTED: hours.admitted,
            _TRANSFERRED: hours.transferred,
            _LEFT: hours.left,
        }
        for column, lognormal in by_disposition.items():
            median[row, column], sigma[row, column] = lognormal.median, lognormal.sigma
    cell = service, disposition
    hours_drawn = median[cell] * np.exp(sigma[cell] * rng.standard_normal(len(service)))
    longest = region.ed.longest_visit_hours
    return np.maximum(np.rint(np.minimum(hours_drawn, longest) * HOUR), 60).astype(np.int64)


def _arrivals(
    region: Region,
    people: People,
    times: Timetable,
    spells: Spells,
    patient: Ints,
    service: Ints,
    duration: Ints,
    admitted: Mask,
    rng: np.random.Generator,
) -> Ints:
    """Arrival of each visit: first those that lead to a bed, apart from all beds, then the others."""
    rhythm = np.array([times.names.index(region.ed_rhythms[name]) for name in ED_SUBSERVICES])[service]
    by_ed = np.flatnonzero(spells.slot >= 0)
    # Both are in order of patient, and a patient's admissions are told apart by their order only.
    admissions = np.flatnonzero(admitted)
    own = [unit.stays.ed_rhythm for unit in units_of(region)]
    own_rhythm = np.array([times.names.index(name) if name else -1 for name in own])[spells.unit[by_ed]]
    rhythm[admissions] = np.where(own_rhythm >= 0, own_rhythm, rhythm[admissions])
    gap = round(region.ed.gap_hours * HOUR)

    def draw(visits: Ints) -> Ints:
        return times.draw(rhythm[visits], people.home[patient[visits]], rng)

    arrival = draw(np.arange(len(patient)))
    occupied = np.flatnonzero(spells.slot < 0)
    arrival[admissions] = _settle_visits(
        admissions,
        patient,
        arrival,
        duration[admissions] + spells.duration[by_ed],
        (spells.patient[occupied], spells.start[occupied], spells.duration[occupied]),
        gap,
        draw,
        in_order=True,
    )
    others = np.flatnonzero(~admitted)
    in_bed = (
        np.append(spells.patient[occupied], patient[admissions]),
        np.append(spells.start[occupied], arrival[admissions]),
        np.append(spells.duration[occupied], duration[admissions] + spells.duration[by_ed]),
    )
    arrival[others] = _settle_visits(others, patient, arrival, duration[others], in_bed, gap, draw)
    return arrival


def _settle_visits(
    visits: Ints,
    patient: Ints,
    arrival: Ints,
    duration: Ints,
    occupied: tuple[Ints, Ints, Ints],
    gap: int,
    draw: Callable[[Ints], Ints],
    in_order: bool = False,
) -> Ints:
    """Arrivals of some visits, kept apart from each other and from what is occupied.

    `in_order`: a patient's visits stay in order of time, whichever of them is moved.
    """
    count = len(visits)
    who = np.append(patient[visits], occupied[0])
    start = np.append(arrival[visits], occupied[1])

    def rearrange(start: Ints) -> Ints:
        ordered = start.copy()
        ordered[:count] = start[:count][np.lexsort((start[:count], who[:count]))]
        return ordered

    settled = settle(
        who,
        start,
        np.append(duration, occupied[2]),
        gap,
        np.arange(len(who)) < count,
        lambda some: draw(visits[some]),
        rearrange if in_order else lambda start: start,
    )
    return settled[:count]


def _fatal(
    region: Region,
    service: Ints,
    acuity: Ints,
    patient: Ints,
    arrival: Ints,
    disposition: Ints,
    spells: Spells,
    rng: np.random.Generator,
) -> Mask:
    """Visits that end in death: only a patient's last contact can, so its chance there is raised in
    proportion, and the configured share of all visits of an acuity and subservice holds.
    """
    end_of_care = np.zeros(
        int(max(patient.max(initial=-1), spells.patient.max(initial=-1))) + 1, dtype=np.int64
    )
    np.maximum.at(end_of_care, patient, arrival)
    known = spells.slot < 0
    np.maximum.at(end_of_care, spells.patient[known], spells.start[known])
    last = (arrival == end_of_care[patient]) & (disposition != _ADMITTED)
    cell = service * 5 + acuity
    size = len(ED_SUBSERVICES) * 5
    everyone = np.bincount(cell, minlength=size)
    possible = np.bincount(cell[last], minlength=size)
    share: Floats = np.array([region.ed.dispositions.died[name] for name in ED_SUBSERVICES]).ravel()
    chance = np.divide(share * everyone, possible, out=np.zeros(size), where=possible > 0)
    return last & (rng.random(len(patient)) < chance[cell])
