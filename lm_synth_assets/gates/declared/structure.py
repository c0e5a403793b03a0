"""The structural gates of every table, all from its schema: schema, layout, keys, foreign keys."""

from sqlalchemy import Table

from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.schema.catalogue import (
    CLAIMS,
    TABLES,
    foreign_keys,
    must_be_referred_to,
    primary_key,
    unique_keys,
)

STRUCTURAL = ("schema", "layout", "keys", "foreign_keys")
"""The names of the structural gates, in their order."""


def keys_of(table: Table) -> list[list[str]]:
    """The columns of the primary key, and of each unique constraint."""
    return [primary_key(table), *unique_keys(table)]


def structural_gates(table: Table) -> tuple[Gate, ...]:
    """The gates of one table: `schema`, `layout`, `keys`, and `foreign_keys` where it has any."""
    return (_schema(table), _layout(table), _keys(table), *_foreign_keys(table))


def _schema(table: Table) -> Gate:
    return Gate(
        table=table.name,
        name="schema",
        description="The table is there, and its columns, types, nulls, ranges and closed lists are as "
        "declared.",
        formula="problems on reading the stored table and on comparing it with its declaration",
        threshold="no exception",
        function="structure:schema",
        exact=True,
        arguments=(table.name,),
    )


def _layout(table: Table) -> Gate:
    return Gate(
        table=table.name,
        name="layout",
        description="The stored table is laid out as it was written, so that every tool reads it alike.",
        formula="order of columns, encoding, line ends and stored types = those that are written"
        + ("; the data package describes the files that are there" if table.name == CLAIMS[-1] else ""),
        threshold="equal",
        function="structure:layout",
        exact=True,
        arguments=(table.name,),
        blocking=False,
    )


def _keys(table: Table) -> Gate:
    return Gate(
        table=table.name,
        name="keys",
        description="Primary key and unique columns hold no duplicate.",
        formula="rows that share " + " or ".join(", ".join(key) for key in keys_of(table)),
        threshold="no exception",
        rule=f"{table.name}.keys",
    )


def _foreign_keys(table: Table) -> tuple[Gate, ...]:
    references = foreign_keys(table)
    if not references:
        return ()
    total = [parent for _, parent, _ in references if parent in must_be_referred_to(table)]
    gate = Gate(
        table=table.name,
        name="foreign_keys",
        description="Every reference finds its row, and every row that must be referred to is.",
        formula="; ".join(f"{', '.join(columns)} in {parent}" for columns, parent, _ in references)
        + (f"; all of {', '.join(total)} referred to" if total else ""),
        threshold="no exception",
        rule=f"{table.name}.foreign_keys",
        reads=tuple(sorted({parent for _, parent, _ in references} - {table.name})),
    )
    return (gate,)


STRUCTURE = tuple(gate for table in TABLES.values() for gate in structural_gates(table))
