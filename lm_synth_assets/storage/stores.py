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

from lm_synth_assets.storage.csv_text import read_csv, write_csv
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.errors import MissingTable, SchemaError, UnknownFormat, UnreadableTable
from lm_synth_assets.storage.frames import column_problems, from_arrow, to_arrow
from lm_synth_assets.storage.publishing import published


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
    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        """The stored columns; may raise SchemaError, or any error of Arrow or of the system."""

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
        if not self.exists(table):
            raise MissingTable(table.name, self.location(table))
        try:
            return from_arrow(table, self._load(table, columns or list(table.columns.keys())))
        except SchemaError as error:
            raise UnreadableTable(table.name, self.location(table), "; ".join(error.problems)) from error
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UnreadableTable(table.name, self.location(table), error) from error


class FileStore(TableStore):
    """One flat file a table, in one folder that is made when it is first needed."""

    suffix: ClassVar[str]

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def location(self, table: sa.Table) -> str:
        return str(self._path(table))

    def exists(self, table: sa.Table) -> bool:
        return self._path(table).is_file()

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

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        return read_csv(self._path(table), table, columns)


class ParquetStore(FileStore):
    """Parquet files: decimals and microseconds as declared, compressed by zstd."""

    suffix = ".parquet"

    def _encode(self, arrow: pa.Table, file: IO[bytes]) -> None:
        pq.write_table(arrow, file, compression="zstd")

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        with pq.ParquetFile(self._path(table)) as file:
            if problems := column_problems(table, file.schema_arrow.names):
                raise SchemaError(table.name, problems)
            return file.read(columns).select(columns)


STORES: dict[str, type[FileStore]] = {"csv": CsvStore, "parquet": ParquetStore}
"""Every kind of storage by the name of its format."""


def open_store(format: str, folder: str | Path) -> TableStore:
    """The store of one format in one folder; touches nothing yet. Raises UnknownFormat."""
    if format not in STORES:
        raise UnknownFormat(format, list(STORES))
    return STORES[format](folder)
