"""The door for Dagster: every table asset is written and read through here."""

import pandas as pd
from dagster import ConfigurableIOManager, InputContext, MetadataValue, OutputContext

from lm_synth_assets.schema import TABLES
from lm_synth_assets.storage.stores import open_store
from lm_synth_assets.storage.table_store import TableStore

REMOVED = "removed from "
"""How the metadata begin that count rows of other tables which went with those that they referred to."""


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
        return open_store(self.format, self.place)

    def handle_output(self, context: OutputContext, obj: pd.DataFrame) -> None:
        """Store the table and tell what was stored: rows, bytes, where, and its first rows.

        A run of one partition, which is a calendar year, replaces that year only.
        """
        table = TABLES[context.asset_key.path[-1]]
        year = int(context.partition_key) if context.has_partition_key else None
        written = self.store.write(table, obj, year)
        first_rows = obj[list(table.columns.keys())].head()
        gone = {f"{REMOVED}{name}": count for name, count in written.removed.items()}
        context.add_output_metadata(
            {
                **gone,
                "dagster/row_count": written.rows,
                "path": MetadataValue.path(written.location),
                "bytes": written.bytes,
                "preview": MetadataValue.md(first_rows.to_markdown(index=False)),
            }
        )

    def load_input(self, context: InputContext) -> pd.DataFrame:
        """The stored table."""
        return self.store.read(TABLES[context.asset_key.path[-1]])
