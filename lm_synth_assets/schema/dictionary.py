"""What a table's columns are, in words: the data dictionary, from the schema alone."""

from typing import NamedTuple

from sqlalchemy import Enum, Table

from lm_synth_assets.schema.catalogue import foreign_keys


class Entry(NamedTuple):
    """A column: its type in the words of SQL, whether it may be NULL, its meaning and its closed list."""

    column: str
    kind: str
    null: bool
    meaning: str


def entries(table: Table) -> list[Entry]:
    """Every column of a table, in order."""
    refers = {
        column: f"{parent}({target})"
        for columns, parent, targets in foreign_keys(table)
        for column, target in zip(columns, targets, strict=True)
    }
    found = []
    for column in table.columns:
        kind = column.type
        words = kind.enums if isinstance(kind, Enum) else column.info.get("values", ())
        meaning = column.comment or ""
        meaning += f": {', '.join(words)}" if words else ""
        meaning += f"; refers to {refers[column.name]}" if column.name in refers else ""
        found.append(Entry(column.name, str(kind), bool(column.nullable), meaning))
    return found
