"""The digest of a table: 128 bits that any change of a value, and any row more or less, changes.

It depends on the declared columns and their values alone: not on the order of rows or columns, nor on the
format in which they are stored. It adds up: the digest of a table is the sum of those of its parts. It shows
what was changed by accident or by hand; it is no protection against a person who forges both.

All numbers are unsigned and of 64 bits, and wrap around. A value is taken as a number `v`: integers as they
are, booleans as 0 and 1, decimals as integers of their last digit, days as days and times as microseconds
since 1970-01-01, text as FNV-1a of its UTF-8, null as a constant. With `mix`, the finaliser of SplitMix64,

    row = sum over columns of mix(v + FNV-1a(column name))
    low = sum over rows of mix(row), high = sum over rows of mix(row + HIGH)

and the digest is `high` and `low` as 16 hexadecimal digits each.
Sources: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, The FNV Non-Cryptographic Hash Algorithm (IETF,
draft-eastlake-fnv); G. L. Steele, D. Lea, C. H. Flood, Fast Splittable Pseudorandom Number Generators,
OOPSLA 2014.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from lm_synth_assets.schema.kinds import Family, family_of

NULL: Final = 0x9E3779B97F4A7C15
"""The number that stands for null."""

HIGH: Final = 0xD1B54A32D192ED03
"""What tells the two halves of a digest apart."""

_PART: Final = 1 << 18
"""Rows at once, which bounds the memory of the numbers that are computed of them."""

_WORD: Final = (1 << 64) - 1
_FNV_START: Final = 0xCBF29CE484222325
_FNV_PRIME: Final = 0x100000001B3
_RESOLUTION = {Family.DAY: "datetime64[D]", Family.TIME: "datetime64[us]"}

_Numbers: TypeAlias = npt.NDArray[np.uint64]


def digest_of(table: sa.Table, frame: pd.DataFrame) -> str:
    """The digest of a frame that has the columns and dtypes that `table` declares."""
    rows = np.zeros(len(frame), np.uint64)
    parts = [slice(start, start + _PART) for start in range(0, len(frame), _PART)]
    for column in table.columns:
        series = frame[column.name]
        for part in parts:
            rows[part] += _mixed_cells(column, series.iloc[part])
    low = sum(int(_mixed(rows[part].copy()).sum(dtype=np.uint64)) for part in parts)
    high = sum(int(_mixed(rows[part] + np.uint64(HIGH)).sum(dtype=np.uint64)) for part in parts)
    return f"{high & _WORD:016x}{low & _WORD:016x}"


def _mixed_cells(column: sa.Column[Any], series: pd.Series[Any]) -> _Numbers:
    """The mixed numbers of a column (rows,)."""
    salt = _text_hashes(pa.array([column.name]))
    if isinstance(series.dtype, pd.CategoricalDtype):
        # A closed list: each label is mixed once, and null, whose code is -1, comes last.
        labels = _text_hashes(pa.array(series.cat.categories, pa.string()))
        return _mixed(np.append(labels, np.uint64(NULL)) + salt)[series.cat.codes.to_numpy()]
    numbers, null = _numbers(column, series), series.isna().to_numpy()
    if null.any():
        numbers[null] = NULL
    numbers += salt
    return _mixed(numbers)


def _numbers(column: sa.Column[Any], series: pd.Series[Any]) -> _Numbers:
    """The values as numbers, in memory of their own; anything where they are null."""
    family = family_of(column)
    if family is Family.TEXT:
        return _text_hashes(pa.array(series, from_pandas=True))
    if resolution := _RESOLUTION.get(family):
        return series.to_numpy().astype(resolution).astype(np.int64).view(np.uint64)
    if family is Family.DECIMAL:
        scaled = series.to_numpy(np.float64) * 10.0 ** (getattr(column.type, "scale", None) or 0)
        return np.rint(np.nan_to_num(scaled)).astype(np.int64).view(np.uint64)
    values = series.to_numpy(np.int64, na_value=0) if series.hasnans else series.to_numpy(np.int64)
    return np.array(values).view(np.uint64)


def _text_hashes(text: pa.Array | pa.ChunkedArray) -> _Numbers:
    """FNV-1a of the UTF-8 of each text; anything where it is null."""
    if isinstance(text, pa.ChunkedArray):
        text = text.combine_chunks()
    binary = text.cast(pa.large_binary())
    _, offsets, values = binary.buffers()
    ends = np.frombuffer(offsets, np.int64)[binary.offset : binary.offset + len(binary) + 1]
    start, length = ends[:-1], np.diff(ends)
    data = np.frombuffer(values or b"", np.uint8)
    hashes = np.full(len(binary), _FNV_START, np.uint64)
    if length.size and length.min() == length.max():
        for column in data[ends[0] : ends[-1]].reshape(len(binary), -1).T:
            hashes ^= column
            hashes *= np.uint64(_FNV_PRIME)
        return hashes
    rows: Any = slice(None)
    for place in range(int(length.max(initial=0))):
        if (length[rows] <= place).any():
            rows = np.flatnonzero(length > place)
        hashes[rows] = (hashes[rows] ^ data[start[rows] + place]) * np.uint64(_FNV_PRIME)
    return hashes


def _mixed(numbers: _Numbers) -> _Numbers:
    """The finaliser of SplitMix64, in place."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers ^= numbers >> np.uint64(shift)
        numbers *= np.uint64(factor)
    numbers ^= numbers >> np.uint64(31)
    return numbers
