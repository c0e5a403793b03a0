"""The rules on keys and references, which are generated from the declared schema: one query a table."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table

from lm_synth_assets.gates.declared.structure import keys_of
from lm_synth_assets.schema.catalogue import foreign_keys, must_be_referred_to, primary_key


def keys_sql(table: Table) -> str:
    """The rows that share their primary key or a unique column with another."""
    keys = keys_of(table)
    shared = "\n   OR ".join(
        f"{_row(key)} IN (SELECT {', '.join(key)} FROM {table.name} "
        f"GROUP BY {', '.join(key)} HAVING COUNT(*) > 1)"
        for key in keys
    )
    return (
        f"-- No two rows of {table.name} share {' or '.join(', '.join(key) for key in keys)}.\n"
        f"SELECT *\nFROM {table.name}\nWHERE {shared}\nORDER BY {', '.join(primary_key(table))}\n"
    )


def _row(columns: Sequence[str]) -> str:
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"


def references_sql(table: Table) -> str:
    """The references of a table that lead to no row, and the rows of parents that must have one and have
    none. Raises ValueError for a table without references.
    """
    references = foreign_keys(table)
    if not references:
        raise ValueError(f"{table.name} refers to no table")
    shown = list(
        dict.fromkeys([*primary_key(table), *(name for columns, _, _ in references for name in columns)])
    )
    parts = []
    for columns, parent, targets in references:
        same = " AND ".join(
            f"p.{target} = t.{column}" for column, target in zip(columns, targets, strict=True)
        )
        given = " AND ".join(
            f"t.{column} IS NOT NULL" for column in columns if table.columns[column].nullable
        )
        orphans = f"NOT EXISTS (SELECT 1 FROM {parent} p WHERE {same})"
        parts.append(
            f"SELECT {', '.join(f't.{name}' for name in shown)}, "
            f"'{', '.join(columns)} -> {parent}' AS reference\n"
            f"FROM {table.name} t\n"
            f"WHERE {f'{given} AND ' if given else ''}{orphans}"
        )
        if parent in must_be_referred_to(table):
            target_of = dict(zip(columns, targets, strict=True))
            names = (f"p.{target_of[name]}" if name in target_of else "NULL" for name in shown)
            parts.append(
                f"SELECT {', '.join(names)}, '{parent} without {table.name}'\n"
                f"FROM {parent} p\n"
                f"WHERE NOT EXISTS (SELECT 1 FROM {table.name} t WHERE {same})"
            )
    return (
        f"-- Every reference of {table.name} leads to a row, and every row that must be referred to is.\n"
        + "\nUNION ALL\n".join(parts)
        + f"\nORDER BY reference, {', '.join(shown)}\n"
    )
