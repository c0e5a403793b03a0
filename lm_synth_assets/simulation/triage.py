"""How urgent each visit is, how it ends and how long it takes."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.calendar import HOUR
from lm_synth_assets.model.people import People
from lm_synth_assets.model.proportions import cumulative
from lm_synth_assets.model.triage import ACUITIES, acuity_shares, admission_chances
from lm_synth_assets.model.visit_hours import SHORTEST_SECONDS, visit_hours
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    AGE_GROUPS,
    DISCHARGED,
    DISPOSITIONS,
    ED_SUBSERVICES,
    LEFT,
    TRANSFERRED,
)
from lm_synth_assets.simulation.apportion import chosen, draw_rows
from lm_synth_assets.simulation.placement import Contacts
from lm_synth_assets.simulation.streams import Generator
from lm_synth_assets.simulation.visits import Visits

_DISCHARGED, _ADMITTED, _TRANSFERRED, _LEFT = map(
    DISPOSITIONS.index, (DISCHARGED, ADMITTED, TRANSFERRED, LEFT)
)


def triaged(region: Region, people: People, counts: Ints, rng: Generator) -> Visits:
    """The visits of `counts` (patients, ED subservices), each with its acuity, disposition and duration."""
    patient, service = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape))
    age_group = people.age_group[patient]
    acuity = _acuity(region, service, age_group, rng)
    admitted = _admitted(region, people, patient, service, acuity, rng)
    disposition = np.where(admitted, _ADMITTED, _other_disposition(region, service, acuity, age_group, rng))
    duration = _durations(region, service, disposition, rng)
    return Visits(patient, people.home[patient], service, age_group, acuity, disposition, duration)


def _acuity(region: Region, service: Ints, age_group: Ints, rng: Generator) -> Ints:
    """Acuity from 0 (level 1) to 4 (level 5) (visits,)."""
    chances = cumulative(acuity_shares(region)).reshape(-1, ACUITIES)
    return draw_rows(chances, service * len(AGE_GROUPS) + age_group, rng.random(len(service)))


def _admitted(
    region: Region, people: People, patient: Ints, service: Ints, acuity: Ints, rng: Generator
) -> Mask:
    """Which visits end in admission (visits,): each by its chance, at equal steps by age, gender and site."""
    chance = admission_chances(region)[service, people.age_group[patient], acuity]
    keys = (rng.random(len(patient)), people.home[patient], people.gender[patient], people.age_group[patient])
    return chosen(chance, np.lexsort(keys), rng)


def _other_disposition(region: Region, service: Ints, acuity: Ints, age_group: Ints, rng: Generator) -> Ints:
    """Disposition of those who are not admitted, deaths apart (visits,): left, transferred or discharged."""
    tables = region.ed.dispositions
    staying = 1 - admission_chances(region)[service, age_group, acuity]
    left = np.array([tables.left[name] for name in ED_SUBSERVICES])[service, acuity]
    transferred = np.array([tables.transferred[name] for name in ED_SUBSERVICES])[service, acuity]
    # Configured as shares of all visits; here drawn among those not admitted.
    u = rng.random(len(service)) * staying
    return np.where(u < left, _LEFT, np.where(u < left + transferred, _TRANSFERRED, _DISCHARGED))


def _durations(region: Region, service: Ints, disposition: Ints, rng: Generator) -> Ints:
    """Seconds from arrival to departure (visits,)."""
    median, sigma = visit_hours(region)
    cell = service, disposition
    drawn = median[cell] * np.exp(sigma[cell] * rng.standard_normal(len(service)))
    longest = region.ed.longest_visit_hours
    return np.maximum(np.rint(np.minimum(drawn, longest) * HOUR), SHORTEST_SECONDS).astype(np.int64)


def fatal(region: Region, visits: Visits, arrival: Ints, stays: Contacts, rng: Generator) -> Mask:
    """Visits that end in death (visits,): only a patient's last contact can, so its chance there is raised in
    proportion, and the configured share of all visits of an acuity and subservice holds.

    `arrival` (visits,) in seconds since 1 January; `stays` are hospital spells that begin elsewhere than in
    these visits.
    """
    patient, start = np.append(visits.patient, stays.patient), np.append(arrival, stays.start)
    last_contact = np.zeros(int(patient.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(last_contact, patient, start)
    last = (arrival == last_contact[visits.patient]) & ~visits.admitted
    cell = visits.service * ACUITIES + visits.acuity
    size = len(ED_SUBSERVICES) * ACUITIES
    everyone = np.bincount(cell, minlength=size)
    possible = np.bincount(cell[last], minlength=size)
    share: Floats = np.array([region.ed.dispositions.died[name] for name in ED_SUBSERVICES]).ravel()
    chance = np.divide(share * everyone, possible, out=np.zeros(size), where=possible > 0)
    return last & (rng.random(len(visits)) < chance[cell])
