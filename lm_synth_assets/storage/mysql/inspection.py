"""Which tables a database lacks, and how the others differ from their declaration."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import foreign_key_constraints, primary_key, unique_keys
from lm_synth_assets.storage.mysql.ddl import BOOKKEEPING, STORED_TABLES, column_type, in_order, quoted
from lm_synth_assets.storage.mysql.errors import DatabaseError
from lm_synth_assets.storage.mysql.session import Session

SMALLEST_PACKET = 32 * 1024
"""Bytes of max_allowed_packet from which every statement passes, and a block of a streamed file."""

_WIDTH = re.compile(r"^(int|bigint|smallint|tinyint)\(\d+\)")


def missing(session: Session, tables: Iterable[sa.Table]) -> list[sa.Table]:
    """The tables that the database lacks, each after the tables that it refers to."""
    names = _table_names(session)
    return [table for table in (*in_order(tables), *BOOKKEEPING) if table.name not in names]


def differences(session: Session, tables: Iterable[sa.Table]) -> list[str]:
    """Describe how the tables of a database differ from their declaration; comments are not compared."""
    names = _table_names(session)
    return [
        f"{table.name}: {difference}"
        for table in (*in_order(tables), *BOOKKEEPING)
        if table.name in names
        for difference in _differences(session, table)
    ]


def require_tables(session: Session, tables: Iterable[sa.Table]) -> None:
    """Raise DatabaseError if tables are missing or differ from their declaration."""
    required = list(tables)
    if lacking := missing(session, required):
        names = ", ".join(table.name for table in lacking)
        raise DatabaseError(
            f"{session.address} lacks {names}: create what is missing with `lm-synth db init`."
        )
    if differing := differences(session, required):
        raise DatabaseError(
            "\n  - ".join(
                [f"{session.address} has tables that are not as `lm-synth ddl` declares them:", *differing]
            )
            + "\nChange these by hand. If nothing that is in the tables is to be kept, `lm-synth db init "
            "--recreate` drops them all and makes them anew."
        )


def require_grants(session: Session) -> None:
    """Raise the server's error if the user lacks a grant that storing a table requires."""
    if STORED_TABLES.name not in _table_names(session):
        return
    stored_tables = quoted(STORED_TABLES.name)
    # None of these changes a row, but the server refuses each if the grant is missing.
    for statement in (
        f"SELECT * FROM {stored_tables} WHERE FALSE",
        f"INSERT INTO {stored_tables} SELECT * FROM {stored_tables} WHERE FALSE",
        f"UPDATE {stored_tables} SET row_count = row_count WHERE FALSE",
        f"DELETE FROM {stored_tables} WHERE FALSE",
        # With a key, since a server may require one of every table.
        f"CREATE TEMPORARY TABLE _probe (PRIMARY KEY (table_name)) SELECT * FROM {stored_tables} WHERE FALSE",
    ):
        session.run(statement)


def require_packets(session: Session) -> None:
    """Raise DatabaseError if the server takes only statements that are too short to store tables."""
    limit = session.value("SELECT @@max_allowed_packet")
    if limit < SMALLEST_PACKET:
        raise DatabaseError(
            f"{session.address.server} takes statements of at most {limit:,} bytes, and {SMALLEST_PACKET:,} "
            "are needed. An administrator allows more with SET GLOBAL max_allowed_packet = 67108864."
        )


def _table_names(session: Session) -> set[str]:
    rows = session.rows("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")
    return {name for (name,) in rows}


def _differences(session: Session, table: sa.Table) -> Iterator[str]:
    declared = [_declared(column) for column in table.columns]
    stored = _columns(session, table)
    declared_types, stored_types = dict(declared), dict(stored)
    yield from (f"the column {name} is missing" for name in declared_types if name not in stored_types)
    yield from (
        f"the column {name} is not declared; keep it in a table of your own with the same key, then ALTER "
        f"TABLE {quoted(table.name)} DROP COLUMN {quoted(name)}"
        for name in stored_types
        if name not in declared_types
    )
    for name, kind in declared_types.items():
        if stored_types.get(name, kind) != kind:
            yield f"{name} is {stored_types[name]} and declared as {kind}"
    order = [name for name, _ in stored if name in declared_types]
    if order != [name for name, _ in declared if name in stored_types]:
        yield "the columns are in another order"
    yield from _key_differences(session, table)


def _key_differences(session: Session, table: sa.Table) -> Iterator[str]:
    indexes = _indexes(session, table)
    if (key := indexes.get("PRIMARY", [])) != primary_key(table):
        yield f"the primary key is ({', '.join(key)}) and declared as ({', '.join(primary_key(table))})"
    for columns in unique_keys(table):
        if columns not in indexes.values():
            yield f"no unique key ({', '.join(columns)})"
    for index in table.indexes:
        if indexes.get(str(index.name)) != list(index.columns.keys()):
            yield f"no index {index.name} ({', '.join(index.columns.keys())})"
    references = _references(session, table)
    for constraint in foreign_key_constraints(table):
        declared = [(element.parent.name, str(element.target_fullname)) for element in constraint.elements]
        if references.get(str(constraint.name)) != declared:
            yield f"no foreign key {constraint.name} to {constraint.referred_table.name}"


def _declared(column: sa.Column[Any]) -> tuple[str, str]:
    kind = column_type(column)
    return column.name, kind if column.nullable else f"{kind} not null"


def _columns(session: Session, table: sa.Table) -> list[tuple[str, str]]:
    rows = session.rows(
        "SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE FROM information_schema.COLUMNS "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION",
        (table.name,),
    )
    return [
        (name, _plain(kind) if null == "YES" else f"{_plain(kind)} not null") for name, kind, null in rows
    ]


def _plain(kind: str) -> str:
    """A type without the display width that MariaDB shows of integers, except that of a boolean."""
    return kind if kind == "tinyint(1)" else _WIDTH.sub(r"\1", kind)


def _indexes(session: Session, table: sa.Table) -> dict[str, list[str]]:
    indexes: dict[str, list[str]] = {}
    for name, column in session.rows(
        "SELECT INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s ORDER BY INDEX_NAME, SEQ_IN_INDEX",
        (table.name,),
    ):
        indexes.setdefault(name, []).append(column)
    return indexes


def _references(session: Session, table: sa.Table) -> dict[str, list[tuple[str, str]]]:
    references: dict[str, list[tuple[str, str]]] = {}
    for name, column, parent, target in session.rows(
        "SELECT CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME "
        "FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s "
        "AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION",
        (table.name,),
    ):
        references.setdefault(name, []).append((column, f"{parent}.{target}"))
    return references
