"""Whole data sets in memory, and regions that differ from another in a few values."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from lm_synth_assets import __version__
from lm_synth_assets.config import Region
from lm_synth_assets.random_streams import Streams
from lm_synth_assets.schema import TABLES
from lm_synth_assets.simulation import (
    calendar,
    dimensions,
    emergency,
    inpatient,
    manifest,
    patients,
    population,
    projections,
    rates,
)
from lm_synth_assets.storage.enforcement import enforce

Tables = dict[str, pd.DataFrame]


def make_tables(region: Region) -> Tables:
    """Every table of a data set, with the dtypes that storage gives it."""
    streams = Streams(region.run.seed)
    tables = {
        "dim_site": dimensions.sites(region),
        "dim_program": dimensions.programs(region),
        "dim_subprogram": dimensions.subprograms(region),
        "dim_lha": dimensions.lhas(region),
        "dim_age_group": dimensions.age_groups(),
        "dim_gender": dimensions.genders(),
        "dim_ed_subservice": dimensions.ed_subservices(),
        "dim_date": calendar.dates(region),
        "dim_scenario": dimensions.scenarios(region),
        "program_coverage": dimensions.program_coverage(region),
        "population_projection": population.project(region),
        "ed_baseline_rates": rates.baseline_rates(region),
        "dataset_manifest": manifest.manifest(region, __version__),
    }
    people = enforce(TABLES["patients"], patients.generate_patients(region, streams))
    visits = enforce(TABLES["ed_encounters"], emergency.generate_ed_encounters(region, people, streams))
    tables |= {
        "patients": people,
        "ed_encounters": visits,
        "ip_stays": inpatient.generate_ip_stays(region, people, visits, streams),
        "ed_projection": projections.project_ed(
            region, tables["population_projection"], tables["ed_baseline_rates"], tables["dim_lha"]
        ),
    }
    return {name: enforce(table, tables[name]) for name, table in TABLES.items()}


def retuned(region: Region, changes: Mapping[str, Any]) -> Region:
    """The region with some values changed, given as an overlay file would give them."""
    return Region.model_validate(_overlaid(region.model_dump(by_alias=True), changes))


def _overlaid(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(base)
    for key, value in changes.items():
        both = isinstance(value, Mapping) and isinstance(values.get(key), Mapping)
        values[key] = _overlaid(values[key], value) if both else value
    return values
