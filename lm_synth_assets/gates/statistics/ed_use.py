"""Gates on who uses the ED: children and adults, and how much people differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import sampling_margin, within
from lm_synth_assets.gates.counts import Counts
from lm_synth_assets.gates.evidence import Evidence, Sums, weighed
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.limits import FEW_VISITS
from lm_synth_assets.gates.views import Visits, visits_of
from lm_synth_assets.model.frailty import recover_frailty, repeat_visits, share_with, strata_of
from lm_synth_assets.model.visits import expected_visits, pediatric_share
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import (
    AGE_GROUPS,
    ED_SUBSERVICES,
    FREQUENT_VISITS,
    FROM_AGE,
    GENDERS,
    OLDEST_AGE,
    PEDIATRIC_ED,
    UNDER_AGE,
)

_RATE_PARTS = 10


def children_go_to_pediatric_ed(tables: Tables, region: Region) -> Verdict:
    """Of the visits of children, at least the configured share is to Pediatric ED, if the region has one."""
    share, slack = region.gates.pediatric_under_15_pct, region.gates.volume_least_visits
    of_age = _of_ages(visits_of(tables, region), 0, UNDER_AGE - 1)
    implied = pediatric_share(region, 0, UNDER_AGE - 1)
    if not implied:
        return Verdict(True, "no Pediatric ED in the rates", f"{of_age.pediatric:,} of {of_age.all:,} visits")
    # Where the share of a few visits is at stake, whole visits decide.
    least = of_age.all * share / 100 - (slack if of_age.all < FEW_VISITS else 0)
    expected = max(implied, share / 100)
    by_chance = of_age.all * expected - _margin(of_age, expected, region)
    return Verdict(
        of_age.pediatric >= min(least, by_chance),
        f"at least {share:g}% of the visits under {UNDER_AGE}",
        f"{of_age.percent:.1f}% of {of_age.all:,}",
        numbers={"observed": of_age.percent, "threshold": share},
    )


def adults_stay_out_of_pediatric_ed(tables: Tables, region: Region) -> Verdict:
    """Of the visits of adults, hardly any is to Pediatric ED."""
    share, slack = region.gates.pediatric_from_25_pct, region.gates.volume_least_visits
    of_age = _of_ages(visits_of(tables, region), FROM_AGE, OLDEST_AGE)
    expected = min(pediatric_share(region, FROM_AGE, OLDEST_AGE), share / 100)
    by_chance = of_age.all * expected + _margin(of_age, expected, region)
    return Verdict(
        of_age.pediatric <= max(of_age.all * share / 100, slack, by_chance),
        f"at most {share:g}% of the visits from {FROM_AGE}",
        f"{of_age.percent:.2f}% of {of_age.all:,}",
        numbers={"observed": of_age.percent, "threshold": share},
    )


class _VisitsOfAges(NamedTuple):
    """ED visits of patients of some ages at the reference date."""

    pediatric: int
    """Those to Pediatric ED."""
    all: int
    clustered: float
    """All, each counted as often as its patient comes: visits of one patient are of the same age."""

    @property
    def percent(self) -> float:
        return 100 * self.pediatric / max(self.all, 1)


def _of_ages(visits: Visits, first_age: int, last_age: int) -> _VisitsOfAges:
    age = visits.people.age[visits.patient]
    of_age = (age >= first_age) & (age <= last_age)
    pediatric = visits.service[of_age] == ED_SUBSERVICES.index(PEDIATRIC_ED)
    clustered = visits.per_patient[visits.patient[of_age]].sum()
    return _VisitsOfAges(int(pediatric.sum()), int(of_age.sum()), float(clustered))


def _margin(of_age: _VisitsOfAges, share: float, region: Region) -> float:
    """How many visits chance may be off a share of Pediatric ED at some ages."""
    return float(sampling_margin(np.array(of_age.clustered * share * (1 - share)), region))


def visits_per_person(tables: Tables, region: Region) -> Verdict:
    """ED use differs between patients as gamma frailty implies: a few come often, most never."""
    visits = visits_of(tables, region)
    counts, shape = visits.per_patient, region.ed.frailty_shape
    total, size = _by_stratum(visits, region)
    repeats, variance = repeat_visits(total, size, shape)
    fewer = [share_with(number, total, size, shape) for number in range(FREQUENT_VISITS)]
    frequent = 1 - np.minimum(np.sum(fewer, axis=0), 1.0)
    everybody, mean = max(counts.sum(), 1), counts.sum() / max(len(counts), 1)
    compared = pd.DataFrame(
        {
            "figure": ["variance / mean", f"patients with {FREQUENT_VISITS} or more visits"],
            "expected": [1 + repeats.sum() / everybody - mean, (size * frequent).sum()],
            "observed": [
                1 + (counts * (counts - 1)).sum() / everybody - mean,
                (counts >= FREQUENT_VISITS).sum(),
            ],
        }
    )
    by_chance = [
        region.gates.standard_errors * np.sqrt(variance.sum()) / everybody,
        # A patient with many visits leaves fewer to the others, so counts vary less than independent ones.
        sampling_margin((size * frequent * (1 - frequent)).sum(), region),
    ]
    stated = compared["expected"].to_numpy(float) * region.gates.dispersion_tolerance_pct / 100
    return within(compared, np.maximum(stated, by_chance), "(variance / mean, or patients with many visits)")


def visits_follow_rates(tables: Tables, region: Region) -> Verdict:
    """Visits fall on ages, genders and patients as their rates have it."""
    visits = visits_of(tables, region)
    people = visits.people
    if not len(visits.row):
        return weighed([], "visits")
    base = expected_visits(region, people)
    weight = base * recover_frailty(base, tables["patients"]["expected_ed_rate"].to_numpy(float))[:, None]
    where = visits.patient * len(ED_SUBSERVICES) + visits.service
    counts = np.bincount(where, minlength=base.size).reshape(base.shape)
    group = people.age_group * len(GENDERS) + people.gender
    groups = len(AGE_GROUPS) * len(GENDERS)
    evidence: list[Evidence] = []
    if region.ed.volume_control == "free":
        expected, fixed = weight, False
    else:
        # The visits of an area and home facility are split at equal steps over age groups and genders, then
        # shared out one by one in proportion to the patients' rates.
        block = people.lha * len(region.sites) + people.home
        evidence.append(_at_equal_steps(base, counts, block, group, groups))
        expected, fixed = _shared_out(weight, counts, block * groups + group), True
    rate = weight.sum(axis=1)
    part = np.minimum(np.argsort(np.argsort(rate, kind="stable")) * _RATE_PARTS // len(rate), _RATE_PARTS - 1)
    parts = [f"{part + 1} of {_RATE_PARTS}, lowest first" for part in range(_RATE_PARTS)]
    ages = [f"{age} years" for age in range(OLDEST_AGE + 1)]
    cells = [f"{age}, {gender}" for age in AGE_GROUPS for gender in GENDERS]
    for by, labels, of_patient in (
        ("expected ED rate", parts, part),
        ("age", ages, np.clip(people.age, 0, OLDEST_AGE)),
        ("age group and gender", cells, group),
    ):
        observed = np.array([np.bincount(of_patient, column, len(labels)) for column in counts.T], np.int64)
        wanted = np.array([np.bincount(of_patient, column, len(labels)) for column in expected.T])
        name = f"visits by subservice and {by}"
        evidence.append(Counts(name, ED_SUBSERVICES, labels, observed, wanted, fixed))
    return weighed(evidence, "visits")


def _at_equal_steps(base: Floats, counts: Ints, block: Ints, group: Ints, groups: int) -> Sums:
    """Visits by age group and gender, less what is expected of those of each block, at equal steps: a count
    is the whole number below or above its expectation.
    """
    shape = int(block.max()) + 1, groups
    cell, services = block * groups + group, len(ED_SUBSERVICES)
    sums, variance = np.zeros((services, groups)), np.zeros((services, groups))
    for service in range(services):
        share, observed = (
            np.bincount(cell, table[:, service], shape[0] * groups).reshape(shape) for table in (base, counts)
        )
        total = share.sum(axis=1, keepdims=True)
        share = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        expected = observed.sum(axis=1, keepdims=True) * share
        sums[service] = (observed - expected).sum(axis=0)
        variance[service] = (expected % 1 * (1 - expected % 1)).sum(axis=0)
    labels = [
        f"{service}, {age}, {gender}"
        for service in ED_SUBSERVICES
        for age in AGE_GROUPS
        for gender in GENDERS
    ]
    one = np.ones(sums.size)
    name = "surplus visits by subservice, age group and gender"
    return Sums(name, labels, sums.ravel(), variance.ravel(), one, one)


def _shared_out(weight: Floats, counts: Ints, stratum: Ints) -> Floats:
    """The visits expected of each patient, given those of their stratum (patients, ED subservices)."""
    expected = np.zeros_like(weight)
    for service in range(weight.shape[1]):
        total, visits = (np.bincount(stratum, table[:, service]) for table in (weight, counts))
        each = np.divide(visits, total, out=np.zeros_like(total), where=total > 0)
        expected[:, service] = weight[:, service] * each[stratum]
    return expected


def _by_stratum(visits: Visits, region: Region) -> tuple[Floats, Floats]:
    """Visits and patients of each stratum inside which everybody has the same rates (strata,)."""
    stratum = strata_of(visits.people, region)
    return np.bincount(stratum, visits.per_patient).astype(float), np.bincount(stratum).astype(float)
