"""Stored tables joined: which row each row refers to, and the patients as people.

Looking up text takes longer than most gates, so each of these is done once for a data set that is judged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lm_synth_assets.gates.gate import Tables
from lm_synth_assets.model.people import People, people_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints


def positions(wanted: pd.Series, among: pd.Series) -> Ints:
    """The position of each value among others, the first of equals; -1 where it is not there."""
    values, known = (_plain(pa.array(series)) for series in (wanted, among))
    found = pc.index_in(values.cast(known.type), value_set=known)
    return np.asarray(found.fill_null(-1), dtype=np.int64)


def _plain(values: pa.Array) -> pa.Array:
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


def referred(tables: Tables, table: str, column: str, parent: str, target: str) -> Ints:
    """The position in `parent` of the row that each row of a table refers to; -1 where there is none."""
    return tables.kept(
        ("referred", table, column, parent, target),
        lambda: positions(tables[table][column], tables[parent][target]),
    )


def patient_of(tables: Tables, table: str) -> Ints:
    """The position in patients of the patient of each row of a table; -1 where there is no such patient."""
    return referred(tables, table, "patient_id", "patients", "patient_id")


def people_in(tables: Tables, region: Region) -> People:
    """The patients as arrays."""
    day = region.run.reference_date
    return tables.kept(("people", day), lambda: people_of(tables["patients"], day))
