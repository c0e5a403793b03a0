"""What a database has for tables: which are missing, and how the others differ from what is declared."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import foreign_key_constraints, primary_key, unique_keys
from lm_synth_assets.storage.mysql.ddl import STORED_TABLES, column_type, in_order, quoted
from lm_synth_assets.storage.mysql.errors import DatabaseError
from lm_synth_assets.storage.mysql.session import Session

_WIDTH = re.compile(r"^(int|bigint|smallint|tinyint)\(\d+\)")


def missing(session: Session, tables: Iterable[sa.Table]) -> list[sa.Table]:
    """The tables that the database lacks, in an order in which each refers to those before it."""
    there = _names(session)
    return [table for table in (*in_order(tables), STORED_TABLES) if table.name not in there]


def differences(session: Session, tables: Iterable[sa.Table]) -> list[str]:
    """How the tables that are there differ from what is declared, in words; comments count for nothing."""
    there = _names(session)
    return [
        f"{table.name}: {words}"
        for table in (*in_order(tables), STORED_TABLES)
        if table.name in there
        for words in _differences(session, table)
    ]


def require_tables(session: Session, tables: Iterable[sa.Table]) -> None:
    """Raises DatabaseError where tables are missing or are not as declared."""
    wanted = list(tables)
    if lacking := missing(session, wanted):
        names = ", ".join(table.name for table in lacking)
        raise DatabaseError(
            f"{session.address} lacks {names}: create what is missing with `lm-synth db init`."
        )
    if differing := differences(session, wanted):
        raise DatabaseError(
            "\n  - ".join(
                [
                    f"{session.address} has tables of another version; `lm-synth db init --recreate` makes "
                    "them anew, and drops what is in them:",
                    *differing,
                ]
            )
        )


def require_grants(session: Session) -> None:
    """Raises the server's error where the user lacks a grant that storing a table takes."""
    if STORED_TABLES.name not in _names(session):
        return
    kept = quoted(STORED_TABLES.name)
    # None of these does anything, and the server refuses it all the same.
    for statement in (
        f"SELECT * FROM {kept} WHERE FALSE",
        f"INSERT INTO {kept} SELECT * FROM {kept} WHERE FALSE",
        f"UPDATE {kept} SET row_count = row_count WHERE FALSE",
        f"DELETE FROM {kept} WHERE FALSE",
        f"CREATE TEMPORARY TABLE _probe SELECT * FROM {kept} WHERE FALSE",
    ):
        session.run(statement)


def _names(session: Session) -> set[str]:
    found = session.rows("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")
    return {name for (name,) in found}


def _differences(session: Session, table: sa.Table) -> Iterator[str]:
    declared = [_declared(column) for column in table.columns]
    stored = _columns(session, table)
    known, found = dict(declared), dict(stored)
    yield from (f"the column {name} is missing" for name in known if name not in found)
    yield from (f"the column {name} is not declared" for name in found if name not in known)
    for name, kind in known.items():
        if found.get(name, kind) != kind:
            yield f"{name} is {found[name]} and declared as {kind}"
    order = [name for name, _ in stored if name in known]
    if order != [name for name, _ in declared if name in found]:
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
    """A type without the width that MariaDB shows of whole numbers, but for the one that means a boolean."""
    return kind if kind == "tinyint(1)" else _WIDTH.sub(r"\1", kind)


def _indexes(session: Session, table: sa.Table) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, column in session.rows(
        "SELECT INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s ORDER BY INDEX_NAME, SEQ_IN_INDEX",
        (table.name,),
    ):
        found.setdefault(name, []).append(column)
    return found


def _references(session: Session, table: sa.Table) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for name, column, parent, target in session.rows(
        "SELECT CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME "
        "FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s "
        "AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION",
        (table.name,),
    ):
        found.setdefault(name, []).append((column, f"{parent}.{target}"))
    return found
