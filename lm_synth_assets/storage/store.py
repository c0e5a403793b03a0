"""The contract that every kind of storage keeps.

What is written to one kind and to another reads back as equal frames, dtypes and all.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from lm_synth_assets.errors import StorageError
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.errors import (
    MissingTable,
    SchemaError,
    UnreadableTable,
    why_not_read,
)
from lm_synth_assets.storage.frames import column_problems, from_arrow, in_year
from lm_synth_assets.storage.inspection import Inspection, StoredColumns, misfits, order_remarks

_FAILURES = (SchemaError, pa.ArrowException, OSError, ValueError)
"""What reading may end in where something else is stored than the declared table."""


class Replacement(NamedTuple):
    """What putting a table in its place came to."""

    bytes: int
    removed: Mapping[str, int] = MappingProxyType({})


class WriteResult(NamedTuple):
    """What was stored: rows, bytes as stored, and where.

    `removed` counts, by table, the rows elsewhere that went with rows of this table that they referred to.
    """

    rows: int
    bytes: int
    location: str
    removed: Mapping[str, int] = MappingProxyType({})


class ReadableStore(Protocol):
    """What it takes to look at stored tables."""

    def location(self, table: sa.Table, /) -> str: ...

    def exists(self, table: sa.Table, /) -> bool: ...

    def read(self, table: sa.Table, /) -> pd.DataFrame: ...

    def inspect(self, table: sa.Table, /) -> Inspection: ...


class TableStore(ABC):
    """A place where each table is kept whole, and from where it comes back as it was."""

    @abstractmethod
    def check(self, *, writing: bool) -> None:
        """See that tables can be read here, or written. Raises StorageError, before any work is done."""

    @abstractmethod
    def location(self, table: sa.Table) -> str:
        """Where the table is, or would be."""

    @abstractmethod
    def exists(self, table: sa.Table) -> bool:
        """Whether the table has been stored."""

    @abstractmethod
    def _replace(self, table: sa.Table, frame: pd.DataFrame, year: int | None) -> Replacement:
        """Put a frame in the place of what was stored, or of one year of it, whole or not at all.

        The frame keeps to `table`. Raises StorageError.
        """

    @abstractmethod
    def _names(self, table: sa.Table) -> list[str]:
        """The names of the stored columns, in order; may raise any error of Arrow or of the system."""

    @abstractmethod
    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        """The stored columns, all or some; may raise any error of Arrow or of the system."""

    def _load_as_stored(self, table: sa.Table, columns: Sequence[str]) -> StoredColumns:
        """The same in types that hold whatever is stored, for when `_load` or a conversion has failed."""
        return StoredColumns.whole(self._load(table, columns))

    def _obstacle(self, table: sa.Table) -> str | None:
        """Why what is stored cannot be the table at all, from a short look at it."""
        return None

    def _remarks(self, table: sa.Table) -> list[str]:
        """How the stored table differs from how it would be written, without harm to a value."""
        return order_remarks(table, self._names(table))

    def names(self, table: sa.Table) -> list[str]:
        """The names of the stored columns, in order; none where they cannot be read."""
        try:
            return self._names(table)
        except _FAILURES:
            return []

    def write(self, table: sa.Table, frame: pd.DataFrame, year: int | None = None) -> WriteResult:
        """Store a frame that keeps to `table`, in the place of what was there, or of one year of it.

        Raises SchemaError, before anything is touched, where the frame does not keep to `table` or holds rows
        of another year, and StorageError where it cannot be stored; what was there is then as it was.
        """
        kept = enforce(table, frame)
        if year is not None and (others := (~in_year(table, kept, year)).sum()):
            raise SchemaError(table.name, [f"{others:,} rows are not of {year}, which is to be replaced"])
        replacement = self._replace(table, kept, year)
        return WriteResult(len(kept), replacement.bytes, self.location(table), replacement.removed)

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

    def inspect(self, table: sa.Table) -> Inspection:
        """What is stored in the place of `table`, whatever it is, and all that is wrong with it.

        Raises nothing for what is stored: what `read` raises is a problem here, and so is all that comes
        behind the first.
        """
        try:
            self._require(table)
            if obstacle := self._obstacle(table):
                raise UnreadableTable(table.name, self.location(table), obstacle)
            return self._inspected(table)
        except StorageError as error:
            return Inspection(None, (str(error),))
        except _FAILURES as error:
            return Inspection(None, (str(self._unreadable(table, error)),))

    def _inspected(self, table: sa.Table) -> Inspection:
        names = self._names(table)
        problems = column_problems(table, names)
        columns = [name for name in map(str, table.columns.keys()) if names.count(name) == 1]
        frame = None
        try:
            frame = from_arrow(table, self._load(table, columns)) if columns else None
        except _FAILURES as error:
            problems += misfits(table, self._load_as_stored(table, columns)) or [_reason(error)]
        complete = frame if len(columns) == len(table.columns) else None
        return Inspection(complete, tuple(problems), tuple(self._remarks(table)))

    def _require(self, table: sa.Table) -> None:
        if not self.exists(table):
            raise MissingTable(table.name, self.location(table))

    def _unreadable(self, table: sa.Table, error: Exception) -> UnreadableTable:
        return UnreadableTable(table.name, self.location(table), _reason(error))


def _reason(error: Exception) -> str:
    """What an error says, in one line and without the name of the table."""
    if isinstance(error, SchemaError):
        return "; ".join(error.problems)
    return " ".join((why_not_read(error) if isinstance(error, OSError) else str(error)).split())
