"""Evaluation of the structural gates: what is stored against what the schema declares."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import none_of
from lm_synth_assets.gates.declared.structure import keys_of
from lm_synth_assets.gates.gate import StoredTables, Verdict
from lm_synth_assets.gates.views import referred
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Mask
from lm_synth_assets.schema.catalogue import TABLES, foreign_keys, must_be_referred_to
from lm_synth_assets.storage.enforcement import value_problems


def schema(name: str, tables: StoredTables, region: Region) -> Verdict:
    """Whether the table can be read, with the columns, types, nulls, ranges and closed lists declared."""
    table = TABLES[name]
    frame, problems, _ = tables.inspection(name)
    if frame is not None:
        problems = (*problems, *value_problems(table, frame))
    observed = problems[0] if len(problems) == 1 else f"{len(problems)} problems"
    return Verdict(
        not problems,
        f"{len(table.columns)} columns as declared",
        observed if problems else "all as declared",
        offending=_listed(problems),
    )


def layout(name: str, tables: StoredTables, region: Region) -> Verdict:
    """Whether the table is laid out as it was written. Raises Unreadable where it cannot be read."""
    remarks = tables.inspection(name).remarks
    tables[name]
    return Verdict(not remarks, "as written", "; ".join(remarks) or "as written", offending=_listed(remarks))


def _listed(problems: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({"problem": problems}) if problems else pd.DataFrame()


def keys(name: str, tables: StoredTables, region: Region) -> Verdict:
    """Whether no two rows share the primary key or a unique column."""
    frame = tables[name]
    twice = pd.Series(False, index=frame.index)
    for columns in keys_of(TABLES[name]):
        # A single rising column, as the large tables have, is unique without a look-up.
        if len(columns) == 1 and frame[columns[0]].is_monotonic_increasing:
            same = frame[columns[0]].eq(frame[columns[0]].shift())
            twice |= same | same.shift(-1, fill_value=False)
        else:
            twice |= frame.duplicated(columns, keep=False)
    return none_of(frame[twice], "duplicate", len(frame))


def references(name: str, tables: StoredTables, region: Region) -> Verdict:
    """Whether every foreign key finds its row, and every row that must be referred to is."""
    table, frame = TABLES[name], tables[name]
    total = must_be_referred_to(table)
    wrong = []
    for columns, parent, targets in foreign_keys(table):
        given, known = frame[columns], tables[parent][targets]
        if len(columns) == 1:
            matched = referred(tables, name, columns[0], parent, targets[0]) >= 0
        else:
            matched = _matched(given, known)
        wrong.append(given[~matched].dropna().assign(reference=f"{', '.join(columns)} -> {parent}"))
        if parent in total:
            used = _matched(known, given.dropna().set_axis(targets, axis=1))
            wrong.append(known[~used].set_axis(columns, axis=1).assign(reference=f"{parent} without {name}"))
    orphans = [part for part in wrong if len(part)]
    return none_of(pd.concat(orphans) if orphans else pd.DataFrame(), "orphan", len(frame))


def _matched(given: pd.DataFrame, known: pd.DataFrame) -> Mask:
    """Which rows (rows of `given`,) occur among others with the same columns."""
    if given.shape[1] == 1:
        return positions(given.iloc[:, 0], known.iloc[:, 0]) >= 0
    return np.asarray(pd.MultiIndex.from_frame(given).isin(pd.MultiIndex.from_frame(known)))
