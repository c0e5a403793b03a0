"""The storage formats: one row each, which commands, settings and recognition read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final

from lm_synth_assets.storage.errors import MissingPackage, NotAFolder, UnknownFormat

if TYPE_CHECKING:
    from lm_synth_assets.storage.store import TableStore


@dataclass(frozen=True)
class Format:
    """One way to store tables.

    `opener` is the dotted name of what makes a store from a location, so that a format's packages are only
    imported where the format is used. `package` is what the opener imports; `pip install` with `extra`
    brings it.
    """

    name: str
    title: str
    opener: str
    location: str
    is_files: bool
    package: str
    extra: str | None = None

    def open(self, location: str | Path) -> TableStore:
        """The store at a location that looks like `location`. Touches nothing yet.

        Raises MissingPackage, BadAddress for a URL that names no database, NotAFolder for a URL where files
        are kept.
        """
        if find_spec(self.package) is None:
            raise MissingPackage(self.title, self.package, self.extra)
        if self.is_files and is_url(str(location)):
            raise NotAFolder
        store: TableStore = resolve_name(self.opener)(str(location))
        return store

    def is_at(self, location: str | Path) -> bool:
        """Whether any table of a data set is stored at a location. Raises StorageError."""
        from lm_synth_assets.schema.catalogue import TABLES

        store = self.open(location)
        return any(store.exists(table) for table in TABLES.values())


CSV: Final = Format(
    name="csv",
    title="CSV",
    opener="lm_synth_assets.storage.files.csv:CsvStore",
    location="a folder",
    is_files=True,
    package="pyarrow",
)
PARQUET: Final = Format(
    name="parquet",
    title="Parquet",
    opener="lm_synth_assets.storage.files.parquet:ParquetStore",
    location="a folder",
    is_files=True,
    package="pyarrow",
)
MYSQL: Final = Format(
    name="mysql",
    title="MySQL",
    opener="lm_synth_assets.storage.mysql.store:MysqlStore.at",
    location="mysql://user@host:3306/database",
    is_files=False,
    package="pymysql",
    extra="mysql",
)

FORMATS: Final = {row.name: row for row in (CSV, PARQUET, MYSQL)}
FILE_FORMATS: Final = {name: row for name, row in FORMATS.items() if row.is_files}
DEFAULT: Final = CSV


def is_url(location: str) -> bool:
    """Whether a location is a URL, or what is left of one that went through a path: `mysql:/me@host/lm`."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", location) is not None


def format_named(name: str) -> Format:
    """The format of that name. Raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(name, tuple(FORMATS))
    return FORMATS[name]


def formats_at(folder: str | Path) -> list[str]:
    """The names of the file formats in which a folder holds a data set."""
    return [name for name, row in FILE_FORMATS.items() if row.is_at(folder)]


def open_store(format: str, location: str | Path) -> TableStore:
    """The store of one format at one location: a folder, or the URL of a database. Touches nothing yet.

    Raises UnknownFormat, MissingPackage, and BadAddress for a URL that names no database.
    """
    return format_named(format).open(location)
