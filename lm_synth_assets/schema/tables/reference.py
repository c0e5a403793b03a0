"""Reference tables: subprograms by site, residents by year, and true ED visit rates."""

from sqlalchemy import Date, Integer, Numeric, Table

from lm_synth_assets.schema.tables.columns import (
    METADATA,
    age_group,
    calendar_year,
    column,
    ed_subservice,
    gender,
    key,
    number,
    reference,
    subprogram_key_column,
)

program_coverage = Table(
    "program_coverage",
    METADATA,
    number("site_id", "Site number"),
    number("program_id", "Program number"),
    number("subprogram_id", "Subprogram number within its program"),
    subprogram_key_column(),
    key("site_id", "program_id", "subprogram_id"),
    reference("fk_cov_site", "site_id", "dim_site(site_id)", total=True),
    reference("fk_cov_subprog", "program_id, subprogram_id", "dim_subprogram(program_id, subprogram_id)"),
    comment="The subprograms that each site offers",
)

population_projection = Table(
    "population_projection",
    METADATA,
    calendar_year(),
    number("lha_id", "Local health area number"),
    age_group(),
    gender(),
    column("population", Integer, "Residents on 1 January (persons)", low=0),
    column("period_date", Date, "1 January of the year"),
    key("year", "lha_id", "age_group", "gender"),
    reference("fk_pop_lha", "lha_id", "dim_lha(lha_id)", total=True),
    reference("fk_pop_age", "age_group", "dim_age_group(age_group)", total=True),
    reference("fk_pop_gender", "gender", "dim_gender(gender)", total=True),
    reference("fk_pop_date", "period_date", "dim_date(date)"),
    comment="Residents by year, LHA, age group and gender",
)

ed_baseline_rates = Table(
    "ed_baseline_rates",
    METADATA,
    number("lha_id", "Local health area number"),
    age_group(),
    gender(),
    ed_subservice(),
    column("baserate_per_1000", Numeric(8, 2), "Visits per 1,000 persons per year", low=0),
    key("lha_id", "age_group", "gender", "ed_subservice"),
    reference("fk_rates_lha", "lha_id", "dim_lha(lha_id)", total=True),
    reference("fk_rates_age", "age_group", "dim_age_group(age_group)", total=True),
    reference("fk_rates_gender", "gender", "dim_gender(gender)", total=True),
    reference("fk_rates_sub", "ed_subservice", "dim_ed_subservice(ed_subservice)", total=True),
    comment="True ED visit rates of the base year",
)

TABLES = (program_coverage, population_projection, ed_baseline_rates)
"""In the order of declaration."""
