"""Checking a frame against its declared table before anything is stored.

Pure. The checks follow from the declaration of one table. Checks that need several tables (foreign keys,
statistics) are gates.
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
from lm_synth_assets.schema.text import FORBIDDEN
from lm_synth_assets.storage.errors import SchemaError
from lm_synth_assets.storage.frames import EXACT_DIGITS, Dtype, column_problems, pandas_dtype
from lm_synth_assets.text import counted

Rule = tuple[str, Callable[[Any], Any]]
"""A description of wrong values, and the test for them: takes a series without nulls, returns a mask."""

EXAMPLES = 3
"""How many wrong values or rows a message shows."""

_LONGEST = 60


def enforce(table: sa.Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the columns, order and dtypes that `table` declares, and a RangeIndex.

    A dtype changes only where no value changes; decimals are rounded to their scale. The result may share
    memory with `frame`. Raises SchemaError, which lists every problem of every column.
    """
    problems = column_problems(table, list(frame.columns))
    columns: dict[str, Any] = {}
    for name, typed, column_faults in _checked_columns(table, frame, first_row=0):
        problems += column_faults
        if not column_faults:
            columns[name] = typed
    for key in [primary_key(table), *unique_keys(table)]:
        if columns.keys() >= set(key):
            problems += _repeated_keys({name: columns[name] for name in key})
    if problems:
        raise SchemaError(table.name, problems)
    return pd.DataFrame(columns, copy=False)


def value_problems(table: sa.Table, frame: pd.DataFrame) -> list[str]:
    """Describe how the columns and values of a frame differ from what `table` declares; keys are not checked.

    Rows are counted from 1, as in a stored file.
    """
    problems = column_problems(table, list(frame.columns))
    for _, _, column_faults in _checked_columns(table, frame, first_row=1):
        problems += column_faults
    return problems


def examples(values: Iterable[str], rows: Iterable[int]) -> str:
    """List some values with their rows; long values are cut."""
    cut = (value if len(value) <= _LONGEST else f"{value[:_LONGEST]}..." for value in values)
    return ", ".join(f"{value} (row {row})" for value, row in zip(cut, rows, strict=True))


def _checked_columns(
    table: sa.Table, frame: pd.DataFrame, first_row: int
) -> Iterator[tuple[str, pd.Series[Any], list[str]]]:
    """Each declared column that the frame has once: name, values with the declared dtype, problems."""
    rows = pd.RangeIndex(first_row, first_row + len(frame))
    for column in table.columns:
        if list(frame.columns).count(column.name) == 1:
            yield column.name, *_checked(column, pd.Series(frame[column.name].array, index=rows))


def _checked(column: sa.Column[Any], series: pd.Series[Any]) -> tuple[pd.Series[Any], list[str]]:
    """A column with its declared dtype, and its problems. The index of `series` holds row numbers."""
    dtype = pandas_dtype(column)
    null = series.isna()
    present = series[~null] if null.any() else series
    problems = []
    if null.any() and not column.nullable:
        rows = ", ".join(map(str, null.index[null][:EXAMPLES]))
        many = counted(null.sum(), "value is", "values are")
        problems.append(f"{column.name}: {many} null and none may be (row {rows})")
    if not (present.empty or _accepts(family_of(column), present)):
        return series, [*problems, f"{column.name}: the type is {series.dtype} where {dtype} is declared"]
    present = _prepared(column, present)
    for description, test in _rules(column):
        wrong = test(present)
        if wrong.any():
            many = counted(wrong.sum(), "value is", "values are")
            problems.append(f"{column.name}: {many} {description}: {_examples(present[wrong])}")
    return (series if problems else _typed(present, dtype).reindex(series.index, copy=False)), problems


def _typed(present: pd.Series[Any], dtype: Dtype) -> pd.Series[Any]:
    if isinstance(dtype, pd.CategoricalDtype):
        # `astype` takes the same categories in another order for equal, and keeps that order.
        return pd.Series(pd.Categorical(present, dtype=dtype), index=present.index)
    return present.astype(dtype, copy=False)


def _accepts(family: Family, present: pd.Series[Any]) -> bool:
    """Whether the values of a series can be taken as values of a family without guessing."""
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
    """The values as they are checked: text in Arrow, decimals rounded and without negative zeros."""
    family = family_of(column)
    if family is Family.DECIMAL:
        return present.astype("float64").round(getattr(column.type, "scale", None) or 0) + 0.0
    if present.empty or (family is Family.TEXT and not closed_list(column)):
        return present.astype(pandas_dtype(column))
    return present


def _rules(column: sa.Column[Any]) -> Iterator[Rule]:
    """The rules that the values of a column must keep: closed list or type, form, and range."""
    if values := closed_list(column):
        yield f"not among {', '.join(values)}", lambda series: ~series.isin(values)
    else:
        yield from _family_rules(column)
    if form := column.info.get("form"):
        description, pattern = form
        yield f"not {description}", lambda text: ~text.str.match(pattern)
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
            # No form takes these, and to look for them takes longer than all else.
            if "form" not in column.info:
                yield "with quotes, backslashes or line breaks", lambda text: text.str.contains(FORBIDDEN)
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


def _repeated_keys(key: Mapping[str, pd.Series[Any]]) -> Iterator[str]:
    """Describe the rows that repeat the key of an earlier row."""
    columns = pd.DataFrame(key, copy=False)
    if _increasing(columns):
        return
    repeated = columns.duplicated()
    if repeated.any():
        rows = columns[repeated].head(EXAMPLES)
        examples = _examples(rows.iloc[:, 0] if len(key) == 1 else rows.apply(tuple, axis=1))
        many = counted(repeated.sum(), "row repeats", "rows repeat")
        yield f"{', '.join(key)}: {many} the key of an earlier row: {examples}"


def _increasing(key: pd.DataFrame) -> bool:
    """Whether a key of one column strictly increases, which is far cheaper to check than uniqueness."""
    values: Any = key.iloc[:, 0].array
    ordered = key.shape[1] == 1 and not isinstance(values, pd.Categorical)
    return ordered and bool((values[1:] > values[:-1]).all())


def _examples(values: pd.Series[Any]) -> str:
    shown = values.head(EXAMPLES)
    return examples((repr(value) if isinstance(value, str) else str(value) for value in shown), shown.index)
