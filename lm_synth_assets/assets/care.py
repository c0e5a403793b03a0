"""The people and their care: patients, ED encounters, inpatient stays."""

from __future__ import annotations

import pandas as pd

from lm_synth_assets.assets.table_asset import table_asset
from lm_synth_assets.generation import Generation
from lm_synth_assets.simulation.emergency import generate_ed_encounters
from lm_synth_assets.simulation.inpatient import generate_ip_stays
from lm_synth_assets.simulation.patients import generate_patients

_PEOPLE = ("seed", "start_year", "age_profiles", "ed", "lhas", "population", "sites")
_CARE = (*_PEOPLE, "calendar", "coverage_matrix", "inpatient", "programs", "rhythms")


@table_asset(
    "patients", (*_PEOPLE, "patients", "privacy"), after=("population_projection", "ed_baseline_rates")
)
def patients(generation: Generation) -> pd.DataFrame:
    """Stratified by LHA, age group and gender; no two share date of birth, LHA and gender by default."""
    return generate_patients(generation.region, generation.streams)


@table_asset("emergency", (*_CARE, "patients", "ed_rhythms"))
def ed_encounters(generation: Generation, patients: pd.DataFrame) -> pd.DataFrame:
    """Volumes that keep to population times rate, people who vary, nobody in two places at once."""
    return generate_ed_encounters(generation.region, patients, generation.streams)


@table_asset("inpatient", _CARE)
def ip_stays(generation: Generation, patients: pd.DataFrame, ed_encounters: pd.DataFrame) -> pd.DataFrame:
    """Those that ED admissions begin, direct ones, transfers, and those under way on 1 January."""
    return generate_ip_stays(generation.region, patients, ed_encounters, generation.streams)
