"""One connection to a database: opened with retries, set to strict mode, and always closed."""

import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CR

from lm_synth_assets.storage.mysql.address import Address, Tls
from lm_synth_assets.storage.mysql.errors import UNREACHABLE, code_of, explained

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to reach a server that may be starting."""

_CONNECT_SECONDS = 10
_READ_SECONDS = 3600
STRICT = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"


class LockHeld(Exception):
    """Another session holds a lock, and waiting for it has timed out."""


class Session:
    """Statements over one connection. Raises the driver's errors as they are."""

    def __init__(self, connection: "Connection[Any]", address: Address) -> None:
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

    `sends_files` lets the server ask for a file of this machine, which `LOAD DATA LOCAL` requires. `waits`:
    seconds between attempts to connect. Raises DatabaseError for every error of server and driver; the
    message begins with `doing`.
    """
    connection = None
    try:
        connection = _connected(address, sends_files, WAITS if waits is None else waits)
        with connection:
            opened = Session(connection, address)
            opened.run(
                "SET SESSION sql_mode = %s, foreign_key_checks = 1, unique_checks = 1, time_zone = '+00:00'",
                (STRICT,),
            )
            yield opened
    except (pymysql.err.MySQLError, RuntimeError) as error:
        # A RuntimeError is what PyMySQL raises where `cryptography` is needed and missing.
        raise explained(error, address, doing, inside=connection is not None) from error


def _connected(address: Address, sends_files: bool, waits: Sequence[float]) -> "Connection[Any]":
    for wait in (*waits, None):
        try:
            return _connection(address, sends_files)
        except pymysql.err.MySQLError as error:
            if wait is None or code_of(error) not in UNREACHABLE or "CERTIFICATE" in str(error).upper():
                raise
            time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def _connection(address: Address, sends_files: bool) -> "Connection[Any]":
    def connect(encryption: ssl.SSLContext | None) -> "Connection[Any]":
        return pymysql.connect(
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
