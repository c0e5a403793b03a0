"""The contract of every storage format.

A frame that is written to any two formats reads back as equal frames, dtypes included.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from lm_synth_assets.errors import StorageError
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.errors import (
    MissingTable,
    SchemaError,
    UnreadableTable,
    why_not_read,
)
from lm_synth_assets.storage.frames import column_problems, from_arrow
from lm_synth_assets.storage.inspection import (
    Inspection,
    StoredColumns,
    misfits,
    notation_remarks,
    order_remarks,
)
from lm_synth_assets.storage.location import Location
from lm_synth_assets.storage.record import Record

_FAILURES = (SchemaError, pa.ArrowException, OSError, ValueError)
"""What reading may raise where something other than the declared table is stored."""


class Replacement(NamedTuple):
    """What a replaced table takes, as bytes.

    `removed` counts, by table, the rows of other tables that were removed because they referred to rows of
    this table that are gone; `withdrawn` are the tables that were taken away because they are no longer true.
    """

    bytes: int
    removed: Mapping[str, int] = MappingProxyType({})
    withdrawn: tuple[str, ...] = ()


class SavedQuery(NamedTuple):
    """A query that a store may keep beside its tables, under a name that may have a schema.

    `reads` are the tables without which it cannot be run.
    """

    name: str
    comment: str
    sql: str
    reads: tuple[str, ...]


class WriteResult(NamedTuple):
    """What was stored: rows written, bytes as stored, the location, and the digest of the whole table.

    `removed` and `withdrawn` as in `Replacement`.
    """

    rows: int
    bytes: int
    location: str
    digest: str
    removed: Mapping[str, int] = MappingProxyType({})
    withdrawn: tuple[str, ...] = ()


class _Converted(NamedTuple):
    """Stored columns with the dtypes that their table declares, and remarks on how they were written."""

    frame: pd.DataFrame
    remarks: list[str]


class ReadableStore(Protocol):
    """What inspecting and reading stored tables requires of a store."""

    format_options: Sequence[str]
    location_options: Sequence[str]

    def location(self, table: sa.Table, /) -> str: ...

    def exists(self, table: sa.Table, /) -> bool: ...

    def read(self, table: sa.Table, /) -> pd.DataFrame: ...

    def inspect(self, table: sa.Table, /) -> Inspection: ...

    def record(self, table: sa.Table, /) -> Record | None: ...


class TableStore(ABC):
    """Tables in one location, each written whole and read back unchanged."""

    format_options: Sequence[str] = ()
    """The options by which a command writes files of this format; none for the default one."""

    def __init__(self, location: Location) -> None:
        self.saved_queries: Callable[[], Iterable[SavedQuery]] = tuple
        """The queries that a store keeps as views, if it can; whoever writes a data set may set them."""
        self._location = location
        self.run_lock = location.run_lock
        """Held by the one run that writes to the location."""
        self.location_options = location.options
        """The options by which a command writes to this location."""

    def check(self, *, writing: bool) -> None:
        """Check that tables can be read from the location, or written to it. Raises StorageError if not."""
        self._location.check(writing=writing)

    @abstractmethod
    def location(self, table: sa.Table) -> str:
        """The path or the URL of the table, stored or not."""

    @abstractmethod
    def exists(self, table: sa.Table) -> bool:
        """Whether the table has been stored."""

    @abstractmethod
    def record(self, table: sa.Table) -> Record | None:
        """What was recorded when the table was last written; None where there is no record.

        It may not hold any more: compare its digest with what is stored.
        """

    def strangers(self) -> dict[str, str]:
        """The files that writing would overwrite and that no run has made, with what shows it."""
        return self._location.strange_companions()

    def file_name(self, table: sa.Table) -> str:
        """The name of the file or folder that holds a table, as `strangers` has it."""
        return os.path.basename(self.location(table))

    def overrule(self) -> None:
        """Remove the files of other programs that writing would keep, though they have the names of ours.

        Raises StorageError.
        """
        return

    @abstractmethod
    def _replace(self, table: sa.Table, frame: pd.DataFrame, record: Record) -> Replacement:
        """Replace the stored table by an enforced frame, whole or not at all.

        `record` is that of the frame. Where its digest is not the recorded one, what claims
        more than what is stored is withdrawn: the tables of `claims_on`, and the quality report and the data
        package beside them.
        Raises StorageError.
        """

    @abstractmethod
    def _names(self, table: sa.Table) -> list[str]:
        """The names of the stored columns, in order. Raises any of `_FAILURES`."""

    @abstractmethod
    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        """The named columns, in any compatible types. Raises any of `_FAILURES`."""

    def _load_as_stored(self, table: sa.Table, columns: Sequence[str]) -> StoredColumns:
        """The same in types that hold any stored value, for when `_load` or a conversion has failed."""
        return StoredColumns.whole(self._load(table, columns))

    def _obstacle(self, table: sa.Table) -> str | None:
        """Why the stored bytes cannot be the table at all, from a quick look at them."""
        return None

    def _remarks(self, table: sa.Table) -> list[str]:
        """How the layout of the stored table differs from how it would be written, values unaffected."""
        return order_remarks(table, self._names(table))

    def names(self, table: sa.Table) -> list[str]:
        """The names of the stored columns, in order; empty if they cannot be read."""
        try:
            return self._names(table)
        except _FAILURES:
            return []

    @abstractmethod
    def remove(self, table: sa.Table) -> None:
        """Remove the stored table and its record, if it is there, and withdraw what speaks of it.

        Raises StorageError.
        """

    def write(self, table: sa.Table, frame: pd.DataFrame, *, made_from: str | None = None) -> WriteResult:
        """Replace the stored table by a frame, and record what it was made from.

        Raises SchemaError if the frame does not keep to `table`, StorageError if it cannot be stored. The
        stored table is then unchanged.
        """
        enforced = enforce(table, frame)
        record = Record(len(enforced), digest_of(table, enforced), made_from)
        stored = self._replace(table, enforced, record)
        return WriteResult(
            len(enforced),
            stored.bytes,
            self.location(table),
            record.digest,
            stored.removed,
            stored.withdrawn,
        )

    def read(self, table: sa.Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The stored frame, or some of its columns in the order of `columns`.

        Raises MissingTable or UnreadableTable.
        """
        try:
            self._require(table)
            if problems := column_problems(table, self._names(table)):
                raise SchemaError(table.name, problems)
            return self._converted(table, columns or list(table.columns.keys())).frame
        except _FAILURES as error:
            raise self._unreadable(table, _reason(error)) from error

    def inspect(self, table: sa.Table) -> Inspection:
        """Inspect what is stored under the name of `table`, and list everything wrong with it.

        Errors of reading are problems of the inspection; it raises none of them.
        """
        try:
            if not self.exists(table):
                return Inspection(None, (str(self._missing(table)),), is_stored=False)
            if obstacle := self._obstacle(table):
                raise self._unreadable(table, obstacle)
            return self._inspect_columns(table)
        except StorageError as error:
            return Inspection(None, (str(error),))
        except _FAILURES as error:
            return Inspection(None, (str(self._unreadable(table, _reason(error))),))

    def _inspect_columns(self, table: sa.Table) -> Inspection:
        names = self._names(table)
        problems = column_problems(table, names)
        columns = [name for name in map(str, table.columns.keys()) if names.count(name) == 1]
        remarks = self._remarks(table)
        frame = None
        try:
            if columns:
                frame, notations = self._converted(table, columns)
                remarks += notations
        except SchemaError as error:
            problems += error.problems
        complete = frame if len(columns) == len(table.columns) else None
        return Inspection(complete, tuple(problems), tuple(remarks))

    def _converted(self, table: sa.Table, columns: Sequence[str]) -> _Converted:
        """The named columns in their declared types. Raises SchemaError, and any of `_FAILURES`."""
        try:
            stored = StoredColumns.whole(self._load(table, columns))
            frame = from_arrow(table, stored.columns)
        except _FAILURES as error:
            stored = self._load_as_stored(table, columns)
            if problems := misfits(table, stored):
                raise SchemaError(table.name, problems) from error
            frame = from_arrow(table, stored.columns)
        return _Converted(frame, notation_remarks(table, stored))

    def _require(self, table: sa.Table) -> None:
        if not self.exists(table):
            raise self._missing(table)

    def _missing(self, table: sa.Table) -> MissingTable:
        return MissingTable(table.name, self.location(table), self._options)

    def _unreadable(self, table: sa.Table, reason: str) -> UnreadableTable:
        return UnreadableTable(table.name, self.location(table), reason, self._options)

    @property
    def _options(self) -> list[str]:
        return [*self.location_options, *self.format_options]


def _reason(error: Exception) -> str:
    """The message of an error, in one line and without the name of the table."""
    if isinstance(error, SchemaError):
        return "; ".join(error.problems)
    return " ".join((why_not_read(error) if isinstance(error, OSError) else str(error)).split())
