"""The contract that every kind of storage keeps, and the kinds that there are.

What is written to one kind and to another reads back as equal frames, dtypes and all.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import IO, ClassVar, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from lm_synth_assets.storage.csv_text import layout_remarks, read_csv, read_header, read_text, write_csv
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.errors import (
    MissingTable,
    SchemaError,
    StorageError,
    UnknownFormat,
    UnreadableTable,
    why_not_read,
)
from lm_synth_assets.storage.examination import Examined, Stored, misfits, order_remarks, type_remarks
from lm_synth_assets.storage.frames import column_problems, from_arrow, to_arrow
from lm_synth_assets.storage.publishing import published
from lm_synth_assets.storage.recognition import csv_problem, parquet_problem

_FAILURES = (SchemaError, pa.ArrowException, OSError, ValueError)
"""What reading may end in where something else is stored than the declared table."""


class Written(NamedTuple):
    """What was stored: rows, bytes as stored, and where."""

    rows: int
    bytes: int
    location: str


class TableStore(ABC):
    """A place where each table is kept whole, and from where it comes back as it was."""

    @abstractmethod
    def location(self, table: sa.Table) -> str:
        """Where the table is, or would be."""

    @abstractmethod
    def exists(self, table: sa.Table) -> bool:
        """Whether the table has been stored."""

    @abstractmethod
    def _publish(self, table: sa.Table, arrow: pa.Table) -> int:
        """Put `arrow` in the place of what was there, whole or not at all; returns the bytes stored."""

    @abstractmethod
    def _names(self, table: sa.Table) -> list[str]:
        """The names of the stored columns, in order; may raise any error of Arrow or of the system."""

    @abstractmethod
    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        """The stored columns, all or some; may raise any error of Arrow or of the system."""

    def _load_as_stored(self, table: sa.Table, columns: Sequence[str]) -> Stored:
        """The same in types that hold whatever is stored, for when `_load` or a conversion has failed."""
        return Stored.whole(self._load(table, columns))

    def _obstacle(self, table: sa.Table) -> str | None:
        """Why what is stored cannot be the table at all, from a short look at it."""
        return None

    def _remarks(self, table: sa.Table) -> list[str]:
        """How the stored table differs from how it would be written, without harm to a value."""
        return order_remarks(table, self._names(table))

    def write(self, table: sa.Table, frame: pd.DataFrame) -> Written:
        """Store a frame that keeps to `table`, in the place of what was there.

        Raises SchemaError, before anything is touched, where the frame does not keep to `table`, and
        UnwritableFolder where it cannot be stored; what was there is then as it was.
        """
        arrow = to_arrow(table, enforce(table, frame))
        return Written(arrow.num_rows, self._publish(table, arrow), self.location(table))

    def read(self, table: sa.Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The stored frame, or only some of its columns, in the order asked for.

        Raises MissingTable and UnreadableTable.
        """
        try:
            self._require(table)
            if problems := column_problems(table, self._names(table)):
                raise SchemaError(table.name, problems)
            return from_arrow(table, self._load(table, columns or list(table.columns.keys())))
        except _FAILURES as error:
            raise self._unreadable(table, error) from error

    def examine(self, table: sa.Table) -> Examined:
        """What is stored in the place of `table`, whatever it is, and all that is wrong with it.

        Raises nothing for what is stored: what `read` raises is a problem here, and so is all that comes
        behind the first.
        """
        try:
            self._require(table)
            if obstacle := self._obstacle(table):
                raise UnreadableTable(table.name, self.location(table), obstacle)
            return self._examined(table)
        except StorageError as error:
            return Examined(None, (str(error),))
        except _FAILURES as error:
            return Examined(None, (str(self._unreadable(table, error)),))

    def _examined(self, table: sa.Table) -> Examined:
        names = self._names(table)
        problems = column_problems(table, names)
        columns = [name for name in map(str, table.columns.keys()) if names.count(name) == 1]
        frame = None
        try:
            frame = from_arrow(table, self._load(table, columns)) if columns else None
        except _FAILURES as error:
            problems += misfits(table, self._load_as_stored(table, columns)) or [_reason(error)]
        complete = frame if len(columns) == len(table.columns) else None
        return Examined(complete, tuple(problems), tuple(self._remarks(table)))

    def _require(self, table: sa.Table) -> None:
        if not self.exists(table):
            raise MissingTable(table.name, self.location(table))

    def _unreadable(self, table: sa.Table, error: Exception) -> UnreadableTable:
        return UnreadableTable(table.name, self.location(table), _reason(error))


class FileStore(TableStore):
    """One flat file a table, in one folder that is made when it is first needed."""

    suffix: ClassVar[str]

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def location(self, table: sa.Table) -> str:
        return str(self._path(table))

    def exists(self, table: sa.Table) -> bool:
        return self._path(table).exists()

    def _path(self, table: sa.Table) -> Path:
        return self.folder / f"{table.name}{self.suffix}"

    def _publish(self, table: sa.Table, arrow: pa.Table) -> int:
        with published(self._path(table)) as file:
            self._encode(arrow, file)
            return file.tell()

    @abstractmethod
    def _encode(self, arrow: pa.Table, file: IO[bytes]) -> None: ...


class CsvStore(FileStore):
    """CSV files, in the dialect that `csv_text` describes."""

    suffix = ".csv"

    def _encode(self, arrow: pa.Table, file: IO[bytes]) -> None:
        write_csv(arrow, file)

    def _names(self, table: sa.Table) -> list[str]:
        return read_header(self._path(table))

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        return read_csv(self._path(table), table, columns)

    def _load_as_stored(self, table: sa.Table, columns: Sequence[str]) -> Stored:
        return read_text(self._path(table), table, columns)

    def _obstacle(self, table: sa.Table) -> str | None:
        return csv_problem(self._path(table), table)

    def _remarks(self, table: sa.Table) -> list[str]:
        return [*super()._remarks(table), *layout_remarks(self._path(table))]


class ParquetStore(FileStore):
    """Parquet files: decimals and microseconds as declared, compressed by zstd."""

    suffix = ".parquet"

    def _encode(self, arrow: pa.Table, file: IO[bytes]) -> None:
        pq.write_table(arrow, file, compression="zstd")

    def _names(self, table: sa.Table) -> list[str]:
        return list(pq.read_schema(self._path(table)).names)

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        with pq.ParquetFile(self._path(table)) as file:
            return file.read(columns).select(columns)

    def _obstacle(self, table: sa.Table) -> str | None:
        return parquet_problem(self._path(table))

    def _remarks(self, table: sa.Table) -> list[str]:
        schema = pq.read_schema(self._path(table))
        return [*super()._remarks(table), *type_remarks(table, schema)]


def _reason(error: Exception) -> str:
    """What an error says, in one line and without the name of the table."""
    if isinstance(error, SchemaError):
        return "; ".join(error.problems)
    return " ".join((why_not_read(error) if isinstance(error, OSError) else str(error)).split())


STORES: dict[str, type[FileStore]] = {"csv": CsvStore, "parquet": ParquetStore}
"""Every kind of storage by the name of its format."""


def open_store(format: str, folder: str | Path) -> TableStore:
    """The store of one format in one folder; touches nothing yet. Raises UnknownFormat."""
    if format not in STORES:
        raise UnknownFormat(format, list(STORES))
    return STORES[format](folder)
