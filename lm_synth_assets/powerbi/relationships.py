"""The relationships of the model: the foreign keys of the schema, inactive where paths would be ambiguous.

Power BI filters along active relationships, from the one side to the many, and refuses a model in which two
of them lead from one table to another on different ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import ForeignKeyConstraint, Table

from lm_synth_assets.schema.catalogue import foreign_key_constraints, primary_key, unique_keys

INACTIVE: Final = {
    "fk_lha_site": "a site filters visits and stays by where they are, not by where people live",
    "fk_pat_site": "a site filters visits and stays by where they are, not by the home facility",
    "fk_pat_sub": "an ED subservice filters visits by where they are, not by what the patient uses most",
    "fk_ip_prog": "a program filters stays through its subprograms",
    "fk_ip_ed": "sites, days and patients filter stays directly, not through the ED visit before",
}
"""Foreign keys that only a measure follows, with USERELATIONSHIP, by name, with the reason."""


class Relationship(NamedTuple):
    """Many rows of one table to one of another, which filters them."""

    name: str
    table: str
    column: str
    parent: str
    key: str
    is_active: bool


def relationships(tables: Mapping[str, Table]) -> list[Relationship]:
    """The relationships between the tables of a model, in the order of the tables.

    A table has none with itself, which Power BI does not know. Raises ValueError for a key of several
    columns that no single column stands for.
    """
    return [
        _relationship(table, constraint)
        for table in tables.values()
        for constraint in foreign_key_constraints(table)
        if constraint.referred_table is not table
    ]


def _relationship(table: Table, constraint: ForeignKeyConstraint) -> Relationship:
    name, parent = str(constraint.name), constraint.referred_table
    column, key = _single_columns(table, constraint)
    return Relationship(name, table.name, column, parent.name, key, name not in INACTIVE)


def _single_columns(table: Table, constraint: ForeignKeyConstraint) -> tuple[str, str]:
    """The columns that a relationship joins, which can only be one on each side."""
    element, *more = constraint.elements
    if not more:
        return element.parent.name, element.column.name
    parent = constraint.referred_table
    for key in (primary_key(parent), *unique_keys(parent)):
        if len(key) == 1 and key[0] in table.columns:
            return key[0], key[0]
    raise ValueError(
        f"{constraint.name}: a relationship joins one column to one; give {table.name} a column that is "
        f"unique in {parent.name}"
    )


def keys_of(relations: Iterable[Relationship]) -> set[tuple[str, str]]:
    """The (table, column) pairs that rows of other tables refer to."""
    return {(relation.parent, relation.key) for relation in relations}
