"""Reading columns as Arrow: through connectorx if it is installed, otherwise row by row through PyMySQL."""

from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import sqlalchemy as sa
from pymysql.cursors import SSCursor

from lm_synth_assets.schema.catalogue import primary_key
from lm_synth_assets.schema.kinds import closed_list, mysql_type
from lm_synth_assets.storage.mysql.address import Tls
from lm_synth_assets.storage.mysql.ddl import literal, quoted
from lm_synth_assets.storage.mysql.session import Session

_ROWS_AT_ONCE = 50_000
_SHORT = 5_000


def column_names(session: Session, table: sa.Table) -> list[str]:
    """The names of the stored columns, in order."""
    rows = session.rows(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION",
        (table.name,),
    )
    return [name for (name,) in rows]


def columns_of(session: Session, table: sa.Table, columns: Sequence[str]) -> pa.Table:
    """The named columns of a table, in the order of its primary key, in the types of the driver."""
    names = column_names(session, table)
    order = ", ".join(_in_order(table.columns[name]) for name in primary_key(table) if name in names)
    query = f"SELECT {quoted(*columns)} FROM {quoted(table.name)}" + (f" ORDER BY {order}" if order else "")
    if find_spec("connectorx") is not None and _is_long(session, table):
        # It may fail where PyMySQL does not; if both fail, the error of PyMySQL says why.
        with suppress(RuntimeError):
            return _by_connectorx(session, query)
    return _row_by_row(session, query, columns)


def _is_long(session: Session, table: sa.Table) -> bool:
    """Whether a table has enough rows to be worth the start of connectorx, a tenth of a second."""
    return bool(session.rows(f"SELECT 1 FROM {quoted(table.name)} LIMIT 1 OFFSET {_SHORT}"))


def _in_order(column: sa.Column[Any]) -> str:
    """By a column of the primary key; values of a closed list come in their declared order."""
    values = closed_list(column)
    # MySQL sorts an ENUM in its declared order by itself.
    if not values or mysql_type(column).startswith("ENUM"):
        return quoted(column.name)
    return f"FIELD({quoted(column.name)}, {', '.join(map(literal, values))})"


def _by_connectorx(session: Session, query: str) -> pa.Table:
    import connectorx

    address, tls = session.address, session.address.tls
    if tls is Tls.PREFERRED:
        tls = Tls.REQUIRED if session.is_encrypted() else Tls.DISABLED
    user, password = quote(address.user, safe=""), quote(address.password, safe="")
    options = f"ssl-mode={tls}" + (f"&ssl-ca={quote(address.ca, safe='')}" if address.ca else "")
    # By default connectorx uses the local socket if the host is this machine: without TLS, and to another
    # server if the port is forwarded.
    options += "&prefer_socket=false"
    url = f"mysql://{user}:{password}@{address.server}/{quote(address.database, safe='')}?{options}"
    return connectorx.read_sql(url, query, return_type="arrow")


def _row_by_row(session: Session, query: str, columns: Sequence[str]) -> pa.Table:
    """All values as the text that the server sends; the declared types say how to convert it."""
    connection = session.connection
    decoders, connection.decoders = connection.decoders, {}
    parts = []
    try:
        with connection.cursor(SSCursor) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                parts.append(_as_text(rows, columns))
    finally:
        connection.decoders = decoders
    return pa.concat_tables(parts) if parts else _as_text([], columns)


def _as_text(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> pa.Table:
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pa.table([pa.array(column, pa.string()) for column in values], names=list(columns))
