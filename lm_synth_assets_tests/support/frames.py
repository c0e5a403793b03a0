"""Frames that keep to a declared table, made from its declaration, for any test that needs one.

`valid_frame` is the same every time and easy to read; `frames` draws the odd ones: extremes, nulls, any
letter, no rows at all.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from hypothesis import strategies as st

from lm_synth_assets.schema.catalogue import primary_key, unique_keys
from lm_synth_assets.schema.kinds import Family, closed_list, family_of, kind_of
from lm_synth_assets.storage.frames import EXACT_DIGITS, pandas_dtypes

_FIRST_DAY = dt.datetime(2025, 1, 1)
_TEXT = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters='"\\')


def valid_frame(table: sa.Table, rows: int = 3) -> pd.DataFrame:
    """A frame of `rows` rows that count up, every third null where allowed; fewer if the keys run out."""
    key = [table.columns[name] for name in primary_key(table)]
    if len(key) == 1 and (values := closed_list(key[0])):
        rows = min(rows, len(values))
    return _frame(table, ([_cell(column, row) for column in table.columns] for row in range(rows)))


def frames(table: sa.Table, max_rows: int = 8) -> st.SearchStrategy[pd.DataFrame]:
    """Any frame that keeps to `table`, of up to `max_rows` rows."""
    names = list(table.columns.keys())

    def picked(key: list[str]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
        places = [names.index(name) for name in key]
        return lambda row: tuple(row[place] for place in places)

    rows = st.lists(
        st.tuples(*map(_cells, table.columns)),
        max_size=max_rows,
        unique_by=tuple(map(picked, [primary_key(table), *unique_keys(table)])),
    )
    return rows.map(lambda drawn: _frame(table, drawn))


def with_another_value(frame: pd.DataFrame, column: sa.Column[Any], row: int) -> pd.DataFrame:
    """A copy in which one cell is the next value that the column can hold, or the one before."""
    copy, value = frame.copy(), frame[column.name].iloc[row]
    if values := closed_list(column):
        other: Any = next(one for one in values if one != value)
    else:
        match family_of(column):
            case Family.BOOLEAN:
                other = not value
            case Family.INTEGER:
                other = 1 if pd.isna(value) else value + 1
            case Family.DECIMAL:
                other = value + 10.0 ** -(column.type.scale or 0)
            case Family.TEXT:
                other = "other" if pd.isna(value) else f"{value[:-1]}{'x' if value[-1] != 'x' else 'y'}"
            case Family.DAY:
                other = value + pd.Timedelta(days=1)
            case Family.TIME:
                other = value + pd.Timedelta(seconds=1)
    copy.loc[copy.index[row], column.name] = other
    return copy


def _frame(table: sa.Table, rows: Iterable[Iterable[Any]]) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * len(table.columns)
    typed = zip(pandas_dtypes(table).items(), columns, strict=True)
    return pd.DataFrame({name: pd.Series(list(cells), dtype=dtype) for (name, dtype), cells in typed})


def _cell(column: sa.Column[Any], row: int) -> Any:
    if column.nullable and row % 3 == 2:
        return None
    if values := closed_list(column):
        return values[row % len(values)]
    low = int(column.info.get("low", 0))
    match family_of(column):
        case Family.BOOLEAN:
            cell: Any = row % 2 == 1
        case Family.INTEGER:
            cell = low + row % (int(column.info.get("high", 2**31)) - low + 1)
        case Family.TEXT:
            cell = f"{column.name[0].upper()}{row + 1:07}"
        case Family.DECIMAL:
            cell = round(low + row % 1000 * 1.01, column.type.scale)
        case Family.DAY:
            cell = _FIRST_DAY + dt.timedelta(days=row)
        case Family.TIME:
            cell = _FIRST_DAY + dt.timedelta(minutes=row)
    return cell


def _cells(column: sa.Column[Any]) -> st.SearchStrategy[Any]:
    values = closed_list(column)
    present = st.sampled_from(values) if values else _drawn(column)
    return present | st.none() if column.nullable else present


def _drawn(column: sa.Column[Any]) -> st.SearchStrategy[Any]:
    low, high = column.info.get("low"), column.info.get("high")
    days = st.dates(dt.date(1678, 1, 1), dt.date(2261, 12, 31))
    match family_of(column):
        case Family.BOOLEAN:
            cells: st.SearchStrategy[Any] = st.booleans()
        case Family.INTEGER:
            limits = np.iinfo(kind_of(column).pandas)
            cells = st.integers(
                low if low is not None else limits.min, high if high is not None else limits.max
            )
        case Family.TEXT if "form" in column.info:
            cells = st.from_regex(column.info["form"][1], fullmatch=True)
        case Family.TEXT:
            cells = st.text(_TEXT, min_size=1, max_size=column.type.length)
        case Family.DECIMAL:
            precision, scale = column.type.precision, column.type.scale
            most = 10 ** min(precision, EXACT_DIGITS) - 1
            least = -most if low is None else low * 10**scale
            cells = st.integers(least, most).map(lambda unscaled: unscaled / 10**scale)
        case Family.DAY:
            cells = days
        case Family.TIME:
            cells = st.builds(
                dt.datetime.combine, days, st.times().map(lambda time: time.replace(microsecond=0))
            )
    return cells
