"""Where the model loads its tables from: the parameters of the project, and those of a stored data set."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lm_synth_assets.errors import UserError
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.partitions import parts
from lm_synth_assets.storage.formats import CSV, DELTA, MYSQL, PARQUET, format_named, is_url

if TYPE_CHECKING:
    from lm_synth_assets.storage.store import TableStore

SOURCE_KINDS: Final = {format.name: format.title for format in (CSV, PARQUET, DELTA, MYSQL)}
"""By storage format, what the parameter SourceKind says."""

PARAMETERS: Final = {
    "source_kind": ("SourceKind", "What the tables are kept as"),
    "data_folder": (
        "DataFolder",
        "The folder of the CSV or Parquet files, or the folder Tables of Delta tables: a path, or the https "
        "address of a folder in OneLake or Azure Data Lake Storage",
    ),
    "mysql_server": ("MySqlServer", "Host and port of MySQL; only for the source MySQL"),
    "mysql_database": ("MySqlDatabase", "The database in MySQL; only for the source MySQL"),
}
"""By field of a source, the parameter's name in Power Query and its description."""


class NoSource(UserError):
    """Power BI does not read the format of a data set."""


class LacksTables(UserError):
    """A data set lacks tables that the model loads."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"the data set has no {', '.join(names)}, and the model loads every table: make it with "
            "lm-synth generate --with-ed --with-ip"
        )


@dataclass(frozen=True)
class Source:
    """Where the model loads its tables from: a parameter of Power Query for each field."""

    source_kind: str = CSV.title
    data_folder: str = "C:\\lm-synth\\out"
    mysql_server: str = "localhost:3306"
    mysql_database: str = "lm_synth"

    def parameters(self) -> dict[str, str]:
        """By name in Power Query, the value of each parameter."""
        return {PARAMETERS[field.name][0]: getattr(self, field.name) for field in fields(self)}


def source_of(storage: str, location: str) -> Source:
    """The source that is a data set in a format, in a folder, or at the URL of a database or an object store.

    Raises NoSource, and BadAddress for a URL that names no database.
    """
    if storage not in SOURCE_KINDS:
        raise NoSource(
            f"the model does not read {format_named(storage).title}: store the tables as "
            f"{', '.join(SOURCE_KINDS)}, and name that with --format"
        )
    if storage == MYSQL.name:
        from lm_synth_assets.storage.mysql.address import address_of

        address = address_of(location)
        return Source(SOURCE_KINDS[storage], mysql_server=address.server, mysql_database=address.database)
    if is_url(location):
        return Source(SOURCE_KINDS[storage], f"{_web_address(location)}/{DELTA.mark}")
    folder = Path(location).absolute() / (DELTA.mark or "" if storage == DELTA.name else "")
    return Source(SOURCE_KINDS[storage], windows_path(str(folder)))


def _web_address(url: str) -> str:
    """The address in the web of a folder in OneLake or Azure Data Lake Storage. Raises NoSource."""
    parts = urlsplit(url)
    if parts.scheme not in ("abfs", "abfss") or not parts.username or not parts.hostname:
        raise NoSource(
            f"Power BI does not read {parts.scheme}:// addresses: name the data set as "
            "abfss://container@account.dfs.core.windows.net/folder"
        )
    return f"https://{parts.hostname}/{parts.username}{parts.path}".rstrip("/")


def check_loadable(store: TableStore) -> None:
    """Check that the model can load every table of a store.

    Raises LacksTables, and NoSource for tables with partitions.
    """
    if absent := [name for name, table in TABLES.items() if not store.exists(table)]:
        raise LacksTables(absent)
    if split := [name for name, table in TABLES.items() if _has_partitions(store.location(table))]:
        raise NoSource(
            f"Power BI does not read the partitions of {', '.join(split)}: make the tables again without "
            "--partition-by"
        )


def _has_partitions(location: str) -> bool:
    return parts(Path(location)) != [Path(location)]


def windows_path(path: str, environment: Mapping[str, str] = os.environ) -> str:
    """A path as Power BI Desktop, which runs on Windows, finds it.

    In the Windows Subsystem for Linux, drives are below /mnt, and Windows sees other folders as those
    of a network. Elsewhere the path stays as it is.
    """
    distribution = environment.get("WSL_DISTRO_NAME")
    if not distribution:
        return path
    if drive := re.match(r"/mnt/([a-z])(?=/|$)", path):
        return f"{drive[1].upper()}:{path[drive.end() :] or '/'}".replace("/", "\\")
    return f"//wsl.localhost/{distribution}{path}".replace("/", "\\")
