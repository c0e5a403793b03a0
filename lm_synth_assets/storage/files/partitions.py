"""Partitions of a table of events: a folder for each year and site, as Hive names them (`year=2025/site=4`).

The folders add columns for whoever reads them; the columns of the table stay in the files. A table has
partitions if its rows have a time of day and a site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import foreign_keys, primary_key
from lm_synth_assets.schema.kinds import Family, family_of

SUFFIX: Final = ".parquet"
_PART = f"part-0{SUFFIX}"


def time_column(table: sa.Table) -> str | None:
    """The column of the time at which a row begins; None where rows have no time of day."""
    return next((column.name for column in table.columns if family_of(column) is Family.TIME), None)


def site_column(table: sa.Table) -> str | None:
    """The column of the site of a row; None where rows have none."""
    return next((columns[0] for columns, parent, _ in foreign_keys(table) if parent == "dim_site"), None)


KEYS: Final[dict[str, tuple[Callable[[sa.Table], str | None], Callable[[Any], Any]]]] = {
    "year": (time_column, pc.year),
    "site": (site_column, lambda column: column),
}
"""By name of a partition key: the column that it follows from, and how."""


def has_partitions(table: sa.Table) -> bool:
    """Whether the rows of a table have all that partition keys follow from."""
    return all(column_of(table) for column_of, _ in KEYS.values())


def partitions(table: sa.Table, arrow: pa.Table, keys: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
    """The path of the file of each partition, in order of path, and its rows in their order."""
    columns = [follows(arrow.column(column_of(table))) for column_of, follows in map(KEYS.__getitem__, keys)]
    values = np.column_stack([column.to_numpy() for column in columns])
    distinct, partition = np.unique(values, axis=0, return_inverse=True)
    paths = [
        "/".join([*(f"{key}={value}" for key, value in zip(keys, row, strict=True)), _PART])
        for row in distinct
    ]
    partition = partition.reshape(-1)
    rows = np.argsort(partition, kind="stable")
    ends = np.searchsorted(partition[rows], np.arange(len(distinct)), side="right")
    for path, number in sorted(zip(paths, range(len(distinct)), strict=True)):
        start = ends[number - 1] if number else 0
        yield path, arrow.take(pa.array(rows[start : ends[number]]))


def parts(path: Path) -> list[Path]:
    """The files of a stored table, in order of path: the file itself, or those of its partitions.

    A folder that holds anything else is not a table. Raises OSError.
    """
    if not path.is_dir():
        return [path]
    files = sorted((file for file in path.rglob("*") if not file.is_dir()), key=lambda file: file.as_posix())
    return files if files and all(file.suffix == SUFFIX for file in files) else [path]


def in_order(table: sa.Table, arrow: pa.Table) -> pa.Table:
    """The rows of several partitions in the order of their key, as far as its columns are there."""
    key = [name for name in primary_key(table) if name in arrow.column_names]
    return arrow.sort_by([(name, "ascending") for name in key]) if key else arrow
