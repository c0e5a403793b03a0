"""One connection to a database: opened with retries, set to strict mode, and always closed."""

import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.constants import CR

from lm_synth_assets.storage.mysql.address import Address, Tls
from lm_synth_assets.storage.mysql.driver import GuardedConnection
from lm_synth_assets.storage.mysql.errors import UNREACHABLE, code_of, explained

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to reach a server that may be starting."""

_CONNECT_SECONDS = 10
_READ_SECONDS = 3600
BLOCKED_SECONDS = 20
"""How long a statement waits for what another session has locked: rows, or a table."""

STRICT = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"


_SETTINGS = {
    "sql_mode": STRICT,
    "foreign_key_checks": 1,
    "unique_checks": 1,
    "time_zone": "+00:00",
    # What a server may be set to for people who type statements by hand.
    "sql_safe_updates": 0,
    "sql_select_limit": 2**64 - 1,
    # By default a table is waited for a year.
    "lock_wait_timeout": BLOCKED_SECONDS,
    "innodb_lock_wait_timeout": BLOCKED_SECONDS,
}
"""What holds for every session, however the server is set."""


class LockHeld(Exception):
    """Another session holds a lock, and waiting for it has timed out."""


class Session:
    """Statements over one connection. Raises the driver's errors as they are."""

    def __init__(self, connection: GuardedConnection, address: Address) -> None:
        self.connection = connection
        self.address = address

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Execute a statement and return the number of rows affected."""
        with self.connection.cursor() as cursor:
            return int(cursor.execute(sql, tuple(values) or None))

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, tuple(values) or None)
            return list(cursor.fetchall())

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first value of the first row of a query; None if there is no row."""
        rows = self.rows(sql, values)
        return rows[0][0] if rows else None

    def is_encrypted(self) -> bool:
        """Whether the connection is encrypted."""
        return bool(self.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside, or roll it back if an error is raised."""
        self.connection.begin()
        try:
            yield
        except BaseException:
            with suppress(pymysql.err.Error):
                self.connection.rollback()
            raise
        self.connection.commit()

    @contextmanager
    def lock(self, name: str, seconds: int) -> Iterator[None]:
        """Hold the named lock of the server; wait for it up to `seconds`. Raises LockHeld."""
        if self.value("SELECT GET_LOCK(%s, %s)", (name, seconds)) != 1:
            raise LockHeld(name)
        try:
            yield
        finally:
            # It goes with the connection, if not before.
            with suppress(pymysql.err.Error):
                self.run("DO RELEASE_LOCK(%s)", (name,))


@contextmanager
def session(
    address: Address, doing: str, *, sends_files: bool = False, waits: Sequence[float] | None = None
) -> Iterator[Session]:
    """A session in strict mode, with foreign keys checked and autocommit on.

    `sends_files`: rows will be offered as a file, by `LOAD DATA LOCAL`. `waits`: seconds between attempts to
    connect. Raises DatabaseError for every error of server and driver; the message begins with `doing`.
    """
    with errors_explained(address, doing, inside=False):
        connection = _connected(address, sends_files, WAITS if waits is None else waits)
    with errors_explained(address, doing), connection:
        yield _set_up(Session(connection, address))


def opened_session(address: Address, doing: str, *, waits: Sequence[float] | None = None) -> Session:
    """A session that the caller closes. Raises DatabaseError."""
    with errors_explained(address, doing, inside=False):
        return _set_up(Session(_connected(address, False, WAITS if waits is None else waits), address))


@contextmanager
def errors_explained(address: Address, doing: str, *, inside: bool = True) -> Iterator[None]:
    """Raise DatabaseError for every error of server and driver; `inside`: the connection was open already."""
    try:
        yield
    except (pymysql.err.MySQLError, RuntimeError) as error:
        # A RuntimeError is what PyMySQL raises where `cryptography` is needed and missing.
        raise explained(error, address, doing, inside=inside) from error


def _set_up(opened: Session) -> Session:
    settings = ", ".join(f"{name} = %s" for name in _SETTINGS)
    opened.run(f"SET SESSION {settings}", list(_SETTINGS.values()))
    return opened


def _connected(address: Address, sends_files: bool, waits: Sequence[float]) -> GuardedConnection:
    for wait in (*waits, None):
        try:
            return _connection(address, sends_files)
        except pymysql.err.MySQLError as error:
            if wait is None or code_of(error) not in UNREACHABLE or "CERTIFICATE" in str(error).upper():
                raise
            time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _connection(address: Address, sends_files: bool) -> GuardedConnection:
    def connect(encryption: ssl.SSLContext | None) -> GuardedConnection:
        return GuardedConnection(
            host=address.host,
            port=address.port,
            user=address.user,
            # As bytes, since PyMySQL takes text for Latin-1.
            password=address.password.encode(),
            database=address.database,
            charset="utf8mb4",
            autocommit=True,
            local_infile=sends_files,
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            write_timeout=_READ_SECONDS,
            ssl=encryption,
            ssl_disabled=encryption is None,
        )

    if address.tls is Tls.DISABLED:
        return connect(None)
    try:
        return connect(address.encryption())
    except pymysql.err.OperationalError as error:
        if address.tls is not Tls.PREFERRED or code_of(error) != CR.CR_SSL_CONNECTION_ERROR:
            raise
        return connect(None)
