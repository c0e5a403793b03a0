"""The door for Dagster: every table asset is written and read through here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa
from dagster import ConfigurableIOManager, InputContext, MetadataValue, OutputContext, RetryRequested

from lm_synth_assets.errors import StorageError
from lm_synth_assets.schema.catalogue import TABLES

if TYPE_CHECKING:
    from lm_synth_assets.storage.store import TableStore

REMOVED = "removed from "
"""How the metadata begin that count rows of other tables which went with those that they referred to."""

RETRIES = 2
SECONDS_BETWEEN_RETRIES = 10.0
"""How often a step is repeated, and after which wait, whose storage could not be reached."""


class TableIOManager(ConfigurableIOManager):
    """Keeps the table that an asset is named after in one format, in one place.

    That is a folder, or the URL of a database; the password is not part of it, since Dagster keeps and shows
    what stands here. Raises StorageError as it is.
    """

    format: str
    place: str

    @property
    def store(self) -> TableStore:
        """The store behind this IO manager. Raises UnknownFormat."""
        # Here and not above: who only looks at the graph needs none of it.
        from lm_synth_assets.storage.formats import open_store

        return open_store(self.format, self.place)

    def handle_output(self, context: OutputContext, obj: pd.DataFrame) -> None:
        """Store the table and tell what was stored: rows, bytes, where, and its first rows.

        A run of one partition, which is a calendar year, replaces that year only.
        """
        table = TABLES[context.asset_key.path[-1]]
        year = int(context.partition_key) if context.has_partition_key else None
        with _repeated_if_transient():
            written = self.store.write(table, obj, year)
        gone = {f"{REMOVED}{name}": count for name, count in written.removed.items()}
        context.add_output_metadata(
            {
                **gone,
                "dagster/row_count": written.rows,
                "dagster/uri": _uri(written.location),
                "path": MetadataValue.path(written.location),
                "bytes": written.bytes,
                "preview": MetadataValue.md(_first_rows(table, obj)),
            }
        )

    def load_input(self, context: InputContext) -> pd.DataFrame:
        """The stored table."""
        with _repeated_if_transient():
            return self.store.read(TABLES[context.asset_key.path[-1]])


def _first_rows(table: sa.Table, frame: pd.DataFrame) -> str:
    """The first rows of a frame as a Markdown table; days without a time of day."""
    rows = frame[list(table.columns.keys())].head()
    days = {
        column.name: rows[column.name].dt.date for column in table.columns if type(column.type) is sa.Date
    }
    return rows.assign(**days).to_markdown(index=False)


def _uri(location: str) -> str:
    """A path or a URL as a URL."""
    return location if "://" in location else Path(location).resolve().as_uri()


@contextmanager
def _repeated_if_transient() -> Iterator[None]:
    """Ask Dagster to repeat the step where that may help."""
    try:
        yield
    except StorageError as error:
        if not error.transient:
            raise
        raise RetryRequested(RETRIES, SECONDS_BETWEEN_RETRIES) from error
