"""Frames keep to their declared table: their types, what is refused, and exact ways to Arrow and back."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.text import FORBIDDEN
from lm_synth_assets.schema.vocabulary import DISPOSITIONS, GENDERS
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.errors import SchemaError
from lm_synth_assets.storage.frames import arrow_schema, from_arrow, pandas_dtypes, to_arrow
from lm_synth_assets_tests.support.frames import frames, valid_frame

ED, STAYS, SITES, PATIENTS = (TABLES[name] for name in ["ed_encounters", "ip_stays", "dim_site", "patients"])


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_dtypes_follow_from_the_declaration() -> None:
    dtypes = {**pandas_dtypes(PATIENTS), **pandas_dtypes(STAYS), **pandas_dtypes(ED)}
    assert dtypes["lha_id"] == "int32"
    assert dtypes["acuity"] == "Int8"
    assert dtypes["stay_id"] == "int64"
    assert dtypes["ed_encounter_id"] == "Int64"
    assert dtypes["alc_flag"] == "bool"
    assert dtypes["patient_id"] == pd.StringDtype("pyarrow")
    assert dtypes["los_days"] == "float64"
    assert dtypes["dob"] == dtypes["arrival_ts"] == "datetime64[ns]"
    assert list(dtypes["gender"].categories) == list(GENDERS)
    assert list(dtypes["dispo"].categories) == list(DISPOSITIONS)
    assert not dtypes["dispo"].ordered


def test_arrow_schema_follows_from_the_declaration() -> None:
    schema = arrow_schema(STAYS)
    assert schema.names == list(STAYS.columns.keys())
    assert schema.field("stay_id").type == pa.int64()
    assert schema.field("facility_id").type == pa.int32()
    assert arrow_schema(ED).field("acuity").type == pa.int8()
    assert schema.field("alc_flag").type == pa.bool_()
    assert schema.field("admit_route").type == pa.string()
    assert schema.field("los_days").type == pa.decimal128(6, 2)
    assert schema.field("admit_date").type == pa.date32()
    assert schema.field("admit_ts").type == pa.timestamp("us")
    assert schema.field("discharge_ts").nullable
    assert not schema.field("admit_ts").nullable
    assert schema.field("los_days").metadata == {b"comment": STAYS.c.los_days.comment.encode()}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_goes_to_arrow_and_back_unchanged(table: sa.Table) -> None:
    @settings(max_examples=20, deadline=None)
    @given(frames(table))
    def round_trip(frame: pd.DataFrame) -> None:
        same(enforce(table, frame), frame)
        same(from_arrow(table, to_arrow(table, frame)), frame)

    round_trip()


@pytest.mark.parametrize(("precision", "scale"), [(6, 2), (8, 4), (12, 4), (16, 5)])
def test_decimals_come_back_to_the_last_bit(precision: int, scale: int) -> None:
    columns = sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Numeric(precision, scale))
    table = sa.Table("t", sa.MetaData(), *columns)
    largest = 10.0 ** (min(precision, 15) - scale) - 1
    values = np.round(np.random.default_rng(0).uniform(-largest, largest, 100_000), scale)
    frame = enforce(table, pd.DataFrame({"x": [*values, np.nan, -0.0]}).reset_index(names="id"))
    back = from_arrow(table, to_arrow(table, frame))
    assert back["x"].to_numpy().tobytes() == frame["x"].to_numpy().tobytes()
    assert (frame["x"].to_numpy()[:-2] == values).all()
    assert not np.signbit(back["x"].iloc[-1])


def test_decimals_in_arrow_are_the_numbers_that_the_floats_stand_for() -> None:
    columns = sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Numeric(6, 2))
    table = sa.Table("t", sa.MetaData(), *columns)
    frame = pd.DataFrame({"id": range(4), "x": [58.0, -12.34, np.nan, 0.29]})
    arrow = to_arrow(table, enforce(table, frame))
    assert arrow["x"].to_pylist() == [Decimal("58.00"), Decimal("-12.34"), None, Decimal("0.29")]


def test_a_part_of_an_arrow_table_is_read_where_it_begins() -> None:
    frame = valid_frame(STAYS, 10)
    part = from_arrow(STAYS, to_arrow(STAYS, frame).slice(3, 4))
    same(part, frame.iloc[3:7].reset_index(drop=True))


def test_what_comes_from_arrow_can_be_changed_in_place() -> None:
    frame = from_arrow(STAYS, to_arrow(STAYS, valid_frame(STAYS)))
    for name in frame:
        frame.loc[0, name] = frame.loc[1, name]
    assert frame.iloc[0].equals(frame.iloc[1])


LOOSE: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "another order of columns": lambda frame: frame[frame.columns[::-1]],
    "another index": lambda frame: frame.set_axis([7] * len(frame), axis=0),
    "wider integers": lambda frame: frame.astype({"facility_id": "int64"}),
    "integers as floats with gaps": lambda frame: frame.astype(
        {"acuity": "float64", "facility_id": "float64"}
    ),
    "text as objects": lambda frame: frame.astype({"patient_id": object, "dispo": object}),
    "text as categories": lambda frame: frame.astype({"patient_id": "category"}),
    "categories in another order": lambda frame: frame.assign(
        dispo=frame["dispo"].cat.set_categories(DISPOSITIONS[::-1])
    ),
    "coarser clocks": lambda frame: frame.astype({"arrival_ts": "datetime64[s]"}),
}


@pytest.mark.parametrize("loosen", LOOSE.values(), ids=LOOSE)
def test_types_are_made_exact_where_no_value_changes(loosen: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    frame = valid_frame(ED, 5)
    same(enforce(ED, loosen(frame)), frame)


def test_decimals_are_rounded_at_their_scale() -> None:
    frame = valid_frame(STAYS).assign(los_days=[1.234, 5, -0.001])
    assert enforce(STAYS, frame)["los_days"].tolist() == [1.23, 5.0, 0.0]


def test_columns_without_values_have_no_wrong_type() -> None:
    empty = pd.DataFrame(columns=list(STAYS.columns.keys()))
    assert dict(enforce(STAYS, empty).dtypes) == pandas_dtypes(STAYS)
    nulls = valid_frame(STAYS).assign(discharge_ts=None, ed_encounter_id=None)
    assert dict(enforce(STAYS, nulls).dtypes) == pandas_dtypes(STAYS)


REFUSED: dict[str, tuple[sa.Table, dict[str, Any], str]] = {
    "null": (ED, {"facility_id": [1, None, 3]}, "facility_id: 1 value is null and none may be (row 1)"),
    "null text": (ED, {"patient_id": ["P0000001", None, "P0000003"]}, "patient_id: 1 value is null"),
    "type": (ED, {"facility_id": ["1", "2", "3"]}, "facility_id: the type is object where int32 is declared"),
    "truth as number": (ED, {"facility_id": [True, True, True]}, "the type is bool where int32"),
    "number as truth": (STAYS, {"alc_flag": [0, 1, 0]}, "the type is int64 where bool"),
    "number as text": (SITES, {"site_name": ["a", 2, "c"]}, "the type is object where string"),
    "text as time": (ED, {"arrival_ts": "2025-01-01 10:00:00"}, "the type is object where datetime64[ns]"),
    "time zone": (ED, {"arrival_ts": pd.Timestamp("2025-01-01", tz="UTC")}, "the type is datetime64["),
    "fraction": (ED, {"facility_id": [1, 2.5, 3]}, "not whole numbers that fit INTEGER: 2.5 (row 1)"),
    "too wide": (
        ED,
        {"facility_id": [1, 2**31, 3]},
        "fit INTEGER: 2147483648 (row 1)",
    ),
    "infinite": (ED, {"facility_id": [1, np.inf, 3]}, "not whole numbers that fit INTEGER: inf (row 1)"),
    "not in list": (ED, {"dispo": ["Gone", None, "Died"]}, "dispo: 1 value is not among Discharged, Adm"),
    "below": (ED, {"acuity": [0, 1, 0]}, "acuity: 2 values are below 1: 0 (row 0), 0 (row 2)"),
    "above": (ED, {"acuity": [5, None, 6]}, "acuity: 1 value is above 5: 6.0 (row 2)"),
    "decimal below": (
        STAYS,
        {"los_days": [1.0, -0.01, 2.0]},
        "1 value is below 0: -0.01 (row 1)",
    ),
    "decimal digits": (STAYS, {"los_days": [1.0, 1e4, 2.0]}, "too large for NUMERIC(6, 2): 10000.0"),
    "rounded up": (STAYS, {"los_days": [1.0, 9999.996, 2.0]}, "too large for NUMERIC(6, 2): 10000.0"),
    "not finite": (STAYS, {"los_days": [1.0, np.inf, 2.0]}, "too large for NUMERIC(6, 2): inf (row 1)"),
    "long text": (
        SITES,
        {"site_code": ["A", "B", "C" * 17]},
        "longer than 16 characters: 'CCCC",
    ),
    "formula for an id": (
        PATIENTS,
        {"patient_id": ["P0000001", "=1+1", "P0000003"]},
        "patient_id: 1 value is not P and seven digits: '=1+1' (row 1)",
    ),
    "id without zeros": (ED, {"patient_id": ["P1", "P2", "P3"]}, "3 values are not P and seven digits: 'P1'"),
    "id and a line": (ED, {"patient_id": "P0000001 "}, "3 values are not P and seven digits: 'P0000001 '"),
    "empty text": (SITES, {"site_name": ["A", "", "C"]}, "empty where null is meant: '' (row 1)"),
    "line break": (SITES, {"site_name": ["A", "B\nb", "C"]}, "line breaks: 'B\\nb' (row 1)"),
    "line separator": (SITES, {"site_name": ["A", "B\u2028b", "C"]}, "line breaks: 'B\\u2028b' (row 1)"),
    "quote": (SITES, {"site_name": ["A", 'B"b', "C"]}, "quotes, backslashes or line breaks: 'B\"b' (row 1)"),
    "backslash": (
        SITES,
        {"site_name": ["A", "B\\b", "C"]},
        "with quotes, backslashes or line breaks: 'B\\\\b'",
    ),
    "fraction of a second": (ED, {"arrival_ts": pd.Timestamp("2025-01-01 10:00:00.5")}, "not whole seconds"),
    "time in a date": (ED, {"arrival_date": pd.Timestamp("2025-01-01 10:00:00")}, "not whole days"),
    "far future": (
        ED,
        {"arrival_ts": np.array(["9999-01-01"] * 3, dtype="datetime64[s]")},
        "not whole seconds within 1677 to 2262: 9999-01-01 00:00:00 (row 0)",
    ),
    "same key": (
        ED,
        {"encounter_id": [1, 2, 1]},
        "1 row repeats the key of an earlier row: 1 (row 2)",
    ),
    "same text key": (
        PATIENTS,
        {"patient_id": ["P0000001", "P0000001", "P0000002"]},
        "patient_id: 1 row repeats the key",
    ),
    "same listed key": (TABLES["dim_gender"], {"gender": ["Male"] * 3}, "gender: 2 rows repeat the key"),
    "same wide key": (
        TABLES["program_coverage"],
        {"site_id": 1, "program_id": 2, "subprogram_id": [1, 3, 1]},
        "site_id, program_id, subprogram_id: 1 row repeats the key of an earlier row: (1, 2, 1) (row 2)",
    ),
    "same unique value": (SITES, {"site_code": ["A", "B", "A"]}, "site_code: 1 row repeats the key"),
}


@pytest.mark.parametrize(("table", "cells", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_the_declaration_is_refused(table: sa.Table, cells: dict[str, Any], problem: str) -> None:
    with pytest.raises(SchemaError) as refusal:
        enforce(table, valid_frame(table).assign(**cells))
    assert refusal.value.table == table.name
    assert len(refusal.value.problems) == 1
    assert problem in refusal.value.problems[0]


def test_all_problems_are_told_at_once() -> None:
    frame = valid_frame(ED).drop(columns="dispo").assign(acuity=[9, 9, 9], note="x", encounter_id=[1, 1, 2])
    frame.insert(0, "facility_id", 1, allow_duplicates=True)
    with pytest.raises(SchemaError) as refusal:
        enforce(ED, frame)
    assert str(refusal.value).splitlines() == [
        "ed_encounters does not keep to its schema:",
        "  - dispo: the column is missing",
        "  - note: the table has no such column",
        "  - facility_id: the column is there 2 times",
        "  - acuity: 3 values are above 5: 9 (row 0), 9 (row 1), 9 (row 2)",
        "  - encounter_id: 1 row repeats the key of an earlier row: 1 (row 1)",
    ]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(6)))
def test_a_repeated_key_is_found_in_any_order(order: list[int]) -> None:
    frame = valid_frame(PATIENTS, 5).iloc[[0, 1, 2, 3, 4, 2]].iloc[order]
    with pytest.raises(SchemaError, match="patient_id: 1 row repeats the key of an earlier row: 'P0000003'"):
        enforce(PATIENTS, frame)


def test_arrow_that_does_not_fit_is_refused_by_column() -> None:
    arrow = to_arrow(STAYS, valid_frame(STAYS))
    names = arrow.column_names
    arrow = arrow.set_column(names.index("program_id"), "program_id", pa.array([1, None, 3]))
    arrow = arrow.set_column(names.index("admit_route"), "admit_route", pa.array(["ED", "taxi", "bus"]))
    arrow = arrow.set_column(names.index("facility_id"), "facility_id", pa.array([1, 2, 2**40]))
    with pytest.raises(SchemaError) as refusal:
        from_arrow(STAYS, arrow)
    facility, program, route = refusal.value.problems
    assert facility.startswith("facility_id: Integer value 1099511627776 not in range")
    assert program == "program_id: 1 value is missing, and none may be"
    assert route == "admit_route: 'taxi', 'bus' not among ED, direct, transfer"


FORMS = {
    str(column): column for table in TABLES.values() for column in table.columns if column.info.get("form")
}


@pytest.mark.parametrize("column", FORMS.values(), ids=FORMS)
def test_no_form_takes_a_character_that_no_text_may_hold(column: sa.Column[Any]) -> None:
    text = valid_frame(column.table)[column.name][0]
    forbidden = [chr(code) for code in range(0x3000) if re.search(FORBIDDEN, chr(code))]
    assert '"' in forbidden
    broken = [
        text[:place] + character + text[place + wide :]
        for character in forbidden
        for place in range(len(text) + 1)
        for wide in (0, 1)
    ]
    matched = pd.Series(broken, dtype="string[pyarrow]").str.match(column.info["form"][1])
    assert not matched.any()
