"""Gates on the patients: who they are, where they go, and that nobody stands out."""

import numpy as np
import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.gates.gate import Tables, Verdict, gate, none_of, within
from lm_synth_assets.simulation.people import people_of
from lm_synth_assets.vocabulary import AGE_BANDS

_CELL = ["lha_id", "age_group", "gender"]


@gate("patients", reads=("population_projection",))
def marginals(tables: Tables, region: Region) -> Verdict:
    """Patients by LHA x age group x gender are the residents' share of the sample."""
    gates, patients = region.gates, tables["patients"]
    residents = tables["population_projection"].query("year == @region.run.start_year")
    share = residents.set_index(_CELL)["population"] / residents["population"].sum()
    compared = (share * region.run.patients).rename("expected").to_frame()
    observed = patients.groupby(_CELL, observed=False).size()
    compared["observed"] = observed.reindex(compared.index, fill_value=0)
    tolerance = compared["expected"] * gates.marginal_tolerance_pct / 100
    tolerance = tolerance.clip(lower=gates.marginal_least_persons)
    verdict = within(
        compared.reset_index(),
        tolerance.to_numpy(),
        "patients",
        f"max({gates.marginal_tolerance_pct:g} %, {gates.marginal_least_persons:g} persons)",
    )
    if len(patients) == region.run.patients:
        return verdict
    return Verdict(
        False, f"{region.run.patients:,} patients", f"{len(patients):,} patients", "equal", verdict.offending
    )


@gate("patients")
def age_group_matches_dob(tables: Tables, region: Region) -> Verdict:
    """The date of birth gives the age group at the reference date."""
    patients = tables["patients"]
    age = people_of(patients, region.run.reference_date).age
    code = patients["age_group"].cat.codes.to_numpy()
    first, last = (np.array(limits)[code] for limits in zip(*[band[1:] for band in AGE_BANDS], strict=True))
    return none_of(patients[(age < first) | (age > last)], "patient outside the age group", len(patients))


@gate("patients")
def unique_quasi_identifiers(tables: Tables, region: Region) -> Verdict:
    """No two patients share date of birth, LHA and gender (unless the configuration allows it)."""
    patients = tables["patients"]
    if not region.privacy.unique_quasi_identifiers:
        return Verdict(True, "not required by the configuration", "not looked at")
    shared = patients.duplicated(["dob", "lha_id", "gender"], keep=False)
    return none_of(patients[shared], "patient with a double", len(patients))


@gate("patients", reads=("dim_lha",))
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
        f"{low:g}-{high:g} %",
        f"{share:.2f} %",
        f"half a patient an area = {slack:.2f} %",
        pd.DataFrame(),
    )
