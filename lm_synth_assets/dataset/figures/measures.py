"""How each figure is measured on patients, ed_encounters and ip_stays, with its sampling error.

A measure takes a `Sample`. Where a publication counts adults, or people from 65, so does the measure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from lm_synth_assets.dataset.figures.estimates import Estimate, by_patient, quantile, ratio
from lm_synth_assets.model.people import people_of
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import (
    LEFT,
    OLDEST_AGE,
    PEDIATRIC_ED,
    ROUTE_ED,
    ROUTE_TRANSFER,
    URGENT_CARE,
)

MEASURED = ("patients", "ed_encounters", "ip_stays")
"""The tables that the figures are measured on."""


class Sample(NamedTuple):
    """A data set prepared for measuring: patients, their visits, and their stays that began in the year.

    Visits and stays have the `patient` (position among the patients), `age` and `gender`; rows of nobody are
    left out. `occupied` holds the mean number of beds that each patient occupied over the year (patients,).
    """

    patients: pd.DataFrame
    visits: pd.DataFrame
    stays: pd.DataFrame
    occupied: Floats

    def total(self, rows: pd.DataFrame, values: pd.Series[float] | None = None) -> Floats:
        """The number of rows, or the sum of values, by patient (patients,)."""
        numbers = None if values is None else values.to_numpy().astype(np.float64)
        return by_patient(rows["patient"].to_numpy(), numbers, len(self.patients))

    @property
    def everyone(self) -> Floats:
        """One for each patient (patients,)."""
        return np.ones(len(self.patients))


Measure = Callable[[Sample], Estimate]
Rows = Callable[[pd.DataFrame], "pd.Series[bool]"]


def prepare(tables: Mapping[str, pd.DataFrame], region: Region) -> Sample:
    """A sample from patients, ed_encounters and ip_stays."""
    patients = tables["patients"]
    people = pd.DataFrame(
        {
            "patient": np.arange(len(patients)),
            "age": people_of(patients, region.run.reference_date).age,
            "gender": patients["gender"].to_numpy(),
        },
        index=patients["patient_id"],
    )
    visits = tables["ed_encounters"].join(people, on="patient_id", how="inner")
    everything = tables["ip_stays"].join(people, on="patient_id", how="inner")
    year = region.run.start_year
    start, end = np.datetime64(f"{year}-01-01", "ns"), np.datetime64(f"{year + 1}-01-01", "ns")
    since = np.maximum(everything["admit_ts"].to_numpy(), start)
    until = np.minimum(everything["discharge_ts"].to_numpy(), end)
    share = np.maximum((until - since) / (end - start), 0)
    stays = everything[everything["admit_ts"].dt.year >= year].copy()
    births = [unit.subprogram_key for unit in units_of(region) if unit.has_births]
    stays["birth"] = stays["subprogram_key"].isin(births)
    return Sample(
        patients=people.assign(visits=patients["ed_visits_year"].to_numpy(dtype=np.int64)),
        visits=visits,
        stays=stays,
        occupied=by_patient(everything["patient"].to_numpy(), share, len(patients)),
    )


def visits_per_1000(*services: str) -> Measure:
    """Visits to some ED subservices, by default all, per 1,000 patients."""

    def measure(sample: Sample) -> Estimate:
        visits = sample.visits
        chosen = visits[visits["ed_subservice"].isin(services)] if services else visits
        return ratio(sample.total(chosen), sample.everyone, 1000)

    return measure


def share_of_visits(part: Rows, whole: Rows | None = None) -> Measure:
    """The share of visits, or of some visits, that are of a kind, in percent."""
    return lambda sample: _share(sample, sample.visits, part, whole)


def share_of_stays(part: Rows, whole: Rows | None = None) -> Measure:
    """The share of stays, or of some stays, that are of a kind, in percent."""
    return lambda sample: _share(sample, sample.stays, part, whole)


def _share(sample: Sample, rows: pd.DataFrame, part: Rows, whole: Rows | None) -> Estimate:
    among = rows[whole(rows)] if whole else rows
    return ratio(sample.total(among[part(among)]), sample.total(among), 100)


def _marked(patients: pd.Series[bool]) -> Floats:
    return patients.to_numpy().astype(np.float64)


def people_with_a_visit(sample: Sample) -> Estimate:
    """Patients with any visit, in percent."""
    return ratio(_marked(sample.patients["visits"] > 0), sample.everyone, 100)


def share_of_users(least: int, most: int | None = None, first_age: int = 0) -> Measure:
    """Of patients with any visit, from an age: those with `least` to `most` visits, in percent."""

    def measure(sample: Sample) -> Estimate:
        users = (sample.patients["visits"] > 0) & (sample.patients["age"] >= first_age)
        between = sample.patients["visits"].between(least, most or np.inf)
        return ratio(_marked(users & between), _marked(users), 100)

    return measure


def visits_of_frequent_users(least: int, first_age: int) -> Measure:
    """The share of visits, of patients from an age, that those with `least` and more make, in percent."""

    def measure(sample: Sample) -> Estimate:
        visits = sample.patients["visits"].where(sample.patients["age"] >= first_age, 0)
        return ratio(visits.where(visits >= least, 0).to_numpy(float), visits.to_numpy(float), 100)

    return measure


def stays_per_1000(sample: Sample) -> Estimate:
    """Stays per 1,000 patients."""
    return ratio(sample.total(sample.stays), sample.everyone, 1000)


def births_per_1000(sample: Sample) -> Estimate:
    """Stays for a birth per 1,000 patients."""
    return ratio(sample.total(sample.stays[sample.stays["birth"]]), sample.everyone, 1000)


def beds_per_1000(sample: Sample) -> Estimate:
    """Occupied beds, the mean over the year, per 1,000 patients."""
    return ratio(sample.occupied, sample.everyone, 1000)


def mean_los(sample: Sample) -> Estimate:
    """The mean LOS in days."""
    return ratio(sample.total(sample.stays, sample.stays["los_days"]), sample.total(sample.stays), 1)


def quantile_of_los(level: float) -> Measure:
    """A quantile of LOS in days."""
    return lambda sample: quantile(
        sample.stays["los_days"].to_numpy(float), sample.stays["patient"].to_numpy(), level
    )


def alc_share_of_days(sample: Sample) -> Estimate:
    """The share of days that are ALC days, in percent."""
    stays = sample.stays
    return ratio(sample.total(stays, stays["alc_days"]), sample.total(stays, stays["los_days"]), 100)


def mean_alc_days(first_age: int) -> Measure:
    """The mean ALC days of stays with ALC, of patients from an age."""

    def measure(sample: Sample) -> Estimate:
        stays = sample.stays[sample.stays["alc_flag"] & (sample.stays["age"] >= first_age)]
        return ratio(sample.total(stays, stays["alc_days"]), sample.total(stays), 1)

    return measure


def female(rows: pd.DataFrame) -> pd.Series[bool]:
    """Rows of female patients."""
    return rows["gender"] == "Female"


def aged(first: int, last: int = OLDEST_AGE) -> Rows:
    """Rows of patients of some ages."""
    return lambda rows: rows["age"].between(first, last)


def in_hospital_ed(visits: pd.DataFrame) -> pd.Series[bool]:
    """Visits to a hospital's ED rather than urgent care."""
    return visits["ed_subservice"] != URGENT_CARE


def in_pediatric_ed(visits: pd.DataFrame) -> pd.Series[bool]:
    """Visits to the Pediatric ED."""
    return visits["ed_subservice"] == PEDIATRIC_ED


def left_unseen(visits: pd.DataFrame) -> pd.Series[bool]:
    """Visits that ended without being seen."""
    return visits["dispo"] == LEFT


def through_the_ed(stays: pd.DataFrame) -> pd.Series[bool]:
    """Stays that began in the ED."""
    return stays["admit_route"] == ROUTE_ED


def admissions_without_births(stays: pd.DataFrame) -> pd.Series[bool]:
    """Stays that are neither for a birth nor continue one in another hospital."""
    return ~stays["birth"] & (stays["admit_route"] != ROUTE_TRANSFER)


def with_alc(stays: pd.DataFrame) -> pd.Series[bool]:
    """Stays with ALC days."""
    return stays["alc_flag"]
