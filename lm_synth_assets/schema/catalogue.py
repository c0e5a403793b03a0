"""The data model: one declared table per asset, from which everything else about a table derives.

The declarations stand in `tables`, a module for each group. Columns keep the order in which they are stored.
Nothing here knows how a table is computed, stored or checked.
"""

from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from lm_synth_assets.schema.tables import (
    dimensions,
    emergency,
    inpatient,
    manifest,
    people,
    projections,
    reference,
)
from lm_synth_assets.schema.tables.columns import TAKES_ALONG

_GROUPS = (dimensions, reference, people, emergency, inpatient, projections, manifest)

TABLES: dict[str, Table] = {table.name: table for group in _GROUPS for table in group.TABLES}
"""Every table by name, in the order of declaration."""

DECLARED_IN: dict[str, str] = {table.name: group.__name__ for group in _GROUPS for table in group.TABLES}
"""By table, the name of the module that declares it."""

CLAIMS: tuple[str, ...] = tuple(table.name for table in manifest.TABLES)
"""The tables that say what the other ones are: last, each after all that it speaks of."""

for _claim in manifest.TABLES:
    for _table in list(TABLES.values())[: list(TABLES).index(_claim.name)]:
        # Whoever stores tables in the order of their references stores these last.
        _claim.add_is_dependent_on(_table)


def claims_on(table: Table) -> tuple[str, ...]:
    """The tables that speak of a table, and are no longer true once its rows are others."""
    return CLAIMS[CLAIMS.index(table.name) + 1 :] if table.name in CLAIMS else CLAIMS


def takes_along(table: Table) -> bool:
    """Whether rows that refer to a removed row of `table` are removed with it."""
    return bool(table.info.get(TAKES_ALONG))


def primary_key(table: Table) -> list[str]:
    """The names of the primary key's columns, in order."""
    return [column.name for column in table.primary_key]


def unique_keys(table: Table) -> list[list[str]]:
    """The column names of each unique constraint beside the primary key."""
    return sorted(
        [column.name for column in constraint.columns]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    )


def foreign_key_constraints(table: Table) -> list[ForeignKeyConstraint]:
    """The foreign keys of a table, in order of name."""
    return sorted(table.foreign_key_constraints, key=lambda constraint: str(constraint.name))


def foreign_keys(table: Table) -> list[tuple[list[str], str, list[str]]]:
    """Each foreign key as (columns, parent table, parent columns), in order of name."""
    return [
        (
            [element.parent.name for element in constraint.elements],
            constraint.referred_table.name,
            [element.column.name for element in constraint.elements],
        )
        for constraint in foreign_key_constraints(table)
    ]


def must_be_referred_to(table: Table) -> set[str]:
    """The parents of which every row must be referred to by `table`."""
    return {
        constraint.referred_table.name
        for constraint in table.foreign_key_constraints
        if constraint.info.get("total")
    }
