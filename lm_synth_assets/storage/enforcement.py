"""Holding a frame to its declared table before anything is stored.

Pure. What is checked follows from one table's declaration alone; what only several tables together can
show (foreign keys, statistics) belongs to the gates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import primary_key, unique_keys
from lm_synth_assets.schema.kinds import (
    Family,
    closed_list,
    documented_type,
    family_of,
    kind_of,
    wrong_values,
)
from lm_synth_assets.storage.errors import SchemaError
from lm_synth_assets.storage.frames import EXACT_DIGITS, Dtype, column_problems, pandas_dtype

Rule = tuple[str, Callable[[Any], Any]]
"""What is wrong with some values, and the test that finds them: a series without nulls in, a mask out."""

EXAMPLES = 3
"""How many values or rows are shown where more may be wrong."""

_LONGEST = 60

# Control characters, line separators, quotes and backslashes: each of the tools that load CSV files reads
# at least one of them differently from the others.
_FORBIDDEN = '[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029"\\\\]'


def enforce(table: sa.Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with exactly the columns, order and dtypes that `table` declares and a RangeIndex.

    A type may change only where no value does; decimals are rounded at their scale. The result may share
    memory with `frame`. Raises SchemaError, which lists every problem of every column.
    """
    problems = column_problems(table, list(frame.columns))
    columns: dict[str, Any] = {}
    for name, typed, found in _held(table, frame, first_row=0):
        problems += found
        if not found:
            columns[name] = typed
    for key in [primary_key(table), *unique_keys(table)]:
        if columns.keys() >= set(key):
            problems += _repeats({name: columns[name] for name in key})
    if problems:
        raise SchemaError(table.name, problems)
    return pd.DataFrame(columns, copy=False)


def value_problems(table: sa.Table, frame: pd.DataFrame) -> list[str]:
    """How the columns and values of a frame differ from what `table` declares, keys apart, in words.

    Rows are counted from 1, as someone does who looks at what is stored.
    """
    problems = column_problems(table, list(frame.columns))
    for _, _, found in _held(table, frame, first_row=1):
        problems += found
    return problems


def examples(values: Iterable[str], rows: Iterable[int]) -> str:
    """Some values with the rows that they are in; what is long is cut."""
    cut = (value if len(value) <= _LONGEST else f"{value[:_LONGEST]}..." for value in values)
    return ", ".join(f"{value} (row {row})" for value, row in zip(cut, rows, strict=True))


def _held(
    table: sa.Table, frame: pd.DataFrame, first_row: int
) -> Iterator[tuple[str, pd.Series[Any], list[str]]]:
    """Each declared column that is there once, with its declared dtype; and what is wrong with it."""
    rows = pd.RangeIndex(first_row, first_row + len(frame))
    for column in table.columns:
        if list(frame.columns).count(column.name) == 1:
            yield column.name, *_enforced(column, pd.Series(frame[column.name].array, index=rows))


def _enforced(column: sa.Column[Any], series: pd.Series[Any]) -> tuple[pd.Series[Any], list[str]]:
    """One column, indexed by row number, with its declared dtype; and what is wrong with it."""
    dtype = pandas_dtype(column)
    null = series.isna()
    present = series[~null] if null.any() else series
    problems = []
    if null.any() and not column.nullable:
        rows = ", ".join(map(str, null.index[null][:EXAMPLES]))
        problems.append(f"{column.name}: {null.sum():,} values are null and none may be (row {rows})")
    if not (present.empty or _accepts(family_of(column), present)):
        return series, [*problems, f"{column.name}: the type is {series.dtype} where {dtype} is declared"]
    present = _prepared(column, present)
    for what, test in _rules(column):
        wrong = test(present)
        if wrong.any():
            problems.append(f"{column.name}: {wrong.sum():,} values are {what}: {_examples(present[wrong])}")
    return (series if problems else _typed(present, dtype).reindex(series.index, copy=False)), problems


def _typed(present: pd.Series[Any], dtype: Dtype) -> pd.Series[Any]:
    if isinstance(dtype, pd.CategoricalDtype):
        # To `astype` the same categories in another order are the same, and stay in that order.
        return pd.Series(pd.Categorical(present, dtype=dtype), index=present.index)
    return present.astype(dtype, copy=False)


def _accepts(family: Family, present: pd.Series[Any]) -> bool:
    """Whether a column of such values can be made from those of a series without guessing."""
    match family:
        case Family.BOOLEAN:
            return pd.api.types.is_bool_dtype(present)
        case Family.INTEGER | Family.DECIMAL:
            return pd.api.types.is_numeric_dtype(present) and not pd.api.types.is_bool_dtype(present)
        case Family.TEXT:
            categorical = isinstance(present.dtype, pd.CategoricalDtype)
            return pd.api.types.is_string_dtype(present.cat.categories if categorical else present)
        case Family.DAY | Family.TIME:
            return pd.api.types.is_datetime64_dtype(present)


def _prepared(column: sa.Column[Any], present: pd.Series[Any]) -> pd.Series[Any]:
    """The values as they are checked: text in Arrow; decimals rounded, and without negative zeros."""
    family = family_of(column)
    if family is Family.DECIMAL:
        return present.astype("float64").round(getattr(column.type, "scale", None) or 0) + 0.0
    if present.empty or (family is Family.TEXT and not closed_list(column)):
        return present.astype(pandas_dtype(column))
    return present


def _rules(column: sa.Column[Any]) -> Iterator[Rule]:
    """What may be wrong with the values of a column."""
    if values := closed_list(column):
        yield f"not among {', '.join(values)}", lambda series: ~series.isin(values)
    else:
        yield from _family_rules(column)
    if (low := column.info.get("low")) is not None:
        yield f"below {low}", lambda series: series < low
    if (high := column.info.get("high")) is not None:
        yield f"above {high}", lambda series: series > high


def _family_rules(column: sa.Column[Any]) -> Iterator[Rule]:
    kind, declared = kind_of(column), column.type
    match kind.family:
        case Family.INTEGER:
            yield wrong_values(column), lambda series: _changed(series, kind.pandas)
        case Family.DECIMAL:
            limit = _decimal_limit(column)
            yield f"too large for {documented_type(column)}", lambda series: series.abs() >= limit
        case Family.TEXT:
            longest = getattr(declared, "length", None) or np.inf
            yield f"longer than {longest} characters", lambda text: text.str.len() > longest
            yield "empty where null is meant", lambda text: text == ""
            yield "with quotes, backslashes or line breaks", lambda text: text.str.contains(_FORBIDDEN)
        case Family.DAY | Family.TIME:
            first, last = pd.Timestamp.min, pd.Timestamp.max
            yield (
                wrong_values(column),
                lambda series: (
                    _changed(series, kind.resolution) | np.asarray((series < first) | (series > last))
                ),
            )


def _decimal_limit(column: sa.Column[Any]) -> float:
    """The smallest number that has too many digits before the decimal point."""
    precision, scale = getattr(column.type, "precision", None), getattr(column.type, "scale", None)
    return 10.0 ** (min(precision or EXACT_DIGITS, EXACT_DIGITS) - (scale or 0))


def _changed(series: pd.Series[Any], dtype: npt.DTypeLike) -> npt.NDArray[np.bool_]:
    values = np.asarray(series)
    with np.errstate(invalid="ignore"):
        return np.asarray(values.astype(dtype) != values)


def _repeats(key: Mapping[str, pd.Series[Any]]) -> Iterator[str]:
    """The rows whose key an earlier row has, in words."""
    columns = pd.DataFrame(key, copy=False)
    if _increasing(columns):
        return
    repeated = columns.duplicated()
    if repeated.any():
        rows = columns[repeated].head(EXAMPLES)
        examples = _examples(rows.iloc[:, 0] if len(key) == 1 else rows.apply(tuple, axis=1))
        yield f"{', '.join(key)}: {repeated.sum():,} rows repeat the key of an earlier row: {examples}"


def _increasing(key: pd.DataFrame) -> bool:
    """Whether a key of one column is in strict order: far cheaper to see than that nothing repeats."""
    values: Any = key.iloc[:, 0].array
    ordered = key.shape[1] == 1 and not isinstance(values, pd.Categorical)
    return ordered and bool((values[1:] > values[:-1]).all())


def _examples(values: pd.Series[Any]) -> str:
    shown = values.head(EXAMPLES)
    return examples((repr(value) if isinstance(value, str) else str(value) for value in shown), shown.index)
