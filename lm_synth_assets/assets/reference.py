"""The denominators: residents, true rates, and the volumes that follow from both."""

from __future__ import annotations

import pandas as pd

from lm_synth_assets import __version__
from lm_synth_assets.assets.table_asset import table_asset
from lm_synth_assets.generation import Generation
from lm_synth_assets.provenance import GATES, PARTS
from lm_synth_assets.simulation import population, projections, rates
from lm_synth_assets.simulation.manifest import manifest


@table_asset("population", ("start_year", "years", "age_profiles", "lhas", "population"))
def population_projection(generation: Generation) -> pd.DataFrame:
    """Base population, growth, age and gender weights; each area adds up exactly."""
    return population.project(generation.region)


@table_asset("rates", ("lhas", "ed"))
def ed_baseline_rates(generation: Generation) -> pd.DataFrame:
    """Region-wide rates times each area's multiplier, and single cells that the configuration overrides."""
    return rates.baseline_rates(generation.region)


@table_asset("projections", ("lhas", "population", "scenarios"))
def ed_projection(
    generation: Generation,
    population_projection: pd.DataFrame,
    ed_baseline_rates: pd.DataFrame,
    dim_lha: pd.DataFrame,
) -> pd.DataFrame:
    """Computed from the stored tables, so that the same SQL over them gives the same numbers."""
    return projections.project_ed(generation.region, population_projection, ed_baseline_rates, dim_lha)


@table_asset("report", [part for part in PARTS if part != GATES])
def dataset_manifest(generation: Generation) -> pd.DataFrame:
    """Synthetic, for non-production testing."""
    return manifest(generation.region, __version__, with_ed=generation.with_ed, with_ip=generation.with_ip)
