"""The door for Dagster: every table asset is written and read through here."""

import pandas as pd
from dagster import ConfigurableIOManager, InputContext, MetadataValue, OutputContext

from lm_synth_assets.schema import TABLES
from lm_synth_assets.storage.stores import TableStore, open_store


class TableIOManager(ConfigurableIOManager):
    """Keeps the table that an asset is named after in files of one format, in one folder.

    Raises the errors of `storage.errors` as they are.
    """

    format: str
    folder: str

    @property
    def store(self) -> TableStore:
        """The store behind this IO manager. Raises UnknownFormat."""
        return open_store(self.format, self.folder)

    def handle_output(self, context: OutputContext, obj: pd.DataFrame) -> None:
        """Store the table and tell what was stored: rows, bytes, where, and its first rows."""
        table = TABLES[context.asset_key.path[-1]]
        written = self.store.write(table, obj)
        first_rows = obj[list(table.columns.keys())].head()
        context.add_output_metadata(
            {
                "dagster/row_count": written.rows,
                "path": MetadataValue.path(written.location),
                "bytes": written.bytes,
                "preview": MetadataValue.md(first_rows.to_markdown(index=False)),
            }
        )

    def load_input(self, context: InputContext) -> pd.DataFrame:
        """The stored table."""
        return self.store.read(TABLES[context.asset_key.path[-1]])
