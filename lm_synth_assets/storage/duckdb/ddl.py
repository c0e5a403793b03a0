"""The DDL of the tables and views in a DuckDB file.

Foreign keys are not declared: DuckDB refuses to replace a table that others refer to, so that every new table
of sites would mean to write all tables that refer to it anew, in the same transaction. The views of the rules
list the rows that refer to nothing.
"""

from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import primary_key, unique_keys
from lm_synth_assets.schema.kinds import duckdb_type
from lm_synth_assets.storage.store import SavedQuery

RECORDS: Final = "records.stored_tables"
"""What was recorded of each table; in another schema, so that lists of tables show those of the data set."""

PREPARATION: Final = (
    "CREATE SCHEMA IF NOT EXISTS records",
    f"CREATE TABLE IF NOT EXISTS {RECORDS} "
    "(table_name VARCHAR NOT NULL, row_count BIGINT NOT NULL, digest VARCHAR NOT NULL, made_from VARCHAR)",
)
"""Statements that make what is missing beside the tables."""


def table_ddl(table: sa.Table) -> Iterator[str]:
    """The statements that replace a table by an empty one, with keys and comments."""
    name = quoted(table.name)
    parts = [
        *map(_column, table.columns),
        f"PRIMARY KEY ({quoted(*primary_key(table))})",
        *(f"UNIQUE ({quoted(*key)})" for key in unique_keys(table)),
    ]
    yield f"CREATE OR REPLACE TABLE {name} ({', '.join(parts)})"
    yield f"COMMENT ON TABLE {name} IS {literal(table.comment or '')}"
    for column in table.columns:
        comment = literal(column.comment or "")
        yield f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {comment}"


def view_ddl(query: SavedQuery) -> Iterator[str]:
    """The statements that replace a view."""
    name = view_name(query)
    schema = query.name.rpartition(".")[0]
    if schema:
        yield f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}"
    # So that it finds its tables where the file is attached under another name, too.
    tables = (f"{quoted(table)} AS NOT MATERIALIZED (FROM main.{quoted(table)})" for table in query.reads)
    yield f"CREATE OR REPLACE VIEW {name} AS WITH {', '.join(tables)} FROM ({query.sql})"
    yield f"COMMENT ON VIEW {name} IS {literal(query.comment)}"


def view_name(query: SavedQuery) -> str:
    """The name of a view, quoted."""
    return ".".join(map(quoted, query.name.split(".")))


def quoted(*names: str) -> str:
    """Names as quoted identifiers, separated by commas."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _column(column: sa.Column[Any]) -> str:
    return f"{quoted(column.name)} {duckdb_type(column)}{'' if column.nullable else ' NOT NULL'}"
