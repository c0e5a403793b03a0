"""The dimension tables that come straight from the configuration and the fixed vocabulary."""

from __future__ import annotations

from collections.abc import Sized

import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.identifiers import subprogram_key
from lm_synth_assets.schema.vocabulary import AGE_BANDS, ED_SUBSERVICES, GENDERS


def dim_site(region: Region) -> pd.DataFrame:
    """dim_site, one row a facility."""
    return pd.DataFrame(
        {
            "site_id": _numbers(region.sites),
            "site_code": list(region.sites),
            "site_name": [site.name for site in region.sites.values()],
            "site_type": [site.type for site in region.sites.values()],
        }
    )


def dim_program(region: Region) -> pd.DataFrame:
    """dim_program, one row a program."""
    return pd.DataFrame({"program_id": _numbers(region.programs), "program_name": list(region.programs)})


def dim_subprogram(region: Region) -> pd.DataFrame:
    """dim_subprogram, one row a subprogram of a program."""
    rows = [
        (program_id, subprogram_id, name, subprogram_key(program_id, subprogram_id), subprogram.setting)
        for program_id, program in enumerate(region.programs.values(), start=1)
        for subprogram_id, (name, subprogram) in enumerate(program.subprograms.items(), start=1)
    ]
    columns = ["program_id", "subprogram_id", "subprogram_name", "subprogram_key", "care_setting"]
    return pd.DataFrame(rows, columns=columns)


def dim_lha(region: Region) -> pd.DataFrame:
    """dim_lha, one row a local health area."""
    site_id = dict(zip(region.sites, _numbers(region.sites), strict=True))
    return pd.DataFrame(
        {
            "lha_id": _numbers(region.lhas),
            "lha_name": list(region.lhas),
            "default_site_id": [site_id[lha.default_site] for lha in region.lhas.values()],
        }
    )


def dim_age_group(region: Region) -> pd.DataFrame:
    """dim_age_group, youngest first."""
    frame = pd.DataFrame(AGE_BANDS).set_axis(["age_group", "first_age", "last_age"], axis=1)
    frame.insert(1, "age_group_order", _numbers(AGE_BANDS))
    return frame


def dim_gender(region: Region) -> pd.DataFrame:
    """dim_gender."""
    return pd.DataFrame({"gender": GENDERS, "gender_order": _numbers(GENDERS)})


def dim_ed_subservice(region: Region) -> pd.DataFrame:
    """dim_ed_subservice."""
    return pd.DataFrame({"ed_subservice": ED_SUBSERVICES, "ed_subservice_order": _numbers(ED_SUBSERVICES)})


def dim_scenario(region: Region) -> pd.DataFrame:
    """dim_scenario, the baseline first."""
    rows = [
        (number, name, scenario.growth, scenario.ed_rates, scenario.admissions, scenario.los, scenario.alc)
        for number, (name, scenario) in enumerate(region.scenarios.items(), start=1)
    ]
    columns = [
        "scenario_id",
        "scenario_name",
        "growth_multiplier",
        "ed_rate_multiplier",
        "admission_multiplier",
        "los_multiplier",
        "alc_multiplier",
    ]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))


def program_coverage(region: Region) -> pd.DataFrame:
    """program_coverage, one row for each subprogram that a site offers."""
    rows = [
        (site_id, program_id, subprogram_id, subprogram_key(program_id, subprogram_id))
        for site_id, site in enumerate(region.sites, start=1)
        for program_id, (program, section) in enumerate(region.programs.items(), start=1)
        for subprogram_id, name in enumerate(section.subprograms, start=1)
        if region.coverage_matrix[program][name][site]
    ]
    return pd.DataFrame(rows, columns=["site_id", "program_id", "subprogram_id", "subprogram_key"])


def _numbers(items: Sized) -> range:
    return range(1, len(items) + 1)
