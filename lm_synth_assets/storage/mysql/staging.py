"""The staging table: a temporary table of the same types, filled in one stream."""

import os
import threading
from collections.abc import Iterable

import sqlalchemy as sa
from pymysql import err
from pymysql.constants import CR

from lm_synth_assets.schema.catalogue import primary_key, unique_keys
from lm_synth_assets.storage.mysql.ddl import quoted
from lm_synth_assets.storage.mysql.errors import NO_LOCAL_FILES, RowsRefused, code_of
from lm_synth_assets.storage.mysql.session import Session
from lm_synth_assets.storage.mysql.text import RecordBatches, lines

STAGE = "_stage"
_DESCRIPTORS = "/dev/fd"
_INSERTED_AT_ONCE = 10_000
_WARNINGS = 3
_PACKET_MARGIN = 1024
"""Bytes of a packet beside the statement that is counted."""


def stage(session: Session, table: sa.Table, arrow: RecordBatches) -> int:
    """Fill the temporary table STAGE with rows for `table` and return the bytes sent.

    Raises RowsRefused if the server does not take every row unchanged. The table itself is not touched.
    """
    columns = quoted(*arrow.column_names)
    # Rows with the same unique value would overwrite each other later. To the server, a and A are the same.
    unique = "".join(f", UNIQUE KEY ({quoted(*key)})" for key in unique_keys(table))
    session.run(f"DROP TEMPORARY TABLE IF EXISTS {STAGE}")
    session.run(
        f"CREATE TEMPORARY TABLE {STAGE} (PRIMARY KEY ({quoted(*primary_key(table))}){unique}) "
        f"AS SELECT {columns} FROM {quoted(table.name)} LIMIT 0"
    )
    if os.path.isdir(_DESCRIPTORS):
        try:
            return _streamed(session, table, arrow)
        except err.MySQLError as error:
            if code_of(error) not in NO_LOCAL_FILES:
                raise
    return _inserted(session, table, arrow)


def _streamed(session: Session, table: sa.Table, arrow: RecordBatches) -> int:
    """Send rows by LOAD DATA LOCAL, from a pipe that a thread writes to."""
    reading, writing = os.pipe()
    feed = _Feed(lines(arrow), writing)
    feed.start()
    try:
        name = f"{_DESCRIPTORS}/{reading}"
        with session.connection.offering(name), session.connection.cursor() as cursor:
            cursor.execute(
                f"LOAD DATA LOCAL INFILE '{name}' INTO TABLE {STAGE} CHARACTER SET utf8mb4 "
                f"({quoted(*arrow.column_names)})"
            )
            taken, warned = cursor.rowcount, cursor.warning_count
    except AttributeError as error:
        # PyMySQL raises this if the connection breaks while it sends, since its socket is None then.
        if session.connection.open:
            raise
        raise err.OperationalError(CR.CR_SERVER_LOST, "lost while rows were sent") from error
    finally:
        # This also ends a feed that is no longer read.
        os.close(reading)
        feed.join()
    if feed.error is not None:
        raise feed.error
    if warned or taken != arrow.num_rows:
        # LOCAL turns every error into a warning, and stores another value or no row.
        warnings = session.rows(f"SHOW WARNINGS LIMIT {_WARNINGS}")
        problems = [f"{message} (MySQL {code})" for _, code, message in warnings]
        raise RowsRefused(table.name, [f"{taken:,} of {arrow.num_rows:,} rows were taken", *problems])
    return feed.bytes


class _Feed(threading.Thread):
    """Writes blocks to a pipe, and keeps the error that stopped it, if any."""

    def __init__(self, blocks: Iterable[memoryview], pipe: int) -> None:
        super().__init__(daemon=True)
        self.blocks = blocks
        self.pipe = pipe
        self.bytes = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for block in self.blocks:
                rest = block
                while len(rest):
                    rest = rest[os.write(self.pipe, rest) :]
                self.bytes += len(block)
        except BaseException as error:
            self.error = error
        finally:
            os.close(self.pipe)


def _inserted(session: Session, table: sa.Table, arrow: RecordBatches) -> int:
    """Send rows by INSERT, if the server or the system does not support LOAD DATA LOCAL from a pipe."""
    limit = session.value("SELECT @@max_allowed_packet")
    placeholders = ", ".join(["%s"] * len(arrow.column_names))
    statement = f"INSERT INTO {STAGE} ({quoted(*arrow.column_names)}) VALUES ({placeholders})"
    try:
        with session.connection.cursor() as cursor:
            # The driver's own limit may be more than the server takes.
            cursor.max_stmt_length = min(cursor.max_stmt_length, limit - _PACKET_MARGIN)
            for batch in arrow.to_batches(_INSERTED_AT_ONCE):
                values = [column.to_pylist() for column in batch.columns]
                cursor.executemany(statement, list(zip(*values, strict=True)))
    except (err.DataError, err.IntegrityError) as error:
        raise RowsRefused(table.name, [f"{error.args[1]} (MySQL {error.args[0]})"]) from error
    return sum(map(len, lines(arrow)))
