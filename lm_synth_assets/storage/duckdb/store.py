"""Tables in one DuckDB file, each replaced in one transaction with its record and the views that read it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import TABLES, claims_on
from lm_synth_assets.storage.duckdb.database import Database
from lm_synth_assets.storage.duckdb.ddl import (
    PREPARATION,
    RECORDS,
    quoted,
    table_ddl,
    view_ddl,
    view_name,
)
from lm_synth_assets.storage.errors import PathMisread, UnreadableFolder, why_not_read
from lm_synth_assets.storage.files.folder import Folder
from lm_synth_assets.storage.files.publishing import discard
from lm_synth_assets.storage.frames import arrow_parts, arrow_schema
from lm_synth_assets.storage.record import Record
from lm_synth_assets.storage.store import Replacement, TableStore

FILE: Final = "lm_synth.duckdb"
"""The name of the file in its folder."""

_MISREAD: Final = "?"
"""What DuckDB looks for in a path, to find the name of its log."""

_SHOWN = 5


class DuckdbStore(TableStore):
    """The tables in the file of one folder."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__(Folder(Path(folder)))
        self._database = Database(Path(folder) / FILE)
        if _MISREAD in os.path.abspath(folder):
            raise PathMisread(Path(folder), _MISREAD)

    def location(self, table: sa.Table) -> str:
        return os.path.join(self._database.path, table.name)

    def file_name(self, table: sa.Table) -> str:
        return FILE

    def exists(self, table: sa.Table) -> bool:
        if not self._is_there():
            return False
        try:
            return bool(self._names(table))
        except (ValueError, OSError):
            # Something is there; reading says what is wrong with it.
            return True

    def record(self, table: sa.Table) -> Record | None:
        if not self._is_there():
            return None
        try:
            with self._database.reading() as connection:
                return _recorded(connection, table)
        except (ValueError, OSError):
            return None

    def strangers(self) -> dict[str, str]:
        problem = self._file_problem() or next(filter(None, map(self._strange_table, TABLES.values())), None)
        return ({FILE: problem} if problem else {}) | super().strangers()

    def overrule(self) -> None:
        if self._database.path.is_file() and self._file_problem():
            discard(self._database.path)

    def remove(self, table: sa.Table) -> None:
        if not self.exists(table):
            return
        with self._database.writing(self.location(table)) as connection:
            self._drop(connection, table.name)
            self._withdraw(connection, table)

    def _replace(self, table: sa.Table, frame: pd.DataFrame, record: Record) -> Replacement:
        with self._database.writing(self.location(table)) as connection:
            for statement in (*PREPARATION, *table_ddl(table)):
                connection.execute(statement)
            connection.register("_frame", _reader(table, frame))
            connection.execute(f"INSERT INTO {quoted(table.name)} SELECT * FROM _frame")
            connection.unregister("_frame")
            before = _recorded(connection, table)
            connection.execute(f"DELETE FROM {RECORDS} WHERE table_name = ?", [table.name])
            connection.execute(f"INSERT INTO {RECORDS} VALUES (?, ?, ?, ?)", [table.name, *record])
            changed = before is None or before.digest != record.digest
            withdrawn = self._withdraw(connection, table) if changed else ()
            self._save_queries(connection, table)
        return Replacement(self._size(table), withdrawn=withdrawn)

    def _withdraw(self, connection: duckdb.DuckDBPyConnection, table: sa.Table) -> tuple[str, ...]:
        """Take away what speaks of a table that has changed; the names of the tables among it."""
        there = _tables(connection)
        withdrawn = tuple(name for name in claims_on(table) if name in there)
        for name in withdrawn:
            self._drop(connection, name)
        # Before the new table is committed, so that nothing speaks of it if the run is killed in between.
        self._location.withdraw_companions()
        return withdrawn

    def _drop(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        """Drop a table, its record, and the views that cannot be run without it."""
        for query in self.saved_queries():
            if name in query.reads:
                connection.execute(f"DROP VIEW IF EXISTS {view_name(query)}")
        connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
        connection.execute(f"DELETE FROM {RECORDS} WHERE table_name = ?", [name])

    def _save_queries(self, connection: duckdb.DuckDBPyConnection, table: sa.Table) -> None:
        """Make the views that read a table, and for which all other tables are there."""
        there = _tables(connection)
        for query in self.saved_queries():
            if table.name in query.reads and there >= set(query.reads):
                for statement in view_ddl(query):
                    connection.execute(statement)

    def _size(self, table: sa.Table) -> int:
        """The bytes of the blocks that hold a table."""
        with self._database.reading() as connection:
            (blocks,) = connection.execute(
                "SELECT count(DISTINCT block_id) FROM pragma_storage_info(?) WHERE block_id >= 0",
                [table.name],
            ).fetchall()[0]
            (bytes_,) = connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0]
        return int(blocks) * int(bytes_)

    def _names(self, table: sa.Table) -> list[str]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT column_name FROM duckdb_columns() "
                "WHERE schema_name = 'main' AND NOT internal AND table_name = ? "
                "ORDER BY column_index",
                [table.name],
            ).fetchall()
        return [name for (name,) in rows]

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        with self._database.reading() as connection:
            return connection.sql(
                f"SELECT {quoted(*columns)} FROM main.{quoted(table.name)}"
            ).to_arrow_table()

    def _obstacle(self, table: sa.Table) -> str | None:
        return self._database.problem()

    def _is_there(self) -> bool:
        try:
            return self._database.path.exists()
        except OSError as error:
            raise UnreadableFolder(self._database.path.parent, error) from error

    def _file_problem(self) -> str | None:
        try:
            return self._database.problem()
        except FileNotFoundError:
            return None
        except OSError as error:
            return why_not_read(error)

    def _strange_table(self, table: sa.Table) -> str | None:
        """What shows that a table of the file is another program's; None if nothing does."""
        if not self.exists(table) or self.record(table) is not None:
            return None
        names = self.names(table)
        if set(names) & set(table.columns.keys()):
            return None
        return f"its table {table.name} has other columns: {', '.join(names[:_SHOWN])}"


def _reader(table: sa.Table, frame: pd.DataFrame) -> pa.RecordBatchReader:
    batches = (batch for part in arrow_parts(table, frame) for batch in part.to_batches())
    return pa.RecordBatchReader.from_batches(arrow_schema(table), batches)


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
    return {name for (name,) in rows}


def _recorded(connection: duckdb.DuckDBPyConnection, table: sa.Table) -> Record | None:
    """What was recorded when the table was last stored; None where there is no record."""
    where = "schema_name || '.' || table_name = ?"
    if not connection.execute(f"SELECT 1 FROM duckdb_tables() WHERE {where}", [RECORDS]).fetchall():
        return None
    rows = connection.execute(
        f"SELECT row_count, digest, made_from FROM {RECORDS} WHERE table_name = ?", [table.name]
    ).fetchall()
    return Record(*rows[0]) if rows else None
