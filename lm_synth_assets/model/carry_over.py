"""The stays under way when the start year begins: how many are expected, and since when they have lasted.

A year before the start year is thought of whose stays begin at any moment alike; those that have not ended
are under way. Long stays are more often among them, each in proportion to its length.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from lm_synth_assets.model.admissions import AGE_GROUP_OF, stay_rates
from lm_synth_assets.model.calendar import DAY
from lm_synth_assets.model.flows import receiving_sites
from lm_synth_assets.model.lengths import (
    CROWDED_DAYS,
    acute_median_days,
    alc_chances,
    lognormal_length,
    parts_of_cap,
)
from lm_synth_assets.model.people import People
from lm_synth_assets.model.spans import Span, acute_sigma, acute_span, alc_span
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, GENDERS, OLDEST_AGE

_LENGTHS, _PARTS = 256, 32
"""Points of the grids over all lengths of stays without ALC, and over each part of those with ALC."""

_MONTH, _YEAR = 28, 364
"""Days. Infants count by months of age, since a stay is no older than the patient."""

_LONG_BORN = 1_000
"""Days of age from which a patient can have had any stay of the year before."""


def seconds_before(region: Region) -> int:
    """The length of the year before the start year, in seconds."""
    year = region.run.start_year
    return (date(year, 1, 1) - date(year - 1, 1, 1)).days * DAY


def elapsed_range(region: Region, length: Floats | Ints, crowded: Mask, days_old: Ints) -> tuple[Ints, Ints]:
    """The least and the most time that a stay under way can have lasted on 1 January, in whole seconds.

    `length` is that of the stay in seconds, `days_old` the age of its patient (any shapes that go together).
    The stay began in the year before, not before its patient was born, and ends in the start year; patients
    who are `crowded`, with contacts in the year, leave by the middle of May (half of CROWDED_DAYS), so that
    these fit in what is left of it. Where the least is above the most, no stay of that length is under way.
    """
    least = np.where(crowded, np.maximum(length - CROWDED_DAYS // 2 * DAY + 1, 1), 1)
    most = np.minimum(np.minimum(length, seconds_before(region)) - 1, (days_old - 1) * DAY)
    return least.astype(np.int64), most.astype(np.int64)


def share_under_way(region: Region, length: Floats | Ints, crowded: Mask, days_old: Ints) -> Floats:
    """P(under way on 1 January) of a stay that begins in the year before, arguments as in `elapsed_range`."""
    least, most = elapsed_range(region, length, crowded, days_old)
    return np.maximum(most - least + 1, 0) / (seconds_before(region) - 1)


class LengthGrid(NamedTuple):
    """Equally likely lengths of the parts of a stay, in days: acute ones without and with ALC (units, age
    groups, points), and ALC ones (points,).
    """

    acute: Floats
    acute_before_alc: Floats
    alc: Floats


def length_grid(region: Region) -> LengthGrid:
    """The grid of all lengths that a stay in the year before can have."""
    units, inpatient = units_of(region), region.inpatient
    median, sigma = acute_median_days(region, units)[..., None], acute_sigma(units)[:, None, None]
    cap = np.array(inpatient.los_cap_days)
    longest_acute, longest_alc = parts_of_cap(cap)
    points = (np.arange(_PARTS) + 0.5) / _PARTS
    all_points = (np.arange(_LENGTHS) + 0.5) / _LENGTHS
    waits = np.full(_PARTS, inpatient.alc.median_days), np.full(_PARTS, inpatient.alc.sigma)
    return LengthGrid(
        np.maximum(lognormal_length(all_points, median, sigma, cap), inpatient.los_floor_days),
        np.maximum(lognormal_length(points, median, sigma, longest_acute), inpatient.alc.least_acute_days),
        np.maximum(lognormal_length(points, *waits, longest_alc), inpatient.alc.least_days),
    )


class UnderWay(NamedTuple):
    """Stays expected to be under way on 1 January."""

    by_place: Floats
    """(sites, units), by the site of the stay."""
    via_ed: float
    with_alc: float


def expected_under_way(region: Region, people: People, frailty: Floats, crowded: Mask) -> UnderWay:
    """What rates and lengths give these patients, whose `frailty` is levelled (patients,).

    `crowded` marks those with contacts in the year (patients,). Of several stays of a patient one counts.
    """
    units, rates = units_of(region), stay_rates(region)
    births = np.array([unit.has_births for unit in units])
    shape = (OLDEST_AGE + 1, len(GENDERS), 2, _YEAR // _MONTH + 1)
    month = np.clip(people.days_old, 0, _YEAR) // _MONTH
    cells = np.clip(people.age, 0, OLDEST_AGE), people.gender, crowded.astype(np.int64), month
    kinds, kind = np.unique(np.ravel_multi_index(cells, shape), return_inverse=True)
    age, gender, full, month = np.unravel_index(kinds, shape)
    rate = rates.all[age, gender]
    kept = _shares_under_way(region)[np.array(AGE_GROUP_OF)[age], full, month]

    # Stays of a patient are whole numbers next to what is expected, and each is under way by its chance.
    yearly = np.where(births, 0.0, rate).sum(axis=1)
    under_way = (np.where(births, 0.0, rate) * kept.sum(axis=-1)).sum(axis=1)
    chance = np.divide(under_way, yearly, out=np.zeros_like(yearly), where=yearly > 0)
    stays = yearly[kind] * frailty
    whole = np.floor(stays)
    none = (1 - chance[kind]) ** whole * (1 - (stays - whole) * chance[kind])
    expected = under_way[kind] * frailty
    counting = frailty * np.divide(1 - none, expected, out=np.ones_like(stays), where=expected > 0)

    home = kind * len(region.sites) + people.home
    size = len(kinds), len(region.sites)
    often, once = (
        np.bincount(home, weights, minlength=size[0] * size[1]).reshape(size)
        for weights in (counting, np.ones(len(people)))
    )
    by_home = often[..., None] * np.where(births, 0.0, rate)[:, None]
    by_home = by_home + once[..., None] * np.where(births, rate, 0.0)[:, None]
    by_ed = np.divide(rates.via_ed, rates.all, out=np.zeros_like(rates.all), where=rates.all > 0)[age, gender]
    of_home = (by_home * kept.sum(axis=-1)[:, None]).sum(axis=0)
    by_place = np.zeros_like(of_home)
    np.add.at(by_place, (receiving_sites(region, units), np.arange(len(units))), of_home)
    return UnderWay(
        by_place,
        via_ed=float((by_home.sum(axis=1) * kept.sum(axis=-1) * by_ed).sum()),
        with_alc=float((by_home.sum(axis=1) * kept[..., 1]).sum()),
    )


def _shares_under_way(region: Region) -> Floats:
    """P(under way) of a stay (age groups, crowded or not, months of age, units, without or with ALC)."""
    units, grid = units_of(region), length_grid(region)
    chance = alc_chances(region, units).T
    both = (grid.acute_before_alc[..., None] + grid.alc).reshape(*grid.acute.shape[:2], -1)
    months = _YEAR // _MONTH + 1
    shares = np.zeros((len(AGE_GROUPS), 2, months, len(units), 2))
    for alc, (lengths, weight) in enumerate(((grid.acute, 1 - chance), (both, chance))):
        seconds = lengths.swapaxes(0, 1) * DAY
        for full in (False, True):
            crowded = np.array(full)
            of_adults = share_under_way(region, seconds, crowded, np.array(_LONG_BORN)).mean(axis=-1)
            shares[:, int(full), :, :, alc] = (of_adults * weight)[:, None]
            for month in range(months - 1):
                born = np.array(month * _MONTH + _MONTH // 2)
                of_infants = share_under_way(region, seconds[0], crowded, born).mean(axis=-1)
                shares[0, int(full), month, :, alc] = of_infants * weight[0]
    return shares


def parts_under_way(
    region: Region, unit: Ints, age_group: Ints, acute: Floats, alc: Floats, crowded: Mask, days_old: Ints
) -> tuple[Span, Span]:
    """The spans of the acute days and of the ALC days of stays under way (stays,), each given the other.

    `acute` and `alc` are in days, `alc` is 0 without ALC. Of all stays of the year before, one is under way
    in proportion to `share_under_way`.
    """
    units, inpatient = units_of(region), region.inpatient
    cap = np.full(len(acute), inpatient.los_cap_days)
    longest_acute, longest_alc = parts_of_cap(cap)
    median, sigma = acute_median_days(region, units)[unit, age_group], acute_sigma(units)[unit]
    share = (np.arange(_LENGTHS) + 0.5) / _LENGTHS
    acute_grid = lognormal_length(
        share, median[:, None], sigma[:, None], np.where(alc > 0, longest_acute, cap)[:, None]
    )
    least = np.where(alc > 0, inpatient.alc.least_acute_days, inpatient.los_floor_days)
    acute_grid = np.maximum(acute_grid, least[:, None])
    wait = np.array(inpatient.alc.median_days), np.array(inpatient.alc.sigma)
    alc_grid = np.maximum(lognormal_length(share, *wait, longest_alc[:, None]), inpatient.alc.least_days)

    def under_way(span: Span, days: Floats) -> Span:
        """A span among all stays as one among those under way, given the days of stays by share of all."""
        weight = share_under_way(region, days * DAY, crowded[:, None], days_old[:, None])
        reached = np.cumsum(weight, axis=1)
        return Span(*(_share_reached(part, weight, reached) for part in span))

    return (
        under_way(acute_span(region, units, acute, unit, age_group, alc, cap), acute_grid + alc[:, None]),
        under_way(alc_span(region, alc, cap), alc_grid + acute[:, None]),
    )


def _share_reached(share: Floats, weight: Floats, reached: Floats) -> Floats:
    """The share of each row's weight (rows, points) that lies below a share of its points (rows,)."""
    points = weight.shape[1]
    point = np.minimum((share * points).astype(np.int64), points - 1)[:, None]
    rest = (share * points)[:, None] - point
    below = np.take_along_axis(reached, point, 1) - (1 - rest) * np.take_along_axis(weight, point, 1)
    total = reached[:, -1:]
    return np.divide(below, total, out=share[:, None].copy(), where=total > 0)[:, 0]
