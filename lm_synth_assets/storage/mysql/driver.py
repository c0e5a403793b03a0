"""The driver's connection, made safe against a server that is not what it claims to be.

PyMySQL sends any file that a server asks for, in answer to any statement, and the password in clear text if
the server wants it so. Here a file is sent only if it is the one on offer, and the password never like that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from pymysql import err
from pymysql.connections import Connection, MySQLResult
from pymysql.constants import CR

from lm_synth_assets.storage.mysql.errors import FILE_REFUSED

if TYPE_CHECKING:
    _Connection = Connection[Any]
else:
    _Connection = Connection


class GuardedConnection(_Connection):
    """A connection over which the server gets the file on offer and no other."""

    _offered: str | None = None

    def __init__(self, **options: Any) -> None:
        refused: dict[str, Any] = {"mysql_clear_password": _ClearText, "dialog": _ClearText}
        super().__init__(auth_plugin_map=refused, **options)

    @contextmanager
    def offering(self, name: str) -> Iterator[None]:
        """Let the server ask for one file while the statement runs that names it."""
        self._offered = name
        try:
            yield
        finally:
            self._offered = None

    def _read_query_result(self, unbuffered: bool = False) -> int | None:
        self._result = None
        result = _Result(self)
        if unbuffered:
            result.init_unbuffered_query()
        else:
            result.read()
        self._result = result
        if result.server_status is not None:
            self.server_status = result.server_status
        affected: int | None = result.affected_rows
        return affected


class _Result(MySQLResult):
    connection: Any

    def _read_load_local_packet(self, first_packet: Any) -> None:
        # Behind the byte that marks the request stands the name.
        name = first_packet.get_all_data()[1:].decode(errors="replace")
        if name != self.connection._offered:
            raise err.OperationalError(FILE_REFUSED, name)
        super()._read_load_local_packet(first_packet)  # type: ignore[misc]


class _ClearText:
    """Stands for the plugins that send the password as it is."""

    def __init__(self, connection: "Connection[Any]") -> None:
        pass

    def authenticate(self, packet: object) -> NoReturn:
        raise err.OperationalError(CR.CR_AUTH_PLUGIN_CANNOT_LOAD, "the password as clear text")
