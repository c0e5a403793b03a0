"""Parquet files: decimals and microseconds as declared, compressed by zstd, with comments on every column.

A table is one file, or, where partitions are asked for, a folder with a file for each of them.
"""

import errno
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import IO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from lm_synth_assets.schema.kinds import spark_type
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.storage.errors import UnwritableFolder
from lm_synth_assets.storage.files.data_package import Parts
from lm_synth_assets.storage.files.opening import regular_file
from lm_synth_assets.storage.files.partitions import SUFFIX, has_partitions, in_order, partitions, parts
from lm_synth_assets.storage.files.publishing import atomic_folder
from lm_synth_assets.storage.files.sniffing import parquet_problem
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.frames import arrow_schema, to_arrow
from lm_synth_assets.storage.inspection import type_remarks

_DAMAGED = (pa.ArrowException, OSError)
"""What Arrow raises for bytes that are no Parquet."""


SPARK_SCHEMA = "org.apache.spark.sql.parquet.row.metadata"
"""Where Spark keeps its schema in a Parquet file; comments on columns, which it takes from nowhere else."""


class ParquetStore(FileStore):
    """Tables as Parquet files. Tables of events have the partitions that `partition_by` names, if any."""

    suffix = SUFFIX
    may_be_folder = True
    form = MappingProxyType({"profile": "data-resource", "mediatype": "application/vnd.apache.parquet"})

    def __init__(self, folder: str | Path, partition_by: Sequence[str] = ()) -> None:
        super().__init__(folder)
        self.partition_by = tuple(partition_by)

    def _encode(self, table: sa.Table, rows: Iterable[pa.Table], file: IO[bytes]) -> None:
        schema = arrow_schema(table).with_metadata(_described(table))
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for part in rows:
                writer.write_table(part.replace_schema_metadata(schema.metadata))

    @contextmanager
    def _published(self, table: sa.Table, frame: pd.DataFrame) -> Iterator[Parts]:
        path = self._path(table)
        if path.is_dir() and parts(path) == [path]:
            # It holds what is none of ours.
            raise UnwritableFolder(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
        if not (self.partition_by and has_partitions(table) and len(frame)):
            with super()._published(table, frame) as files:
                yield files
            return
        with atomic_folder(path) as folder:
            for name, rows in partitions(table, to_arrow(table, frame), self.partition_by):
                part = folder / name
                part.parent.mkdir(parents=True, exist_ok=True)
                with part.open("xb") as file:
                    self._encode(table, [rows], file)
            yield {f"{path.name}/{part.relative_to(folder).as_posix()}": part for part in parts(folder)}

    def _parts(self, table: sa.Table) -> Parts:
        return {file.relative_to(self.folder).as_posix(): file for file in parts(self._path(table))}

    def _names(self, table: sa.Table) -> list[str]:
        return list(self._schema(table).names)

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        files = parts(self._path(table))
        if len(files) == 1:
            return self._load_part(files[0], columns)
        wanted = [*columns, *(name for name in self._keys(table) if name not in columns)]
        whole = pa.concat_tables(self._load_part(file, wanted) for file in files)
        return in_order(table, whole).select(columns)

    def _keys(self, table: sa.Table) -> list[str]:
        """The columns of the primary key that are stored."""
        return [name for name in self._names(table) if table.columns[name].primary_key]

    def _load_part(self, path: Path, columns: Sequence[str]) -> pa.Table:
        with _opened(path) as file:
            try:
                return file.read(columns).select(columns)
            except _DAMAGED as error:
                damaged = ", ".join(name for name in columns if not _is_sound(file, name))
                raise ValueError(f"its columns {damaged or '(together)'} are damaged ({error})") from error

    def _obstacle(self, table: sa.Table) -> str | None:
        path = self._path(table)
        problems = ((file, parquet_problem(file)) for file in parts(path))
        return next(
            (
                problem if file == path else f"{file.relative_to(path).as_posix()}: {problem}"
                for file, problem in problems
                if problem
            ),
            None,
        )

    def _remarks(self, table: sa.Table) -> list[str]:
        return [*super()._remarks(table), *type_remarks(table, self._schema(table))]

    def _schema(self, table: sa.Table) -> pa.Schema:
        """The columns of a table, which all of its files must have alike. Raises OSError and ValueError."""
        path = self._path(table)
        first, *others = parts(path)
        with _opened(first) as file:
            schema = file.schema_arrow
        for other in others:
            with _opened(other) as file:
                if not file.schema_arrow.equals(schema):
                    raise ValueError(
                        f"{other.relative_to(path).as_posix()} has other columns than "
                        f"{first.relative_to(path).as_posix()}"
                    )
        return schema


def _described(table: sa.Table) -> dict[str, str]:
    """What a file says of its table to people and to programs."""
    fields = [
        {
            "name": column.name,
            "type": spark_type(column),
            "nullable": bool(column.nullable),
            "metadata": {"comment": column.comment or ""},
        }
        for column in table.columns
    ]
    return {
        "description": table.comment or "",
        "disclaimer": DISCLAIMER,
        SPARK_SCHEMA: json.dumps({"type": "struct", "fields": fields}),
    }


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
