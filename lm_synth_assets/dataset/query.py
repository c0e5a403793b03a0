"""One SQL query over the tables of a stored data set, in DuckDB; it reads these tables and nothing else."""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from lm_synth_assets.errors import UserError
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.frames import to_arrow
from lm_synth_assets.storage.store import TableStore

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_READING: Final = ("SELECT", "EXPLAIN", "MULTI")
"""The kinds of statement that only read, as DuckDB calls them; PIVOT is of several statements."""

_LISTS_TABLES = re.compile(
    r"\b(show|information_schema|pg_catalog|duckdb_\w+|sqlite_master)\b", re.IGNORECASE
)
"""What asks for tables without naming one."""

_NO_TABLE = re.compile(r"^Catalog Error: Table with name (.+?) does not exist")
_NO_COLUMN = re.compile(r"^Binder Error: .*column", re.IGNORECASE)
_BATCH_ROWS = 65_536


class QueryError(UserError):
    """A query that cannot be run, with its position and the names that there are."""


class Result(NamedTuple):
    """The rows of a query, which are computed while they are read; raises QueryError then."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


@contextmanager
def result_of(sql: str, store: TableStore) -> Iterator[Result]:
    """The result of one query over the stored tables, batch by batch.

    Tables that the query names are read from the store when it begins, with their declared types. It runs in
    memory and in one thread, so that the same query over the same data gives the same rows in the same order.
    It cannot write, read files, or reach the network. Raises QueryError, also while batches are read, and
    StorageError where a table cannot be read.
    """
    # Imported lazily: not needed to load definitions.
    import duckdb

    stored = [name for name, table in TABLES.items() if store.exists(table)]
    with tempfile.TemporaryDirectory(prefix="lm-synth-") as folder, _connect(folder) as connection:
        try:
            _require_reading(connection, sql)
            for name in _needed(sql, stored):
                connection.register(name, to_arrow(TABLES[name], store.read(TABLES[name])))
            # No files, no network, no variables of Python.
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            reader = _run(connection, sql)
        except duckdb.Error as error:
            raise QueryError(_explained(str(error), sql, stored)) from error
        yield Result(reader.schema, _batches(reader))


def _run(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.RecordBatchReader:
    """Begin a query. Raises duckdb.Error."""
    import duckdb

    try:
        return connection.sql(sql).to_arrow_reader(_BATCH_ROWS)
    except duckdb.Error:
        # This one says where in the text the error is, and would copy all rows if there were none.
        connection.execute(sql)
        raise


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches of a reader, through which DuckDB's errors come as errors of Arrow."""
    import pyarrow as pa

    try:
        yield from reader
    except (OSError, pa.ArrowException) as error:
        raise QueryError(str(error)) from error


def _connect(folder: str) -> duckdb.DuckDBPyConnection:
    """A database in memory, which keeps in a folder what does not fit."""
    import duckdb

    return duckdb.connect(
        config={
            "threads": 1,
            "temp_directory": folder,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def _require_reading(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse what is not exactly one statement that reads. Raises QueryError and duckdb.Error."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise QueryError(f"one query is needed; the text holds {len(statements) or 'none'}")
    kind = statements[0].type.name
    if kind not in _READING:
        raise QueryError(
            f"{kind.replace('_', ' ')} is refused: only queries that read are run, such as SELECT"
        )


def _needed(sql: str, stored: Sequence[str]) -> list[str]:
    """The stored tables that a query may read: those whose names it holds."""
    if _LISTS_TABLES.search(sql):
        return list(stored)
    return [name for name in stored if re.search(rf"\b{name}\b", sql, re.IGNORECASE)]


def _explained(message: str, sql: str, stored: Sequence[str]) -> str:
    """The message of DuckDB, which says where the error is, with the names that there are."""
    if match := _NO_TABLE.search(message):
        return _without_table(match[1], message, stored)
    if _NO_COLUMN.search(message):
        columns = [f"  {name}: {', '.join(TABLES[name].columns.keys())}" for name in _needed(sql, stored)]
        return "\n".join([message, "", "The columns are", *columns]) if columns else message
    return message


def _without_table(name: str, message: str, stored: Sequence[str]) -> str:
    """There is no such table: what may be meant, where the error is, and the tables that there are."""
    near = difflib.get_close_matches(name.lower(), stored, n=1)
    is_declared = name.lower() in TABLES
    what = f"{name} is not stored there" if is_declared else f"there is no table {name}"
    hint = f"; did you mean {near[0]}?" if near and not is_declared else ""
    position = message.partition("\n\n")[2]
    parts = [what + hint, position, f"The tables are {', '.join(stored)}."]
    return "\n\n".join(filter(None, parts))
