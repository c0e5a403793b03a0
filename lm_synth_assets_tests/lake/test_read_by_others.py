"""The same data in every format: programs of others read equal rows of equal types from all of them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.schema.kinds import closed_list, duckdb_type
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.formats import FILE_FORMATS, open_store
from lm_synth_assets.storage.frames import arrow_type, to_arrow
from lm_synth_assets_tests.lake import read_tables
from lm_synth_assets_tests.support.frames import with_another_value

pytestmark = pytest.mark.slow

_POLARS = {
    "int8": "Int8", "int32": "Int32", "int64": "Int64", "string": "String", "bool": "Boolean",
    "date32[day]": "Date",
}  # fmt: skip


def _polars(column: sa.Column[Any], zone: str = "None") -> str:
    kind = arrow_type(column)
    if pa.types.is_timestamp(kind):
        return f"Datetime(time_unit='us', time_zone={zone})"
    return _POLARS.get(str(kind)) or f"Decimal(precision={kind.precision}, scale={kind.scale})"


def _spark(column: sa.Column[Any]) -> str:
    return read_tables.spark_type(arrow_type(column))


def _duckdb(column: sa.Column[Any]) -> str:
    return read_tables.duckdb_type(arrow_type(column))


def _duckdb_utc(column: sa.Column[Any]) -> str:
    return _duckdb(column).replace("TIMESTAMP", "TIMESTAMP WITH TIME ZONE")


def _declared(column: sa.Column[Any]) -> str:
    kind = duckdb_type(column)
    return kind.replace("','", "', '") if closed_list(column) else kind.replace(", ", ",")


_DELTA = {
    "int8": "byte", "int32": "integer", "int64": "long", "string": "string", "bool": "boolean",
    "date32[day]": "date", "timestamp[us]": "timestamp",
}  # fmt: skip


def _delta(column: sa.Column[Any]) -> str:
    kind = arrow_type(column)
    return _DELTA.get(str(kind)) or f"decimal({kind.precision},{kind.scale})"


def _pandas(column: sa.Column[Any]) -> str:
    kind = str(arrow_type(column))
    return f"{'large_string' if kind == 'string' else kind}[pyarrow]"


TYPES = {
    "spark_parquet": _spark,
    "spark_csv": _spark,
    "polars_parquet": _polars,
    "polars_csv": _polars,
    "polars_delta": lambda column: _polars(column, "'UTC'"),
    "pandas_parquet": None,
    "pandas_csv": None,
    "duckdb_parquet": _duckdb,
    "duckdb_csv": _duckdb,
    "duckdb_file": _declared,
    "duckdb_delta": _duckdb_utc,
    "delta_rs": _delta,
}
"""By reader, the type that it must see for a column; None where it has types of its own."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Path:
    """The tiny data set in every format, and as Arrow files of what was simulated."""
    folder = tmp_path_factory.mktemp("formats")
    (folder / "expected").mkdir()
    frames = {name: CsvStore(tiny).read(table) for name, table in TABLES.items()}
    for format in FILE_FORMATS:
        for name, table in TABLES.items():
            open_store(format, folder / format).write(table, frames[name])
    for name, table in TABLES.items():
        arrow = to_arrow(table, frames[name]).replace_schema_metadata({"key": ",".join(primary_key(table))})
        with pa.ipc.new_file(str(folder / "expected" / f"{name}.arrow"), arrow.schema) as writer:
            writer.write_table(arrow)
    return folder


def read(tools: Path, reader: str, folder: Path, expected: Path) -> dict[str, Any]:
    command = [tools / "venv/bin/python", read_tables.__file__, reader, folder, expected]
    ran = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=600)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout.splitlines()[-1])


def _format_of(reader: str) -> str:
    kept = {"file": "duckdb", "rs": "delta"}
    last = reader.rpartition("_")[2]
    return kept.get(last, last)


def test_every_reader_has_its_types() -> None:
    assert TYPES.keys() == read_tables.READERS.keys()


@pytest.mark.parametrize("reader", TYPES)
def test_a_reader_sees_the_rows_and_types_of_every_table(reader: str, tools: Path, stored: Path) -> None:
    seen = read(tools, reader, stored / _format_of(reader), stored / "expected")
    assert seen.keys() == TABLES.keys()
    assert {name: table["difference"] for name, table in seen.items() if table["difference"]} == {}
    kind_of = TYPES[reader]
    if kind_of is not None:
        for name, table in TABLES.items():
            assert seen[name]["types"] == {column.name: kind_of(column) for column in table.columns}, name


@pytest.mark.parametrize("reader", ["duckdb_delta", "pandas_csv"])
def test_a_value_that_differs_is_seen(reader: str, tools: Path, stored: Path, tmp_path: Path) -> None:
    frame = CsvStore(stored / "csv").read(TABLES["patients"])
    changed = with_another_value(frame, TABLES["patients"].columns["age_group"], row=3)
    store = open_store(_format_of(reader), tmp_path)
    for name, table in TABLES.items():
        store.write(table, changed if name == "patients" else CsvStore(stored / "csv").read(table))
    seen = read(tools, reader, tmp_path, stored / "expected")
    assert {name: table["difference"] for name, table in seen.items() if table["difference"]} == {
        "patients": "values of age_group"
    }


def test_the_digests_of_all_formats_agree(stored: Path) -> None:
    records = [
        {name: open_store(format, stored / format).record(table) for name, table in TABLES.items()}
        for format in FILE_FORMATS
    ]
    assert all(record == records[0] for record in records)
