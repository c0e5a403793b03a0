"""Where the columns of a table come from: its foreign keys, and what is computed from other columns."""

from dagster import AssetKey, TableColumnDep, TableColumnLineage
from sqlalchemy import Table

from lm_synth_assets.schema.lineage import sources_of


def column_lineage(table: Table) -> TableColumnLineage:
    """The same in Dagster's words."""
    return TableColumnLineage(
        {
            column: [TableColumnDep(AssetKey(parent), name) for parent, name in sources]
            for column, sources in sources_of(table).items()
        }
    )
