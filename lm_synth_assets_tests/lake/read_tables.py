"""Reads tables with a program that is not ours, and compares them with Arrow files of what they should hold.

Runs in the environment that `.ci/lake` makes, without this package:

    python read_tables.py READER FOLDER EXPECTED

EXPECTED holds a file `TABLE.arrow` for each table, whose schema has the names of its key in its metadata.
Prints a JSON object: by table, the types that the reader saw, and what differs from the expected rows.
"""

import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

Seen = tuple[dict[str, str], pa.Table]
"""The types as the reader names them, and the rows."""

SPARK_TYPES = {
    "int8": "tinyint", "int32": "int", "int64": "bigint", "string": "string", "bool": "boolean",
    "date32[day]": "date", "timestamp[us]": "timestamp_ntz",
}  # fmt: skip


def spark_type(kind: pa.DataType) -> str:
    return SPARK_TYPES.get(str(kind)) or f"decimal({kind.precision},{kind.scale})"


@cache
def spark() -> Any:
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "America/Vancouver",
        "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
        "spark.sql.shuffle.partitions": "1",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def of_spark(frame: Any) -> Seen:
    return {field.name: field.dataType.simpleString() for field in frame.schema}, frame.toArrow()


def spark_parquet(folder: Path, name: str, expected: pa.Schema) -> Seen:
    return of_spark(spark().read.parquet(str(folder / f"{name}.parquet")))


def spark_csv(folder: Path, name: str, expected: pa.Schema) -> Seen:
    """With declared types; booleans as whole numbers, since Spark takes only true and false for them."""
    from pyspark.sql.functions import col

    flags = [field.name for field in expected if pa.types.is_boolean(field.type)]
    types = (
        f"`{field.name}` {'tinyint' if field.name in flags else spark_type(field.type)}" for field in expected
    )
    reader = spark().read.option("timestampNTZFormat", "yyyy-MM-dd HH:mm:ss").option("mode", "FAILFAST")
    frame = reader.csv(str(folder / f"{name}.csv"), schema=", ".join(types), header=True, enforceSchema=False)
    for flag in flags:
        frame = frame.withColumn(flag, col(flag).cast("boolean"))
    return of_spark(frame)


def of_polars(frame: Any) -> Seen:
    return {name: str(kind) for name, kind in frame.schema.items()}, frame.to_arrow()


def polars_parquet(folder: Path, name: str, expected: pa.Schema) -> Seen:
    import polars

    return of_polars(polars.read_parquet(folder / f"{name}.parquet"))


def polars_csv(folder: Path, name: str, expected: pa.Schema) -> Seen:
    import polars

    empty = polars.from_arrow(expected.empty_table())
    flags = [field.name for field in expected if pa.types.is_boolean(field.type)]
    types = {column: polars.Int8 if column in flags else kind for column, kind in empty.schema.items()}
    frame = polars.read_csv(folder / f"{name}.csv", schema=types)
    return of_polars(frame.with_columns(polars.col(flags).cast(polars.Boolean)) if flags else frame)


def polars_delta(folder: Path, name: str, expected: pa.Schema) -> Seen:
    import polars

    return of_polars(polars.read_delta(str(folder / "Tables" / name)))


def pandas_parquet(folder: Path, name: str, expected: pa.Schema) -> Seen:
    import pandas as pd

    frame = pd.read_parquet(folder / f"{name}.parquet", dtype_backend="pyarrow")
    return {column: str(kind) for column, kind in frame.dtypes.items()}, pa.Table.from_pandas(
        frame, preserve_index=False
    )


def pandas_csv(folder: Path, name: str, expected: pa.Schema) -> Seen:
    import pandas as pd

    text = [field.name for field in expected if pa.types.is_string(field.type)]
    times = [field.name for field in expected if pa.types.is_temporal(field.type)]
    frame = pd.read_csv(
        folder / f"{name}.csv",
        dtype=dict.fromkeys(text, "string"),
        parse_dates=times,
        keep_default_na=False,
        na_values=[""],
    )
    columns = [pa.array(frame[field.name], from_pandas=True) for field in expected]
    columns = [c.cast(pa.string()) if pa.types.is_large_string(c.type) else c for c in columns]
    return {}, pa.table(
        [lossless(c, f.type) for c, f in zip(columns, expected, strict=True)], schema=expected
    )


def lossless(column: Any, kind: pa.DataType) -> Any:
    """Floats that stand for whole numbers with nulls, for flags, or for decimals, as what they stand for."""
    if pa.types.is_decimal(kind):
        rounded = [None if v is None else f"{v:.{kind.scale}f}" for v in column.to_pylist()]
        assert [None if r is None else float(r) for r in rounded] == column.to_pylist()
        return pa.array(rounded).cast(kind)
    if pa.types.is_boolean(kind):
        return pa.array([None if v is None else {0: False, 1: True}[v] for v in column.to_pylist()])
    return column.cast(kind)


def duckdb_rows(source: str, setup: str = "", file: str = ":memory:") -> Seen:
    import duckdb

    with duckdb.connect(file, read_only=file != ":memory:") as connection:
        if setup:
            connection.execute(setup)
        types = connection.execute(f"DESCRIBE FROM {source}").fetchall()
        rows = connection.execute(f"FROM {source}").fetch_arrow_table()
    return {column: str(kind) for column, kind, *_ in types}, rows


def duckdb_parquet(folder: Path, name: str, expected: pa.Schema) -> Seen:
    return duckdb_rows(f"'{folder}/{name}.parquet'")


DUCKDB_TYPES = {
    "int8": "TINYINT", "int32": "INTEGER", "int64": "BIGINT", "string": "VARCHAR", "bool": "BOOLEAN",
    "date32[day]": "DATE", "timestamp[us]": "TIMESTAMP",
}  # fmt: skip


def duckdb_type(kind: pa.DataType) -> str:
    return DUCKDB_TYPES.get(str(kind)) or f"DECIMAL({kind.precision},{kind.scale})"


def duckdb_csv(folder: Path, name: str, expected: pa.Schema) -> Seen:
    types = ", ".join(f"'{field.name}': '{duckdb_type(field.type)}'" for field in expected)
    return duckdb_rows(f"read_csv('{folder}/{name}.csv', header = true, columns = {{{types}}})")


def duckdb_file(folder: Path, name: str, expected: pa.Schema) -> Seen:
    return duckdb_rows(f'main."{name}"', file=str(folder / "lm_synth.duckdb"))


def duckdb_delta(folder: Path, name: str, expected: pa.Schema) -> Seen:
    """With DuckDB's own reader, which is built on Delta's kernel and not on delta-rs."""
    import duckdb_extension_delta

    [extension] = Path(duckdb_extension_delta.__file__).parent.rglob("*.duckdb_extension")
    return duckdb_rows(f"delta_scan('{folder}/Tables/{name}')", setup=f"LOAD '{extension}'")


def delta_rs(folder: Path, name: str, expected: pa.Schema) -> Seen:
    """With DataFusion over delta-rs, by another way than the store."""
    from deltalake import DeltaTable, QueryBuilder

    delta = DeltaTable(str(folder / "Tables" / name))
    rows = pa.table(QueryBuilder().register("t", delta).execute("SELECT * FROM t").read_all())
    return {field.name: str(field.type.type) for field in delta.schema().fields}, rows


READERS: dict[str, Callable[[Path, str, pa.Schema], Seen]] = {
    function.__name__: function
    for function in (
        *(spark_parquet, spark_csv, polars_parquet, polars_csv, polars_delta, pandas_parquet, pandas_csv),
        *(duckdb_parquet, duckdb_csv, duckdb_file, duckdb_delta, delta_rs),
    )
}


def difference(read: pa.Table, expected: pa.Table) -> str:
    """What differs in the rows; empty if nothing does. Values may be in another type that holds the same."""
    if read.column_names != expected.column_names:
        return f"columns {read.column_names}"
    if read.num_rows != expected.num_rows:
        return f"{read.num_rows} rows where {expected.num_rows} are expected"
    keys = [(name, "ascending") for name in expected.schema.metadata[b"key"].decode().split(",")]
    plain = []
    for name, field in zip(read.column_names, expected.schema, strict=True):
        column = read[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_timestamp(column.type) and column.type.tz is not None:
            # The clock in UTC, not the instant.
            column = column.cast(pa.timestamp(column.type.unit, "UTC")).cast(pa.timestamp(column.type.unit))
        plain.append(column.cast(field.type))
    rows = pa.table(plain, names=read.column_names).sort_by(keys)
    expected = expected.replace_schema_metadata(None).sort_by(keys)
    wrong = [name for name in rows.column_names if not rows[name].equals(expected[name])]
    return f"values of {', '.join(wrong)}" if wrong else ""


def main(reader: str, folder: Path, expected: Path) -> None:
    outcome = {}
    for file in sorted(expected.glob("*.arrow")):
        with pa.ipc.open_file(file) as source:
            rows = source.read_all()
        types, read = READERS[reader](folder, file.stem, rows.schema)
        outcome[file.stem] = {"types": types, "difference": difference(read, rows)}
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
