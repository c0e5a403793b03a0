"""The dimensions: sites, programs, areas, age groups, genders, ED subservices, days and scenarios."""

from sqlalchemy import Boolean, Date, Integer, Numeric, String, Table, UniqueConstraint

from lm_synth_assets.schema.tables.columns import (
    AGE_GROUP,
    METADATA,
    NAME,
    calendar_year,
    column,
    ed_subservice,
    gender,
    key,
    number,
    reference,
    subprogram_key_column,
)
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, CARE_SETTINGS, OLDEST_AGE, SITE_TYPES

dim_site = Table(
    "dim_site",
    METADATA,
    number("site_id", "Site number", numbered=True),
    column("site_code", String(16), "Site code"),
    column("site_name", NAME, "Fictional facility name"),
    column("site_type", String(16), "Size and role of the site", values=SITE_TYPES),
    key("site_id"),
    UniqueConstraint("site_code"),
    comment="The facilities",
)

dim_program = Table(
    "dim_program",
    METADATA,
    number("program_id", "Program number"),
    column("program_name", NAME, "Clinical program"),
    key("program_id"),
    comment="The clinical programs",
)

dim_subprogram = Table(
    "dim_subprogram",
    METADATA,
    number("program_id", "Program number"),
    number("subprogram_id", "Subprogram number within its program"),
    column("subprogram_name", NAME, "Clinical subprogram"),
    subprogram_key_column(", unique by itself"),
    column("care_setting", String(16), "Where its care is recorded", values=CARE_SETTINGS),
    key("program_id", "subprogram_id"),
    UniqueConstraint("subprogram_key"),
    reference("fk_subprog_prog", "program_id", "dim_program(program_id)", total=True),
    comment="The three subprograms of each program",
)

dim_lha = Table(
    "dim_lha",
    METADATA,
    number("lha_id", "Local health area number", numbered=True),
    column("lha_name", NAME, "Fictional local health area"),
    number("default_site_id", "The site that serves the area by default"),
    key("lha_id"),
    UniqueConstraint("lha_name"),
    reference("fk_lha_site", "default_site_id", "dim_site(site_id)"),
    comment="The local health areas (LHA)",
)

dim_age_group = Table(
    "dim_age_group",
    METADATA,
    column("age_group", AGE_GROUP, "Age group", values=AGE_GROUPS),
    number("age_group_order", "Position from youngest to oldest"),
    column("first_age", Integer, "First age of the group (years)", low=0, high=OLDEST_AGE),
    column("last_age", Integer, "Last age of the group (years)", low=0, high=OLDEST_AGE),
    key("age_group"),
    comment="The age groups",
)

dim_gender = Table(
    "dim_gender",
    METADATA,
    gender(),
    number("gender_order", "Position in lists"),
    key("gender"),
    comment="The genders",
)

dim_ed_subservice = Table(
    "dim_ed_subservice",
    METADATA,
    ed_subservice(),
    number("ed_subservice_order", "Position in lists"),
    key("ed_subservice"),
    comment="The ED subservices",
)

dim_date = Table(
    "dim_date",
    METADATA,
    column("date", Date, "Calendar day"),
    calendar_year(),
    column("quarter", Integer, "Calendar quarter", low=1, high=4),
    column("month", Integer, "Calendar month", low=1, high=12),
    column("month_name", String(16), "Month name"),
    column("day", Integer, "Day of the month", low=1, high=31),
    column("iso_year", Integer, "ISO 8601 week-numbering year", low=1900, high=2201),
    column("iso_week", Integer, "ISO 8601 week", low=1, high=53),
    column("day_of_week", Integer, "ISO 8601 weekday, 1 = Monday", low=1, high=7),
    column("day_name", String(16), "Weekday name"),
    column("is_weekend", Boolean, "Saturday or Sunday"),
    column("is_holiday", Boolean, "Statutory holiday in British Columbia"),
    column("holiday_name", String(64), "Name of the statutory holiday", null=True),
    column("fiscal_year", String(8), "Fiscal year from 1 April, such as 2025/26"),
    column("fiscal_quarter", Integer, "Fiscal quarter, 1 = April to June", low=1, high=4),
    column("fiscal_month", Integer, "Fiscal month, 1 = April", low=1, high=12),
    column("fiscal_period", Integer, "Fiscal period of four weeks, 1 starts on 1 April", low=1, high=13),
    key("date"),
    comment="Every day of the horizon and of the years before and after it",
)

dim_scenario = Table(
    "dim_scenario",
    METADATA,
    number("scenario_id", "Scenario number, 1 = baseline"),
    column("scenario_name", NAME, "Scenario"),
    column("growth_multiplier", Numeric(8, 4), "Factor on population growth", low=0),
    column("ed_rate_multiplier", Numeric(8, 4), "Factor on ED rates", low=0),
    column("admission_multiplier", Numeric(8, 4), "Factor on admission rates", low=0),
    column("los_multiplier", Numeric(8, 4), "Factor on length of stay", low=0),
    column("alc_multiplier", Numeric(8, 4), "Factor on ALC probability", low=0),
    key("scenario_id"),
    UniqueConstraint("scenario_name"),
    comment="What-if scenarios as multipliers on the baseline",
)

TABLES = (
    dim_site,
    dim_program,
    dim_subprogram,
    dim_lha,
    dim_age_group,
    dim_gender,
    dim_ed_subservice,
    dim_date,
    dim_scenario,
)
"""In the order of declaration."""
