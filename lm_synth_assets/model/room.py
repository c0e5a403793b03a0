"""Whether the contacts of a year fit into it: the days of care that the busiest patients need.

No two contacts of a patient overlap, so rates that give somebody more than a year of care have no data set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.special as sc

from lm_synth_assets.model.admissions import AGE_GROUP_OF, ed_unit_shares, stay_rates
from lm_synth_assets.model.lengths import (
    CROWDED_DAYS,
    acute_median_days,
    alc_chances,
    lognormal_mean,
    parts_of_cap,
)
from lm_synth_assets.model.rates import visits_per_1000
from lm_synth_assets.model.sample import sample_sizes
from lm_synth_assets.model.triage import acuity_shares, admission_chances
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.emergency import Lognormal
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES

_HOURS = 24


class Load(NamedTuple):
    """Days of care that the busiest patient of each cell expects in the year (LHA, age group, gender)."""

    visits: Floats
    """In ED visits and the stays that these begin, by ED subservice."""
    stays: Floats
    """In direct stays."""

    @property
    def days(self) -> Floats:
        """In all of them (LHA, age group, gender)."""
        return self.visits.sum(axis=-1) + self.stays


def heaviest_load(region: Region) -> Load:
    """The load of a patient of each cell who has the highest frailty of all of that age group and gender.

    That is the gamma quantile that one of them is expected to exceed. 0 where the cell has no patient.
    Raises CapacityError as `sample_sizes` does.
    """
    patients, shape = sample_sizes(region), region.ed.frailty_shape
    highest = sc.gammaincinv(shape, 1 - 1 / np.maximum(patients.sum(axis=0), 2)) / shape
    frailty = highest * (patients > 0)
    visits = visits_per_1000(region) / 1000 * frailty[..., None]
    admitted = (admission_chances(region) * acuity_shares(region)).sum(axis=-1).T[:, None]
    age_group = np.array(AGE_GROUP_OF)
    split, direct = (
        np.array([by_age[age_group == group].mean(axis=0) for group in range(len(AGE_GROUPS))])
        for by_age in (ed_unit_shares(region), stay_rates(region).direct)
    )
    direct = direct * frailty[..., None]
    stays = (visits * admitted).sum(axis=-1) + direct.sum(axis=-1)
    length = _mean_days(region, stays) + region.ed.gap_hours / _HOURS
    left, boarded = _visit_days(region)
    of_admission = boarded + (split * length).sum(axis=-1)[..., None]
    return Load(visits * ((1 - admitted) * left + admitted * of_admission), (direct * length).sum(axis=-1))


def _mean_days(region: Region, stays: Floats) -> Floats:
    """Mean length of the stays of a patient who has so many (LHA, age group, gender), by unit, in days."""
    units, inpatient = units_of(region), region.inpatient
    shared = np.maximum(CROWDED_DAYS / np.maximum(stays, 1), 3 * inpatient.alc.threshold_days)
    cap = np.minimum(shared, inpatient.los_cap_days)[..., None]
    median = acute_median_days(region, units).T[:, None]
    sigma = np.array([unit.stays.sigma for unit in units])
    acute = np.maximum(lognormal_mean(median, sigma, cap), inpatient.los_floor_days)
    wait = lognormal_mean(
        np.array(inpatient.alc.median_days), np.array(inpatient.alc.sigma), parts_of_cap(cap)[1]
    )
    return np.minimum(acute + alc_chances(region, units).T[:, None] * wait, np.maximum(cap, acute))


def _visit_days(region: Region) -> tuple[Floats, Floats]:
    """Mean days from arrival to departure, with the gap after it, of discharged and of admitted patients
    (ED subservices,).
    """
    ed = region.ed

    def days(time: Lognormal) -> float:
        longest = np.array(ed.longest_visit_hours)
        mean = lognormal_mean(np.array(time.median), np.array(time.sigma), longest)
        return (float(mean) + ed.gap_hours) / _HOURS

    hours = [ed.visit_hours[service] for service in ED_SUBSERVICES]
    return np.array([days(of.discharged) for of in hours]), np.array([days(of.admitted) for of in hours])
