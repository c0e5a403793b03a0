"""What others have hung on our tables: triggers that change what is stored, and tables that refer to ours."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets.storage.mysql.ddl import quoted
from lm_synth_assets.storage.mysql.session import Session
from lm_synth_assets.storage.mysql.staging import STAGE


def differing_rows(session: Session, table: sa.Table) -> list[str]:
    """Describe the columns in which stored rows differ from the staged rows of the same key.

    A trigger changes rows without a warning. To the server, `a` and `A` are the same; not here.
    """
    same_key = " AND ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in primary_key(table))
    counts = ", ".join(f"SUM(NOT {same_value(column)})" for column in table.columns)
    [(rows, *wrong)] = session.rows(
        f"SELECT COUNT(*), {counts} FROM {quoted(table.name)} t JOIN {STAGE} s ON {same_key}"
    )
    staged = session.value(f"SELECT COUNT(*) FROM {STAGE}")
    problems = [f"{rows:,} of {staged:,} rows were stored"] if rows != staged else []
    return problems + [
        f"{column.name}: the server stored another value than was sent in {count:,} rows, as a trigger does "
        f"(SHOW TRIGGERS LIKE '{table.name}')"
        for column, count in zip(table.columns, wrong, strict=True)
        if count
    ]


def same_value(column: sa.Column[Any]) -> str:
    """A condition: the column holds the same in the stored row `t` and in the sent row `s`."""
    stored, sent = (f"{alias}.{quoted(column.name)}" for alias in "ts")
    if family_of(column) is Family.TEXT:
        stored, sent = f"CAST({stored} AS BINARY)", f"CAST({sent} AS BINARY)"
    return f"({stored} <=> {sent})"


def rows_of_others(session: Session, table: sa.Table, removals: str) -> Iterator[tuple[str, int]]:
    """The rows of tables that are not ours that the server will delete, or clear references in, by itself.

    `removals`: the table of the keys that are to be deleted from `table`. Only tables that the user may see.
    """
    references: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for schema, child, name, column, target in session.rows(
        "SELECT k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_COLUMN_NAME "
        "FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r "
        "ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME "
        "AND r.TABLE_NAME = k.TABLE_NAME "
        "WHERE k.REFERENCED_TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME = %s "
        "AND r.DELETE_RULE IN ('CASCADE', 'SET NULL') ORDER BY k.ORDINAL_POSITION",
        (table.name,),
    ):
        if schema != session.address.database or child not in TABLES:
            references.setdefault((schema, child, name), []).append((column, target))
    for (schema, child, _), pairs in references.items():
        on = " AND ".join(f"c.{quoted(column)} = t.{quoted(target)}" for column, target in pairs)
        same = " AND ".join(f"t.{quoted(name)} = g.{quoted(name)}" for name in primary_key(table))
        count = session.value(
            f"SELECT COUNT(*) FROM {quoted(schema)}.{quoted(child)} c JOIN {quoted(table.name)} t ON {on} "
            f"JOIN {removals} g ON {same}"
        )
        yield (child if schema == session.address.database else f"{schema}.{child}"), count
