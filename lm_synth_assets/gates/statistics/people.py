"""Gates on the patients: age, area, home facility, expected ED use, and that no patient stands out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.special as sc

from lm_synth_assets.gates.comparing import distance, distances, within
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.limits import FREE_DRAW
from lm_synth_assets.gates.views import frailty_share, people_in
from lm_synth_assets.model.flows import flow_shares
from lm_synth_assets.model.people import CELL_COLUMNS
from lm_synth_assets.model.rates import LEAST_RATE
from lm_synth_assets.model.visits import expected_visits
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import (
    AGE_BANDS,
    AGE_GROUPS,
    ED_SUBSERVICES,
    GENDERS,
    PEDIATRIC_ED,
)

_HALF_A_WEIGHT = 0.00005


def marginals(tables: Tables, region: Region) -> Verdict:
    """Patients are distributed over LHA x age group x gender as residents are."""
    gates, patients = region.gates, tables["patients"]
    residents = tables["population_projection"].query("year == @region.run.start_year")
    share = residents.set_index(CELL_COLUMNS)["population"] / residents["population"].sum()
    compared = (share * region.run.patients).rename("expected").to_frame()
    compared["observed"] = (
        patients.groupby(CELL_COLUMNS, observed=True).size().reindex(compared.index, fill_value=0)
    )
    tolerance = compared["expected"] * gates.marginal_tolerance_pct / 100
    tolerance = tolerance.clip(lower=gates.marginal_least_persons)
    verdict = within(compared.reset_index(), tolerance.to_numpy(), "patients")
    if len(patients) == region.run.patients:
        return verdict
    return Verdict(
        False,
        f"{region.run.patients:,} patients",
        f"{len(patients):,} patients",
        offending=verdict.offending,
    )


def cross_lha_care(tables: Tables, region: Region) -> Verdict:
    """The share of patients whose home facility is not their area's default site is as configured."""
    patients = tables["patients"]
    default = patients["lha_id"].map(tables["dim_lha"].set_index("lha_id")["default_site_id"])
    away = int((patients["facility_home_id"] != default).sum())
    low, high = region.gates.cross_lha_pct
    share = 100 * away / max(len(patients), 1)
    # A handful of patients cannot be split to the percent.
    slack = 100 * len(region.lhas) / 2 / max(len(patients), 1)
    return Verdict(
        low - slack <= share <= high + slack,
        f"{low:g}-{high:g}%",
        f"{share:.2f}%",
        numbers={"observed": share},
    )


def home_facilities(tables: Tables, region: Region) -> Verdict:
    """Home facilities follow the configured flows from each LHA."""
    people = people_in(tables, region)
    shares = flow_shares(region)
    flows = np.ravel_multi_index((people.lha, people.home), shares.shape)
    observed = np.bincount(flows, minlength=shares.size).reshape(shares.shape)
    expected = observed.sum(axis=1, keepdims=True) * shares
    lha, site = np.nonzero((shares > 0) | (observed > 0))
    compared = pd.DataFrame(
        {
            "lha_id": lha + 1,
            "facility_home_id": site + 1,
            "expected": expected[lha, site],
            "observed": observed[lha, site],
        }
    )
    # The patients who leave an area, and their destinations, are rounded one after the other:
    # each may be off by that much.
    least = np.where(compared["expected"] > 0, 2 * region.gates.marginal_least_persons, 0.0)
    percent = region.gates.marginal_tolerance_pct / 100
    return within(compared, np.maximum(compared["expected"].to_numpy() * percent, least), "patients")


def sampling_weights_sum(tables: Tables, region: Region) -> Verdict:
    """All patients have the same weight, and the weights add up to the residents."""
    projected = tables["population_projection"]
    residents = int(projected.loc[projected["year"] == region.run.start_year, "population"].sum())
    patients = tables["patients"]
    off = (patients["sampling_weight"] - residents / max(len(patients), 1)).abs()
    wrong = patients[off > _HALF_A_WEIGHT * (1 + 1e-6)]
    return Verdict(
        wrong.empty and (len(patients) > 0 or residents == 0),
        f"{residents:,} residents",
        f"{patients['sampling_weight'].sum():,.1f}, {len(wrong):,} patients with another weight",
        offending=wrong,
    )


def expected_rates_reconcile(tables: Tables, region: Region) -> Verdict:
    """Expected ED rates of patients agree with the rates of their LHA, age group and gender."""
    cells = _rates_by_cell(tables, region)
    areas, groups = cells.sum(axis=(2, 3)).T, cells.sum(axis=1).reshape(len(cells), -1).T
    persons, expected, observed, variance = np.vstack([areas.sum(axis=0), areas, groups]).T
    limit = np.maximum(
        expected * region.gates.expected_rate_tolerance_pct / 100, _gamma_chance(expected, variance, region)
    )
    # A rate that is too small to be stored is stored as the least that can be.
    limit += persons * LEAST_RATE * (expected > 0)
    names = ["everybody", *region.lhas, *(f"{age} {gender}" for age in AGE_GROUPS for gender in GENDERS)]
    compared = pd.DataFrame({"patients": names, "persons": persons})
    persons = np.maximum(persons, 1.0)
    compared["expected"], compared["observed"] = expected / persons, observed / persons
    return within(compared, limit / persons, "visits a person")


def _rates_by_cell(tables: Tables, region: Region) -> Floats:
    """Persons, and of their expected rates the expectation, the observed sum, and the variance of that sum
    (4, LHA, age group, gender).

    A patient's rate is their expected visits b times a frailty that is gamma with mean 1 and shape k, so
    that its variance is b^2 / k.
    """
    patients = tables["patients"]
    people = people_in(tables, region)
    shape = (len(region.lhas), len(AGE_GROUPS), len(GENDERS))

    def by_cell(values: Floats) -> Floats:
        sums: Floats = np.bincount(people.cell, values, minlength=int(np.prod(shape)))  # type: ignore[assignment]
        return sums.reshape(shape)

    every = pd.MultiIndex.from_product([range(1, shape[0] + 1), AGE_GROUPS, GENDERS, ED_SUBSERVICES])
    stored = (
        tables["ed_baseline_rates"].set_index([*CELL_COLUMNS, "ed_subservice"])["baserate_per_1000"] / 1000
    )
    rates = stored.reindex(every).fillna(0.0).to_numpy().reshape(*shape, -1)
    # Nobody comes to Pediatric ED from a cell in which nobody is young enough.
    limit = region.ed.pediatric_last_age
    cut = np.array([band.first_age <= limit < band.last_age for band in AGE_BANDS])[:, None]
    nobody = cut & (by_cell((people.age <= limit).astype(float)) == 0)
    rates[..., ED_SUBSERVICES.index(PEDIATRIC_ED)][nobody] = 0.0
    persons = by_cell(np.ones(len(people)))
    base = expected_visits(region, people).sum(axis=1)
    observed = by_cell(patients["expected_ed_rate"].to_numpy())
    return np.stack(
        [persons, persons * rates.sum(axis=-1), observed, by_cell(base**2) / region.ed.frailty_shape]
    )


def _gamma_chance(expected: Floats, variance: Floats, region: Region) -> Floats:
    """How far sums of gamma numbers, of these expectations and variances, lie above by chance at most.

    The sum is close to a gamma of the same two moments, which at a handful of people is far from normal.
    Source: B. L. Welch, Biometrika 34 (1947); F. E. Satterthwaite, Biometrics Bulletin 2 (1946).
    """
    some = (expected > 0) & (variance > 0)
    mean, spread = np.where(some, expected, 1.0), np.where(some, variance, 1.0)
    beyond = sc.ndtr(-region.gates.standard_errors)
    highest = sc.gammainccinv(mean**2 / spread, beyond) * spread / mean
    return np.where(some, highest - mean, 0.0)


def age_shape(tables: Tables, region: Region) -> Verdict:
    """Ages are spread evenly within age groups, with the configured decline in the oldest."""
    # Without replacement, where nobody may have a double, distances only come down: the oldest group, whose
    # ages that would even out, takes but a small part of its days before others have none left.
    people = people_in(tables, region)
    today = np.datetime64(people.reference_date)
    rows = []
    for index, band in enumerate(AGE_BANDS):
        years = (region.run.start_year - age for age in (band.first_age, band.last_age + 1))
        first, last = ((today - np.datetime64(f"{year}-01-01")).astype(int) for year in years)
        # Nobody is born on the reference date.
        first = max(first, 1)
        passed = (people.days_old[people.age_group == index] - first + 0.5) / (last - first)
        decline = region.population.oldest_decline if band.label == AGE_GROUPS[-1] else 0.0
        if decline:
            power = np.log1p(-decline) * (last - first) / 365.25
            passed = np.expm1(power * passed) / np.expm1(power)
        rows.append((band.label, len(passed), distance(passed)))
    return distances(rows, region.gates.ks_threshold, FREE_DRAW, "age group")


def expected_rate_shape(tables: Tables, region: Region) -> Verdict:
    """Expected ED rates differ between patients as gamma frailty implies."""
    age_group, share = people_in(tables, region).age_group, frailty_share(tables, region)
    rows = []
    for index, group in enumerate(AGE_GROUPS):
        in_group = share[(age_group == index) & (share >= 0)]
        rows.append((group, len(in_group), distance(in_group)))
    return distances(rows, region.gates.ks_threshold, FREE_DRAW, "age group")
