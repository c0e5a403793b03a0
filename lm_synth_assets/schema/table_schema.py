"""The tables as Frictionless's Table Schema describes columns and keys to other programs.

Source: https://specs.frictionlessdata.io/table-schema/ (version 1). Nothing here knows where tables lie.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Table

from lm_synth_assets.schema.catalogue import foreign_keys, primary_key, unique_keys
from lm_synth_assets.schema.kinds import closed_list, kind_of


def table_schema(table: Table, stored: Collection[str], *, as_text: bool) -> dict[str, Any]:
    """The columns and keys of a table, as an object of JSON.

    Foreign keys lead to tables among `stored` only: one to a table that is not there would be an error.
    `as_text`: values are written as in CSV.
    """
    references = [
        {
            "fields": columns,
            # A table is called "" where it refers to itself.
            "reference": {"resource": "" if parent == table.name else parent, "fields": targets},
        }
        for columns, parent, targets in foreign_keys(table)
        if parent in stored
    ]
    unique = [key[0] for key in unique_keys(table) if len(key) == 1]
    return {
        "fields": [_field(column, column.name in unique, as_text) for column in table.columns],
        "primaryKey": primary_key(table),
        **({"foreignKeys": references} if references else {}),
        **({"missingValues": [""]} if as_text else {}),
    }


def _field(column: Column[Any], is_unique: bool, as_text: bool) -> dict[str, Any]:
    kind, values = kind_of(column), closed_list(column)
    written = {
        name: list(value) if isinstance(value, tuple) else value for name, value in kind.table_schema_csv
    }
    constraints = {
        "required": not column.nullable or None,
        "unique": is_unique or None,
        "enum": list(values) or None,
        "minimum": column.info.get("low"),
        "maximum": column.info.get("high"),
        "pattern": column.info.get("form", (None, None))[1],
        "maxLength": None if values else getattr(column.type, "length", None),
    }
    return {
        "name": column.name,
        "type": kind.table_schema,
        **(written if as_text else {}),
        "description": column.comment,
        "constraints": {name: value for name, value in constraints.items() if value is not None},
    }
