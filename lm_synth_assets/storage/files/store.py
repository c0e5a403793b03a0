"""What CSV and Parquet have in common: one flat file a table, in one folder, and a record of each."""

import json
import os
from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, ClassVar

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import TABLES, claims_on
from lm_synth_assets.storage.errors import NoWorkingFolder, UnreadableFolder, UnwritableFolder, why_not_read
from lm_synth_assets.storage.files.folder_lock import FolderLock
from lm_synth_assets.storage.files.opening import regular_file
from lm_synth_assets.storage.files.publishing import atomic_file, check_folder
from lm_synth_assets.storage.files.sniffing import report_problem
from lm_synth_assets.storage.frames import to_arrow
from lm_synth_assets.storage.record import REPORT_FILE, Record
from lm_synth_assets.storage.store import Replacement, TableStore

_RECORDS = ".lm-synth"
"""The folder of the records, in that of the tables."""


class FileStore(TableStore):
    """One flat file a table, in one folder that is made when the first table is written."""

    suffix: ClassVar[str]

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.run_lock = FolderLock(self.folder)
        try:
            self.location_options = ("--out", os.path.abspath(self.folder))
        except FileNotFoundError as error:
            raise NoWorkingFolder(self.folder) from error

    def check(self, *, writing: bool) -> None:
        if writing:
            check_folder(self.folder)

    def location(self, table: sa.Table) -> str:
        return str(self._path(table))

    def exists(self, table: sa.Table) -> bool:
        try:
            return self._path(table).exists()
        except OSError as error:
            raise UnreadableFolder(self.folder, error) from error

    def strangers(self) -> dict[str, str]:
        tables = [table for table in TABLES.values() if self.exists(table) and self.record(table) is None]
        problems = {self._path(table).name: _problem(partial(self._obstacle, table)) for table in tables}
        report = self.folder / REPORT_FILE
        if report.exists():
            problems[report.name] = _problem(partial(report_problem, report))
        return {name: problem for name, problem in problems.items() if problem}

    def remove(self, table: sa.Table) -> None:
        if self.exists(table):
            _remove(self._path(table))
            self._withdraw(table)
        _remove(self._record_path(table))

    def _path(self, table: sa.Table) -> Path:
        return self.folder / f"{table.name}{self.suffix}"

    def record(self, table: sa.Table) -> Record | None:
        try:
            with regular_file(self._record_path(table)) as file:
                fields = json.load(file)
            return Record(int(fields["rows"]), str(fields["digest"]), fields["made_from"])
        except (OSError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
            # Whoever has changed it has changed what is known of the table.
            return None

    def _record_path(self, table: sa.Table) -> Path:
        """A file a table, so that processes that write different tables need not wait for each other."""
        return self.folder / _RECORDS / f"{self._path(table).name}.json"

    def _replace(self, table: sa.Table, frame: pd.DataFrame, record: Record) -> Replacement:
        before = self.record(table)
        with atomic_file(self._path(table)) as file:
            self._encode(to_arrow(table, frame), file)
            size = file.tell()
            file.flush()
            # Before the table is there, so that nothing speaks of it if the run is killed in between.
            withdrawn = () if before and before.digest == record.digest else self._withdraw(table)
        # Last, so that a run that was killed in between withdraws when it is repeated.
        with atomic_file(self._record_path(table)) as file:
            file.write(json.dumps(record._asdict()).encode())
        return Replacement(size, withdrawn=withdrawn)

    def _withdraw(self, table: sa.Table) -> tuple[str, ...]:
        """Take away what speaks of a table that has changed; the names of the tables among it."""
        withdrawn = [TABLES[name] for name in claims_on(table) if self.exists(TABLES[name])]
        for path in map(self._path, withdrawn):
            _remove(path)
        report = self.folder / REPORT_FILE
        if not _problem(partial(report_problem, report)):
            _remove(report)
        return tuple(claim.name for claim in withdrawn)

    @abstractmethod
    def _encode(self, arrow: pa.Table, file: IO[bytes]) -> None:
        """Write a whole table to an open file."""


def _problem(describe: Callable[[], str | None]) -> str | None:
    """What `describe` says of a file, or why it cannot be read."""
    try:
        return describe()
    except OSError as error:
        return why_not_read(error)


def _remove(path: Path) -> None:
    """Remove a file, if it is there. Raises UnwritableFolder."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UnwritableFolder(path, error) from error
