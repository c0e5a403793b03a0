"""Evaluating an exact rule: its SQL with the values of a configuration, run by DuckDB over stored tables."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import NamedTuple

import pandas as pd

from lm_synth_assets.gates.comparing import none_of
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.rules import wording
from lm_synth_assets.gates.rules.generated import keys_sql, references_sql
from lm_synth_assets.gates.rules.parameters import Parameters
from lm_synth_assets.gates.sql import query_tables
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES, foreign_keys


class Rule(NamedTuple):
    """An exact rule: what a row that breaks it is called, with fields of the configuration in braces, and the
    tables that its SQL reads, first the one whose rows keep to it.

    `verdict` words the outcome from the offending rows and the number of rows of that first table; without
    it, the offending rows are counted. `sql` is empty where the SQL is in a file of the rule's name.
    `portable` SQL runs in MySQL too.
    """

    breach: str
    tables: tuple[str, ...]
    verdict: Callable[[pd.DataFrame, int], Verdict] | None = None
    sql: str = ""
    portable: bool = True


_CELL_AND_YEAR = "row missing, twice, extra or of another date"

_WRITTEN = {
    "visits_match_patients": Rule("patient with another number of visits", ("patients", "ed_encounters")),
    "primary_subservice": Rule("patient who goes elsewhere more often", ("patients", "ed_encounters")),
    "visits_at_home_facility": Rule("visit elsewhere than at home", ("ed_encounters", "patients")),
    "arrivals_in_year": Rule("encounter outside the year or with times out of order", ("ed_encounters",)),
    "longest_visit": Rule(
        "visit of less than a minute or more than {ed.longest_visit_hours:g} hours", ("ed_encounters",)
    ),
    "one_visit_at_a_time": Rule("visit during another", ("ed_encounters",)),
    "no_visit_after_death": Rule("visit after death", ("ed_encounters",)),
    "length_of_stay": Rule(
        "stay outside {inpatient.los_floor_days:g}-{inpatient.los_cap_days:g} days or unlike its times",
        ("ip_stays",),
    ),
    "alc_above_threshold": Rule(
        "ALC stay below {inpatient.alc.threshold_days:g} days or with ALC days that do not fit", ("ip_stays",)
    ),
    "subprogram_offered_at_site": Rule("stay where it is not offered", ("ip_stays", "program_coverage")),
    "age_and_sex_fit": Rule("stay of a patient of another age or gender", ("ip_stays", "patients")),
    "admissions_have_stays": Rule(
        "admission without its stay, or stay without its admission", ("ip_stays", "ed_encounters")
    ),
    "admitted_where_referred": Rule(
        "stay elsewhere, or not when the ED visit ends",
        ("ip_stays", "patients", "ed_encounters", "program_coverage"),
    ),
    "stays_in_year": Rule("stay of another year", ("ip_stays",)),
    "routes": Rule("stay that began in another way", ("ip_stays",)),
    "one_place_at_a_time": Rule("contact during another, or after death", ("ip_stays", "ed_encounters")),
    "transfers_along_corridors": Rule("transfer that is not as configured", ("ip_stays", "program_coverage")),
    "age_group_matches_dob": Rule("patient outside the age group", ("patients",)),
    "unique_quasi_identifiers": Rule(
        "patient with the date of birth, LHA and gender of another", ("patients",)
    ),
    "rates_by_age": Rule("area and gender whose highest rates are at another age", ("ed_baseline_rates",)),
    "contiguous_days": Rule("day missing or extra", ("dim_date",), wording.days),
    "calendar_parts": Rule("day that differs", ("dim_date",), wording.calendar, portable=False),
    "complete_cross_product": Rule("cell missing or extra", ("ed_baseline_rates",), wording.cells),
    "population_every_year": Rule(_CELL_AND_YEAR, ("population_projection",), wording.yearly),
    "projection_every_year": Rule(_CELL_AND_YEAR, ("ed_projection",), wording.yearly),
}
"""The rules that are written by hand: each by its name, which is that of its SQL file."""

_GENERATED = {
    **{
        f"{table.name}.keys": Rule("duplicate", (table.name,), sql=keys_sql(table))
        for table in TABLES.values()
    },
    **{
        f"{table.name}.foreign_keys": Rule(
            "orphan",
            tuple(dict.fromkeys([table.name, *(parent for _, parent, _ in foreign_keys(table))])),
            sql=references_sql(table),
        )
        for table in TABLES.values()
        if foreign_keys(table)
    },
}
"""The rules that follow from the schema."""

RULES = {**_GENERATED, **_WRITTEN}
"""Every exact rule by its name."""


def sql_of(name: str, region: Region) -> str:
    """The SQL of a rule with the values of a configuration: complete, as anybody may run it."""
    if RULES[name].sql:
        return RULES[name].sql
    text = files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return text.format_map(Parameters(region))


def evaluate(name: str, tables: Tables, region: Region) -> Verdict:
    """Whether no row breaks a rule. Raises KeyError for a name that no rule has, and duckdb.Error for tables
    that its SQL cannot be run over.
    """
    rule = RULES[name]
    rows = len(tables[rule.tables[0]])
    breaches = query_tables(sql_of(name, region), rule.tables, tables)
    if rule.verdict:
        return rule.verdict(breaches, rows)
    return none_of(breaches, rule.breach.format_map(Parameters(region)), rows)
