"""The data dictionary: what each column of a table holds, from the schema alone."""

from typing import NamedTuple

from sqlalchemy import Table

from lm_synth_assets.schema.catalogue import foreign_keys
from lm_synth_assets.schema.kinds import closed_list, documented_type


class Entry(NamedTuple):
    """A column: its type in the words of SQL, whether it may be NULL, its meaning with its closed list."""

    column: str
    kind: str
    null: bool
    meaning: str


def entries(table: Table) -> list[Entry]:
    """Every column of a table, in order."""
    targets = {
        column: f"{parent}({target})"
        for columns, parent, names in foreign_keys(table)
        for column, target in zip(columns, names, strict=True)
    }
    dictionary = []
    for column in table.columns:
        values = closed_list(column)
        meaning = column.comment or ""
        meaning += f": {', '.join(values)}" if values else ""
        meaning += f"; refers to {targets[column.name]}" if column.name in targets else ""
        dictionary.append(Entry(column.name, documented_type(column), bool(column.nullable), meaning))
    return dictionary
