"""The digest of a table: as documented, blind to order and format, additive, and changed by any change."""

import datetime as dt
import random
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.frames import from_arrow, to_arrow
from lm_synth_assets_tests.support.frames import frames, valid_frame

EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
BITS = 2**64
EPOCH = dt.datetime(1970, 1, 1)


def fnv(text: str) -> int:
    number = 0xCBF29CE484222325
    for byte in text.encode():
        number = ((number ^ byte) * 0x100000001B3) % BITS
    return number


def mix(number: int) -> int:
    number %= BITS
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) % BITS
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) % BITS
    return number ^ (number >> 31)


def number_of(column: sa.Column[Any], cell: Any) -> int:
    if pd.isna(cell):
        return 0x9E3779B97F4A7C15
    match family_of(column):
        case Family.DECIMAL:
            return round(float(cell) * 10 ** (column.type.scale or 0))
        case Family.TEXT:
            return fnv(str(cell))
        case Family.DAY:
            return (cell.to_pydatetime() - EPOCH).days
        case Family.TIME:
            return (cell.to_pydatetime() - EPOCH) // dt.timedelta(microseconds=1)
    return int(cell)


def by_the_book(table: sa.Table, frame: pd.DataFrame) -> str:
    """The digest as docs/digest.md defines it, in plain Python."""
    low = high = 0
    for cells in frame.itertuples(index=False):
        row = sum(
            mix(number_of(column, cell) + fnv(column.name))
            for column, cell in zip(table.columns, cells, strict=True)
        )
        low, high = low + mix(row), high + mix(row + 0xD1B54A32D192ED03)
    return f"{high % BITS:016x}{low % BITS:016x}"


@EVERY_TABLE
def test_is_what_its_definition_says(table: sa.Table) -> None:
    frame = valid_frame(table, 20)
    assert digest_of(table, frame) == by_the_book(table, frame)


@pytest.mark.parametrize("name", ["ip_stays", "dim_date", "dataset_manifest"])
@settings(max_examples=25)
@given(data=st.data())
def test_is_what_its_definition_says_of_odd_values(name: str, data: st.DataObject) -> None:
    frame = data.draw(frames(TABLES[name]))
    assert digest_of(TABLES[name], frame) == by_the_book(TABLES[name], frame)


def test_of_no_rows_is_zero() -> None:
    assert digest_of(TABLES["dim_site"], valid_frame(TABLES["dim_site"], 0)) == "0" * 32


@EVERY_TABLE
def test_does_not_depend_on_the_order_of_rows(table: sa.Table) -> None:
    frame = valid_frame(table, 20)
    order = random.Random(1).sample(range(len(frame)), len(frame))
    assert digest_of(table, frame.iloc[order]) == digest_of(table, frame)


@EVERY_TABLE
def test_does_not_depend_on_the_way_through_storage(table: sa.Table) -> None:
    frame = valid_frame(table, 20)
    assert digest_of(table, from_arrow(table, to_arrow(table, frame))) == digest_of(table, frame)


@settings(max_examples=25)
@given(frame=frames(TABLES["ip_stays"]), cut=st.integers(0, 8))
def test_adds_up_over_parts(frame: pd.DataFrame, cut: int) -> None:
    table = TABLES["ip_stays"]
    parts = [digest_of(table, part) for part in (frame.iloc[:cut], frame.iloc[cut:])]
    sums = [sum(int(part[half], 16) for part in parts) % 2**64 for half in (slice(16), slice(16, 32))]
    assert "".join(f"{half:016x}" for half in sums) == digest_of(table, frame)


@EVERY_TABLE
def test_sees_a_row_more_or_less_or_twice(table: sa.Table) -> None:
    frame = valid_frame(table, 20)
    twice = pd.concat([frame, frame.head(1)])
    assert len({digest_of(table, each) for each in (frame, frame.iloc[1:], twice)}) == 3


def test_sees_values_that_change_places() -> None:
    """Between rows, and between columns of one type."""
    table = TABLES["ip_stays"]
    frame = valid_frame(table, 20)
    frame = frame.assign(alc_days=frame["los_days"] + 1)
    between_rows = frame.assign(los_days=frame["los_days"].to_numpy()[::-1])
    between_columns = frame.assign(los_days=frame["alc_days"], alc_days=frame["los_days"])
    assert len({digest_of(table, each) for each in (frame, between_rows, between_columns)}) == 3


def test_tells_null_from_every_default() -> None:
    table = TABLES["dim_date"]
    frame = valid_frame(table, 1)
    column = next(column for column in table.columns if column.nullable)
    texts = [None, "NULL", "0", " "]
    digests = {digest_of(table, frame.assign(**{column.name: pd.array([one], "string")})) for one in texts}
    assert len(digests) == len(texts)
