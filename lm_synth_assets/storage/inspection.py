"""What a stored copy of a table turns out to be, whoever made or changed it.

Pure: judges columns as they are stored, and names every value that cannot be taken as declared. What every
value can be and yet may not (ranges, lengths) is the business of `enforcement`, keys that of the gates.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from lm_synth_assets.schema.kinds import csv_pattern, labels, wrong_values
from lm_synth_assets.storage.enforcement import EXAMPLES, examples
from lm_synth_assets.storage.frames import arrow_type, is_compatible, is_text, values_from_arrow


class Inspection(NamedTuple):
    """A stored table as it was found.

    `frame` has the declared columns, order and dtypes, and is None where they cannot all be had; `problems`
    say why what is stored is not the declared table, `remarks` how its layout differs without harm.
    """

    frame: pd.DataFrame | None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class StoredColumns(NamedTuple):
    """Columns in the types in which they are stored, the number of each row, and what kept others out."""

    columns: pa.Table
    rows: npt.NDArray[np.int64]
    problems: tuple[str, ...] = ()

    @classmethod
    def whole(cls, columns: pa.Table) -> StoredColumns:
        """All rows of a table, counted from 1."""
        return cls(columns, np.arange(1, columns.num_rows + 1))


def misfits(table: sa.Table, stored: StoredColumns) -> list[str]:
    """Every reason why stored columns cannot be taken for those that `table` declares.

    For each column in words: nulls where none may be, words that are not in a closed list, and values that
    the declared type cannot take, with how many there are, and the first rows of the first of them.
    """
    problems = list(stored.problems)
    for name in stored.columns.column_names:
        problems += _misfits(table.columns[name], stored.columns.column(name), stored.rows)
    return problems


def type_remarks(table: sa.Table, schema: pa.Schema) -> list[str]:
    """The columns that are stored in another type than the declared one, where it can hold the same."""
    once = (
        (column, schema.field(column.name).type)
        for column in table.columns
        if schema.names.count(column.name) == 1
    )
    return [
        _stored_as(column, stored)
        for column, stored in once
        if stored != arrow_type(column) and is_compatible(stored, arrow_type(column))
    ]


def order_remarks(table: sa.Table, names: list[str]) -> list[str]:
    """Whether the declared columns stand in another order."""
    found = [name for name in dict.fromkeys(names) if name in table.columns]
    declared = [column.name for column in table.columns if column.name in found]
    differ = ((here, there) for here, there in zip(found, declared, strict=True) if here != there)
    return [
        f"the columns are in another order: {here} stands where {there} is declared"
        for here, there in islice(differ, 1)
    ]


def _misfits(column: sa.Column[Any], stored: pa.ChunkedArray, rows: npt.NDArray[np.int64]) -> Iterator[str]:
    if not is_compatible(stored.type, arrow_type(column)):
        yield _stored_as(column, stored.type)
        return
    null = stored.is_null().to_numpy()
    if null.any() and not column.nullable:
        first_rows = ", ".join(map(str, rows[null][:EXAMPLES]))
        yield f"{column.name}: {null.sum():,} values are missing, and none may be (row {first_rows})"
    stored, rows = stored.drop_null(), rows[~null]
    if _fits(column, stored):
        return
    if pa.types.is_dictionary(stored.type):
        stored = stored.cast(stored.type.value_type)
    encoded = stored.dictionary_encode().combine_chunks()
    positions = encoded.indices.to_numpy()
    wrong = _wrong(column, encoded.dictionary)[positions]
    # The positions count up in the order in which their values first appear.
    first = np.unique(positions[wrong], return_index=True)[1][:EXAMPLES]
    shown = _written(encoded.dictionary.take(positions[wrong][first]))
    wrongly = wrong_values(column, as_text=is_text(stored.type))
    yield f"{column.name}: {wrong.sum():,} values are {wrongly}: {examples(shown, rows[wrong][first])}"


def _stored_as(column: sa.Column[Any], stored: pa.DataType) -> str:
    return f"{column.name}: stored as {stored} where {arrow_type(column)} is declared"


def _written(values: pa.Array) -> list[str]:
    """Values as someone sees them: text in quotes, times without zeros at the end."""
    if is_text(values.type):
        return [repr(word.decode(errors="backslashreplace")) for word in values.cast(pa.binary()).to_pylist()]
    # By way of text, as Python has no objects for all the years that Arrow has.
    words = [str(word) for word in values.cast(pa.string()).to_pylist()]
    if pa.types.is_timestamp(values.type):
        return [word.rstrip("0").rstrip(".") if "." in word else word for word in words]
    return words


def _wrong(column: sa.Column[Any], values: pa.Array) -> npt.NDArray[np.bool_]:
    """Which of some distinct values, none of them null, a column cannot take."""
    allowed = labels(column)
    if allowed and not pa.types.is_boolean(values.type):
        known = pc.is_in(values.cast(pa.string(), safe=False), value_set=pa.array(allowed))
        return ~known.to_numpy(zero_copy_only=False)
    wrong = _plainly_wrong(column, values)
    doubtful = np.flatnonzero(~wrong)
    wrong[doubtful] = _tried(column, values.take(doubtful))
    return wrong


def _plainly_wrong(column: sa.Column[Any], values: pa.Array) -> npt.NDArray[np.bool_]:
    """Values that are wrong at first sight: to try each by itself would take too long where all are."""
    kind = arrow_type(column)
    if is_text(values.type):
        fits = pc.match_substring_regex(values.cast(pa.string(), safe=False), csv_pattern(column))
        return ~fits.to_numpy(zero_copy_only=False)
    if pa.types.is_timestamp(kind):
        kind = pa.timestamp("s")
    if pa.types.is_temporal(kind) or pa.types.is_integer(kind):
        back = values.cast(kind, safe=False).cast(values.type, safe=False)
        return pc.not_equal(back, values).to_numpy(zero_copy_only=False)
    return np.zeros(len(values), bool)


def _tried(column: sa.Column[Any], values: pa.Array) -> npt.NDArray[np.bool_]:
    """Which values a column cannot take, by halves: few tries where few are wrong."""
    wrong = np.zeros(len(values), bool)
    parts = [(0, len(values))]
    while parts:
        start, stop = parts.pop()
        if _fits(column, pa.chunked_array([values.slice(start, stop - start)])):
            continue
        if stop - start == 1:
            wrong[start] = True
        else:
            middle = (start + stop) // 2
            parts += [(start, middle), (middle, stop)]
    return wrong


def _fits(column: sa.Column[Any], values: pa.ChunkedArray) -> bool:
    try:
        values_from_arrow(column, values)
    except (pa.ArrowException, ValueError):
        return False
    return True
