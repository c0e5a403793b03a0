"""Edits of the Parquet files of a data set: other types and layouts of the same values, and damages."""

import random
import struct
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from lm_synth_assets_tests.fuzz import file_edits
from lm_synth_assets_tests.fuzz.file_edits import BytesEdit, Edit, a_table, on_a_file

TableEdit = Callable[[random.Random, pa.Table], pa.Table]

_INTRUDERS = (
    None,
    -1,
    0,
    1,
    10**9,
    2**62,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\x1b[31m",
    "\x00",
    "9" * 400,
)


def _on_a_table(edit: TableEdit, *names: str) -> Edit:
    """An edit of any table, or of one of those that are named."""

    def change(rng: random.Random, folder: Path) -> None:
        path = folder / f"{rng.choice(names)}.parquet" if names else a_table(rng, folder)
        pq.write_table(edit(rng, pq.ParquetFile(path).read()), path, compression="zstd")

    return change


def _written_with(options: Callable[[random.Random], dict[str, Any]]) -> Edit:
    """All tables written again with other options of Parquet."""

    def change(rng: random.Random, folder: Path) -> None:
        for path in file_edits.tables_in(folder):
            pq.write_table(pq.ParquetFile(path).read(), path, **options(rng))

    return change


def _with(table: pa.Table, place: int, values: Any) -> pa.Table:
    return table.set_column(place, table.column_names[place], values)


def _value_altered(rng: random.Random, table: pa.Table) -> pa.Table:
    place = rng.randrange(table.num_columns)
    values = table.column(place).to_pylist()
    row = rng.randrange(len(values))
    values[row] = rng.choice((rng.choice(values), rng.choice(_INTRUDERS)))
    try:
        return _with(table, place, pa.array(values, table.schema.field(place).type))
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return _with(table, place, pa.array([None if value is None else str(value) for value in values]))


def _number_moved(rng: random.Random, table: pa.Table) -> pa.Table:
    """A number, a day or a time is moved by the smallest step."""
    place = rng.choice([place for place, field in enumerate(table.schema) if _step(field.type)])
    values = table.column(place).to_pylist()
    row = rng.choice([row for row, value in enumerate(values) if value is not None] or [0])
    values[row] = values[row] and values[row] + _step(table.schema.field(place).type)
    return _with(table, place, pa.array(values, table.schema.field(place).type))


def _step(kind: pa.DataType) -> Any:
    if pa.types.is_decimal(kind):
        return Decimal(1).scaleb(-kind.scale)
    if pa.types.is_temporal(kind):
        return timedelta(seconds=1) if pa.types.is_timestamp(kind) else timedelta(days=1)
    return 1 if pa.types.is_integer(kind) else None


def _row_removed(rng: random.Random, table: pa.Table) -> pa.Table:
    row = rng.randrange(table.num_rows)
    return pa.concat_tables([table.slice(0, row), table.slice(row + 1)])


def _row_doubled(rng: random.Random, table: pa.Table) -> pa.Table:
    row = rng.randrange(table.num_rows)
    return pa.concat_tables([table.slice(0, row + 1), table.slice(row)])


def _column_removed(rng: random.Random, table: pa.Table) -> pa.Table:
    return table.remove_column(rng.randrange(table.num_columns))


def _column_more(rng: random.Random, table: pa.Table) -> pa.Table:
    place = rng.randrange(table.num_columns)
    name = rng.choice((table.column_names[place], "__index_level_0__", "", "\x1b[31m", "x" * 10_000))
    return table.append_column(name, table.column(place))


def _names_altered(rng: random.Random, table: pa.Table) -> pa.Table:
    names = list(table.column_names)
    one, other = rng.sample(range(len(names)), 2)
    if rng.random() < 0.5:
        names[one], names[other] = names[other], names[one]
    else:
        names[one] = rng.choice((names[one].upper(), f" {names[one]}", "", "\x1b[2J", names[other]))
    return table.rename_columns(names)


def _no_rows(rng: random.Random, table: pa.Table) -> pa.Table:
    return table.slice(0, 0)


def _wrong_type(rng: random.Random, table: pa.Table) -> pa.Table:
    place = rng.randrange(table.num_columns)
    rows = table.num_rows
    values = rng.choice(
        (
            pa.array([[1]] * rows),
            pa.array([{"a": 1}] * rows),
            pa.array([b"\xff\xfe"] * rows),
            pa.array([1.5] * rows),
            pa.array([True] * rows),
            pa.array([None] * rows, pa.null()),
            pa.array([0] * rows, pa.time32("s")),
            pa.array([0] * rows, pa.duration("s")),
            pa.array([2**40] * rows, pa.timestamp("s")) if rng.random() < 0.5 else pa.array(["2025"] * rows),
        )
    )
    return _with(table, place, values)


def _in_a_zone(rng: random.Random, table: pa.Table) -> pa.Table:
    zone = rng.choice(("America/Vancouver", "Asia/Kolkata", "-08:00", "Nowhere/Land"))
    return _times_as(table, pa.timestamp("us", zone))


def _as_float32(rng: random.Random, table: pa.Table) -> pa.Table:
    return _cast(table, lambda kind: pa.types.is_decimal(kind) or pa.types.is_int64(kind), pa.float32())


def _footer(rng: random.Random, content: bytes) -> bytes:
    (length,) = struct.unpack("<I", content[-8:-4])
    wrong = rng.choice((0, 1, length - 1, length + 1, length * 2, 2**31 - 1, 2**32 - 1))
    if rng.random() < 0.5:
        return content[:-8] + struct.pack("<I", wrong) + content[-4:]
    start = len(content) - 8 - rng.randrange(length)
    return (
        content[:start]
        + rng.randbytes(min(4, len(content) - 8 - start))
        + content[min(start + 4, len(content) - 8) :]
    )


def _as_csv(rng: random.Random, content: bytes) -> bytes:
    text = pa.BufferOutputStream()
    pa_csv.write_csv(pq.ParquetFile(pa.BufferReader(content)).read(), text)
    return bytes(text.getvalue())


def _cast(table: pa.Table, is_kind: Callable[[pa.DataType], bool], kind: pa.DataType) -> pa.Table:
    for place, field in enumerate(table.schema):
        if is_kind(field.type):
            table = _with(table, place, table.column(place).cast(kind, safe=False))
    return table


def _times_as(table: pa.Table, kind: pa.DataType) -> pa.Table:
    return _cast(table, pa.types.is_timestamp, kind)


def _types(rng: random.Random, folder: Path) -> None:
    """Every table with other types that hold the same values."""
    for path in file_edits.tables_in(folder):
        table = pq.ParquetFile(path).read()
        for edit in rng.sample(_TYPES, 3):
            table = edit(table)
        pq.write_table(table, path)


_TYPES: tuple[Callable[[pa.Table], pa.Table], ...] = (
    lambda table: _times_as(table, pa.timestamp("us", "UTC")),
    lambda table: _times_as(table, pa.timestamp("ns", "UTC")),
    lambda table: _times_as(table, pa.timestamp("ms")),
    lambda table: _cast(table, pa.types.is_date, pa.timestamp("ms")),
    lambda table: _cast(table, pa.types.is_date, pa.string()),
    lambda table: _cast(table, pa.types.is_string, pa.large_string()),
    lambda table: _cast(table, pa.types.is_string, pa.dictionary(pa.int32(), pa.string())),
    lambda table: _cast(table, pa.types.is_boolean, pa.int8()),
    lambda table: _cast(table, pa.types.is_boolean, pa.string()),
    lambda table: _cast(table, pa.types.is_decimal, pa.float64()),
    lambda table: _cast(table, pa.types.is_decimal, pa.string()),
    lambda table: _cast(table, lambda kind: pa.types.is_int32(kind) or pa.types.is_int8(kind), pa.float64()),
    lambda table: _cast(table, lambda kind: pa.types.is_int32(kind) or pa.types.is_int8(kind), pa.int64()),
    lambda table: _cast(table, pa.types.is_integer, pa.string()),
)


def _rows_shuffled(rng: random.Random, table: pa.Table) -> pa.Table:
    return table.take(pa.array(rng.sample(range(table.num_rows), table.num_rows), pa.int64()))


def _columns_shuffled(rng: random.Random, table: pa.Table) -> pa.Table:
    return table.select(rng.sample(table.column_names, table.num_columns))


def _metadata(rng: random.Random, table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata(
        {b"pandas": rng.choice((b"{", b"{}", b'{"index_columns": ["nowhere"]}')), b"\xff": rng.randbytes(100)}
    )


_DAMAGES_OF_TABLES: Mapping[str, TableEdit] = {
    "value altered": _value_altered,
    "number moved": _number_moved,
    "row removed": _row_removed,
    "row doubled": _row_doubled,
    "column removed": _column_removed,
    "column more": _column_more,
    "names altered": _names_altered,
    "no rows": _no_rows,
    "wrong type": _wrong_type,
}
_DAMAGES_OF_BYTES: Mapping[str, BytesEdit] = {"footer": _footer, "as CSV": _as_csv}

REENCODINGS: Mapping[str, Edit] = {
    **file_edits.REENCODINGS,
    "compressed otherwise": _written_with(
        lambda rng: {"compression": rng.choice(("none", "snappy", "gzip", "brotli", "lz4"))}
    ),
    "row groups": _written_with(
        lambda rng: {"row_group_size": rng.randint(1, 100), "write_page_checksum": True}
    ),
    "other versions": _written_with(
        lambda rng: {
            "version": rng.choice(("1.0", "2.4", "2.6")),
            "data_page_version": rng.choice(("1.0", "2.0")),
            "use_dictionary": rng.random() < 0.5,
            "store_schema": rng.random() < 0.5,
            "use_deprecated_int96_timestamps": rng.random() < 0.5,
        }
    ),
    "rows shuffled": _on_a_table(_rows_shuffled),
    "columns shuffled": _on_a_table(_columns_shuffled),
    "metadata": _on_a_table(_metadata),
    "types": _types,
}
DAMAGES: Mapping[str, Edit] = {
    **file_edits.DAMAGES,
    **{name: _on_a_table(edit) for name, edit in _DAMAGES_OF_TABLES.items()},
    "times of a zone": _on_a_table(_in_a_zone, "ed_encounters", "ip_stays"),
    "numbers as float32": _on_a_table(_as_float32, "population_projection", "ed_projection", "ip_stays"),
    **{name: on_a_file(edit) for name, edit in _DAMAGES_OF_BYTES.items()},
}
