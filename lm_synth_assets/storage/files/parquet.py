"""Parquet files: decimals and microseconds as declared, compressed by zstd."""

from collections.abc import Sequence
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from lm_synth_assets.storage.files.opening import regular_file
from lm_synth_assets.storage.files.sniffing import parquet_problem
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.inspection import type_remarks


class ParquetStore(FileStore):
    """Tables as Parquet files."""

    suffix = ".parquet"

    def _encode(self, arrow: pa.Table, file: IO[bytes]) -> None:
        pq.write_table(arrow, file, compression="zstd")

    def _names(self, table: sa.Table) -> list[str]:
        return list(self._schema(table).names)

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        with regular_file(self._path(table)) as file:
            return pq.ParquetFile(file).read(columns).select(columns)

    def _obstacle(self, table: sa.Table) -> str | None:
        return parquet_problem(self._path(table))

    def _remarks(self, table: sa.Table) -> list[str]:
        return [*super()._remarks(table), *type_remarks(table, self._schema(table))]

    def _schema(self, table: sa.Table) -> pa.Schema:
        with regular_file(self._path(table)) as file:
            return pq.read_schema(file)
