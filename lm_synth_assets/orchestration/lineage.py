"""Column lineage for Dagster: foreign keys, and columns that are computed from others."""

from dagster import AssetKey, TableColumnDep, TableColumnLineage
from sqlalchemy import Table

from lm_synth_assets.schema.lineage import sources_of


def column_lineage(table: Table) -> TableColumnLineage:
    """The sources of each column of a table, as metadata."""
    return TableColumnLineage(
        {
            column: [TableColumnDep(AssetKey(parent), name) for parent, name in sources]
            for column, sources in sources_of(table).items()
        }
    )
