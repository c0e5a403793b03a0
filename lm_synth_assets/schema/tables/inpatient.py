"""The fact table of inpatient care: one row a stay."""

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Index, Numeric, String, Table

from lm_synth_assets.schema.tables.columns import (
    METADATA,
    TAKES_ALONG,
    column,
    key,
    number,
    patient_id,
    reference,
    subprogram_key_column,
)
from lm_synth_assets.schema.vocabulary import ADMIT_ROUTES

ip_stays = Table(
    "ip_stays",
    METADATA,
    column("stay_id", BigInteger, "Stay number, in order of admission", low=1, numbered=True),
    patient_id("Patient number"),
    number("facility_id", "The site of the stay"),
    number("program_id", "Program number"),
    number("subprogram_id", "Subprogram number within its program"),
    column("admit_ts", DateTime, "Admission to the bed, local clock"),
    column("discharge_ts", DateTime, "Discharge from the bed, local clock", null=True),
    column("los_days", Numeric(6, 2), "Length of stay, ALC included (days)", low=0),
    column("alc_flag", Boolean, "Part of the stay was alternate level of care (ALC)", default="0"),
    subprogram_key_column(),
    column("admit_date", Date, "Day of admission"),
    column("alc_days", Numeric(6, 2), "Days of alternate level of care at the end of the stay (days)", low=0),
    column("admit_route", String(16), "How the stay began", values=ADMIT_ROUTES),
    column("ed_encounter_id", BigInteger, "The ED encounter that led to the stay", null=True, low=1),
    column("transfer_from_stay_id", BigInteger, "The stay that this one continues", null=True, low=1),
    key("stay_id"),
    reference("fk_ip_pat", "patient_id", "patients(patient_id)"),
    reference("fk_ip_site", "facility_id", "dim_site(site_id)"),
    reference("fk_ip_prog", "program_id", "dim_program(program_id)"),
    reference("fk_ip_subprog", "program_id, subprogram_id", "dim_subprogram(program_id, subprogram_id)"),
    reference("fk_ip_date", "admit_date", "dim_date(date)"),
    reference("fk_ip_ed", "ed_encounter_id", "ed_encounters(encounter_id)"),
    reference("fk_ip_from", "transfer_from_stay_id", "ip_stays(stay_id)"),
    Index("idx_ip_patient", "patient_id"),
    Index("idx_ip_admit", "admit_ts"),
    info={TAKES_ALONG: True},
    comment="Inpatient stays that began in the reference year or were under way at its start",
)

TABLES = (ip_stays,)
"""In the order of declaration."""
