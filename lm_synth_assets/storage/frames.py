"""The types of a declared table in pandas and in Arrow, and the exact ways between the two.

Pure: nothing here reads or writes. Whether a frame's values are right is the business of `enforcement`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray, ExtensionDtype
from sqlalchemy.types import TypeEngine

from lm_synth_assets.storage.errors import SchemaError

Dtype = np.dtype[Any] | ExtensionDtype

EXACT_DIGITS = 15
"""Decimal digits that every float64 keeps, whatever the declared precision of a Numeric."""


class _Kind(NamedTuple):
    """What a declared type is in pandas, without and with nulls, and in Arrow."""

    pandas: str
    nullable: str
    arrow: Callable[[Any], pa.DataType]


# The narrower class comes before the one that it inherits from.
_KINDS: dict[type[TypeEngine[Any]], _Kind] = {
    sa.SmallInteger: _Kind("int8", "Int8", lambda _: pa.int8()),
    sa.BigInteger: _Kind("int64", "Int64", lambda _: pa.int64()),
    sa.Integer: _Kind("int32", "Int32", lambda _: pa.int32()),
    sa.Boolean: _Kind("bool", "boolean", lambda _: pa.bool_()),
    sa.String: _Kind("string[pyarrow]", "string[pyarrow]", lambda _: pa.string()),
    sa.Numeric: _Kind("float64", "float64", lambda kind: pa.decimal128(kind.precision, kind.scale)),
    sa.Date: _Kind("datetime64[ns]", "datetime64[ns]", lambda _: pa.date32()),
    sa.DateTime: _Kind("datetime64[ns]", "datetime64[ns]", lambda _: pa.timestamp("us")),
}


def closed_list(column: sa.Column[Any]) -> tuple[str, ...]:
    """The only values that a column may take, in order; empty where it is open."""
    values: Any = column.info.get("values") or getattr(column.type, "enums", ())
    return tuple(values)


def pandas_dtype(column: sa.Column[Any]) -> Dtype:
    """The dtype that a column has in every frame.

    Closed lists are unordered categories; text is Arrow-backed (a quarter of the memory of objects);
    decimals are float64 rounded at their scale; dates and times are datetime64[ns].
    """
    if values := closed_list(column):
        return pd.CategoricalDtype(list(values), ordered=False)
    kind = _kind(column)
    return pd.api.types.pandas_dtype(kind.nullable if column.nullable else kind.pandas)


def pandas_dtypes(table: sa.Table) -> dict[str, Dtype]:
    """The dtype of each column of a table, by name and in order."""
    return {column.name: pandas_dtype(column) for column in table.columns}


def arrow_type(column: sa.Column[Any]) -> pa.DataType:
    """The type that a column has wherever Arrow stores it."""
    return _kind(column).arrow(column.type)


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


def column_problems(table: sa.Table, names: Sequence[str]) -> list[str]:
    """How the names of some columns differ from those that `table` declares, in words; order is free."""
    found = Counter(names)
    return [
        *(f"{name}: the column is missing" for name in map(str, table.columns.keys()) if name not in found),
        *(f"{name}: the table has no such column" for name in found if name not in table.columns),
        *(f"{name}: the column is there {times} times" for name, times in found.items() if times > 1),
    ]


def to_arrow(table: sa.Table, frame: pd.DataFrame) -> pa.Table:
    """The Arrow table of a frame that already keeps to `table`; the values are not looked at again."""
    schema = arrow_schema(table)
    return pa.Table.from_arrays([_to_arrow(frame[field.name], field.type) for field in schema], schema=schema)


def from_arrow(table: sa.Table, arrow: pa.Table) -> pd.DataFrame:
    """The frame of an Arrow table: its columns in the order that they come in, with `table`'s dtypes.

    Other Arrow types are taken where every value fits the declared one; floats are rounded to decimals.
    Raises SchemaError where a value does not fit, is null in a column without nulls, or is not in its
    column's closed list.
    """
    columns, problems = {}, []
    for name in arrow.column_names:
        column = table.columns[name]
        try:
            columns[name] = _from_arrow(column, arrow.column(name))
        except (pa.ArrowException, ValueError) as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise SchemaError(table.name, problems)
    return pd.DataFrame(columns, copy=False)


def _kind(column: sa.Column[Any]) -> _Kind:
    return next(kind for declared, kind in _KINDS.items() if isinstance(column.type, declared))


def _to_arrow(series: pd.Series[Any], kind: pa.DataType) -> Any:
    if pa.types.is_decimal(kind):
        return _decimals(series.to_numpy(), kind)
    return pa.array(series, from_pandas=True).cast(kind)


def _from_arrow(column: sa.Column[Any], stored: pa.ChunkedArray) -> ExtensionArray | NDArray[Any]:
    if stored.null_count and not column.nullable:
        raise ValueError(f"{stored.null_count:,} values are missing, and none may be")
    kind, dtype = arrow_type(column), pandas_dtype(column)
    values = stored.cast(kind)
    if isinstance(dtype, pd.CategoricalDtype):
        return _categories(values, dtype)
    if isinstance(dtype, ExtensionDtype):
        return cast(ExtensionArray, cast(Any, dtype).__from_arrow__(values))
    if pa.types.is_decimal(kind):
        return _floats(values)
    if pa.types.is_temporal(kind):
        values = values.cast(pa.timestamp("s")).cast(pa.timestamp("ns"))
    # Arrow's own memory is read-only, and frames are for working with.
    return np.array(values.to_numpy())


def _categories(values: pa.ChunkedArray, dtype: pd.CategoricalDtype) -> pd.Categorical:
    positions = pc.index_in(values, value_set=pa.array(dtype.categories, pa.string()))
    unknown = pc.and_(pc.is_null(positions), pc.is_valid(values))
    if pc.any(unknown).as_py():
        examples = pc.unique(values.filter(unknown)).to_pylist()[:3]
        raise ValueError(f"{', '.join(map(repr, examples))} not among {', '.join(dtype.categories)}")
    return pd.Categorical.from_codes(pc.fill_null(positions, -1).to_numpy(), dtype=dtype)


def _decimals(values: NDArray[np.float64], kind: pa.Decimal128Type) -> pa.Array:
    """Decimals from floats, as whole numbers of the last digit in 128 bits, low word first."""
    valid = ~np.isnan(values)
    low = np.rint(np.where(valid, values, 0.0) * 10.0**kind.scale).astype("<i8")
    words = np.column_stack([low, low >> 63])
    validity = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(words.tobytes())])


def _floats(values: pa.ChunkedArray) -> NDArray[np.float64]:
    """Floats from decimals, by one division: Arrow's own cast is off by the last bit in every fifth value."""
    array = values.combine_chunks()
    words = np.frombuffer(array.buffers()[1], "<i8", count=2 * (array.offset + len(array)))
    floats: NDArray[np.float64] = words[2 * array.offset :: 2] / 10.0**array.type.scale
    floats[array.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return floats
