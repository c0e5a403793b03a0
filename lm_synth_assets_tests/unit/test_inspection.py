"""Stored columns are held to their declaration: every value that does not fit is named, with its rows."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.enforcement import enforce, value_problems
from lm_synth_assets.storage.errors import SchemaError
from lm_synth_assets.storage.frames import arrow_schema, column_problems, from_arrow, to_arrow
from lm_synth_assets.storage.inspection import StoredColumns, misfits, order_remarks, type_remarks
from lm_synth_assets_tests.support.frames import frames, valid_frame

ED, STAYS, SITES = (TABLES[name] for name in ["ed_encounters", "ip_stays", "dim_site"])


def stored(column: str, values: pa.Array) -> StoredColumns:
    return StoredColumns.whole(pa.table({column: values}))


# Values


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_what_keeps_to_its_table_has_no_misfits(table: sa.Table) -> None:
    @settings(max_examples=10)
    @given(frames(table))
    def none(frame: pd.DataFrame) -> None:
        assert misfits(table, StoredColumns.whole(to_arrow(table, frame))) == []
        assert value_problems(table, frame) == []

    none()


MISFITS: dict[str, tuple[sa.Table, str, pa.Array, str]] = {
    "word for a number": (
        ED,
        "facility_id",
        pa.array(["1", "two", "3"]),
        "1 value is not whole numbers that fit INTEGER, without a decimal point: 'two' (row 2)",
    ),
    "number too large": (
        ED,
        "acuity",
        pa.array(["1", "128", "-129"]),
        "2 values are not whole numbers that fit SMALLINT, without a decimal point: '128' (row 2), '-129' (r",
    ),
    "number with a fraction": (
        ED,
        "facility_id",
        pa.array([1.0, 2.5, 2.5]),
        "2 values are not whole numbers that fit INTEGER: 2.5 (row 2)",
    ),
    "number wider than declared": (
        ED,
        "facility_id",
        pa.array([1, 2**31, 3]),
        "1 value is not whole numbers that fit INTEGER: 2147483648 (row 2)",
    ),
    "no number": (
        ED,
        "facility_id",
        pa.array([1.0, float("nan")]),
        "1 value is not whole numbers that fit INTEGER: nan (row 2)",
    ),
    "word for a truth": (
        STAYS,
        "alc_flag",
        pa.array(["yes", "0", "FALSE", "yes"]),
        "2 values are not among 0, 1: 'yes' (row 1)",
    ),
    "number for a truth": (STAYS, "alc_flag", pa.array([0, 1, 2]), "1 value is not among 0, 1: 2 (row 3)"),
    "words that are not listed": (
        ED,
        "dispo",
        pa.array(["died", "Died", None, "Gone", "died"]),
        "3 values are not among Discharged, Admitted, Transferred, Left without being seen, Died: "
        "'died' (row 1), 'Gone' (row 4)",
    ),
    "too many decimals": (
        STAYS,
        "los_days",
        pa.array(["1.015", "1.010", "1"]),
        "1 value is not numbers of at most 2 decimals that fit NUMERIC(6, 2): '1.015' (row 1)",
    ),
    "too many digits": (
        STAYS,
        "los_days",
        pa.array([1.0, 1e4]),
        "1 value is not numbers of at most 2 decimals that fit NUMERIC(6, 2): 10000 (row 2)",
    ),
    "decimal comma": (
        STAYS,
        "los_days",
        pa.array(["1,5"]),
        "at most 2 decimals that fit NUMERIC(6, 2): '1,5'",
    ),
    "local day": (
        ED,
        "arrival_date",
        pa.array(["2025-01-01", "1/2/2025"]),
        "1 value is not days within 1677 to 2262, as YYYY-MM-DD: '1/2/2025' (row 2)",
    ),
    "impossible day": (ED, "arrival_date", pa.array(["2025-02-29"]), "as YYYY-MM-DD: '2025-02-29' (row 1)"),
    "time of the day in a day": (
        ED,
        "arrival_date",
        pa.array([pd.Timestamp("2025-01-01"), pd.Timestamp("2025-01-01 10:00")]),
        "1 value is not whole days within 1677 to 2262: 2025-01-01 10:00:00 (row 2)",
    ),
    "local time": (
        ED,
        "arrival_ts",
        pa.array(["01/02/2025 10:00"]),
        "1 value is not times within 1677 to 2262, as YYYY-MM-DD HH:MM:SS: '01/02/2025 10:00' (row 1)",
    ),
    "part of a second in text": (
        ED,
        "arrival_ts",
        pa.array(["2025-01-01 10:00:00.5"]),
        "10:00:00.5' (row 1)",
    ),
    "part of a second": (
        ED,
        "arrival_ts",
        pa.array([pd.Timestamp("2025-01-01 10:00:00.5"), pd.Timestamp("2025-01-01")]),
        "1 value is not whole seconds within 1677 to 2262: 2025-01-01 10:00:00.5 (row 1)",
    ),
    "far future": (
        ED,
        "arrival_ts",
        pa.array(["9999-01-01 00:00:00"]),
        "1 value is not times within 1677 to 2262, as YYYY-MM-DD HH:MM:SS: '9999-01-01 00:00:00' (row 1)",
    ),
    "year that Python does not know": (
        ED,
        "arrival_ts",
        pa.array([-(2**58)], pa.timestamp("us")),
        "1 value is not whole seconds within 1677 to 2262: -7164-",
    ),
    "bytes": (
        SITES,
        "site_name",
        pa.array([b"Zo\xeb", b"A"]),
        r"1 value is not text in UTF-8: 'Zo\\xeb' (row 1",
    ),
    "text that its writer did not check": (
        SITES,
        "site_name",
        pa.Array.from_buffers(pa.string(), 1, [None, *pa.array([b"Zo\xeb"]).buffers()[1:]]),
        r"1 value is not text in UTF-8: 'Zo\\xeb' (row 1",
    ),
    "bytes in a list": (
        SITES,
        "site_type",
        pa.array([b"\xeb"]),
        r"1 value is not among tertiary, regional, community, small: '",
    ),
    "nothing where something must be": (
        ED,
        "facility_id",
        pa.array([None, 1, None, None, None]),
        "4 values are missing, and none may be (row 1, 3, 4)",
    ),
    "a type that cannot say it": (
        ED,
        "facility_id",
        pa.array([True]),
        "stored as bool where int32 is declared",
    ),
    "number for a word": (ED, "patient_id", pa.array([1]), "stored as int64 where string is declared"),
    "number for a time": (ED, "arrival_ts", pa.array([1]), "stored as int64 where timestamp[us] is declared"),
    "several values in one": (ED, "facility_id", pa.array([[1, 2]]), "stored as list<"),
    "time with a zone": (
        ED,
        "arrival_ts",
        pa.array([0], pa.timestamp("us", "America/Vancouver")),
        "stored as timestamp[us, tz=America/Vancouver] where timestamp[us] is declared; store what the clock "
        "shows without a time zone (in pandas: .dt.tz_localize(None)), since clocks of a zone skip an hour "
        "and repeat another",
    ),
}


@pytest.mark.parametrize(("table", "column", "values", "problem"), MISFITS.values(), ids=MISFITS)
def test_values_that_do_not_fit_are_named_with_their_rows_and_refused(
    table: sa.Table, column: str, values: pa.Array, problem: str
) -> None:
    [found] = misfits(table, stored(column, values))
    assert found.startswith(f"{column}: ")
    assert problem in found
    with pytest.raises(SchemaError):
        from_arrow(table, stored(column, values).columns)


def test_all_columns_are_looked_at_and_missing_values_apart_from_wrong_ones() -> None:
    columns = pa.table(
        {"facility_id": ["1", None, "x"], "acuity": ["6", "?", "1"], "arrival_ts": ["", "", ""]}
    )
    assert misfits(ED, StoredColumns.whole(columns)) == [
        "facility_id: 1 value is missing, and none may be (row 2)",
        "facility_id: 1 value is not whole numbers that fit INTEGER, without a decimal point: 'x' (row 3)",
        "acuity: 1 value is not whole numbers that fit SMALLINT, without a decimal point: '?' (row 2)",
        "arrival_ts: 3 values are not times within 1677 to 2262, as YYYY-MM-DD HH:MM:SS: '' (row 1)",
    ]


def test_rows_keep_their_number_where_others_were_left_out() -> None:
    part = StoredColumns(
        pa.table({"facility_id": ["x", None, "1", "y"]}), np.array([2, 5, 6, 9]), ("one is ragged",)
    )
    assert misfits(ED, part) == [
        "one is ragged",
        "facility_id: 1 value is missing, and none may be (row 5)",
        "facility_id: 2 values are not whole numbers that fit INTEGER, without a decimal point: "
        "'x' (row 2), 'y' (row 9)",
    ]


def test_long_values_are_cut() -> None:
    [problem] = misfits(ED, stored("facility_id", pa.array(["x" * 10_000])))
    assert len(problem) < 200


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_as_many_values_are_counted_as_there_are_wrong(wrong: list[bool]) -> None:
    # Of these only 2025-02-30 has the looks of a day.
    cells = [f"2025-02-{30 if row % 2 else 'x'}" if bad else "2025-02-03" for row, bad in enumerate(wrong)]
    found = misfits(ED, stored("arrival_date", pa.array(cells)))
    assert [problem.split()[1] for problem in found] == ([str(sum(wrong))] if any(wrong) else [])
    if found:
        assert f"(row {wrong.index(True) + 1})" in found[0]


WIDER: dict[str, tuple[sa.Table, str, pa.Array, list[Any]]] = {
    "wider integers": (ED, "facility_id", pa.array([1, 2]), [1, 2]),
    "floats for integers with gaps": (STAYS, "ed_encounter_id", pa.array([1.0, None]), [1, pd.NA]),
    "integers for decimals": (STAYS, "los_days", pa.array([1, 9999]), [1.0, 9999.0]),
    "0 and 1 for truth": (STAYS, "alc_flag", pa.array([0, 1]), [False, True]),
    "text for truth": (STAYS, "alc_flag", pa.array(["0", "1"]), [False, True]),
    "text for numbers": (STAYS, "los_days", pa.array(["1.10", "2"]), [1.1, 2.0]),
    "categories": (SITES, "site_name", pa.array(["A", "A"]).dictionary_encode(), ["A", "A"]),
    "categories of numbers": (STAYS, "alc_flag", pa.array([1, 0]).dictionary_encode(), [True, False]),
    "bytes": (SITES, "site_name", pa.array([b"Zo\xc3\xab"]), ["Zoë"]),
    "times for days": (
        ED,
        "arrival_date",
        pa.array([pd.Timestamp("2025-01-01")]),
        [pd.Timestamp("2025-01-01")],
    ),
    "nothing at all": (ED, "acuity", pa.nulls(2), [pd.NA, pd.NA]),
}


@pytest.mark.parametrize(("table", "column", "values", "expected"), WIDER.values(), ids=WIDER)
def test_other_types_are_taken_where_every_value_stays_what_it_is(
    table: sa.Table, column: str, values: pa.Array, expected: list[Any]
) -> None:
    assert misfits(table, stored(column, values)) == []
    assert from_arrow(table, stored(column, values).columns)[column].tolist() == expected


# Columns


def test_types_that_can_hold_the_same_are_remarked_and_no_others() -> None:
    fields = {field.name: field.type for field in arrow_schema(ED)}
    other = pa.schema({**fields, "facility_id": pa.int64(), "patient_id": pa.int64(), "note": pa.string()})
    assert type_remarks(ED, arrow_schema(ED)) == []
    assert type_remarks(ED, other) == ["facility_id: stored as int64 where int32 is declared"]


@pytest.mark.parametrize(
    ("names", "remarks"),
    [
        (["site_id", "site_code", "site_name", "site_type"], []),
        (["", "site_id", "site_name"], []),
        (
            ["site_code", "site_id"],
            ["the columns are in another order: site_code stands where site_id is declared"],
        ),
        (["site_id", "site_code", "site_id"], []),
    ],
)
def test_another_order_is_remarked_by_the_first_column_that_is_elsewhere(
    names: list[str], remarks: list[str]
) -> None:
    assert order_remarks(SITES, names) == remarks


NAMES: dict[str, tuple[list[str], list[str]]] = {
    "as declared": (["site_id", "site_code", "site_name", "site_type"], []),
    "capitals and blanks": (
        ["SITE_ID", " site_code", "site_name ", "site_type"],
        [
            "site_id: the column is called 'SITE_ID'",
            "site_code: the column is called ' site_code'",
            "site_name: the column is called 'site_name '",
        ],
    ),
    "capitals beside the right name": (
        ["site_id", "SITE_ID", "site_code", "site_name", "site_type"],
        ["SITE_ID: the table has no such column"],
    ),
    "index of a frame": (
        ["", "site_id", "site_code", "site_name", "site_type"],
        ["'': the table has no such column (pandas has stored the index of a frame: leave it out)"],
    ),
    "all kinds": (
        ["site_id", "site_id", "a note", "site_code", "site_type"],
        [
            "site_name: the column is missing",
            "'a note': the table has no such column",
            "site_id: the column is there 2 times",
        ],
    ),
}


@pytest.mark.parametrize(("names", "problems"), NAMES.values(), ids=NAMES)
def test_names_that_differ_are_told_each(names: list[str], problems: list[str]) -> None:
    assert column_problems(SITES, names) == problems


# Frames


def test_value_problems_are_those_of_enforcement_with_rows_counted_from_1_and_keys_apart() -> None:
    frame = valid_frame(ED).drop(columns="dispo").assign(acuity=[9, 1, 9], note="x", encounter_id=[1, 1, 2])
    assert value_problems(ED, frame) == [
        "dispo: the column is missing",
        "note: the table has no such column",
        "acuity: 2 values are above 5: 9 (row 1), 9 (row 3)",
    ]
    with pytest.raises(SchemaError) as refusal:
        enforce(ED, frame)
    assert refusal.value.problems[2:] == (
        "acuity: 2 values are above 5: 9 (row 0), 9 (row 2)",
        "encounter_id: 1 row repeats the key of an earlier row: 1 (row 1)",
    )


def test_value_problems_do_not_depend_on_the_index() -> None:
    frame = valid_frame(SITES).assign(site_name=["A", None, "C"]).set_axis([7, 7, 7])
    assert value_problems(SITES, frame) == ["site_name: 1 value is null and none may be (row 2)"]
