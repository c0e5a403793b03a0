"""The structural gates of every table, all from its schema: values, layout, keys, foreign keys."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from sqlalchemy import Table

from lm_synth_assets.gates.gate import Gate, StoredTables, Verdict, none_of
from lm_synth_assets.gates.joined import referred
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Mask
from lm_synth_assets.schema.catalogue import (
    TABLES,
    foreign_keys,
    must_be_referred_to,
    primary_key,
    unique_keys,
)
from lm_synth_assets.storage.enforcement import value_problems


def structural_gates(table: Table) -> list[Gate]:
    """The gates of one table: `schema`, `layout`, `keys`, and `foreign_keys` where it has any."""
    gates = [
        Gate(
            table.name,
            "schema",
            "The table is there, and its columns, types, nulls, ranges and closed lists are as declared.",
            "problems found on reading the stored table and on holding it to its declaration",
            "no exception",
            partial(_schema, table),
            (),
            True,
        ),
        Gate(
            table.name,
            "layout",
            "The stored table is laid out as it was written, so that every tool reads it alike.",
            "order of columns, encoding, line ends and stored types = those that are written",
            "equal",
            partial(_layout, table),
            (),
            False,
        ),
        Gate(
            table.name,
            "keys",
            "Primary key and unique columns hold no duplicate.",
            "rows that share " + " or ".join(", ".join(key) for key in _keys_of(table)),
            "no exception",
            partial(_keys, table),
            (),
            True,
        ),
    ]
    references = foreign_keys(table)
    if references:
        total = [parent for _, parent, _ in references if parent in must_be_referred_to(table)]
        gates.append(
            Gate(
                table.name,
                "foreign_keys",
                "Every reference finds its row, and every row that must be referred to is.",
                "; ".join(f"{', '.join(columns)} in {parent}" for columns, parent, _ in references)
                + (f"; all of {', '.join(total)} referred to" if total else ""),
                "no exception",
                partial(_foreign_keys, table),
                tuple(sorted({parent for _, parent, _ in references} - {table.name})),
                True,
            )
        )
    return gates


def _schema(table: Table, tables: StoredTables, region: Region) -> Verdict:
    frame, problems, _ = tables.inspection(table.name)
    if frame is not None:
        problems = (*problems, *value_problems(table, frame))
    observed = problems[0] if len(problems) == 1 else f"{len(problems)} problems"
    return Verdict(
        not problems,
        f"{len(table.columns)} columns as declared",
        observed if problems else "all as declared",
        offending=_listed(problems),
    )


def _layout(table: Table, tables: StoredTables, region: Region) -> Verdict:
    remarks = tables.inspection(table.name).remarks
    tables[table.name]
    return Verdict(not remarks, "as written", "; ".join(remarks) or "as written", offending=_listed(remarks))


def _listed(problems: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({"problem": problems}) if problems else pd.DataFrame()


def _keys_of(table: Table) -> list[list[str]]:
    return [primary_key(table), *unique_keys(table)]


def _keys(table: Table, tables: StoredTables, region: Region) -> Verdict:
    frame = tables[table.name]
    twice = pd.Series(False, index=frame.index)
    for columns in _keys_of(table):
        # A single rising column, as the large tables have, is unique without a look-up.
        if len(columns) == 1 and frame[columns[0]].is_monotonic_increasing:
            same = frame[columns[0]].eq(frame[columns[0]].shift())
            twice |= same | same.shift(-1, fill_value=False)
        else:
            twice |= frame.duplicated(columns, keep=False)
    return none_of(frame[twice], "duplicate", len(frame))


def _foreign_keys(table: Table, tables: StoredTables, region: Region) -> Verdict:
    frame = tables[table.name]
    total = must_be_referred_to(table)
    wrong = []
    for columns, parent, targets in foreign_keys(table):
        given, known = frame[columns], tables[parent][targets]
        if len(columns) == 1:
            found = referred(tables, table.name, columns[0], parent, targets[0]) >= 0
        else:
            found = _found(given, known)
        wrong.append(given[~found].dropna().assign(reference=f"{', '.join(columns)} -> {parent}"))
        if parent in total:
            unused = known[~_found(known, given.dropna().set_axis(targets, axis=1))].set_axis(columns, axis=1)
            wrong.append(unused.assign(reference=f"{parent} without {table.name}"))
    orphans = [part for part in wrong if len(part)]
    return none_of(pd.concat(orphans) if orphans else pd.DataFrame(), "orphan", len(frame))


def _found(given: pd.DataFrame, known: pd.DataFrame) -> Mask:
    if given.shape[1] == 1:
        return positions(given.iloc[:, 0], known.iloc[:, 0]) >= 0
    return np.asarray(pd.MultiIndex.from_frame(given).isin(pd.MultiIndex.from_frame(known)))


STRUCTURAL_GATES = [gate for table in TABLES.values() for gate in structural_gates(table)]
