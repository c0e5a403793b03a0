"""What says what a data set is: the contents, a row a table, and the manifest, one row that identifies it."""

from sqlalchemy import BigInteger, Boolean, Date, Integer, Numeric, String, Table

from lm_synth_assets.schema.tables.columns import METADATA, column, key

dataset_contents = Table(
    "dataset_contents",
    METADATA,
    column("table_name", String(64), "Table of the data set"),
    column("row_count", BigInteger, "Rows of the table", low=0),
    column("digest", String(32), "Digest of all values of the table, whatever their order (docs/digest.md)"),
    column(
        "made_from",
        String(64),
        "SHA-256 of what the table was made from: version, configuration, other tables; null: unknown",
        null=True,
    ),
    column(
        "dataset_id",
        String(64),
        "The data set that the table belongs to; null: it was made from something else than that one",
        null=True,
    ),
    key("table_name"),
    comment="What lies in each table of this data set, and what it was made from",
)

dataset_manifest = Table(
    "dataset_manifest",
    METADATA,
    column(
        "dataset_id",
        String(64),
        "SHA-256 of the fields of the run, config_hash, package_version and without_tables",
    ),
    column("seed", BigInteger, "Seed of the random streams", low=0),
    column("config_hash", String(64), "SHA-256 of the effective configuration"),
    column("package_version", String(32), "Version of lm_synth_assets"),
    column("reference_date", Date, "The day that ages and residents refer to"),
    column(
        "start_year", Integer, "First year of the projection; the year of the encounters", low=1900, high=2200
    ),
    column("years", Integer, "Years of projection", low=1),
    column("patients", Integer, "Patients in the sample", low=1),
    column("population", Integer, "Residents at the reference date (persons)", low=1),
    column("sampling_weight", Numeric(12, 4), "Residents that one patient stands for (persons)", low=0),
    column("with_ed", Boolean, "ED encounters belong to the data set"),
    column("with_ip", Boolean, "Inpatient stays belong to the data set"),
    column("disclaimer", String(255), "What this data may be used for"),
    column(
        "without_tables",
        String(512),
        "Tables that were not made, although every run makes them; null: none, the data set is whole",
        null=True,
    ),
    key("dataset_id"),
    comment="What this data set is and how to make it again",
)

TABLES = (dataset_contents, dataset_manifest)
"""In the order of declaration."""
