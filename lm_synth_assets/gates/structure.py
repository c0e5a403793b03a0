"""The structural gates of every table, all from its schema: columns and values, keys, foreign keys."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Boolean, Column, Date, DateTime, Enum, Integer, Numeric, Table

from lm_synth_assets.config import Region
from lm_synth_assets.gates.gate import Gate, Tables, Verdict, none_of
from lm_synth_assets.schema import TABLES, foreign_keys, primary_key, unique_keys


def structural_gates(table: Table) -> list[Gate]:
    """The gates of one table: `schema`, `keys`, and `foreign_keys` where it has any."""
    gates = [
        Gate(
            table.name,
            "schema",
            "Columns are there in order with their types; values keep to their ranges and closed lists.",
            partial(_schema, table),
            (),
            True,
        ),
        Gate(
            table.name,
            "keys",
            "Primary key and unique columns hold no duplicate.",
            partial(_keys, table),
            (),
            True,
        ),
    ]
    references = foreign_keys(table)
    if references:
        reads = tuple(sorted({parent for _, parent, _ in references} - {table.name}))
        gates.append(
            Gate(
                table.name,
                "foreign_keys",
                "Every reference finds its row.",
                partial(_foreign_keys, table),
                reads,
                True,
            )
        )
    return gates


def _schema(table: Table, tables: Tables, region: Region) -> Verdict:
    frame = tables[table.name]
    names = [column.name for column in table.columns]
    problems = []
    if list(frame.columns) != names:
        found = f"columns are {', '.join(frame.columns)}"
        problems.append({"column": "(all)", "problem": found, "rows": len(frame)})
    for column in table.columns:
        if column.name in frame:
            values = frame[column.name]
            problems += [
                {"column": column.name, "problem": problem, "rows": int(rows)}
                for problem, rows in _column_problems(column, values).items()
                if rows
            ]
    return Verdict(
        not problems,
        f"{len(names)} columns as declared",
        "all as declared" if not problems else f"{len(problems)} problems",
        "0 problems",
        pd.DataFrame(problems),
    )


_KINDS: Mapping[type[Any], str] = {
    Boolean: "b",
    Integer: "i",
    Numeric: "f",
    Date: "M",
    DateTime: "M",
}


def _column_problems(column: Column[Any], values: pd.Series) -> dict[str, int]:
    """The number of rows with each kind of breach."""
    low, high, allowed = (column.info.get(key) for key in ("low", "high", "values"))
    if isinstance(column.type, Enum):
        allowed = tuple(column.type.enums)
    expected = next((kind for cls, kind in _KINDS.items() if isinstance(column.type, cls)), None)
    present = values.dropna()
    if expected is not None and values.dtype.kind != expected:
        return {f"type is {values.dtype}": len(values)}
    found = {} if column.nullable else {"is null": len(values) - len(present)}
    if allowed is not None:
        found[f"is none of {', '.join(allowed)}"] = (~present.isin(allowed)).sum()
    if low is not None:
        found[f"is below {low:g}"] = (present < low).sum()
    if high is not None:
        found[f"is above {high:g}"] = (present > high).sum()
    if isinstance(column.type, Date):
        found["has a time of day"] = (present != present.dt.normalize()).sum()
    return found


def _keys(table: Table, tables: Tables, region: Region) -> Verdict:
    frame = tables[table.name]
    twice = pd.Series(False, index=frame.index)
    for columns in (primary_key(table), *unique_keys(table)):
        # A single rising column, as the large tables have, is unique without a look-up.
        if len(columns) == 1 and frame[columns[0]].is_monotonic_increasing:
            twice |= frame[columns[0]].eq(frame[columns[0]].shift())
        else:
            twice |= frame.duplicated(columns, keep=False)
    return none_of(frame[twice], "duplicate", len(frame))


def _foreign_keys(table: Table, tables: Tables, region: Region) -> Verdict:
    frame = tables[table.name]
    orphans = []
    for columns, parent, targets in foreign_keys(table):
        given = frame[columns].dropna()
        known = tables[parent][targets]
        missing = ~_found(given, known)
        if missing.any():
            orphans.append(given[missing].assign(reference=f"{', '.join(columns)} -> {parent}"))
    return none_of(pd.concat(orphans) if orphans else pd.DataFrame(), "orphan", len(frame))


def _found(given: pd.DataFrame, known: pd.DataFrame) -> "pd.Series[bool]":
    if given.shape[1] == 1:
        # Arrow's look-up: pandas' own turns every string into a Python object first.
        values, among = (pa.array(frame.iloc[:, 0]) for frame in (given, known))
        if pa.types.is_dictionary(values.type):
            values, among = values.cast(pa.string()), among.cast(pa.string())
        return pd.Series(pc.is_in(values, value_set=among).to_pandas().to_numpy(bool), index=given.index)
    keys = pd.MultiIndex.from_frame(known)
    return pd.Series(pd.MultiIndex.from_frame(given).isin(keys), index=given.index)


STRUCTURAL_GATES = [gate for table in TABLES.values() for gate in structural_gates(table)]
