"""The published figures that the default configuration is calibrated to, and what a data set makes of them.

Each figure has the published range with its source (docs/calibration.md), the value that the defaults aim
at, and a tolerance: four standard errors at 50,000 patients, measured over twelve seeds, on top of how far
the mean of those seeds lies from the target.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.model.people import people_of
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.vocabulary import (
    ADULT_ED,
    LEFT,
    OLDEST_AGE,
    PEDIATRIC_ED,
    ROUTE_ED,
    ROUTE_TRANSFER,
    URGENT_CARE,
)

Tables = Mapping[str, pd.DataFrame]

MEASURED = ("patients", "ed_encounters", "ip_stays")
"""The tables that the figures are measured on."""


class Sample(NamedTuple):
    """A data set prepared for measuring: patients with their visits, visits with age, stays of the year."""

    patients: pd.DataFrame
    visits: pd.DataFrame
    stays: pd.DataFrame
    mean_census: float

    def per_1000(self, count: float) -> float:
        """A count per 1,000 patients."""
        return 1000 * count / len(self.patients)


class Figure(NamedTuple):
    """A published figure, what the defaults aim at, and how to measure it."""

    name: str
    published: str
    source: str
    target: float
    tolerance: float
    measure: Callable[[Sample], float]


class Comparison(NamedTuple):
    """A figure as observed in one data set."""

    name: str
    published: str
    source: str
    target: float
    tolerance: float
    observed: float

    @property
    def met(self) -> bool:
        """Whether the observed value lies within the tolerance of the target."""
        return abs(self.observed - self.target) <= self.tolerance


def _percent(part: "pd.Series[bool]") -> float:
    return 100 * float(part.mean())


def _of_users(least: int, most: int = 10**6) -> Callable[[Sample], float]:
    def measure(sample: Sample) -> float:
        visits = sample.patients["ed_visits_year"]
        return _percent(visits[visits > 0].between(least, most))

    return measure


def _visits_of_users(least: int) -> Callable[[Sample], float]:
    def measure(sample: Sample) -> float:
        visits = sample.patients["ed_visits_year"]
        return 100 * float(visits[visits >= least].sum() / visits.sum())

    return measure


def _rate(*services: str) -> Callable[[Sample], float]:
    return lambda sample: sample.per_1000(sample.visits["ed_subservice"].isin(services).sum())


def _left(service: str) -> Callable[[Sample], float]:
    return lambda sample: _percent(
        sample.visits.loc[sample.visits["ed_subservice"] == service, "dispo"] == LEFT
    )


def _pediatric(first_age: int, last_age: int) -> Callable[[Sample], float]:
    def measure(sample: Sample) -> float:
        visits = sample.visits
        return _percent(
            visits.loc[visits["age"].between(first_age, last_age), "ed_subservice"] == PEDIATRIC_ED
        )

    return measure


def _via_ed(sample: Sample) -> float:
    stays = sample.stays
    admissions = stays[~stays["birth"] & (stays["admit_route"] != ROUTE_TRANSFER)]
    return _percent(admissions["admit_route"] == ROUTE_ED)


def _alc_days(sample: Sample) -> float:
    return 100 * float(sample.stays["alc_days"].sum() / sample.stays["los_days"].sum())


FIGURES = (
    Figure(
        "hospital ED visits per 1,000",
        "305-455 (BC, Fraser Health, Ontario)",
        "S1-S4",
        361,
        2,
        _rate(ADULT_ED, PEDIATRIC_ED),
    ),
    Figure(
        "urgent care visits per 1,000", "about 120 (Fraser Health 2024/25)", "S5", 93, 1, _rate(URGENT_CARE)
    ),
    Figure("all ED visits per 1,000", "400-550 asked for", "-", 454, 2, lambda s: s.per_1000(len(s.visits))),
    Figure(
        "female share of ED visits, %",
        "51.8 (Ontario 2008)",
        "S4",
        51.0,
        0.5,
        lambda s: _percent(s.visits["gender"] == "Female"),
    ),
    Figure("Pediatric ED in visits under 15, %", "at least 70 asked for", "-", 76.9, 0.5, _pediatric(0, 14)),
    Figure("Pediatric ED in visits from 25, %", "minimal", "-", 0.03, 0.05, _pediatric(25, OLDEST_AGE)),
    Figure(
        "people with any ED visit, %",
        "19.6 at 0.32 visits a person (Ontario 2000)",
        "S6",
        27.8,
        1.0,
        lambda s: _percent(s.patients["ed_visits_year"] > 0),
    ),
    Figure("one visit only, % of users", "about 67 (Ontario 2000)", "S6", 63, 2.3, _of_users(1, 1)),
    Figure("three visits and more, % of users", "13.8-15.3 (BC adults)", "S7", 14.8, 2.1, _of_users(3)),
    Figure("their share of visits, %", "40.3 (BC adults)", "S7", 34, 4.0, _visits_of_users(3)),
    Figure("four visits and more, % of users", "6.6 (Ontario 2000)", "S6", 6.3, 1.2, _of_users(4)),
    Figure(
        "left without being seen, adults, %",
        "5.5 (BC 2024/25); 4-11 at large sites",
        "S1, S8",
        5.7,
        0.8,
        _left(ADULT_ED),
    ),
    Figure("left without being seen, children, %", "2.3", "S24", 2.4, 1.2, _left(PEDIATRIC_ED)),
    Figure(
        "inpatient stays per 1,000",
        "69.9 (Canada 2023/24); about 70 (VCH)",
        "S25, S3",
        69,
        1.2,
        lambda s: s.per_1000(len(s.stays)),
    ),
    Figure(
        "mean LOS, days",
        "7.3 acute (Canada 2023/24)",
        "S25",
        8.9,
        0.6,
        lambda s: float(s.stays["los_days"].mean()),
    ),
    Figure("median LOS, days", "-", "-", 4.3, 0.15, lambda s: float(s.stays["los_days"].median())),
    Figure(
        "90th percentile of LOS, days", "-", "-", 20, 1.5, lambda s: float(s.stays["los_days"].quantile(0.9))
    ),
    Figure(
        "stays of patients from 65, %",
        "39.8 (Canada 2019/20, newborns counted)",
        "S29",
        43,
        1.6,
        lambda s: _percent(s.stays["age"] >= 65),
    ),
    Figure(
        "admissions through the ED, births apart, %", "about 60 (Canada 2005/06)", "S28", 63, 2.1, _via_ed
    ),
    Figure(
        "stays with ALC, %",
        "5.8-6.2 (Canada); 6.9 (BC, 40 and over)",
        "S36-S39",
        5.5,
        0.3,
        lambda s: _percent(s.stays["alc_flag"]),
    ),
    Figure("ALC share of days, %", "12.6-16.1 (BC)", "S37-S39", 14.6, 2.6, _alc_days),
    Figure(
        "mean ALC days of stays with ALC",
        "25 (65 and over)",
        "S36",
        23.7,
        4.4,
        lambda s: float(s.stays.loc[s.stays["alc_flag"], "alc_days"].mean()),
    ),
    Figure(
        "births per 1,000",
        "about 8.6 (Canada)",
        "S25",
        8.1,
        0.65,
        lambda s: s.per_1000(s.stays["birth"].sum()),
    ),
    Figure(
        "occupied beds per 1,000",
        "about 1.85 (BC, January 2024)",
        "S40",
        1.69,
        0.14,
        lambda s: s.per_1000(s.mean_census),
    ),
)


def prepare(tables: Tables, region: Region) -> Sample:
    """A sample from patients, ed_encounters and ip_stays."""
    patients = tables["patients"].set_index("patient_id")
    people = pd.DataFrame(
        {
            "age": people_of(tables["patients"], region.run.reference_date).age,
            "gender": patients["gender"].to_numpy(),
        },
        index=patients.index,
    )
    visits = tables["ed_encounters"].join(people, on="patient_id")
    everyone = tables["ip_stays"].join(people, on="patient_id")
    year = region.run.start_year
    stays = everyone[everyone["admit_ts"].dt.year >= year].copy()
    births = [unit.subprogram_key for unit in units_of(region) if unit.has_births]
    stays["birth"] = stays["subprogram_key"].isin(births)
    start, end = np.datetime64(f"{year}-01-01", "ns"), np.datetime64(f"{year + 1}-01-01", "ns")
    since = np.maximum(everyone["admit_ts"].to_numpy(), start)
    until = np.minimum(everyone["discharge_ts"].to_numpy(), end)
    census = np.maximum((until - since) / (end - start), 0).sum()
    return Sample(tables["patients"], visits, stays, float(census))


def published_figures(tables: Tables, region: Region) -> list[Comparison]:
    """Every figure as a data set with ED encounters and inpatient stays has it."""
    sample = prepare(tables, region)
    return [Comparison(*figure[:-1], float(figure.measure(sample))) for figure in FIGURES]


def compare(data_set: DataSet) -> list[Comparison]:
    """Every figure as a stored data set has it. Raises StorageError where a table is not there."""
    read = {name: data_set.store.read(TABLES[name]) for name in MEASURED}
    return published_figures(read, data_set.region)
