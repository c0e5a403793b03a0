"""The data model: one declared table per asset, from which everything else about a table derives.

Columns keep the order in which they are stored. Each carries its meaning and unit in its comment, and in
its `info` the closed list (`values`) or the range (`low`, `high`) that its values keep to. In the `info` of a
table stand the column that says which year a row belongs to (`year_of`), and whether rows that refer to one
that vanishes go with it (`takes_along`). Nothing here knows how a table is computed, stored or checked.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from lm_synth_assets.schema.vocabulary import (
    ADMIT_ROUTES,
    AGE_GROUPS,
    CARE_SETTINGS,
    DISPOSITIONS,
    ED_SUBSERVICES,
    GENDERS,
    OLDEST_AGE,
    SITE_TYPES,
)

METADATA = MetaData()

_NAME = String(128)
_AGE_GROUP = String(16)
_GENDER = Enum(*GENDERS, name="gender")
_SUBSERVICE = String(48)


def _column(
    name: str,
    kind: TypeEngine[Any] | type[TypeEngine[Any]],
    comment: str,
    *,
    null: bool = False,
    values: tuple[str, ...] | None = None,
    low: float | None = None,
    high: float | None = None,
    default: str | None = None,
    numbered: bool = False,
) -> Column[Any]:
    """A column of a table. `numbered`: a database numbers rows that are added without a value."""
    limits = {"values": values, "low": low, "high": high}
    info = {key: value for key, value in limits.items() if value is not None}
    return Column(
        name, kind, nullable=null, comment=comment, info=info, server_default=default, autoincrement=numbered
    )


def _id(name: str, comment: str, *, numbered: bool = False) -> Column[Any]:
    return _column(name, Integer, comment, low=1, numbered=numbered)


def _age_group() -> Column[Any]:
    return _column("age_group", _AGE_GROUP, "Age group at the reference date", values=AGE_GROUPS)


def _gender() -> Column[Any]:
    return _column("gender", _GENDER, "Gender", values=GENDERS)


def _subservice(name: str = "ed_subservice", comment: str = "ED subservice") -> Column[Any]:
    return _column(name, _SUBSERVICE, comment, values=ED_SUBSERVICES)


def _year() -> Column[Any]:
    return _column("year", Integer, "Calendar year", low=1900, high=2200)


def _key(*columns: str) -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint(*columns)


def _reference(name: str, columns: str, target: str, *, total: bool = False) -> ForeignKeyConstraint:
    """A foreign key from `columns` to the columns of the same order in `target`, as "table(a, b)".

    `total`: every row of the target must be referred to.
    """
    table, _, targets = target.rstrip(")").partition("(")
    return ForeignKeyConstraint(
        columns.split(", "),
        [f"{table}.{column}" for column in targets.split(", ")],
        name=name,
        info={"total": total},
    )


dim_site = Table(
    "dim_site",
    METADATA,
    _id("site_id", "Site number", numbered=True),
    _column("site_code", String(16), "Site code"),
    _column("site_name", _NAME, "Fictional facility name"),
    _column("site_type", String(16), "Size and role of the site", values=SITE_TYPES),
    _key("site_id"),
    UniqueConstraint("site_code"),
    comment="The facilities",
)

dim_program = Table(
    "dim_program",
    METADATA,
    _id("program_id", "Program number"),
    _column("program_name", _NAME, "Clinical program"),
    _key("program_id"),
    comment="The clinical programs",
)

dim_subprogram = Table(
    "dim_subprogram",
    METADATA,
    _id("program_id", "Program number"),
    _id("subprogram_id", "Subprogram number within its program"),
    _column("subprogram_name", _NAME, "Clinical subprogram"),
    _column("subprogram_key", Integer, "program_id * 100 + subprogram_id, unique by itself", low=101),
    _column("care_setting", String(16), "Where its care is recorded", values=CARE_SETTINGS),
    _key("program_id", "subprogram_id"),
    UniqueConstraint("subprogram_key"),
    _reference("fk_subprog_prog", "program_id", "dim_program(program_id)", total=True),
    comment="The three subprograms of each program",
)

dim_lha = Table(
    "dim_lha",
    METADATA,
    _id("lha_id", "Local health area number", numbered=True),
    _column("lha_name", _NAME, "Fictional local health area"),
    _id("default_site_id", "The site that serves the area by default"),
    _key("lha_id"),
    UniqueConstraint("lha_name"),
    _reference("fk_lha_site", "default_site_id", "dim_site(site_id)"),
    comment="The local health areas (LHA)",
)

dim_age_group = Table(
    "dim_age_group",
    METADATA,
    _column("age_group", _AGE_GROUP, "Age group", values=AGE_GROUPS),
    _id("age_group_order", "Position from youngest to oldest"),
    _column("first_age", Integer, "First age of the group (years)", low=0, high=OLDEST_AGE),
    _column("last_age", Integer, "Last age of the group (years)", low=0, high=OLDEST_AGE),
    _key("age_group"),
    comment="The age groups",
)

dim_gender = Table(
    "dim_gender",
    METADATA,
    _gender(),
    _id("gender_order", "Position in lists"),
    _key("gender"),
    comment="The genders",
)

dim_ed_subservice = Table(
    "dim_ed_subservice",
    METADATA,
    _subservice(),
    _id("ed_subservice_order", "Position in lists"),
    _key("ed_subservice"),
    comment="The ED subservices",
)

dim_date = Table(
    "dim_date",
    METADATA,
    _column("date", Date, "Calendar day"),
    _year(),
    _column("quarter", Integer, "Calendar quarter", low=1, high=4),
    _column("month", Integer, "Calendar month", low=1, high=12),
    _column("month_name", String(16), "Month name"),
    _column("day", Integer, "Day of the month", low=1, high=31),
    _column("iso_year", Integer, "ISO 8601 week-numbering year", low=1900, high=2201),
    _column("iso_week", Integer, "ISO 8601 week", low=1, high=53),
    _column("day_of_week", Integer, "ISO 8601 weekday, 1 = Monday", low=1, high=7),
    _column("day_name", String(16), "Weekday name"),
    _column("is_weekend", Boolean, "Saturday or Sunday"),
    _column("is_holiday", Boolean, "Statutory holiday in British Columbia"),
    _column("holiday_name", String(64), "Name of the statutory holiday", null=True),
    _column("fiscal_year", String(8), "Fiscal year from 1 April, such as 2025/26"),
    _column("fiscal_quarter", Integer, "Fiscal quarter, 1 = April to June", low=1, high=4),
    _column("fiscal_month", Integer, "Fiscal month, 1 = April", low=1, high=12),
    _column("fiscal_period", Integer, "Fiscal period of four weeks, 1 starts on 1 April", low=1, high=13),
    _key("date"),
    comment="Every day of the horizon and of the years before and after it",
)

dim_scenario = Table(
    "dim_scenario",
    METADATA,
    _id("scenario_id", "Scenario number, 1 = baseline"),
    _column("scenario_name", _NAME, "Scenario"),
    _column("growth_multiplier", Numeric(8, 4), "Factor on population growth", low=0),
    _column("ed_rate_multiplier", Numeric(8, 4), "Factor on ED rates", low=0),
    _column("admission_multiplier", Numeric(8, 4), "Factor on admission rates", low=0),
    _column("los_multiplier", Numeric(8, 4), "Factor on length of stay", low=0),
    _column("alc_multiplier", Numeric(8, 4), "Factor on ALC probability", low=0),
    _key("scenario_id"),
    UniqueConstraint("scenario_name"),
    comment="What-if scenarios as multipliers on the baseline",
)

program_coverage = Table(
    "program_coverage",
    METADATA,
    _id("site_id", "Site number"),
    _id("program_id", "Program number"),
    _id("subprogram_id", "Subprogram number within its program"),
    _column("subprogram_key", Integer, "program_id * 100 + subprogram_id", low=101),
    _key("site_id", "program_id", "subprogram_id"),
    _reference("fk_cov_site", "site_id", "dim_site(site_id)", total=True),
    _reference("fk_cov_subprog", "program_id, subprogram_id", "dim_subprogram(program_id, subprogram_id)"),
    comment="The subprograms that each site offers",
)

population_projection = Table(
    "population_projection",
    METADATA,
    _year(),
    _id("lha_id", "Local health area number"),
    _age_group(),
    _gender(),
    _column("population", Integer, "Residents on 1 January (persons)", low=0),
    _column("period_date", Date, "1 January of the year"),
    _key("year", "lha_id", "age_group", "gender"),
    _reference("fk_pop_lha", "lha_id", "dim_lha(lha_id)", total=True),
    _reference("fk_pop_age", "age_group", "dim_age_group(age_group)", total=True),
    _reference("fk_pop_gender", "gender", "dim_gender(gender)", total=True),
    _reference("fk_pop_date", "period_date", "dim_date(date)"),
    info={"year_of": "year"},
    comment="Residents by year, LHA, age group and gender",
)

ed_baseline_rates = Table(
    "ed_baseline_rates",
    METADATA,
    _id("lha_id", "Local health area number"),
    _age_group(),
    _gender(),
    _subservice(),
    _column("baserate_per_1000", Numeric(8, 2), "Visits per 1,000 persons per year", low=0),
    _key("lha_id", "age_group", "gender", "ed_subservice"),
    _reference("fk_rates_lha", "lha_id", "dim_lha(lha_id)", total=True),
    _reference("fk_rates_age", "age_group", "dim_age_group(age_group)", total=True),
    _reference("fk_rates_gender", "gender", "dim_gender(gender)", total=True),
    _reference("fk_rates_sub", "ed_subservice", "dim_ed_subservice(ed_subservice)", total=True),
    comment="True ED visit rates of the base year",
)

patients = Table(
    "patients",
    METADATA,
    _column("patient_id", String(24), "Patient number, P and seven digits"),
    _id("lha_id", "Local health area of residence"),
    _id("facility_home_id", "The site where the patient goes for care"),
    _age_group(),
    _gender(),
    _column("dob", Date, "Date of birth"),
    _subservice("primary_ed_subservice", "The ED subservice that the patient uses or would use most"),
    _column("expected_ed_rate", Numeric(8, 4), "Expected ED visits per year, frailty included", low=0),
    _column("ed_visits_year", Integer, "ED visits in the reference year", low=0),
    _column("sampling_weight", Numeric(12, 4), "Residents that the patient stands for (persons)", low=0),
    _key("patient_id"),
    _reference("fk_pat_lha", "lha_id", "dim_lha(lha_id)"),
    _reference("fk_pat_site", "facility_home_id", "dim_site(site_id)"),
    _reference("fk_pat_age", "age_group", "dim_age_group(age_group)"),
    _reference("fk_pat_gender", "gender", "dim_gender(gender)"),
    _reference("fk_pat_sub", "primary_ed_subservice", "dim_ed_subservice(ed_subservice)"),
    Index("idx_pat_lha", "lha_id"),
    Index("idx_pat_site", "facility_home_id"),
    info={"takes_along": True},
    comment="A stratified sample of the residents at the reference date",
)

ed_encounters = Table(
    "ed_encounters",
    METADATA,
    _column("encounter_id", BigInteger, "Encounter number, in order of arrival", low=1, numbered=True),
    _column("patient_id", String(24), "Patient number"),
    _id("facility_id", "The site of the visit"),
    _subservice(),
    _column("arrival_ts", DateTime, "Arrival, local clock"),
    _column(
        "acuity", SmallInteger, "Triage level, 1 = resuscitation to 5 = non-urgent", null=True, low=1, high=5
    ),
    _column("dispo", String(32), "Disposition", null=True, values=DISPOSITIONS),
    _column("arrival_date", Date, "Day of arrival"),
    _column("departure_ts", DateTime, "Departure from the ED, local clock"),
    _key("encounter_id"),
    _reference("fk_ed_pat", "patient_id", "patients(patient_id)"),
    _reference("fk_ed_site", "facility_id", "dim_site(site_id)"),
    _reference("fk_ed_sub", "ed_subservice", "dim_ed_subservice(ed_subservice)"),
    _reference("fk_ed_date", "arrival_date", "dim_date(date)"),
    Index("idx_ed_patient", "patient_id"),
    Index("idx_ed_arrival", "arrival_ts"),
    info={"takes_along": True, "year_of": "arrival_ts"},
    comment="ED visits of the reference year",
)

ip_stays = Table(
    "ip_stays",
    METADATA,
    _column("stay_id", BigInteger, "Stay number, in order of admission", low=1, numbered=True),
    _column("patient_id", String(24), "Patient number"),
    _id("facility_id", "The site of the stay"),
    _id("program_id", "Program number"),
    _id("subprogram_id", "Subprogram number within its program"),
    _column("admit_ts", DateTime, "Admission to the bed, local clock"),
    _column("discharge_ts", DateTime, "Discharge from the bed, local clock", null=True),
    _column("los_days", Numeric(6, 2), "Length of stay, ALC included (days)", low=0),
    _column("alc_flag", Boolean, "Part of the stay was alternate level of care (ALC)", default="0"),
    _column("subprogram_key", Integer, "program_id * 100 + subprogram_id", low=101),
    _column("admit_date", Date, "Day of admission"),
    _column(
        "alc_days", Numeric(6, 2), "Days of alternate level of care at the end of the stay (days)", low=0
    ),
    _column("admit_route", String(16), "How the stay began", values=ADMIT_ROUTES),
    _column("ed_encounter_id", BigInteger, "The ED encounter that led to the stay", null=True, low=1),
    _column("transfer_from_stay_id", BigInteger, "The stay that this one continues", null=True, low=1),
    _key("stay_id"),
    _reference("fk_ip_pat", "patient_id", "patients(patient_id)"),
    _reference("fk_ip_site", "facility_id", "dim_site(site_id)"),
    _reference("fk_ip_prog", "program_id", "dim_program(program_id)"),
    _reference("fk_ip_subprog", "program_id, subprogram_id", "dim_subprogram(program_id, subprogram_id)"),
    _reference("fk_ip_date", "admit_date", "dim_date(date)"),
    _reference("fk_ip_ed", "ed_encounter_id", "ed_encounters(encounter_id)"),
    _reference("fk_ip_from", "transfer_from_stay_id", "ip_stays(stay_id)"),
    Index("idx_ip_patient", "patient_id"),
    Index("idx_ip_admit", "admit_ts"),
    info={"takes_along": True, "year_of": "admit_ts"},
    comment="Inpatient stays that began in the reference year or were under way at its start",
)

ed_projection = Table(
    "ed_projection",
    METADATA,
    _id("scenario_id", "Scenario number, 1 = baseline"),
    _year(),
    _id("site_id", "Default site of the residents' areas"),
    _subservice(),
    _column("projected_volumes", Numeric(16, 5), "Projected visits per year, all residents", low=0),
    _column("period_date", Date, "1 January of the year"),
    _key("scenario_id", "year", "site_id", "ed_subservice"),
    _reference("fk_edp_scenario", "scenario_id", "dim_scenario(scenario_id)", total=True),
    _reference("fk_edp_site", "site_id", "dim_site(site_id)"),
    _reference("fk_edp_sub", "ed_subservice", "dim_ed_subservice(ed_subservice)", total=True),
    _reference("fk_edp_date", "period_date", "dim_date(date)"),
    info={"year_of": "year"},
    comment="Population times rate by scenario, year, catchment site and ED subservice",
)

dataset_manifest = Table(
    "dataset_manifest",
    METADATA,
    _column("dataset_id", String(64), "SHA-256 of the fields of the run, config_hash and package_version"),
    _column("seed", BigInteger, "Seed of the random streams", low=0),
    _column("config_hash", String(64), "SHA-256 of the effective configuration"),
    _column("package_version", String(32), "Version of lm_synth_assets"),
    _column("reference_date", Date, "The day that ages and residents refer to"),
    _column(
        "start_year", Integer, "First year of the projection; the year of the encounters", low=1900, high=2200
    ),
    _column("years", Integer, "Years of projection", low=1),
    _column("patients", Integer, "Patients in the sample", low=1),
    _column("population", Integer, "Residents at the reference date (persons)", low=1),
    _column("sampling_weight", Numeric(12, 4), "Residents that one patient stands for (persons)", low=0),
    _column("with_ed", Boolean, "ED encounters belong to the data set"),
    _column("with_ip", Boolean, "Inpatient stays belong to the data set"),
    _column("disclaimer", String(255), "What this data may be used for"),
    _key("dataset_id"),
    comment="What this data set is and how to make it again",
)

TABLES: dict[str, Table] = dict(METADATA.tables)
"""Every table by name, in the order of declaration."""


def primary_key(table: Table) -> list[str]:
    """The names of the primary key's columns, in order."""
    return [column.name for column in table.primary_key]


def unique_keys(table: Table) -> list[list[str]]:
    """The column names of each unique constraint beside the primary key."""
    return sorted(
        [column.name for column in constraint.columns]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    )


def foreign_key_constraints(table: Table) -> list[ForeignKeyConstraint]:
    """The foreign keys of a table, in order of name."""
    return sorted(table.foreign_key_constraints, key=lambda constraint: str(constraint.name))


def foreign_keys(table: Table) -> list[tuple[list[str], str, list[str]]]:
    """Each foreign key as (columns, parent table, parent columns), in order of name."""
    return [
        (
            [element.parent.name for element in constraint.elements],
            constraint.referred_table.name,
            [element.column.name for element in constraint.elements],
        )
        for constraint in foreign_key_constraints(table)
    ]


def must_be_referred_to(table: Table) -> set[str]:
    """The parents of which every row must be referred to by `table`."""
    return {
        constraint.referred_table.name
        for constraint in table.foreign_key_constraints
        if constraint.info.get("total")
    }
