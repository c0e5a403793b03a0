"""The lock of a database: a lock of the server, held by a connection that lives as long as the run.

The server frees it with the connection, so that a killed run keeps nobody away. The row of `writing_run` says
who took it last, and still holds it if its connection does.
"""

import threading
from contextlib import suppress

import pymysql
from pymysql.constants import ER

from lm_synth_assets.errors import StorageError
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.ddl import WRITING_RUN, quoted
from lm_synth_assets.storage.mysql.errors import code_of
from lm_synth_assets.storage.mysql.session import Session, errors_explained, opened_session, session
from lm_synth_assets.storage.run_lock import UNNAMED_WRITER, LockLost, RunLock, Writer

RENEW_SECONDS = 5.0
"""How often the connection is used, so that no server or firewall takes it for abandoned."""

_LONGEST_NAME = 64
_TABLE = quoted(WRITING_RUN.name)
_FIELDS = quoted(*Writer._fields)
_NOT_ALLOWED = {ER.TABLEACCESS_DENIED_ERROR, ER.NO_SUCH_TABLE}


class DatabaseLock(RunLock):
    """The lock of one database."""

    def __init__(self, address: Address) -> None:
        self.location = str(address)
        self._address = address
        self._name = lock_name(address.database)
        self._session: Session | None = None
        self._writer: Writer | None = None
        self._is_lost = False
        self._released = threading.Event()
        # The connection is used by the run and by the thread that keeps it alive.
        self._mutex = threading.Lock()

    def take(self, writer: Writer) -> bool:
        with self._mutex, errors_explained(self._address, f"locking {self.location}"):
            if self._session is None:
                self._session = self._connected(patiently=True)
            if not _got(self._session, self._name):
                return False
            self._writer = writer
            _describe(self._session, self._name, writer)
        self._released.clear()
        threading.Thread(target=self._keep, name="run lock", daemon=True).start()
        return True

    def release(self) -> None:
        self._released.set()
        with self._mutex:
            if self._session is not None:
                with suppress(pymysql.err.Error):
                    self._session.connection.close()
            self._session = self._writer = None
        if self._is_lost:
            self._is_lost = False
            raise LockLost(self.location)

    def holder(self) -> Writer | None:
        try:
            with session(self._address, f"looking who writes to {self.location}", waits=()) as opened:
                return holder(opened)
        except StorageError:
            return None

    def _connected(self, *, patiently: bool) -> Session:
        doing = f"locking {self.location}"
        opened = opened_session(self._address, doing, **({} if patiently else {"waits": ()}))
        # For the case that renewals are late.
        opened.run("SET SESSION wait_timeout = 604800")
        return opened

    def _keep(self) -> None:
        while not self._released.wait(RENEW_SECONDS):
            with suppress(StorageError), self._mutex:
                self._renew()

    def _renew(self) -> None:
        """Use the connection; if it broke, take the lock again unless another run has had it since."""
        if self._session is None or self._writer is None or self._is_lost:
            return
        with suppress(pymysql.err.Error):
            if self._session.value("SELECT IS_USED_LOCK(%s) = CONNECTION_ID()", (self._name,)):
                return
        with errors_explained(self._address, f"locking {self.location}"):
            with suppress(pymysql.err.Error):
                self._session.connection.close()
            self._session = self._connected(patiently=False)
            is_free = _got(self._session, self._name)
            if _last_run(self._session, self._name) not in (self._writer.run, None):
                self._is_lost = True
            elif is_free:
                _describe(self._session, self._name, self._writer)
            # Otherwise the server has not noticed yet that the old connection is gone.


def lock_name(database: str) -> str:
    """The name of the lock of a database, as long as a server allows."""
    return f"lm_synth:{database}"[:_LONGEST_NAME]


def holder(session: Session) -> Writer | None:
    """The writer that holds the lock of a session's database, if any. Raises the driver's errors."""
    name = lock_name(session.address.database)
    connection = session.value("SELECT IS_USED_LOCK(%s)", (name,))
    if connection is None:
        return None
    try:
        rows = session.rows(
            f"SELECT {_FIELDS} FROM {_TABLE} WHERE lock_name = %s AND connection_id = %s", (name, connection)
        )
    except pymysql.err.Error as error:
        if code_of(error) not in _NOT_ALLOWED:
            raise
        rows = []
    if rows:
        return Writer(*rows[0])
    return UNNAMED_WRITER._replace(command=f"another program (connection {connection} of the server)")


def _got(session: Session, name: str) -> bool:
    return bool(session.value("SELECT GET_LOCK(%s, 0)", (name,)) == 1)


def _describe(session: Session, name: str, writer: Writer) -> None:
    values = ", ".join(["%s"] * len(writer))
    try:
        session.run(
            f"REPLACE INTO {_TABLE} (lock_name, connection_id, {_FIELDS}) "
            f"VALUES (%s, CONNECTION_ID(), {values})",
            (name, *writer),
        )
    except pymysql.err.Error as error:
        # The owner of the tables may not write to them, or has just dropped this one.
        if code_of(error) not in _NOT_ALLOWED:
            raise


def _last_run(session: Session, name: str) -> str | None:
    run: str | None = session.value(f"SELECT run FROM {_TABLE} WHERE lock_name = %s", (name,))
    return run
