"""The storage formats: one row each, which commands, settings and recognition read."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
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
    brings it. A location is a folder where `is_files`, or a URL with one of the `schemes`; `url_setting` is
    the field of the settings that holds such a URL. A folder without its `mark` holds no table of the format.
    `partition_keys` are what tables of events can be partitioned by.
    """

    name: str
    title: str
    opener: str
    location: str
    package: str
    extra: str | None = None
    is_files: bool = True
    schemes: tuple[str, ...] = ()
    url_setting: str | None = None
    mark: str | None = None
    partition_keys: tuple[str, ...] = ()

    def open(self, location: str | Path, partition_by: Sequence[str] = ()) -> TableStore:
        """The store at a location that looks like `location`. Touches nothing yet.

        Raises MissingPackage, BadAddress for a URL that names no database, NotAFolder for a URL of which the
        format has no use.
        """
        if not self.is_installed:
            raise MissingPackage(self.title, self.package, self.extra)
        if self.is_files and is_url(str(location)) and scheme_of(str(location)) not in self.schemes:
            raise NotAFolder
        options = {"partition_by": partition_by} if partition_by else {}
        store: TableStore = resolve_name(self.opener)(str(location), **options)
        if self.is_files and self is not DEFAULT:
            keys = ("--partition-by", ",".join(partition_by)) if partition_by else ()
            store.format_options = ("--format", self.name, *keys)
        return store

    def partition_problem(self, keys: Sequence[str]) -> str | None:
        """Why tables of the format cannot be partitioned by some keys; None if they can."""
        if keys and not self.partition_keys:
            return (
                f"{self.title} tables have no partitions; those of {PARQUET.title} can have ({PARQUET.name})"
            )
        if unknown := [key for key in keys if key not in self.partition_keys]:
            return f"there is no key '{unknown[0]}'; the keys are {' and '.join(self.partition_keys)}"
        return "a key is named twice" if len(set(keys)) < len(keys) else None

    @property
    def is_installed(self) -> bool:
        """Whether the packages are there that the format needs."""
        return find_spec(self.package) is not None

    def is_at(self, location: str | Path) -> bool:
        """Whether any table of a data set is stored at a location. Raises StorageError."""
        from lm_synth_assets.schema.catalogue import TABLES

        if self.mark is not None and not os.path.exists(os.path.join(location, self.mark)):
            return False
        store = self.open(location)
        return any(store.exists(table) for table in TABLES.values())


CSV: Final = Format(
    name="csv",
    title="CSV",
    opener="lm_synth_assets.storage.files.csv:CsvStore",
    location="a folder",
    package="pyarrow",
)
PARQUET: Final = Format(
    name="parquet",
    title="Parquet",
    opener="lm_synth_assets.storage.files.parquet:ParquetStore",
    location="a folder",
    package="pyarrow",
    partition_keys=("year", "site"),
)
DELTA: Final = Format(
    name="delta",
    title="Delta",
    opener="lm_synth_assets.storage.delta.store:DeltaStore",
    location="abfss://workspace@onelake.dfs.fabric.microsoft.com/name.Lakehouse",
    package="deltalake",
    extra="delta",
    schemes=("abfss", "abfs", "az", "s3", "s3a"),
    url_setting="delta_url",
    mark="Tables",
)
DUCKDB: Final = Format(
    name="duckdb",
    title="DuckDB",
    opener="lm_synth_assets.storage.duckdb.store:DuckdbStore",
    location="a folder",
    package="duckdb",
    mark="lm_synth.duckdb",
)
MYSQL: Final = Format(
    name="mysql",
    title="MySQL",
    opener="lm_synth_assets.storage.mysql.store:MysqlStore.at",
    location="mysql://user@host:3306/database",
    package="pymysql",
    extra="mysql",
    is_files=False,
    url_setting="mysql_url",
)

FORMATS: Final = {row.name: row for row in (CSV, PARQUET, DELTA, DUCKDB, MYSQL)}
FILE_FORMATS: Final = {name: row for name, row in FORMATS.items() if row.is_files}
DEFAULT: Final = CSV


def is_url(location: str) -> bool:
    """Whether a location is a URL, or what is left of one that went through a path: `mysql:/me@host/lm`."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", location) is not None


def scheme_of(url: str) -> str:
    """The scheme of a URL, in lower case."""
    return url.partition(":")[0].lower()


def format_of_url(url: str) -> Format | None:
    """The format of which tables are stored at a URL; None where no format takes its scheme."""
    return next((row for row in FORMATS.values() if scheme_of(url) in row.schemes), None)


def split_keys(text: str) -> tuple[str, ...]:
    """The partition keys in a text that names them with commas between."""
    return tuple(key.strip() for key in text.split(",") if key.strip())


def format_named(name: str) -> Format:
    """The format of that name. Raises UnknownFormat."""
    if name not in FORMATS:
        raise UnknownFormat(name, tuple(FORMATS))
    return FORMATS[name]


def formats_at(folder: str | Path) -> list[str]:
    """The names of the file formats in which a folder holds a data set."""
    return [name for name, row in FILE_FORMATS.items() if row.is_at(folder)]


def open_store(format: str, location: str | Path, partition_by: Sequence[str] = ()) -> TableStore:
    """The store of one format at one location: a folder, or a URL. Touches nothing yet.

    It writes tables of events in partitions by `partition_by`, of which `partition_problem` knows none.

    Raises UnknownFormat, MissingPackage, and BadAddress for a URL that names no database.
    """
    return format_named(format).open(location, partition_by)
