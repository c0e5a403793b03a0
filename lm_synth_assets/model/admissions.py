"""Expected stays by age, gender and unit, through the ED and directly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lm_synth_assets.model.flows import corridors, flow_shares, receiving_sites
from lm_synth_assets.model.memo import memoised
from lm_synth_assets.model.people import People
from lm_synth_assets.model.population import residents
from lm_synth_assets.model.rates import visits_per_1000
from lm_synth_assets.model.triage import acuity_shares, admission_chances
from lm_synth_assets.model.units import Unit, units_of
from lm_synth_assets.model.visits import expected_visits
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Mask
from lm_synth_assets.schema.vocabulary import (
    AGE_BANDS,
    AGE_GROUPS,
    GENDERS,
    OLDEST_AGE,
)

AGE_GROUP_OF = [
    group for group, band in enumerate(AGE_BANDS) for _ in range(band.first_age, band.last_age + 1)
]
"""The index of the age group of each age in whole years."""


class StayRates(NamedTuple):
    """First stays of a spell per person per year, each (age 0-104, gender, unit)."""

    all: Floats
    via_ed: Floats
    direct: Floats


def ed_admissions(region: Region) -> Floats:
    """Expected admissions through the ED per person per year, (age group, gender)."""
    population = residents(region, region.run.start_year).astype(float)
    visits = (visits_per_1000(region) / 1000 * population[..., None]).sum(axis=0)
    per_person = visits / np.maximum(population.sum(axis=0), 1)[..., None]
    admitted = (admission_chances(region) * acuity_shares(region)).sum(axis=-1)
    return np.einsum("ags,sa->ag", per_person, admitted)


@memoised
def stay_rates(region: Region) -> StayRates:
    """Expected first stays per person, split into those that begin in the ED and the others.

    The configured rates count transferred stays too, so first stays are fewer by those that follow them.
    ED admissions are given by ED use; which share of a subprogram's stays they make follows the configured
    `via_ed`, its odds scaled alike for all subprograms so that the sum meets the ED admissions. Direct stays
    are the rest: they top up to the admission rates.
    """
    units = units_of(region)
    rates = np.array([[region.inpatient.stays_per_1000[g][a] for g in GENDERS] for a in AGE_GROUPS]) / 1000
    first = rates[AGE_GROUP_OF][..., None] * _unit_shares(region, units) / (1 + _later_stays(region, units))
    configured = np.array([unit.stays.via_ed for unit in units])
    wanted = ed_admissions(region)[AGE_GROUP_OF][..., None]
    low, high = np.full(wanted.shape, -25.0), np.full(wanted.shape, 25.0)
    for _ in range(60):
        middle = (low + high) / 2
        reached = (first * _scaled_odds(configured, middle)).sum(axis=-1, keepdims=True)
        low, high = np.where(reached < wanted, middle, low), np.where(reached < wanted, high, middle)
    via_ed = first * _scaled_odds(configured, high)
    return StayRates(first, via_ed, first - via_ed)


def ed_unit_weights(rates: StayRates) -> Floats:
    """Weights of the units that ED admissions go to (age 0-104, gender, unit).

    Where no unit takes anybody of an age and gender through the ED, those of all their stays.
    """
    through_ed = rates.via_ed.sum(axis=-1, keepdims=True) > 0
    return np.where(through_ed, rates.via_ed, rates.all)


def ed_unit_shares(region: Region) -> Floats:
    """The share of each unit in the ED admissions (age 0-104, gender, unit), equal where none has a rate."""
    weights = ed_unit_weights(stay_rates(region))
    total = weights.sum(axis=-1, keepdims=True)
    return np.divide(weights, total, out=np.full_like(weights, 1 / weights.shape[-1]), where=total > 0)


class Admissions(NamedTuple):
    """First stays expected of some patients in the year, and how far chance scatters them."""

    by_ed: Floats
    """Through the ED (age 0-104 x gender, unit)."""
    direct: Floats
    """Directly (age 0-104 x gender, unit)."""
    ed_variance: Floats
    """Of all through the ED (age 0-104 x gender,)."""
    direct_variance: Floats
    """Of direct ones (age 0-104 x gender, unit)."""


def expected_admissions(region: Region, people: People) -> Admissions:
    """What the rates give these patients.

    Visits are Poisson given frailty, and frailty is gamma: the sum over a patient's visits of their chances
    of admission c has the variance E[visits] E[c^2] + (E[visits] E[c])^2 / frailty_shape. Admissions are
    taken at equal steps from these sums, and visits that are reconciled to totals scatter less. Direct stays
    are taken at equal steps through the patients, in proportion to frailty: part of them scatters less than
    Poisson counts of such rates.
    """
    shape = region.ed.frailty_shape
    group = np.clip(people.age, 0, OLDEST_AGE) * len(GENDERS) + people.gender
    groups = (OLDEST_AGE + 1) * len(GENDERS)
    chances, acuity = admission_chances(region), acuity_shares(region)
    visits = expected_visits(region, people)
    once, squared = (
        (visits * (power * acuity).sum(axis=-1).T[people.age_group]).sum(axis=1)
        for power in (chances, chances**2)
    )
    admitted = np.bincount(group, once, minlength=groups)
    ed_variance: Floats = np.bincount(group, squared + once**2 / shape, minlength=groups)  # type: ignore[assignment]
    split = ed_unit_shares(region).reshape(groups, -1)
    direct = stay_rates(region).direct.reshape(groups, -1)
    count = np.bincount(group, minlength=groups)[:, None]
    return Admissions(
        admitted[:, None] * split, count * direct, ed_variance, count * (direct + direct**2 / shape)
    )


def _scaled_odds(share: Floats, log_factor: Floats) -> Floats:
    factor = np.exp(log_factor)
    return share * factor / (1 - share + share * factor)


def takes(units: list[Unit]) -> Mask:
    """Which ages and genders each unit takes (age 0-104, gender, unit)."""
    age = np.arange(OLDEST_AGE + 1)[:, None]
    return np.stack(
        [
            (age >= unit.stays.first_age)
            & (age <= unit.stays.last_age)
            & np.array([gender in unit.stays.genders for gender in GENDERS])
            for unit in units
        ],
        axis=-1,
    )


def _unit_shares(region: Region, units: list[Unit]) -> Floats:
    """Share of each unit in the stays of an age and gender; those whom no unit takes have none."""
    mix = region.inpatient.program_mix_pct
    within = takes(units) * np.array([unit.stays.share for unit in units])
    program = np.array([unit.program_id for unit in units])
    same = program[:, None] == program
    total = within @ same
    within = np.divide(within, total, out=np.zeros_like(within), where=total > 0)
    by_program = np.array(
        [[[mix[g][a].get(u.program, 0.0) for u in units] for g in GENDERS] for a in AGE_GROUPS]
    )
    shares = by_program[AGE_GROUP_OF] * within
    sums = shares.sum(axis=-1, keepdims=True)
    return np.divide(shares, sums, out=np.zeros_like(shares), where=sums > 0)


def _later_stays(region: Region, units: list[Unit]) -> Floats:
    """Expected stays after the first of a spell, by transfer and return (units,), over the region's homes."""
    people = residents(region, region.run.start_year).sum(axis=(1, 2)).astype(float)
    at_home = people @ flow_shares(region)
    can_move = corridors(region, units).any(axis=-1)
    first_site = receiving_sites(region, units)
    moves = np.take_along_axis(can_move, first_site, axis=0)
    transfer = np.array([unit.transfer_share for unit in units])
    return transfer * (1 + region.inpatient.returned_share) * (at_home @ moves) / at_home.sum()
