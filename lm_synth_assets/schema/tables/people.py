"""The people: one row a sampled resident."""

from sqlalchemy import Date, Index, Integer, Numeric, Table

from lm_synth_assets.schema.identifiers import PATIENT_ID_FORMAT
from lm_synth_assets.schema.tables.columns import (
    METADATA,
    TAKES_ALONG,
    age_group,
    column,
    ed_subservice,
    gender,
    key,
    number,
    patient_id,
    reference,
)

patients = Table(
    "patients",
    METADATA,
    patient_id(f"Patient number, {PATIENT_ID_FORMAT}"),
    number("lha_id", "Local health area of residence"),
    number("facility_home_id", "The site where the patient goes for care"),
    age_group(),
    gender(),
    column("dob", Date, "Date of birth"),
    ed_subservice("primary_ed_subservice", "The ED subservice that the patient uses or would use most"),
    column("expected_ed_rate", Numeric(8, 4), "Expected ED visits per year, frailty included", low=0),
    column("ed_visits_year", Integer, "ED visits in the reference year", low=0),
    column("sampling_weight", Numeric(12, 4), "Residents that the patient stands for (persons)", low=0),
    key("patient_id"),
    reference("fk_pat_lha", "lha_id", "dim_lha(lha_id)"),
    reference("fk_pat_site", "facility_home_id", "dim_site(site_id)"),
    reference("fk_pat_age", "age_group", "dim_age_group(age_group)"),
    reference("fk_pat_gender", "gender", "dim_gender(gender)"),
    reference("fk_pat_sub", "primary_ed_subservice", "dim_ed_subservice(ed_subservice)"),
    Index("idx_pat_lha", "lha_id"),
    Index("idx_pat_site", "facility_home_id"),
    info={TAKES_ALONG: True},
    comment="A stratified sample of the residents at the reference date",
)

TABLES = (patients,)
"""In the order of declaration."""
