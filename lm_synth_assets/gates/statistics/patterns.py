"""Gates on when people come, by who they are and where: each site, each area, each day.

The profiles of the whole region are the business of `arrivals`. A pattern of one site hardly moves them.
"""

from __future__ import annotations

import calendar
from typing import NamedTuple

import numpy as np

from lm_synth_assets.gates.counts import Counts
from lm_synth_assets.gates.evidence import Evidence, Sums, weighed
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.statistics.arrivals import HOURS
from lm_synth_assets.gates.views import Visits, days_of, visits_of
from lm_synth_assets.model.arrivals import (
    admission_rhythms,
    arrivals_by_hour,
    ed_rhythms,
    holiday_kinds,
)
from lm_synth_assets.model.calendar import HOUR, days_of_year, statutory_holidays
from lm_synth_assets.model.triage import ACUITIES
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    AGE_GROUPS,
    DIED,
    DISPOSITIONS,
    ED_SUBSERVICES,
    GENDERS,
    OLDEST_AGE,
)
from lm_synth_assets.simulation.arrivals import timetable

_WEEK = 7
_LARGEST_RESIDUAL = 4.0
"""Residuals are cut to this many standard deviations, so that no single day decides."""


class Arrivals(NamedTuple):
    """Arrivals of some groups of visits (groups, days, hours)."""

    labels: list[str]
    observed: Ints
    expected: Floats


def arrivals_by_group(tables: Tables, region: Region) -> Verdict:
    """Visits of each site, area, age group, gender, acuity and disposition come when they should."""
    visits = visits_of(tables, region)
    if not len(visits.row):
        return weighed([], "arrivals")
    sites, areas = list(region.sites), list(region.lhas)
    patient = visits.patient
    at_site = [f"{service} of {site}" for service in ED_SUBSERVICES for site in sites]
    # Only the last contact of a patient can be fatal, so deaths fall late in the year.
    disposition = np.where(visits.disposition == DISPOSITIONS.index(DIED), -1, visits.disposition)
    groups: list[tuple[str, list[str], Ints]] = [
        ("site", sites, visits.site),
        ("subservice of a site", at_site, visits.service * len(sites) + visits.site),
        ("area", areas, visits.people.lha[patient]),
        ("age group", list(AGE_GROUPS), visits.people.age_group[patient]),
        ("gender", list(GENDERS), visits.people.gender[patient]),
        ("acuity", [f"acuity {level}" for level in range(1, ACUITIES + 1)], visits.acuity),
        ("disposition", list(DISPOSITIONS), disposition),
    ]
    rhythms = _rhythms(visits, region)
    evidence: list[Evidence] = []
    for name, labels, group in groups:
        arrivals = _arrivals(visits, region, rhythms, labels, group)
        evidence += [*_profiles(name, arrivals, region), _clock(name, arrivals, region)]
        if name == "site":
            evidence.append(_alike(arrivals))
    return weighed(evidence, "arrivals")


def arrivals_by_day(tables: Tables, region: Region) -> Verdict:
    """Each holiday, and each other day, has as many visits as it should."""
    visits = visits_of(tables, region)
    if not len(visits.row):
        return weighed([], "arrivals")
    arrivals = _arrivals(visits, region, _rhythms(visits, region), list(ED_SUBSERVICES), visits.service)
    observed, expected = arrivals.observed.sum(axis=2), arrivals.expected.sum(axis=2)
    calendar_days = days_of_year(region.run.start_year)
    names, kinds = statutory_holidays(region.run.start_year), holiday_kinds(calendar_days)
    days = [f"{day:%d %B}{f' ({names[day]})' if day in names else ''}" for day in calendar_days]
    evidence: list[Evidence] = []
    for compared, column in (
        ("day", days),
        ("holiday", [day if kind else "other days" for day, kind in zip(days, kinds, strict=True)]),
        ("kind of holiday", [kind or "other days" for kind in kinds]),
    ):
        cells, of_day = np.unique(column, return_inverse=True)
        belongs = (of_day[:, None] == np.arange(len(cells))).astype(np.int64)
        counted, usual = observed @ belongs, expected @ belongs
        evidence += [
            Counts(f"arrivals by subservice and {compared}", ED_SUBSERVICES, list(cells), counted, usual),
            Counts(
                f"arrivals by {compared}",
                ("all",),
                list(cells),
                counted.sum(0, keepdims=True),
                usual.sum(0)[None],
            ),
        ]
    return weighed(evidence, "arrivals")


def _rhythms(visits: Visits, region: Region) -> Floats:
    """The chance that a visit follows each rhythm (visits, rhythms)."""
    usual = np.eye(len(region.rhythms))[ed_rhythms(region)]
    chances = usual[visits.service]
    admitted = np.flatnonzero(visits.disposition == DISPOSITIONS.index(ADMITTED))
    patient = visits.patient[admitted]
    age = np.clip(visits.people.age[patient], 0, OLDEST_AGE)
    of_unit = admission_rhythms(region)[age, visits.people.gender[patient]]
    chances[admitted] = of_unit + (1 - of_unit.sum(axis=1, keepdims=True)) * chances[admitted]
    return chances


def _arrivals(visits: Visits, region: Region, rhythms: Floats, labels: list[str], group: Ints) -> Arrivals:
    """Arrivals by group; visits outside the year, and of no group, are left out."""
    times, groups, sites = timetable(region), len(labels), len(region.sites)
    days = times.days.shape[-1]
    inside = (visits.day >= 0) & (visits.day < days) & (group >= 0) & (group < groups)
    where = group[inside] * sites + visits.site[inside]
    by_rhythm = np.array([np.bincount(where, part, groups * sites) for part in rhythms[inside].T], float)
    day_shares = np.diff(times.days, prepend=0.0)
    expected = arrivals_by_hour(region, by_rhythm.reshape(-1, groups, sites), day_shares)
    cell = (group[inside] * days + visits.day[inside]) * HOURS + visits.second[inside] // HOUR
    observed = np.bincount(cell, minlength=expected.size).reshape(expected.shape)
    return Arrivals(labels, observed, expected)


def _profiles(name: str, arrivals: Arrivals, region: Region) -> list[Evidence]:
    """A group's arrivals by hour, weekday, week and month."""
    days = days_of(region)
    hours = [f"hour {hour}" for hour in range(HOURS)]
    weeks = [f"week from {day:%d %B}" for day in days[::_WEEK]]
    observed, expected = arrivals.observed, arrivals.expected
    evidence: list[Evidence] = [
        Counts(f"arrivals by {name} and hour", arrivals.labels, hours, observed.sum(1), expected.sum(1))
    ]
    observed, expected = observed.sum(axis=2), expected.sum(axis=2)
    for part, cells, of_day in (
        ("weekday", list(calendar.day_name), days.dayofweek.to_numpy()),
        ("week", weeks, np.arange(len(days)) // _WEEK),
        ("month", list(calendar.month_name)[1:], days.month.to_numpy() - 1),
    ):
        belongs = (of_day[:, None] == np.arange(len(cells))).astype(float)
        counted = (observed @ belongs).astype(np.int64)
        evidence.append(
            Counts(f"arrivals by {name} and {part}", arrivals.labels, cells, counted, expected @ belongs)
        )
    return evidence


def _clock(name: str, arrivals: Arrivals, region: Region) -> Sums:
    """How far each group's clock is off, in summer and in winter: the score of a shift (C. R. Rao, 1948)."""
    summer = days_of(region).month.isin(range(4, 10))
    seasons = {"April to September": summer, "October to March": ~summer}
    labels = [f"{label}, {season}" for season in seasons for label in arrivals.labels]
    observed, expected = (
        np.concatenate([by_hour[:, season].sum(axis=1) for season in seasons.values()])
        for by_hour in (arrivals.observed, arrivals.expected)
    )
    slope = (np.roll(expected, 1, axis=1) - np.roll(expected, -1, axis=1)) / 2
    score = np.divide(slope, expected, out=np.zeros_like(slope), where=expected > 0)
    information = (score * slope).sum(axis=1)
    return Sums(
        f"minutes that the clock is off by {name}",
        labels,
        (score * (observed - expected)).sum(axis=1),
        information,
        np.abs(score).max(axis=1),
        60 / np.maximum(information, 1e-9),
    )


def _alike(arrivals: Arrivals) -> Sums:
    """Whether two sites have the same days: the sum over days of the product of both sites' residuals."""
    expected = arrivals.expected.sum(axis=2)
    root = np.sqrt(np.maximum(expected, 1e-9))
    residual = (arrivals.observed.sum(axis=2) - expected) / root
    residual = np.clip(np.where(expected > 0, residual, 0.0), -_LARGEST_RESIDUAL, _LARGEST_RESIDUAL)
    one, two = np.triu_indices(len(residual), 1)
    sums = (residual @ residual.T)[one, two]
    days = float(len(expected.T))
    names = [f"{arrivals.labels[a]} and {arrivals.labels[b]}" for a, b in zip(one, two, strict=True)]
    same = np.ones(len(sums))
    return Sums(
        "correlation of the days of two sites",
        names,
        sums,
        same * days,
        same * _LARGEST_RESIDUAL**2,
        same / days,
    )
