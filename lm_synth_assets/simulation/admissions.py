"""Patients admitted directly, and their units: drawn from the expected rates, in proportion to frailty."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.model.admissions import StayRates, ed_unit_weights
from lm_synth_assets.model.people import People
from lm_synth_assets.model.proportions import cumulative
from lm_synth_assets.model.units import Unit
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import GENDERS
from lm_synth_assets.simulation.apportion import draw_rows, stratified_uniforms, systematic
from lm_synth_assets.simulation.streams import Generator


def admitted(
    rates: Floats, units: list[Unit], people: People, frailty: Floats, rng: Generator
) -> tuple[Ints, Ints]:
    """Patients and units (spells,) of spells at these rates per year (age 0-104, gender, unit).

    Births do not depend on frailty.
    """
    group = _age_and_gender(people)
    births = np.array([unit.has_births for unit in units])
    patients, drawn = [], []
    for part, weight in ((births, np.ones(len(people))), (~births, frailty)):
        per_group = (rates * part).reshape(-1, len(units))
        counts = systematic(per_group.sum(axis=1)[group] * weight, rng)
        patient = np.repeat(np.arange(len(people)), counts)
        patients.append(patient)
        drawn.append(_units_by_group(per_group, group[patient], rng))
    return np.concatenate(patients), np.concatenate(drawn)


def ed_units(rates: StayRates, people: People, patient: Ints, rng: Generator) -> Ints:
    """The unit of each ED admission of these patients (admissions,)."""
    weights = ed_unit_weights(rates).reshape(-1, rates.all.shape[-1])
    return _units_by_group(weights, _age_and_gender(people)[patient], rng)


def _age_and_gender(people: People) -> Ints:
    return people.age * len(GENDERS) + people.gender


def _units_by_group(weights: Floats, group: Ints, rng: Generator) -> Ints:
    """A unit for each entry of `group` (spells,), by the weights of that group (groups, units)."""
    sums = weights.sum(axis=1, keepdims=True)
    chances = cumulative(np.where(sums > 0, weights, 1.0))
    return draw_rows(chances, group, stratified_uniforms(group, rng))
