"""Errors of a database, worded for the person who has to fix them."""

import re

from pymysql import err
from pymysql.constants import CR, ER

from lm_synth_assets.errors import StorageError
from lm_synth_assets.storage.mysql.address import PASSWORD_FILE_VARIABLE, PASSWORD_VARIABLE, Address
from lm_synth_assets.storage.mysql.ddl import literal, quoted

GONE = {
    0,
    CR.CR_SERVER_GONE_ERROR,
    CR.CR_SERVER_LOST,
    ER.SERVER_SHUTDOWN,
    ER.NET_READ_ERROR,
    ER.NET_READ_INTERRUPTED,
    ER.NET_ERROR_ON_WRITE,
    ER.NET_WRITE_INTERRUPTED,
}
"""Codes of a connection that broke: another attempt over a new one may succeed."""

UNREACHABLE = {CR.CR_CONNECTION_ERROR, CR.CR_CONN_HOST_ERROR, ER.CON_COUNT_ERROR, *GONE}
"""Codes of a server that cannot be reached now but may be later."""

CLASHED = {ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT, ER.CHECKREAD}
"""Codes of a transaction that was blocked by another one."""

NO_LOCAL_FILES = {3948, 3950, ER.NOT_ALLOWED_COMMAND, 4166}
"""Codes of MySQL and MariaDB if `LOAD DATA LOCAL` is switched off."""

FILE_REFUSED = 2068
"""The code of MySQL's own client for a file that a server asks for and does not get."""

_REFUSED = {CR.CR_CONNECTION_ERROR, CR.CR_CONN_HOST_ERROR}
_FULL = {ER.RECORD_FILE_FULL, ER.DISK_FULL, ER.ERROR_ON_WRITE, ER.FILSORT_ABORT}
_DENIED = {
    ER.TABLEACCESS_DENIED_ERROR,
    ER.COLUMNACCESS_DENIED_ERROR,
    ER.SPECIFIC_ACCESS_DENIED_ERROR,
    ER.DBACCESS_DENIED_ERROR,
}
_UNTOUCHED = "what was there before is untouched"

_EXPLANATIONS: tuple[tuple[set[int], str], ...] = (
    (
        _REFUSED,
        "no MySQL server answers at {server}. Start it, or correct host and port of the URL. ({message})",
    ),
    (
        {CR.CR_SSL_CONNECTION_ERROR},
        "{server} offers no TLS, and ssl-mode={tls} asks for it, as it is by default unless the server is on "
        "this machine. Let an administrator switch it on, or add ?ssl-mode=PREFERRED to the URL if everybody "
        "on the network may read the data and the password. ({message})",
    ),
    ({ER.CON_COUNT_ERROR}, "{server} has no connection left: close some, or raise max_connections."),
    (
        {ER.ACCESS_DENIED_ERROR},
        "{server} does not let {user} in: the name or the password is wrong, or the user must use TLS. The "
        f"password comes from {PASSWORD_VARIABLE} or {PASSWORD_FILE_VARIABLE}.",
    ),
    (
        {ER.BAD_DB_ERROR},
        "{server} has no database {database} that {user} may use. Correct the URL, or let an administrator "
        "create it (CREATE DATABASE {database}) and give what it takes (GRANT SELECT, INSERT, UPDATE, "
        "DELETE, CREATE TEMPORARY TABLES ON {tables} TO {account}@'...').",
    ),
    (
        {CR.CR_AUTH_PLUGIN_CANNOT_LOAD},
        "{server} wants {message}. It was not sent: a server that asks for it may be somebody else. Let an "
        "administrator give {user} a plugin that keeps it secret, such as caching_sha2_password.",
    ),
    (
        {FILE_REFUSED},
        "{server} asked for the file {message} of this machine, which no statement has named. It got nothing "
        "and the connection is closed: somebody else may answer there; ssl-mode=VERIFY_IDENTITY keeps them "
        "out.",
    ),
    (
        {ER.USER_LIMIT_REACHED, ER.TOO_MANY_USER_CONNECTIONS},
        "{user} has no connection left ({message}). A run holds one for its lock, and uses others beside it.",
    ),
    ({ER.NO_SUCH_TABLE}, "a table is missing: create what is missing with `lm-synth db init`. ({message})"),
    (
        _FULL,
        f"the disk of {{server}} is full; {_UNTOUCHED}. Free some space and run again. ({{message}})",
    ),
    (
        CLASHED,
        f"another session held rows or the table for too long ({{message}}); {_UNTOUCHED}. End it (SHOW "
        "PROCESSLIST names it), and run again.",
    ),
    (GONE, "the connection to {server} broke. Run again: each table is the old one or the new one, whole."),
)
"""What to tell the user, by code."""


class DatabaseError(StorageError):
    """A database failed to do something; `code` is that of the server or the driver, if it gave one."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.transient = code in UNREACHABLE | CLASHED


class RowsRefused(StorageError):
    """The server refuses rows: `problems` says which and why."""

    def __init__(self, table: str, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n  - ".join([f"{table} was not stored, and {_UNTOUCHED}:", *problems]))


def code_of(error: BaseException) -> int | None:
    """The code of a MySQL error; 0 if the connection was closed before; None for any other error."""
    if isinstance(error, err.InterfaceError | err.InternalError) and not error.args:
        return 0
    if isinstance(error, err.MySQLError) and error.args and isinstance(error.args[0], int):
        return error.args[0]
    return None


def explained(error: BaseException, address: Address, doing: str, *, inside: bool = True) -> DatabaseError:
    """Explain an error of the driver or the server in one sentence; `doing` says what was being done.

    `inside`: the connection was open already.
    """
    code, message = code_of(error), _message(error)
    if code == ER.DBACCESS_DENIED_ERROR and not inside:
        # The server also gives this code if there is no such database and the user may not create it.
        code = ER.BAD_DB_ERROR
    return DatabaseError(f"{doing}: {_reason(code, message, address)}", code)


def _message(error: BaseException) -> str:
    text = str(error.args[1] if len(error.args) > 1 else error)
    return " ".join(text.split())


def _reason(code: int | None, message: str, address: Address) -> str:
    if code in _DENIED:
        return _missing_grant(message, address)
    if code in _REFUSED and "CERTIFICATE" in message.upper():
        template = "{server} does not show a certificate that ssl-ca vouches for. ({message})"
    else:
        template = next(
            (text for codes, text in _EXPLANATIONS if code in codes), f"{{message}}; {_UNTOUCHED}."
        )
    return template.format(
        server=address.server,
        database=_name(address.database),
        tables=grantable(address.database),
        user=address.user,
        account=literal(address.user),
        tls=address.tls,
        message=message,
    )


def _missing_grant(message: str, address: Address) -> str:
    command = re.match(r"([A-Z ,]+?) command denied", message)
    # The refusal of a temporary table does not name the missing grant.
    grant = command[1] if command else "CREATE TEMPORARY TABLES"
    return (
        f"{address.user} may not do this: the grant {grant} is missing. An administrator gives it with "
        f"GRANT {grant} ON {grantable(address.database)} TO {literal(address.user)}@'...'. ({message})"
    )


def grantable(database: str) -> str:
    """All tables of a database and of no other, for GRANT, where _ and % stand for any letters."""
    exact = re.sub(r"[\\_%]", r"\\\g<0>", database)
    return f"{_name(exact)}.*"


def _name(identifier: str) -> str:
    """An identifier for a statement that a user may copy, quoted only if it must be."""
    return identifier if re.fullmatch(r"\w+", identifier) else quoted(identifier)
