"""Delta tables: one below `Tables` for each table, in a folder of this machine or of an object store.

Delta has two types for times. `timestamp_ntz`, a time without a zone, raises the protocol, and neither
Fabric's SQL endpoint nor Direct Lake shows it. So times are stored as `timestamp`, declared to be UTC, and
hold what the local clock shows. A version of a table is one Parquet file, in the order of its rows.
"""

import os
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq
import sqlalchemy as sa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from deltalake.fs import DeltaStorageHandler

from lm_synth_assets.schema.catalogue import TABLES, claims_on
from lm_synth_assets.storage.delta.commits import (
    DataFile,
    Uncommitted,
    Versions,
    is_removed,
    reason_of,
    record_in,
)
from lm_synth_assets.storage.delta.object_store import ObjectStore, storage_options
from lm_synth_assets.storage.errors import PathMisread
from lm_synth_assets.storage.files.folder import Folder
from lm_synth_assets.storage.files.publishing import new_file
from lm_synth_assets.storage.formats import is_url
from lm_synth_assets.storage.frames import UTC, arrow_parts, arrow_schema
from lm_synth_assets.storage.inspection import type_remarks
from lm_synth_assets.storage.record import Record
from lm_synth_assets.storage.store import Replacement, TableStore

FOLDER = "Tables"
"""The folder of the tables, in a lakehouse and here."""

COMPRESSION = "snappy"
"""What every program that reads Delta reads."""

_SHOWN = 5
_MISREAD = re.compile(r"%[0-9A-Fa-f]{2}|[\x00-\x1f#?]" + (r"|\\" if os.sep == "/" else ""))
"""What delta-rs takes for something else in a path: it would look for the table, or its log, elsewhere."""


class DeltaStore(TableStore):
    """Tables below a folder, or below the URL of a folder of an object store: in OneLake, a lakehouse."""

    def __init__(self, location: str | Path) -> None:
        self._is_remote = is_url(str(location))
        if self._is_remote:
            store = ObjectStore(str(location))
            super().__init__(store)
            self._root = f"{store.url}/{FOLDER}"
        else:
            folder = Folder(Path(location))
            super().__init__(folder)
            self._root = os.path.join(location, FOLDER)
            if misread := _MISREAD.search(os.path.abspath(location)):
                raise PathMisread(folder.path, misread[0])

    def location(self, table: sa.Table) -> str:
        return f"{self._root}/{table.name}" if self._is_remote else os.path.join(self._root, table.name)

    def exists(self, table: sa.Table) -> bool:
        try:
            delta = self._opened(table)
            return delta is not None and not is_removed(delta)
        except DeltaError:
            # Something is there; reading says what is wrong with it.
            return True

    def record(self, table: sa.Table) -> Record | None:
        try:
            delta = self._opened(table)
            return None if delta is None else record_in(delta)
        except DeltaError:
            return None

    def strangers(self) -> dict[str, str]:
        problems = {} if self._is_remote else dict(self._strange_folders())
        return problems | super().strangers()

    def file_name(self, table: sa.Table) -> str:
        return f"{FOLDER}/{table.name}"

    def _strange_folders(self) -> Iterator[tuple[str, str]]:
        for table in TABLES.values():
            path, name = Path(self.location(table)), self.file_name(table)
            if not path.exists():
                continue
            if not path.is_dir():
                yield name, "it is a file and not a folder"
            elif not self.exists(table):
                if any(path.iterdir()) and not (path / "_delta_log").exists():
                    yield name, "it is a folder with other files than those of a Delta table"
            elif self.record(table) is None and (problem := self._obstacle(table)):
                yield name, problem

    def remove(self, table: sa.Table) -> None:
        if self.exists(table):
            self._versions(table).remove()
            self._withdraw(table)

    def _replace(self, table: sa.Table, frame: pd.DataFrame, record: Record) -> Replacement:
        before = self.record(table)
        schema = delta_schema(table)
        versions = self._versions(table)
        data = self._stage(versions, schema, map(in_utc, arrow_parts(table, frame)))
        # Before the table is there, so that nothing speaks of it if the run is killed in between.
        withdrawn = () if before and before.digest == record.digest else self._withdraw(table)
        versions.commit(table, schema, data, record)
        return Replacement(data.bytes, withdrawn=withdrawn)

    def _stage(self, versions: Versions, schema: pa.Schema, rows: Iterable[pa.Table]) -> DataFile:
        """Write a file that no version names yet; if the run ends before one does, VACUUM removes it."""
        name = f"part-00000-{uuid.uuid4()}.{COMPRESSION}.parquet"
        if not self._is_remote:
            with new_file(Path(versions.uri) / name) as file:
                return _encode(name, schema, rows, file)
        try:
            files = pa_fs.PyFileSystem(DeltaStorageHandler(versions.uri, versions.options))
            with files.open_output_stream(name) as stream:
                return _encode(name, schema, rows, stream)
        except (DeltaError, OSError) as error:
            raise Uncommitted(versions.uri, error) from error

    def _withdraw(self, table: sa.Table) -> tuple[str, ...]:
        """Take away what speaks of a table that has changed; the names of the tables among it."""
        withdrawn = [TABLES[name] for name in claims_on(table) if self.exists(TABLES[name])]
        for claim in withdrawn:
            self._versions(claim).remove()
        self._location.withdraw_companions()
        return tuple(claim.name for claim in withdrawn)

    def _names(self, table: sa.Table) -> list[str]:
        return self._schema(table).names

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        with _readable():
            return self._required(table).to_pyarrow_table(columns=list(columns))

    def _obstacle(self, table: sa.Table) -> str | None:
        try:
            names = self._names(table)
        except ValueError as error:
            return f"it is a damaged Delta table: {error}"
        if set(names) & set(table.columns.keys()):
            return None
        return f"it is a Delta table with other columns: {', '.join(names[:_SHOWN])}"

    def _remarks(self, table: sa.Table) -> list[str]:
        return [*super()._remarks(table), *type_remarks(table, _without_utc(self._schema(table)))]

    def _schema(self, table: sa.Table) -> pa.Schema:
        with _readable():
            return pa.schema(self._required(table).schema().to_arrow())

    def _required(self, table: sa.Table) -> DeltaTable:
        delta = self._opened(table)
        if delta is None:
            raise ValueError("it is no Delta table any more")
        return delta

    def _opened(self, table: sa.Table) -> DeltaTable | None:
        """The last version of a table; None if there is none.

        Raises DeltaError if it is damaged, Unreachable if that cannot be seen.
        """
        if not self._is_remote and not os.path.isdir(self.location(table)):
            return None
        return self._versions(table).opened()

    def _versions(self, table: sa.Table) -> Versions:
        location = self.location(table)
        if self._is_remote:
            return Versions(location, storage_options(location))
        # delta-rs takes a path that begins with ~ for one below the home folder.
        return Versions(os.path.abspath(location), {})


def _encode(name: str, schema: pa.Schema, rows: Iterable[pa.Table], file: Any) -> DataFile:
    """Write a Parquet file of that name to an open file."""
    count = 0
    with pq.ParquetWriter(file, schema, compression=COMPRESSION) as writer:
        for part in rows:
            writer.write_table(part)
            count += part.num_rows
    return DataFile(name, file.tell(), count)


def delta_schema(table: sa.Table) -> pa.Schema:
    """The Arrow schema with which a table is stored."""
    return _in_utc(arrow_schema(table))


def in_utc(arrow: pa.Table) -> pa.Table:
    """The same columns, with times declared to be UTC."""
    return arrow.cast(_in_utc(arrow.schema))


def _in_utc(schema: pa.Schema) -> pa.Schema:
    return _with_times(schema, pa.timestamp("us", UTC[0]))


def _without_utc(schema: pa.Schema) -> pa.Schema:
    return _with_times(schema, pa.timestamp("us"))


def _with_times(schema: pa.Schema, kind: pa.DataType) -> pa.Schema:
    fields = (field.with_type(kind) if pa.types.is_timestamp(field.type) else field for field in schema)
    return pa.schema(fields)


@contextmanager
def _readable() -> Iterator[None]:
    """Make errors of delta-rs those that say that a table cannot be read."""
    try:
        yield
    except (DeltaError, OSError) as error:
        raise ValueError(reason_of(error)) from error
