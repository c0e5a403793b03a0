"""What CSV and Parquet have in common: one flat file a table, in one folder."""

from abc import abstractmethod
from pathlib import Path
from typing import IO, ClassVar

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import primary_key
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.errors import UnwritableFolder
from lm_synth_assets.storage.files.folder_lock import FolderLock
from lm_synth_assets.storage.files.publishing import atomic_file, check_folder
from lm_synth_assets.storage.frames import in_year, to_arrow
from lm_synth_assets.storage.store import Replacement, TableStore


class FileStore(TableStore):
    """One flat file a table, in one folder that is made when the first table is written."""

    suffix: ClassVar[str]

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.run_lock = FolderLock(self.folder)

    def check(self, *, writing: bool) -> None:
        if writing:
            check_folder(self.folder)

    def location(self, table: sa.Table) -> str:
        return str(self._path(table))

    def exists(self, table: sa.Table) -> bool:
        return self._path(table).exists()

    def remove(self, table: sa.Table) -> None:
        path = self._path(table)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise UnwritableFolder(path, error) from error

    def _path(self, table: sa.Table) -> Path:
        return self.folder / f"{table.name}{self.suffix}"

    def _replace(self, table: sa.Table, frame: pd.DataFrame, year: int | None) -> Replacement:
        if year is not None and self.exists(table):
            frame = self._merged(table, frame, year)
        with atomic_file(self._path(table)) as file:
            self._encode(to_arrow(table, frame), file)
            return Replacement(file.tell())

    def _merged(self, table: sa.Table, frame: pd.DataFrame, year: int) -> pd.DataFrame:
        """The stored rows of the other years and those of `frame`, in the order of the primary key."""
        stored = self.read(table)
        both = pd.concat([stored[~in_year(table, stored, year)], frame], ignore_index=True)
        # Categories sort in the order of their closed list.
        return enforce(table, both).sort_values(primary_key(table), kind="stable", ignore_index=True)

    @abstractmethod
    def _encode(self, arrow: pa.Table, file: IO[bytes]) -> None:
        """Write a whole table to an open file."""
