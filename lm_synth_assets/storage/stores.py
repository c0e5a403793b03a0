"""Every kind of storage by its name."""

from pathlib import Path

from lm_synth_assets.storage.errors import UnknownFormat
from lm_synth_assets.storage.file_stores import FILE_STORES
from lm_synth_assets.storage.table_store import TableStore

MYSQL = "mysql"
FORMATS = (*FILE_STORES, MYSQL)


def open_store(format: str, place: str | Path) -> TableStore:
    """The store of one format in one place: a folder, or the URL of a database.

    Touches nothing yet. Raises UnknownFormat, and BadAddress for a URL that names no database.
    """
    if format == MYSQL:
        # Here and not above: who works with files needs no driver.
        from lm_synth_assets.storage.mysql.store import MysqlStore

        return MysqlStore.at(str(place))
    if format not in FILE_STORES:
        raise UnknownFormat(format, FORMATS)
    return FILE_STORES[format](place)
