"""Inspecting the stored copy of a table, which any program may have made or changed.

Pure: takes columns as they are stored and names every value that the declared type cannot hold. Ranges and
lengths are checked by `enforcement`, keys by the gates.
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
from lm_synth_assets.storage.frames import (
    arrow_type,
    is_compatible,
    is_text,
    usual_notation,
    values_from_arrow,
)
from lm_synth_assets.text import counted


class Inspection(NamedTuple):
    """What a stored table holds, and how it differs from its declaration.

    `frame` has the declared columns, order and dtypes, and is None unless all of them can be read. `problems`
    say why the stored table is not the declared one, `remarks` how its layout differs without harm. Where
    `is_stored` is false, nothing is stored under its name.
    """

    frame: pd.DataFrame | None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    is_stored: bool = True


class StoredColumns(NamedTuple):
    """Columns in their stored types, the number of each row, and why other rows were skipped."""

    columns: pa.Table
    rows: npt.NDArray[np.int64]
    problems: tuple[str, ...] = ()

    @classmethod
    def whole(cls, columns: pa.Table) -> StoredColumns:
        """All rows of a table, counted from 1."""
        return cls(columns, np.arange(1, columns.num_rows + 1))


def misfits(table: sa.Table, stored: StoredColumns) -> list[str]:
    """Describe every reason why stored columns cannot be read as those that `table` declares.

    For each column: nulls where none are allowed, values outside a closed list, and values that the declared
    type cannot hold, with their number and the first row of each of the first few.
    """
    problems = list(stored.problems)
    for name in stored.columns.column_names:
        problems += _misfits(table.columns[name], stored.columns.column(name), stored.rows)
    return problems


def type_remarks(table: sa.Table, schema: pa.Schema) -> list[str]:
    """Describe the columns that are stored in another type than the declared one, if it can hold the same."""
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


def notation_remarks(table: sa.Table, stored: StoredColumns) -> list[str]:
    """Describe the columns of text that another program has written in another way, values unaffected."""
    remarks = []
    for name in stored.columns.column_names:
        text = stored.columns.column(name)
        usual = usual_notation(table.columns[name], text)
        if usual is text:
            continue
        text = text.cast(usual.type)
        rewritten = pc.not_equal(text, usual).fill_null(False).combine_chunks()
        if count := rewritten.true_count:
            first = pc.index(rewritten, True).as_py()
            remarks.append(
                f"{name}: {counted(count, 'value is', 'values are')} written in another way, such as "
                f"{text[first].as_py()!r} where {usual[first].as_py()} is meant (row {stored.rows[first]})"
            )
    return remarks


def order_remarks(table: sa.Table, names: list[str]) -> list[str]:
    """Describe the first column that is not where `table` declares it."""
    present = [name for name in dict.fromkeys(names) if name in table.columns]
    declared = [column.name for column in table.columns if column.name in present]
    differ = ((name, expected) for name, expected in zip(present, declared, strict=True) if name != expected)
    return [
        f"the columns are in another order: {name} stands where {expected} is declared"
        for name, expected in islice(differ, 1)
    ]


def _misfits(column: sa.Column[Any], stored: pa.ChunkedArray, rows: npt.NDArray[np.int64]) -> Iterator[str]:
    if not is_compatible(stored.type, arrow_type(column)):
        yield _stored_as(column, stored.type)
        return
    null = stored.is_null().to_numpy()
    if null.any() and not column.nullable:
        first_rows = ", ".join(map(str, rows[null][:EXAMPLES]))
        many = counted(null.sum(), "value is", "values are")
        yield f"{column.name}: {many} missing, and none may be (row {first_rows})"
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
    shown = _displayed(encoded.dictionary.take(positions[wrong][first]))
    description = wrong_values(column, as_text=is_text(stored.type))
    many = counted(wrong.sum(), "value is", "values are")
    yield f"{column.name}: {many} {description}: {examples(shown, rows[wrong][first])}"


def _stored_as(column: sa.Column[Any], stored: pa.DataType) -> str:
    description = f"{column.name}: stored as {stored} where {arrow_type(column)} is declared"
    if not pa.types.is_timestamp(stored) or stored.tz is None:
        return description
    if is_compatible(stored, arrow_type(column)):
        return f"{description}; its UTC times are taken for those of the local clock"
    return (
        f"{description}; store what the clock shows without a time zone (in pandas: .dt.tz_localize(None)), "
        "since clocks of a zone skip an hour and repeat another"
    )


def _displayed(values: pa.Array) -> list[str]:
    """Values as a message shows them: text in quotes, times without trailing zeros."""
    if is_text(values.type):
        return [repr(text.decode(errors="backslashreplace")) for text in values.cast(pa.binary()).to_pylist()]
    # Arrow makes the text, since Python has no objects for all the years that Arrow has.
    texts = [str(text) for text in values.cast(pa.string()).to_pylist()]
    if pa.types.is_timestamp(values.type):
        return [text.rstrip("0").rstrip(".") if "." in text else text for text in texts]
    return texts


def _wrong(column: sa.Column[Any], values: pa.Array) -> npt.NDArray[np.bool_]:
    """Which of some distinct values, none of them null, a column cannot hold."""
    allowed = labels(column)
    values = usual_notation(column, values)
    if pa.types.is_boolean(arrow_type(column)) and pa.types.is_floating(values.type):
        return pc.invert(pc.is_in(values, pa.array([0, 1], values.type))).to_numpy(zero_copy_only=False)
    if allowed and not pa.types.is_boolean(values.type):
        known = pc.is_in(values.cast(pa.string(), safe=False), value_set=pa.array(allowed))
        return ~known.to_numpy(zero_copy_only=False)
    wrong = _certainly_wrong(column, values)
    doubtful = np.flatnonzero(~wrong)
    wrong[doubtful] = _unconvertible(column, values.take(doubtful))
    return wrong


def _certainly_wrong(column: sa.Column[Any], values: pa.Array) -> npt.NDArray[np.bool_]:
    """Values that a cheap test shows to be wrong; to convert each by itself could take too long."""
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


def _unconvertible(column: sa.Column[Any], values: pa.Array) -> npt.NDArray[np.bool_]:
    """Which values cannot be converted, by bisection: few attempts where few values are wrong."""
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
    """Whether all values can be converted to the declared type."""
    try:
        values_from_arrow(column, values)
    except (pa.ArrowException, ValueError):
        return False
    return True
