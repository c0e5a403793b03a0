"""The dimensions: what the facts refer to."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from dagster import AssetsDefinition

from lm_synth_assets.assets.table_asset import Compute, table_asset
from lm_synth_assets.generation import Generation
from lm_synth_assets.simulation import calendar, dimensions


def _dimension(*reads: str) -> Callable[[Compute], AssetsDefinition]:
    return table_asset("dimensions", reads)


@_dimension("sites")
def dim_site(generation: Generation) -> pd.DataFrame:
    """From the configured sites, in their order."""
    return dimensions.sites(generation.region)


@_dimension("programs")
def dim_program(generation: Generation) -> pd.DataFrame:
    """From the configured programs, in their order."""
    return dimensions.programs(generation.region)


@_dimension("programs")
def dim_subprogram(generation: Generation) -> pd.DataFrame:
    """From the configured programs, in their order."""
    return dimensions.subprograms(generation.region)


@_dimension("lhas", "sites")
def dim_lha(generation: Generation) -> pd.DataFrame:
    """From the configured local health areas, in their order."""
    return dimensions.lhas(generation.region)


@_dimension()
def dim_age_group() -> pd.DataFrame:
    """Eight fixed groups."""
    return dimensions.age_groups()


@_dimension()
def dim_gender() -> pd.DataFrame:
    """Three fixed genders."""
    return dimensions.genders()


@_dimension()
def dim_ed_subservice() -> pd.DataFrame:
    """Three fixed subservices."""
    return dimensions.ed_subservices()


@_dimension("start_year", "years", "calendar")
def dim_date(generation: Generation) -> pd.DataFrame:
    """Calendar, statutory holidays and fiscal year."""
    return calendar.dates(generation.region)


@_dimension("scenarios")
def dim_scenario(generation: Generation) -> pd.DataFrame:
    """From the configured scenarios, the baseline first."""
    return dimensions.scenarios(generation.region)


@_dimension("coverage_matrix", "sites", "programs")
def program_coverage(generation: Generation) -> pd.DataFrame:
    """From the coverage matrix."""
    return dimensions.program_coverage(generation.region)
