"""SQL over frames, for gates that compute a figure a second time and by another way than the simulation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from lm_synth_assets.gates.gate import Tables

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def query(sql: str, /, **tables: pd.DataFrame) -> pd.DataFrame:
    """The result of one query over some frames, each under its name as a table.

    Closed lists are plain text to the query. Runs in memory and in one thread, so that sums are always taken
    in the same order. Raises duckdb.Error for a query that cannot be run.
    """
    with _connect() as connection:
        for name, frame in tables.items():
            connection.register(name, pa.Table.from_pandas(frame, preserve_index=False))
        return connection.execute(sql).df()


def query_tables(sql: str, names: tuple[str, ...], tables: Tables) -> pd.DataFrame:
    """The rows that a query over some stored tables returns; integers stay integers where some are null.

    A data set has one database in memory, which ends with it. Raises duckdb.Error for a query that cannot be
    run.
    """
    connection = tables.cached("DuckDB", _connect)
    for name in names:
        tables.cached(("in DuckDB", name), partial(_register, connection, name, tables[name]))
    # Most rules return no row, and to ask for a frame at once makes all of them a fifth slower: a query whose
    # rows are needed runs a second time.
    result = connection.execute(sql)
    columns = [column[0] for column in result.description]
    if not result.fetchall():
        return pd.DataFrame(columns=columns, dtype=float)
    return connection.sql(sql).to_arrow_table().to_pandas(types_mapper=_NULLABLE.get, date_as_object=False)


_NULLABLE: dict[pa.DataType, Any] = {
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
}


def _connect() -> DuckDBPyConnection:
    # Imported lazily: not needed to load definitions.
    import duckdb

    return duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})


def _register(connection: DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Make a frame a table of the database, with the types that its Parquet file has but for decimals."""
    connection.register(name, pa.table({column: _arrow(frame[column]) for column in frame}))


def _arrow(series: pd.Series[Any]) -> pa.Array:
    values = pa.array(series, from_pandas=True)
    if pa.types.is_dictionary(values.type):
        return values.cast(values.type.value_type)
    return values.cast(pa.timestamp("us")) if pa.types.is_timestamp(values.type) else values
