"""Parquet files: decimals and microseconds as declared, compressed by zstd."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from lm_synth_assets.storage.files.opening import regular_file
from lm_synth_assets.storage.files.sniffing import parquet_problem
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.inspection import type_remarks

_DAMAGED = (pa.ArrowException, OSError)
"""What Arrow raises for bytes that are no Parquet."""


class ParquetStore(FileStore):
    """Tables as Parquet files."""

    suffix = ".parquet"
    form = MappingProxyType(
        {"profile": "data-resource", "format": "parquet", "mediatype": "application/vnd.apache.parquet"}
    )

    def _encode(self, arrow: pa.Table, file: IO[bytes]) -> None:
        pq.write_table(arrow, file, compression="zstd")

    def _names(self, table: sa.Table) -> list[str]:
        return list(self._schema(table).names)

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        with _opened(self._path(table)) as file:
            try:
                return file.read(columns).select(columns)
            except _DAMAGED as error:
                damaged = ", ".join(name for name in columns if not _is_sound(file, name))
                raise ValueError(f"its columns {damaged or '(together)'} are damaged ({error})") from error

    def _obstacle(self, table: sa.Table) -> str | None:
        return parquet_problem(self._path(table))

    def _remarks(self, table: sa.Table) -> list[str]:
        return [*super()._remarks(table), *type_remarks(table, self._schema(table))]

    def _schema(self, table: sa.Table) -> pa.Schema:
        with _opened(self._path(table)) as file:
            return file.schema_arrow


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    """A Parquet file whose metadata can be read. Raises OSError and ValueError."""
    with regular_file(path) as file:
        try:
            parquet = pq.ParquetFile(file)
        except _DAMAGED as error:
            raise ValueError(f"its metadata, at the end of the file, are damaged ({error})") from error
        yield parquet


def _is_sound(file: pq.ParquetFile, column: str) -> bool:
    """Whether a column can be decoded."""
    try:
        file.read([column])
    except _DAMAGED:
        return False
    return True
