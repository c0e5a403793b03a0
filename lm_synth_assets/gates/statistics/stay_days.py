"""Gates on the days of stays: the acute part, whatever its site and route, and the ALC days after it."""

from __future__ import annotations

import calendar

import numpy as np

from lm_synth_assets.gates.distributions import Grouping, Quantity, distributed
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import days_of, stays_of, stays_of_the_year
from lm_synth_assets.model.calendar import DAY
from lm_synth_assets.model.spans import acute_span, alc_span
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints
from lm_synth_assets.schema.vocabulary import ADMIT_ROUTES, AGE_GROUPS, GENDERS


def los_shape(tables: Tables, region: Region) -> Verdict:
    """The acute parts of stays last as configured for unit and age, whatever else is known of them."""
    stays, units = stays_of(tables, region), units_of(region)
    which = np.flatnonzero(stays.of_the_year)
    unit, alc, admitted = stays.unit[which], stays.alc[which], stays.admitted[which]
    mix = stays_of_the_year(tables, region).mix
    span = acute_span(region, units, stays.los[which] - alc, unit, mix.age_group, alc, mix.cap)
    month = days_of(region).month.to_numpy().take(admitted // DAY, mode="clip") - 1
    groupings = [
        Grouping([unit.name for unit in units], unit, stratified=True),
        *_groupings(tables, region, which),
        Grouping(list(calendar.month_name)[1:], month),
    ]
    return distributed([Quantity("acute days", span, groupings)], "stays")


def alc_days(tables: Tables, region: Region) -> Verdict:
    """ALC days are distributed as configured, in all and whatever is known of their stays."""
    stays = stays_of(tables, region)
    cap = stays_of_the_year(tables, region).mix.cap[stays.alc[stays.of_the_year] > 0]
    which = np.flatnonzero(stays.of_the_year & (stays.alc > 0))
    programs = list(region.programs)
    program = np.array([programs.index(unit.program) for unit in units_of(region)])[stays.unit[which]]
    span = alc_span(region, stays.alc[which], cap)
    groupings = [
        Grouping(["all"], np.zeros(len(which), dtype=np.int64), stratified=True),
        Grouping(programs, program),
        *_groupings(tables, region, which),
    ]
    return distributed([Quantity("ALC days", span, groupings)], "ALC stays")


def _groupings(tables: Tables, region: Region, which: Ints) -> list[Grouping]:
    """What is known of these stays, and says nothing of their length once unit and age are known."""
    stays = stays_of(tables, region)
    patient = stays.patient[which]
    return [
        Grouping(list(region.sites), stays.site[which]),
        Grouping([f"route {route}" for route in ADMIT_ROUTES], stays.route[which]),
        Grouping(AGE_GROUPS, stays.people.age_group[patient]),
        Grouping(GENDERS, stays.people.gender[patient]),
    ]
