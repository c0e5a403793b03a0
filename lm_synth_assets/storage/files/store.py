"""What CSV and Parquet have in common: one flat file a table, in one folder, and a record of each."""

import json
import logging
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, ClassVar

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import CLAIMS, TABLES, claims_on
from lm_synth_assets.storage.errors import UnreadableFolder, why_not_read
from lm_synth_assets.storage.files.data_package import Parts, data_package, describes, package_remarks
from lm_synth_assets.storage.files.folder import Folder
from lm_synth_assets.storage.files.opening import regular_file
from lm_synth_assets.storage.files.publishing import atomic_file, discard
from lm_synth_assets.storage.files.sniffing import companion_problem
from lm_synth_assets.storage.frames import arrow_parts
from lm_synth_assets.storage.record import PACKAGE_FILE, REPORT_FILE, Record
from lm_synth_assets.storage.store import Replacement, TableStore

_RECORDS = ".lm-synth"
"""The folder of the records, in that of the tables."""

_LOG = logging.getLogger(__name__)


class FileStore(TableStore):
    """One flat file a table, in one folder that is made when the first table is written."""

    suffix: ClassVar[str]

    may_be_folder: ClassVar[bool] = False
    """Whether a table may be a folder of several files instead."""

    form: ClassVar[Mapping[str, Any]]
    """What a data package says of a file of this format."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        super().__init__(Folder(self.folder, (PACKAGE_FILE, REPORT_FILE)))

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
        return {name: problem for name, problem in problems.items() if problem} | super().strangers()

    def overrule(self) -> None:
        package = self.folder / PACKAGE_FILE
        if package.is_file() and companion_problem(package):
            discard(package)

    def remove(self, table: sa.Table) -> None:
        if self.exists(table):
            discard(self._path(table))
            self._withdraw(table)
        discard(self._record_path(table))

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
        with self._published(table, frame) as parts:
            size = sum(path.stat().st_size for path in parts.values())
            # Before the table is there, so that nothing speaks of it if the run is killed in between.
            withdrawn: tuple[str, ...] = ()
            if not (before and before.digest == record.digest):
                withdrawn = self._withdraw(table)
            elif not describes(self.folder, table.name, parts):
                Folder.remove_companion(self.folder / PACKAGE_FILE)
        # Last, so that a run that was killed in between withdraws when it is repeated.
        with atomic_file(self._record_path(table)) as file:
            file.write(json.dumps(record._asdict()).encode())
        if table.name == CLAIMS[-1]:
            self._describe()
        return Replacement(size, withdrawn=withdrawn)

    @contextmanager
    def _published(self, table: sa.Table, frame: pd.DataFrame) -> Iterator[Parts]:
        """Put the files of a table in the place of the old ones when the block ends well."""
        path = self._path(table)
        with atomic_file(path, over_folder=self.may_be_folder) as file:
            self._encode(table, arrow_parts(table, frame), file)
            file.flush()
            yield {path.name: Path(file.name)}

    def _parts(self, table: sa.Table) -> Parts:
        """The files of a stored table."""
        path = self._path(table)
        return {path.name: path}

    def _describe(self) -> None:
        """Write the data package of all tables that are there, unless another program's is in its place."""
        package = self.folder / PACKAGE_FILE
        if problem := companion_problem(package):
            _LOG.warning("%s is kept, and the tables have no data package: %s", package, problem)
            return
        with atomic_file(package) as file:
            file.write(data_package(self._stored_parts(), self.form))

    def _stored_parts(self) -> dict[str, Parts]:
        return {name: self._parts(table) for name, table in TABLES.items() if self.exists(table)}

    def _remarks(self, table: sa.Table) -> list[str]:
        remarks = super()._remarks(table)
        # The package goes with the manifest, and is made after it.
        if table.name == CLAIMS[-1]:
            remarks += package_remarks(self.folder, self._stored_parts())
        return remarks

    def _withdraw(self, table: sa.Table) -> tuple[str, ...]:
        """Take away what speaks of a table that has changed; the names of the tables among it."""
        withdrawn = [TABLES[name] for name in claims_on(table) if self.exists(TABLES[name])]
        for path in map(self._path, withdrawn):
            discard(path)
        self._location.withdraw_companions()
        return tuple(claim.name for claim in withdrawn)

    @abstractmethod
    def _encode(self, table: sa.Table, rows: Iterable[pa.Table], file: IO[bytes]) -> None:
        """Write the rows of a table to an open file."""


def _problem(describe: Callable[[], str | None]) -> str | None:
    """What `describe` says of a file, or why it cannot be read."""
    try:
        return describe()
    except OSError as error:
        return why_not_read(error)
