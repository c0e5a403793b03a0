"""The DDL of the tables in MySQL, and of those that record what has been stored and who writes."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import foreign_key_constraints, unique_keys
from lm_synth_assets.schema.kinds import mysql_type

STORED_TABLES = sa.Table(
    "stored_tables",
    sa.MetaData(),
    sa.Column("table_name", sa.String(64), primary_key=True, comment="Table"),
    sa.Column("row_count", sa.BigInteger, nullable=False, comment="Rows when it was last stored whole"),
    sa.Column("digest", sa.String(32), nullable=True, comment="Digest of all its values at that time"),
    sa.Column("made_from", sa.String(64), nullable=True, comment="Version of its data; null: not known"),
    comment="Which tables have been stored: one without rows may still be complete",
)
"""Written with each table: a table without rows does not show by itself whether it has been stored."""

WRITING_RUN = sa.Table(
    "writing_run",
    sa.MetaData(),
    sa.Column("lock_name", sa.String(64), primary_key=True, comment="Lock of the server that the run holds"),
    sa.Column("connection_id", sa.BigInteger, nullable=False, comment="Connection that holds the lock"),
    sa.Column("command", sa.String(200), nullable=False, comment="Command or Dagster run"),
    sa.Column("run", sa.String(64), nullable=False, comment="Identifier of the run"),
    sa.Column("pid", sa.Integer, nullable=False, comment="Process number"),
    sa.Column("host", sa.String(255), nullable=False, comment="Machine of the process"),
    sa.Column("since", sa.String(19), nullable=False, comment="Start in UTC, to the second"),
    comment="Which run wrote last; it is writing now if its connection holds the lock of the server",
)
"""Says who holds the lock of a whole run; the lock itself is the server's."""

BOOKKEEPING = (STORED_TABLES, WRITING_RUN)
"""The tables that are not part of a data set."""


def ddl(table: sa.Table) -> str:
    """The statement that creates a table if it is missing, without a semicolon."""
    key = quoted(*(column.name for column in table.primary_key))
    parts = [
        *(_column(column) for column in table.columns),
        f"PRIMARY KEY ({key})",
        *(f"UNIQUE KEY {quoted('_'.join(key))} ({quoted(*key)})" for key in unique_keys(table)),
        *map(_foreign_key, foreign_key_constraints(table)),
        *(f"INDEX {quoted(str(index.name))} ({quoted(*index.columns.keys())})" for index in _indexes(table)),
    ]
    lines = ",\n  ".join(parts)
    return (
        f"CREATE TABLE IF NOT EXISTS {quoted(table.name)} (\n  {lines}\n"
        f") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT={literal(table.comment or '')}"
    )


def script(tables: Iterable[sa.Table]) -> str:
    """The statements for some tables, each after the tables that it refers to."""
    return "".join(f"{ddl(table)};\n\n" for table in (*in_order(tables), *BOOKKEEPING)).rstrip() + "\n"


def in_order(tables: Iterable[sa.Table]) -> list[sa.Table]:
    """Tables of one catalogue, each after the tables that it refers to."""
    selected = list(tables)
    metadata = selected[0].metadata if selected else sa.MetaData()
    return [table for table in metadata.sorted_tables if table in selected]


def column_type(column: sa.Column[Any]) -> str:
    """The type of a column, as `information_schema` writes it."""
    kind = mysql_type(column).replace(", ", ",")
    name, values, rest = kind.partition("(")
    return f"{name.lower().replace('integer', 'int')}{values}{rest}"


def quoted(*names: str) -> str:
    """Names as quoted identifiers, separated by commas."""
    return ", ".join(f"`{name.replace('`', '``')}`" for name in names)


def literal(text: str) -> str:
    """A text as a literal of SQL. It must not contain a backslash."""
    return "'" + text.replace("'", "''") + "'"


def _column(column: sa.Column[Any]) -> str:
    default = column.server_default
    parts = [
        quoted(column.name),
        mysql_type(column),
        "NULL" if column.nullable else "NOT NULL",
        f"DEFAULT {default.arg}" if isinstance(default, sa.DefaultClause) else "",
        "AUTO_INCREMENT" if column.autoincrement is True else "",
        f"COMMENT {literal(column.comment or '')}",
    ]
    return " ".join(part for part in parts if part)


def _foreign_key(constraint: sa.ForeignKeyConstraint) -> str:
    targets = (element.column.name for element in constraint.elements)
    return (
        f"CONSTRAINT {quoted(str(constraint.name))} FOREIGN KEY ({quoted(*constraint.column_keys)}) "
        f"REFERENCES {quoted(constraint.referred_table.name)} ({quoted(*targets)})"
    )


def _indexes(table: sa.Table) -> list[sa.Index]:
    """The indexes in the order of their columns."""
    order = list(table.columns.keys())
    return sorted(table.indexes, key=lambda index: [order.index(column.name) for column in index.columns])
