"""Tables in a MySQL database, each written whole or not at all, and read back unchanged."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets.storage.mysql.address import Address, address_of
from lm_synth_assets.storage.mysql.database_lock import DatabaseLock
from lm_synth_assets.storage.mysql.ddl import STORED_TABLES, quoted
from lm_synth_assets.storage.mysql.errors import CLASHED, GONE, DatabaseError
from lm_synth_assets.storage.mysql.inspection import require_grants, require_packets, require_tables
from lm_synth_assets.storage.mysql.reading import column_names, columns_of
from lm_synth_assets.storage.mysql.replacement import recorded, remove, replace
from lm_synth_assets.storage.mysql.session import LockHeld, Session, session
from lm_synth_assets.storage.mysql.staging import stage
from lm_synth_assets.storage.mysql.text import FrameBatches, RecordBatches
from lm_synth_assets.storage.record import Record
from lm_synth_assets.storage.store import Replacement, TableStore

LOCK_SECONDS = 300
"""How long to wait for the connection of a killed run, whose last statement the server still executes."""

_ATTEMPTS = 3
_LOG = logging.getLogger(__name__)
_LONGEST_LOCK_NAME = 64


class Database:
    """One database as the location of tables."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self.run_lock = DatabaseLock(address)
        self.options = ("--url", str(address))

    def check(self, *, writing: bool) -> None:
        """Check that the server answers, and that tables can be written. Raises DatabaseError."""
        with session(self._address, f"opening {self._address}") as opened:
            if writing:
                # First, since the server hides tables from a user without grants.
                require_packets(opened)
                require_grants(opened)
                require_tables(opened, TABLES.values())

    def strange_companions(self) -> dict[str, str]:
        """None: nothing lies beside the tables."""
        return {}

    def withdraw_companions(self) -> None:
        """Nothing: nothing lies beside the tables."""


class MysqlStore(TableStore):
    """The tables of one database."""

    def __init__(self, address: Address) -> None:
        super().__init__(Database(address))
        self.address = address
        self._open: Session | None = None

    @classmethod
    def at(cls, url: str) -> "MysqlStore":
        """The store that a URL names. Raises BadAddress."""
        return cls(address_of(url))

    def location(self, table: sa.Table) -> str:
        return f"{self.address}/{table.name}"

    def exists(self, table: sa.Table) -> bool:
        with self._session(table, "looking for") as opened:
            has_columns = bool(column_names(opened, table))
            return has_columns and (_has_rows(opened, table) or _is_recorded(opened, table))

    def record(self, table: sa.Table) -> Record | None:
        with self._session(table, "looking for") as opened:
            return recorded(opened, table) if column_names(opened, STORED_TABLES) else None

    def _replace(self, table: sa.Table, frame: pd.DataFrame, record: Record) -> Replacement:
        return self.replace_rows(table, FrameBatches(table, frame), record)

    def replace_rows(self, table: sa.Table, rows: RecordBatches, record: Record) -> Replacement:
        """Replace the rows of a table; try again if the connection breaks.

        The server checks the rows. Raises RowsRefused if it refuses or alters a row, DatabaseError if it is
        unreachable or another run holds the table.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._replace_once(table, rows, record)
            except DatabaseError as error:
                # The server has rolled back what was not finished, so all of it can be repeated.
                if attempt == _ATTEMPTS or error.code not in GONE | CLASHED:
                    raise
                _LOG.warning("%s; attempt %d of %d", error, attempt, _ATTEMPTS)
        raise AssertionError("the last attempt returns or raises")

    def _replace_once(self, table: sa.Table, rows: RecordBatches, record: Record) -> Replacement:
        storing = session(self.address, f"storing {table.name}", sends_files=True)
        with storing as opened, _exclusive(opened, table):
            size = stage(opened, table, rows)
            return replace(opened, table, record)._replace(bytes=size)

    def remove(self, table: sa.Table) -> None:
        with session(self.address, f"removing {table.name}") as opened, _exclusive(opened, table):
            remove(opened, table)

    def _names(self, table: sa.Table) -> list[str]:
        with self._session(table, "reading") as opened:
            return column_names(opened, table)

    def _load(self, table: sa.Table, columns: Sequence[str]) -> pa.Table:
        with self._session(table, "reading") as opened:
            return columns_of(opened, table, columns)

    def read(self, table: sa.Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
        with self._session(table, "reading"):
            return super().read(table, columns)

    def inspect(self, table: sa.Table) -> Inspection:
        with self._session(table, "reading"):
            return super().inspect(table)

    @contextmanager
    def _session(self, table: sa.Table, doing: str) -> Iterator[Session]:
        """The session that is open already, or a new one that is closed at the end."""
        if self._open is not None:
            yield self._open
            return
        with session(self.address, f"{doing} {table.name}") as opened:
            self._open = opened
            try:
                yield opened
            finally:
                self._open = None


@contextmanager
def _exclusive(session: Session, table: sa.Table) -> Iterator[None]:
    """Keep other connections from writing the same table. Raises DatabaseError if one does for too long."""
    name = f"lm_synth:{session.address.database}.{table.name}"
    if len(name) > _LONGEST_LOCK_NAME:
        name = f"lm_synth:{sha256(name.encode()).hexdigest()[:40]}"
    if not session.value("SELECT IS_FREE_LOCK(%s)", (name,)):
        _LOG.warning(
            "%s: another connection, perhaps of a killed run, still writes it; waiting up to %d seconds",
            table.name,
            LOCK_SECONDS,
        )
    try:
        with session.lock(name, LOCK_SECONDS):
            yield
    except LockHeld:
        raise DatabaseError(
            f"storing {table.name}: another connection has been writing it for {LOCK_SECONDS} seconds. End "
            "it (SHOW PROCESSLIST names it), or wait, and run again."
        ) from None


def _has_rows(session: Session, table: sa.Table) -> bool:
    return bool(session.rows(f"SELECT 1 FROM {quoted(table.name)} LIMIT 1"))


def _is_recorded(session: Session, table: sa.Table) -> bool:
    return bool(column_names(session, STORED_TABLES)) and bool(
        session.rows(f"SELECT 1 FROM {quoted(STORED_TABLES.name)} WHERE table_name = %s", (table.name,))
    )
