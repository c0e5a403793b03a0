"""Every column has one kind, and a kind says all that another form of the table needs to know of it."""

import dataclasses
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster_pandas as dp
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.kinds import (
    KINDS,
    YEARS,
    Family,
    Kind,
    arrow_name,
    csv_pattern,
    documented_type,
    kind_of,
    mysql_type,
    spark_type,
    wrong_values,
)
from lm_synth_assets.storage.frames import arrow_type, pandas_dtype, to_arrow
from lm_synth_assets.storage.mysql.ddl import BOOKKEEPING
from lm_synth_assets_tests.support.frames import valid_frame

ROOT = Path(__file__).parents[2]
COLUMNS = [column for table in (*TABLES.values(), *BOOKKEEPING) for column in table.columns]
EVERY_COLUMN = pytest.mark.parametrize("column", COLUMNS, ids=str)
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.declared.__name__)

TYPES = "Integer|Numeric|Boolean|DateTime|Date|String|SmallInteger|BigInteger|Enum"
SWITCHES = re.compile(
    rf"isinstance\([^)]*\b(?:{TYPES})\b|case (?:sa\.)?(?:{TYPES})\(|is (?:sa\.)?(?:{TYPES})\b"
)


def switches(*folders: str) -> Iterator[str]:
    for folder in folders:
        for module in {*(ROOT / folder).rglob("*.py")} - {Path(__file__)}:
            for found in SWITCHES.findall(module.read_text("utf-8")):
                yield f"{module.relative_to(ROOT)}: {found}"


def test_no_code_switches_on_the_classes_of_declared_types() -> None:
    assert list(switches("lm_synth_assets", "lm_synth_assets_tests")) == []


@pytest.mark.parametrize(
    "code", ["if isinstance(kind, sa.Integer | sa.Date):", "case sa.Numeric(scale=2):", "type(x) is sa.Date"]
)
def test_such_a_switch_would_be_noticed(code: str) -> None:
    assert SWITCHES.search(code)


@EVERY_COLUMN
def test_a_column_has_exactly_one_kind(column: sa.Column[Any]) -> None:
    assert [kind for kind in KINDS if kind.declared is type(column.type)] == [kind_of(column)]


def test_no_type_has_two_rows() -> None:
    assert max(Counter(kind.declared for kind in KINDS).values()) == 1


def test_every_kind_is_needed() -> None:
    assert {kind_of(column) for column in COLUMNS} == set(KINDS)
    assert {kind.family for kind in KINDS} == set(Family)


def test_a_type_without_a_row_is_refused() -> None:
    with pytest.raises(TypeError, match="moment: no kind declares the type"):
        kind_of(sa.Column("moment", sa.Time()))


@EVERY_KIND
def test_a_kind_has_every_rendering(kind: Kind) -> None:
    optional = {"is_trimmed", "resolution"} | ({"csv_pattern"} if kind.family is Family.TEXT else set())
    empty = {name for name, value in dataclasses.asdict(kind).items() if value in ("", None)}
    assert empty <= optional
    assert bool(kind.resolution) == (kind.family in (Family.DAY, Family.TIME))
    assert hasattr(dp.PandasColumn, kind.dagster_pandas)


@EVERY_COLUMN
def test_a_column_has_every_rendering_filled_in(column: sa.Column[Any]) -> None:
    renderings = (
        arrow_name(column),
        mysql_type(column),
        documented_type(column),
        spark_type(column),
        wrong_values(column),
        wrong_values(column, as_text=True),
    )
    assert not any(re.search(r"[{}]|None", text) for text in renderings)
    assert re.compile(csv_pattern(column))
    assert isinstance(arrow_type(column), pa.DataType)


@EVERY_KIND
def test_the_dtypes_are_those_of_pandas(kind: Kind) -> None:
    for nullable, name in ((False, kind.pandas), (True, kind.pandas_nullable)):
        declared = kind.declared(8, 2) if kind.family is Family.DECIMAL else kind.declared()
        if kind.declared is not sa.Enum:
            assert str(pandas_dtype(sa.Column("x", declared, nullable=nullable))) == name.replace(
                "string[pyarrow]", "string"
            )
        # Nulls do not change what a column without any would hold.
        assert pd.Series([None], dtype=kind.pandas_nullable).isna().all()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_text_in_csv_has_the_pattern_of_its_kind(table: sa.Table) -> None:
    arrow = to_arrow(table, valid_frame(table))
    for column in table.columns:
        stored = arrow[column.name].drop_null()
        if pa.types.is_boolean(stored.type):
            stored = stored.cast(pa.int8())
        if pa.types.is_timestamp(stored.type):
            stored = stored.cast(pa.timestamp("s"))
        for text in stored.cast(pa.string()).to_pylist():
            assert re.search(csv_pattern(column), text), f"{column}: {text}"


def test_the_years_are_those_of_the_dtype_of_days_and_times() -> None:
    first, last = pd.Timestamp.min, pd.Timestamp.max
    assert f"within {first:%Y} to {last:%Y}" == YEARS


@EVERY_KIND
def test_whole_numbers_are_as_wide_in_pandas_as_in_arrow(kind: Kind) -> None:
    if kind.family is Family.INTEGER:
        stored = arrow_type(sa.Column("x", kind.declared())).to_pandas_dtype()
        assert np.dtype(stored) == np.dtype(kind.pandas)


def test_the_schema_is_read_without_pandas_or_arrow() -> None:
    names = [path.stem for path in (ROOT / "lm_synth_assets" / "schema").glob("*.py")]
    modules = [f"lm_synth_assets.schema.{name}" for name in names if name != "__init__"]
    probe = (
        f"import sys, {', '.join(modules)}; "
        "print(sorted({'numpy', 'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stdout == "[]\n"
