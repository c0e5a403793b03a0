"""One Delta table: opening it, replacing all its rows in one commit, and what its commits say.

The record of a table is part of the commit that wrote its rows, so that neither is there without the other.
It is the `userMetadata` of the commit, which DESCRIBE HISTORY shows. A table that was removed is one without
rows, so that its earlier versions can still be read, on every object store.
"""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, TypeAlias

import pyarrow as pa
import sqlalchemy as sa
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, create_table_with_add_actions

from lm_synth_assets.errors import StorageError
from lm_synth_assets.storage.record import Record

Mark: TypeAlias = dict[str, Any]
"""What a commit of ours says: a record, or that the table was removed."""

_OURS: Final = "lm_synth"
_REMOVED: Final[Mark] = {"removed": True}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_BACKTRACE = re.compile(r"\n\s*0: .*", re.DOTALL)


class Uncommitted(StorageError):
    """A version of a table could not be committed; the one before stands."""

    def __init__(self, uri: str, error: Exception) -> None:
        self.transient = isinstance(error, CommitFailedError)
        reason = "another program has written it meanwhile" if self.transient else reason_of(error)
        super().__init__(f"Cannot write to {uri}: {reason}; what was there before is untouched.")


class Unreachable(StorageError):
    """It cannot be seen whether a table is there."""

    def __init__(self, uri: str, error: Exception) -> None:
        super().__init__(f"Cannot read from {uri}: {reason_of(error)}.")


class DataFile(NamedTuple):
    """A Parquet file in the folder of a table."""

    name: str
    bytes: int
    rows: int


class Versions(NamedTuple):
    """The versions of one Delta table: where it is, and what delta-rs needs to reach it."""

    uri: str
    options: dict[str, str]

    def opened(self) -> DeltaTable | None:
        """The last version; None where there is no Delta table. Raises DeltaError if it is damaged.

        Raises Unreachable.
        """
        try:
            if not DeltaTable.is_deltatable(self.uri, self.options):
                return None
            return DeltaTable(self.uri, storage_options=self.options)
        except OSError as error:
            raise Unreachable(self.uri, error) from error

    def commit(self, table: sa.Table, schema: pa.Schema, data: DataFile, record: Record) -> None:
        """Replace all rows by those of a file, with the record of it. Raises Uncommitted."""
        added = AddAction(
            data.name,
            data.bytes,
            partition_values={},
            modification_time=round(time.time() * 1000),
            data_change=True,
            stats=json.dumps({"numRecords": data.rows}),
        )
        properties = _properties(record._asdict())
        declared = Schema.from_arrow(schema)
        with self._committing():
            delta = self.opened()
            if delta and (delta.schema(), delta.metadata().description) == (declared, table.comment):
                delta.create_write_transaction([added], "overwrite", declared, commit_properties=properties)
                return
            create_table_with_add_actions(
                self.uri,
                declared,
                [added],
                mode="overwrite",
                name=table.name,
                description=table.comment,
                storage_options=self.options,
                commit_properties=properties,
            )

    def remove(self) -> None:
        """Commit that the table is without rows and not there any more, if it is. Raises Uncommitted."""
        with self._committing():
            delta = self.opened()
            if delta and not is_removed(delta):
                delta.create_write_transaction(
                    [], "overwrite", delta.schema(), commit_properties=_properties(_REMOVED)
                )

    @contextmanager
    def _committing(self) -> Iterator[None]:
        try:
            yield
        except (DeltaError, OSError) as error:
            raise Uncommitted(self.uri, error) from error


def record_in(delta: DeltaTable) -> Record | None:
    """The record in the last commit that has one; None where there is none, or the table has been removed."""
    try:
        mark = _last_mark(delta)
        return Record(int(mark["rows"]), str(mark["digest"]), mark["made_from"])
    except (ValueError, TypeError, KeyError):
        return None


def is_removed(delta: DeltaTable) -> bool:
    """Whether a table is without rows because it was removed."""
    return not delta.file_uris() and _last_mark(delta) == _REMOVED


def reason_of(error: Exception) -> str:
    """The message of an error of delta-rs in one line, without colours, arrows and the stack of its calls."""
    text = _BACKTRACE.sub("", _COLOURS.sub("", str(error)))
    return " ".join(text.replace("↳", ":").split()).rstrip(".").replace(" : ", ": ")


def _properties(mark: Mark) -> CommitProperties:
    return CommitProperties({"userMetadata": json.dumps({_OURS: mark})})


def _last_mark(delta: DeltaTable) -> Mark:
    """What the last commit of ours says, and empty without one; other programs may have committed since."""
    for limit in (1, None):
        for entry in delta.history(limit):
            if mark := _mark(entry):
                return mark
    return {}


def _mark(entry: Mark) -> Mark:
    try:
        return dict(json.loads(str(entry.get("userMetadata")))[_OURS])
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
