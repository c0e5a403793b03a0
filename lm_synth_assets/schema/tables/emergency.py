"""The fact table of the ED: one row a visit."""

from sqlalchemy import BigInteger, Date, DateTime, Index, SmallInteger, String, Table

from lm_synth_assets.schema.tables.columns import (
    METADATA,
    TAKES_ALONG,
    column,
    ed_subservice,
    key,
    number,
    patient_id,
    reference,
)
from lm_synth_assets.schema.vocabulary import DISPOSITIONS

ed_encounters = Table(
    "ed_encounters",
    METADATA,
    column("encounter_id", BigInteger, "Encounter number, in order of arrival", low=1, numbered=True),
    patient_id("Patient number"),
    number("facility_id", "The site of the visit"),
    ed_subservice(),
    column("arrival_ts", DateTime, "Arrival, local clock"),
    column(
        "acuity", SmallInteger, "Triage level, 1 = resuscitation to 5 = non-urgent", null=True, low=1, high=5
    ),
    column("dispo", String(32), "Disposition", null=True, values=DISPOSITIONS),
    column("arrival_date", Date, "Day of arrival"),
    column("departure_ts", DateTime, "Departure from the ED, local clock"),
    key("encounter_id"),
    reference("fk_ed_pat", "patient_id", "patients(patient_id)"),
    reference("fk_ed_site", "facility_id", "dim_site(site_id)"),
    reference("fk_ed_sub", "ed_subservice", "dim_ed_subservice(ed_subservice)"),
    reference("fk_ed_date", "arrival_date", "dim_date(date)"),
    Index("idx_ed_patient", "patient_id"),
    Index("idx_ed_arrival", "arrival_ts"),
    info={TAKES_ALONG: True},
    comment="ED visits of the reference year",
)

TABLES = (ed_encounters,)
"""In the order of declaration."""
