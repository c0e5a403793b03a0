"""Tables as files, one a table, in one folder: CSV and Parquet."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import IO, ClassVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import primary_key
from lm_synth_assets.storage.csv_text import layout_remarks, read_csv, read_header, read_text, write_csv
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.examination import Stored, type_remarks
from lm_synth_assets.storage.frames import in_year
from lm_synth_assets.storage.publishing import check_folder, published
from lm_synth_assets.storage.recognition import csv_problem, parquet_problem
from lm_synth_assets.storage.table_store import Published, TableStore


class FileStore(TableStore):
    """One flat file a table, in one folder that is made when it is first needed."""

    suffix: ClassVar[str]

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def check(self, *, writing: bool) -> None:
        if writing:
            check_folder(self.folder)

    def location(self, table: sa.Table) -> str:
        return str(self._path(table))

    def exists(self, table: sa.Table) -> bool:
        return self._path(table).exists()

    def _path(self, table: sa.Table) -> Path:
        return self.folder / f"{table.name}{self.suffix}"

    def _put(self, table: sa.Table, frame: pd.DataFrame, year: int | None) -> Published:
        if year is not None and self.exists(table):
            stored = self.read(table)
            both = pd.concat([stored[~in_year(table, stored, year)], frame], ignore_index=True)
            # Categories sort in the order of their closed list.
            frame = enforce(table, both).sort_values(primary_key(table), kind="stable", ignore_index=True)
        return super()._put(table, frame, None)

    def _publish(self, table: sa.Table, arrow: pa.Table, year: int | None) -> Published:
        with published(self._path(table)) as file:
            self._encode(arrow, file)
            return Published(file.tell())

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


FILE_STORES: dict[str, type[FileStore]] = {"csv": CsvStore, "parquet": ParquetStore}
"""Every kind of file storage by the name of its format."""
