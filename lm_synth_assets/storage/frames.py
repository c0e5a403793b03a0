"""The types of a declared table in pandas and in Arrow, and exact conversion between the two.

Pure: nothing here reads or writes. `enforcement` checks the values of a frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from lm_synth_assets.schema.kinds import arrow_name, closed_list, kind_of, labels
from lm_synth_assets.storage.errors import SchemaError
from lm_synth_assets.text import counted

Dtype: TypeAlias = "np.dtype[Any] | pd.api.extensions.ExtensionDtype"

EXACT_DIGITS = 15
"""Decimal digits that every float64 keeps, whatever the declared precision of a Numeric."""

PART_ROWS = 1 << 20
"""Rows that are converted at once where a table is written: those of a row group of Parquet."""

UTC = ("UTC", "Etc/UTC", "Z", "+00:00")
"""Names of time zones under which programs store the times of a clock without a zone."""

_INDEX_NAMES = frozenset({"", "Unnamed: 0", "index", "level_0", "__index_level_0__"})
"""Names under which pandas stores the index of a frame as a column."""


def pandas_dtype(column: sa.Column[Any]) -> Dtype:
    """The dtype that a column has in every frame.

    Closed lists are unordered categories; text is Arrow-backed (a quarter of the memory of objects);
    decimals are float64 rounded at their scale; dates and times are datetime64[ns].
    """
    if values := closed_list(column):
        return pd.CategoricalDtype(list(values), ordered=False)
    kind = kind_of(column)
    return pd.api.types.pandas_dtype(kind.pandas_nullable if column.nullable else kind.pandas)


def pandas_dtypes(table: sa.Table) -> dict[str, Dtype]:
    """The dtype of each column of a table, by name and in order."""
    return {column.name: pandas_dtype(column) for column in table.columns}


def arrow_type(column: sa.Column[Any]) -> pa.DataType:
    """The Arrow type of a column."""
    function, _, arguments = arrow_name(column).rstrip(")").partition("(")
    values = (int(text) if text.isdigit() else text for text in arguments.split(", ") if text)
    return getattr(pa, function)(*values)


def arrow_schema(table: sa.Table) -> pa.Schema:
    """The Arrow schema of a table, with nullability, and each column's comment as field metadata."""
    return pa.schema(
        pa.field(
            column.name,
            arrow_type(column),
            nullable=column.nullable,
            metadata={"comment": column.comment or ""},
        )
        for column in table.columns
    )


def column_problems(table: sa.Table, names: Sequence[Hashable]) -> list[str]:
    """Describe how the names of stored columns differ from those that `table` declares; order is free."""
    counts = Counter(map(str, names))
    unknown = [name for name in counts if name not in table.columns]
    missing = [column.name for column in table.columns if column.name not in counts]
    variants = {bare: name for name in unknown if (bare := name.strip().lower()) in missing}
    return [
        *(
            f"{name}: the column is called {variants[name]!r}"
            if name in variants
            else f"{name}: the column is missing"
            for name in missing
        ),
        *(_unknown(name) for name in unknown if name not in variants.values()),
        *(
            f"{_plain(name)}: the column is there {times} times"
            for name, times in counts.items()
            if times > 1
        ),
    ]


def to_arrow(table: sa.Table, frame: pd.DataFrame) -> pa.Table:
    """The Arrow table of a frame that has passed `enforce`; values are not checked again."""
    schema = arrow_schema(table)
    return pa.Table.from_arrays([_to_arrow(frame[field.name], field.type) for field in schema], schema=schema)


def arrow_parts(table: sa.Table, frame: pd.DataFrame) -> Iterator[pa.Table]:
    """The same in parts, at least one, each made when it is asked for: text takes much more room."""
    for start in range(0, max(len(frame), 1), PART_ROWS):
        yield to_arrow(table, frame.iloc[start : start + PART_ROWS])


def from_arrow(table: sa.Table, arrow: pa.Table) -> pd.DataFrame:
    """The frame of an Arrow table: its columns in their own order, with the dtypes that `table` declares.

    Other Arrow types and other notations of text are accepted where every value fits the declared type;
    floats are rounded to decimals.
    Raises SchemaError where a value does not fit, is null in a column without nulls, or is not in its
    column's closed list.
    """
    columns, problems = {}, []
    for name in arrow.column_names:
        try:
            columns[name] = values_from_arrow(table.columns[name], arrow.column(name))
        except (pa.ArrowException, ValueError) as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise SchemaError(table.name, problems)
    return pd.DataFrame(columns, copy=False)


def values_from_arrow(
    column: sa.Column[Any], stored: pa.ChunkedArray
) -> pd.api.extensions.ExtensionArray | npt.NDArray[Any]:
    """Convert one column as `from_arrow` does. Raises ValueError or ArrowException."""
    if stored.null_count and not column.nullable:
        raise ValueError(f"{counted(stored.null_count, 'value is', 'values are')} missing, and none may be")
    kind, dtype = arrow_type(column), pandas_dtype(column)
    try:
        values = _exactly(stored, kind)
    except (pa.ArrowException, ValueError):
        rewritten = usual_notation(column, stored)
        if rewritten is stored:
            raise
        values = _exactly(rewritten, kind)
    if isinstance(dtype, pd.CategoricalDtype):
        positions = pc.fill_null(_positions(values, labels(column)), -1)
        return pd.Categorical.from_codes(positions.to_numpy(), dtype=dtype)
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return cast("pd.api.extensions.ExtensionArray", cast(Any, dtype).__from_arrow__(values))
    if pa.types.is_decimal(kind):
        return _floats(values)
    if pa.types.is_temporal(kind):
        values = values.cast(pa.timestamp("s")).cast(pa.timestamp("ns"))
    # Arrow's own memory is read-only.
    return np.array(values.to_numpy())


def usual_notation(column: sa.Column[Any], stored: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as this package writes it where other programs write the same values in another way.

    Returns `stored` itself where there is no text, or no other way to write the column's values.
    """
    notations = kind_of(column).notations
    if not (notations and is_text(_plain_type(stored.type))):
        return stored
    text = stored.cast(_plain_type(stored.type)).cast(pa.string())
    for pattern, replacement in notations:
        text = pc.replace_substring_regex(text, pattern, replacement)
    return text


def is_text(stored: pa.DataType) -> bool:
    """Whether an Arrow type is one of its types of text."""
    text_types = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary)
    return any(is_one(stored) for is_one in text_types)


def is_compatible(stored: pa.DataType, declared: pa.DataType) -> bool:
    """Whether values of one Arrow type can be converted to another without guessing.

    Text is compatible with every type if it is written as in CSV. A time in UTC is taken for the time of the
    local clock; one in another zone is not, since clocks of a zone skip an hour and repeat another.
    """
    kinds = pa.types
    stored = _plain_type(stored)
    if kinds.is_null(stored) or is_text(stored):
        return True
    if kinds.is_string(declared):
        return False
    if kinds.is_boolean(declared):
        return kinds.is_boolean(stored) or kinds.is_integer(stored) or kinds.is_floating(stored)
    if kinds.is_temporal(declared):
        return kinds.is_date(stored) or (kinds.is_timestamp(stored) and stored.tz in (None, *UTC))
    return kinds.is_integer(stored) or kinds.is_floating(stored) or kinds.is_decimal(stored)


def _plain_type(stored: pa.DataType) -> pa.DataType:
    """The type of the values, also where they are stored as a dictionary."""
    return stored.value_type if pa.types.is_dictionary(stored) else stored


def _plain(name: str) -> str:
    """A column's name, in quotes where its blanks or punctuation would not be seen in a sentence."""
    return name if name.isidentifier() else repr(name)


def _unknown(name: str) -> str:
    hint = " (pandas has stored the index of a frame: leave it out)" if name in _INDEX_NAMES else ""
    return f"{_plain(name)}: the table has no such column{hint}"


def _to_arrow(series: pd.Series[Any], kind: pa.DataType) -> Any:
    if pa.types.is_decimal(kind):
        return _decimals(series.to_numpy(), kind)
    return pa.array(series, from_pandas=True).cast(kind)


def _exactly(stored: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """The same values in another type; only decimals are rounded. Raises ValueError or ArrowException."""
    if stored.type == kind:
        # Other programs may have written text that is not UTF-8, which Arrow checks only on request.
        stored.validate(full=True)
        return stored
    if not is_compatible(stored.type, kind):
        raise ValueError(f"stored as {stored.type} where {kind} is declared")
    if pa.types.is_dictionary(stored.type):
        return _exactly(stored.cast(stored.type.value_type), kind)
    if pa.types.is_boolean(kind):
        if pa.types.is_floating(stored.type):
            stored = stored.cast(pa.int64())
        return pc.equal(_positions(stored.cast(pa.string()), ("0", "1")), 1)
    if pa.types.is_timestamp(stored.type) and stored.type.tz is not None:
        stored = stored.cast(pa.timestamp(stored.type.unit))
    if pa.types.is_integer(stored.type) and pa.types.is_decimal(kind):
        # Arrow refuses a precision that might not hold every integer, whatever the values are.
        stored = stored.cast(pa.decimal128(38, kind.scale))
    values = stored.cast(kind)
    # Arrow drops the time of day silently.
    if pa.types.is_date(kind) and pa.types.is_timestamp(stored.type) and values.cast(stored.type) != stored:
        raise ValueError("times of the day where only days are declared")
    return values


def _positions(values: pa.ChunkedArray, allowed: Sequence[str]) -> pa.ChunkedArray:
    """The position of each value in a list of allowed values; nulls stay null. Raises ValueError."""
    positions = pc.index_in(values, value_set=pa.array(allowed, pa.string()))
    unknown = pc.and_(pc.is_null(positions), pc.is_valid(values))
    if pc.any(unknown).as_py():
        examples = pc.unique(values.filter(unknown)).to_pylist()[:3]
        raise ValueError(f"{', '.join(map(repr, examples))} not among {', '.join(allowed)}")
    return positions


def _decimals(values: npt.NDArray[np.float64], kind: pa.Decimal128Type) -> pa.Array:
    """Decimals from floats: integers of the last digit in 128 bits, low half first."""
    valid = ~np.isnan(values)
    low = np.rint(np.where(valid, values, 0.0) * 10.0**kind.scale).astype("<i8")
    halves = np.column_stack([low, low >> 63])
    validity = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(halves.tobytes())])


def _floats(values: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Floats from decimals by one division; Arrow's own cast is off by the last bit in every fifth value."""
    array = values.combine_chunks()
    halves = np.frombuffer(array.buffers()[1], "<i8", count=2 * (array.offset + len(array)))
    floats: npt.NDArray[np.float64] = halves[2 * array.offset :: 2] / 10.0**array.type.scale
    floats[array.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return floats
