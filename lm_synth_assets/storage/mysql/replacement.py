"""Replacing the rows of a table by the staged rows, in one transaction that keeps every foreign key valid.

Rows that stay are updated in place, since other tables may refer to them. Rows that refer to a removed row
are removed with it if the schema says so (`takes_along`); otherwise the replacement is refused.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from pymysql import err
from pymysql.constants import ER

from lm_synth_assets.schema.catalogue import (
    claims_on,
    foreign_key_constraints,
    primary_key,
    takes_along,
    unique_keys,
)
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets.storage.mysql.ddl import STORED_TABLES, quoted
from lm_synth_assets.storage.mysql.errors import RowsRefused, code_of
from lm_synth_assets.storage.mysql.session import Session
from lm_synth_assets.storage.mysql.staging import STAGE
from lm_synth_assets.storage.mysql.verification import differing_rows, rows_of_others
from lm_synth_assets.storage.record import Record
from lm_synth_assets.storage.store import Replacement

_EXAMPLES = 3
_ORPHAN = {ER.NO_REFERENCED_ROW, ER.NO_REFERENCED_ROW_2}


class Reference(NamedTuple):
    """A foreign key: `columns` of `child` refer to `targets` of `parent`."""

    child: sa.Table
    columns: list[str]
    parent: sa.Table
    targets: list[str]


def replace(session: Session, table: sa.Table, record: Record) -> Replacement:
    """Replace a table by the staged rows, and record what it then holds.

    What is no longer true is withdrawn with it. Raises RowsRefused, which names the rows, if staged rows
    refer to nothing, or if rows to be removed are referred to, or if the server stores other values than were
    sent. The transaction is then rolled back.
    """
    removed: dict[str, int] = {}
    withdrawn: tuple[str, ...] = ()
    with session.transaction():
        if _is_empty(session, table):
            _insert(session, table)
        else:
            vanishing = _note_vanishing(session, table)
            _update(session, table)
            if vanishing:
                _clear_self_references(session, table)
                _refuse_to_remove(session, table)
                removed = _remove(session, table)
        if altered := differing_rows(session, table):
            raise RowsRefused(table.name, altered)
        before = recorded(session, table)
        if before is None or before.digest != record.digest:
            withdrawn = _withdraw(session, table)
        session.run(
            f"REPLACE INTO {quoted(STORED_TABLES.name)} SELECT %s, COUNT(*), %s, %s "
            f"FROM {quoted(table.name)}",
            (table.name, record.digest, record.made_from),
        )
    elsewhere = {name: count for name, count in removed.items() if count and name != table.name}
    return Replacement(0, elsewhere, withdrawn)


def recorded(session: Session, table: sa.Table) -> Record | None:
    """What was recorded when the table was last stored; None where there is no record."""
    rows = session.rows(
        f"SELECT row_count, digest, made_from FROM {quoted(STORED_TABLES.name)} WHERE table_name = %s",
        (table.name,),
    )
    return Record(*rows[0]) if rows and rows[0][1] else None


def _withdraw(session: Session, table: sa.Table) -> tuple[str, ...]:
    """Take away the rows of the tables that speak of a table that has changed; their names."""
    withdrawn = []
    for name in claims_on(table):
        rows = session.run(f"DELETE FROM {quoted(name)}")
        if session.run(f"DELETE FROM {quoted(STORED_TABLES.name)} WHERE table_name = %s", (name,)) or rows:
            withdrawn.append(name)
    return tuple(withdrawn)


def remove(session: Session, table: sa.Table) -> None:
    """Delete all rows of a table that no other refers to, its record, and what speaks of it."""
    with session.transaction():
        for name in _self_references(table):
            session.run(f"UPDATE {quoted(table.name)} SET {quoted(name)} = NULL")
        session.run(f"DELETE FROM {quoted(table.name)}")
        _withdraw(session, table)
        session.run(f"DELETE FROM {quoted(STORED_TABLES.name)} WHERE table_name = %s", (table.name,))


def _is_empty(session: Session, table: sa.Table) -> bool:
    return not session.rows(f"SELECT 1 FROM {quoted(table.name)} LIMIT 1")


def _insert(session: Session, table: sa.Table, on_duplicate: str = "") -> None:
    """Insert the staged rows, then set references within the table, once all rows are there."""
    self_references = _self_references(table)
    names = [column.name for column in table.columns]
    values = ", ".join("NULL" if name in self_references else quoted(name) for name in names)
    try:
        session.run(
            f"INSERT INTO {quoted(table.name)} ({quoted(*names)}) SELECT {values} FROM {STAGE} s "
            f"ORDER BY {quoted(*primary_key(table))}{on_duplicate}"
        )
        for name in self_references:
            session.run(
                f"UPDATE {quoted(table.name)} t JOIN {STAGE} s ON {_same(primary_key(table))} "
                f"SET t.{quoted(name)} = s.{quoted(name)} WHERE s.{quoted(name)} IS NOT NULL"
            )
    except err.IntegrityError as error:
        problems = list(_orphans(session, table)) if code_of(error) in _ORPHAN else []
        raise RowsRefused(table.name, problems or [f"{error.args[1]} (MySQL {error.args[0]})"]) from error


def _update(session: Session, table: sa.Table) -> None:
    """Update the rows that stay, and add the new ones."""
    key, self_references = primary_key(table), _self_references(table)
    if moved := [_set_aside(table.columns[name]) for columns in unique_keys(table) for name in columns]:
        # Rows may swap unique values, or take that of a removed row.
        session.run(f"UPDATE {quoted(table.name)} t SET {', '.join(moved)}")
    changes = [
        f"{quoted(column.name)} = {'NULL' if column.name in self_references else 's.' + quoted(column.name)}"
        for column in table.columns
        if column.name not in key
    ]
    same = f"{quoted(key[0])} = s.{quoted(key[0])}"
    _insert(session, table, f" ON DUPLICATE KEY UPDATE {', '.join(changes) or same}")


def _set_aside(column: sa.Column[Any]) -> str:
    """An assignment of a value that no staged row has: a negative number, or a tilde and the row's key."""
    if family_of(column) is Family.INTEGER:
        return f"t.{quoted(column.name)} = -t.{quoted(column.name)}"
    key = _of("t", primary_key(column.table))
    return f"t.{quoted(column.name)} = CONCAT_WS('~', '', {key})"


def _note_vanishing(session: Session, table: sa.Table) -> int:
    """Note for removal the rows that are not staged; return how many."""
    key = primary_key(table)
    return _note(
        session,
        table,
        f"FROM {quoted(table.name)} t LEFT JOIN {STAGE} s ON {_same(key)} WHERE s.{quoted(key[0])} IS NULL",
    )


def _note(session: Session, table: sa.Table, source: str) -> int:
    """Note rows `t` of a table for removal; return how many are newly noted."""
    key, candidates = primary_key(table), quoted("_found")
    removals = _removals(table)
    for name in (removals, candidates):
        session.run(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} (PRIMARY KEY ({quoted(*key)})) "
            f"AS SELECT {quoted(*key)} FROM {quoted(table.name)} LIMIT 0"
        )
    # A second table is needed because no statement may name a temporary table twice.
    session.run(f"INSERT IGNORE INTO {candidates} SELECT {_of('t', key)} {source}")
    count = session.run(f"INSERT IGNORE INTO {removals} SELECT * FROM {candidates}")
    session.run(f"DROP TEMPORARY TABLE {candidates}")
    return count


def _remove(session: Session, table: sa.Table) -> dict[str, int]:
    """Delete the noted rows of a table, after the rows that refer to them; return how many, by table."""
    removed: Counter[str] = Counter()
    for reference in _references_to(table):
        if reference.child is not table:
            _note(session, reference.child, _referring(reference))
            _note_followers(session, reference.child)
            removed.update(_remove(session, reference.child))
    _clear_self_references(session, table)
    removed.update(dict(rows_of_others(session, table, _removals(table))))
    removed[table.name] += session.run(
        f"DELETE t FROM {quoted(table.name)} t JOIN {_removals(table)} g ON {_same(primary_key(table), 'g')}"
    )
    session.run(f"DROP TEMPORARY TABLE {_removals(table)}")
    return dict(removed)


def _clear_self_references(session: Session, table: sa.Table) -> None:
    """Clear references within the table in noted rows, so that they can be deleted in any order."""
    for name in _self_references(table):
        session.run(
            f"UPDATE {quoted(table.name)} t JOIN {_removals(table)} g ON {_same(primary_key(table), 'g')} "
            f"SET t.{quoted(name)} = NULL"
        )


def _note_followers(session: Session, table: sa.Table) -> None:
    """Note the rows that refer to noted rows of the same table, directly or through others."""
    for reference in _references_to(table):
        if reference.child is table:
            while _note(session, table, _referring(reference)):
                pass


def _refuse_to_remove(session: Session, table: sa.Table) -> None:
    """Raise RowsRefused if rows refer to noted rows and may not be removed with them."""
    problems = []
    for reference in _references_to(table):
        if reference.child is table or not takes_along(table):
            key = _of("g", reference.targets)
            referring = session.rows(
                f"SELECT {key}, COUNT(*) {_referring(reference)} GROUP BY {key} ORDER BY {key} "
                f"LIMIT {_EXAMPLES}"
            )
            for *values, count in referring:
                problems.append(
                    f"{_key_text(reference.targets, values)} would vanish, and {reference.child.name} refers "
                    f"to it (rows: {count:,}); store {reference.child.name} without it first"
                )
    if problems:
        raise RowsRefused(table.name, problems)


def _orphans(session: Session, table: sa.Table) -> Iterator[str]:
    """Describe references of the staged rows to rows that do not exist."""
    for constraint in foreign_key_constraints(table):
        reference = _reference(constraint)
        key = _of("s", reference.columns)
        on = " AND ".join(
            f"p.{quoted(target)} = s.{quoted(name)}"
            for name, target in zip(reference.columns, reference.targets, strict=True)
        )
        not_null = " AND ".join(f"s.{quoted(name)} IS NOT NULL" for name in reference.columns)
        orphans = session.rows(
            f"SELECT {key}, COUNT(*) FROM {STAGE} s LEFT JOIN {quoted(reference.parent.name)} p ON {on} "
            f"WHERE p.{quoted(reference.targets[0])} IS NULL AND {not_null} GROUP BY {key} LIMIT {_EXAMPLES}"
        )
        for *values, count in orphans:
            yield (
                f"{_key_text(reference.columns, values)} is not in {reference.parent.name} "
                f"({constraint.name}; rows: {count:,}); store {reference.parent.name} first"
            )


def _references_to(table: sa.Table) -> list[Reference]:
    """The foreign keys of all tables that refer to a table."""
    return [
        _reference(constraint)
        for child in table.metadata.sorted_tables
        for constraint in foreign_key_constraints(child)
        if constraint.referred_table is table
    ]


def _reference(constraint: sa.ForeignKeyConstraint) -> Reference:
    return Reference(
        child=constraint.table,
        columns=list(constraint.column_keys),
        parent=constraint.referred_table,
        targets=[element.column.name for element in constraint.elements],
    )


def _referring(reference: Reference) -> str:
    """The rows `t` of the child of a foreign key that refer to noted rows `g`, as a FROM clause."""
    on = " AND ".join(
        f"t.{quoted(name)} = g.{quoted(target)}"
        for name, target in zip(reference.columns, reference.targets, strict=True)
    )
    return f"FROM {quoted(reference.child.name)} t JOIN {_removals(reference.parent)} g ON {on}"


def _self_references(table: sa.Table) -> list[str]:
    """The columns of a table that refer to the table itself."""
    return [name for ref in _references_to(table) if ref.child is table for name in ref.columns]


def _removals(table: sa.Table) -> str:
    """The temporary table of the rows that are noted for removal."""
    return quoted(f"_gone_{table.name}")


def _of(alias: str, columns: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{quoted(name)}" for name in columns)


def _same(key: list[str], other: str = "s") -> str:
    return " AND ".join(f"t.{quoted(name)} = {other}.{quoted(name)}" for name in key)


def _key_text(columns: Sequence[str], values: Sequence[Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(columns, values, strict=True))
