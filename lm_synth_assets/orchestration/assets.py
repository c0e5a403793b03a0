"""The table assets: one for each recipe, with everything that it says about its table from the schema."""

import warnings
from typing import TYPE_CHECKING, Any

import dagster as dg
from sqlalchemy import Table

from lm_synth_assets.orchestration.asset_types import FRAME, dataframe_type, limits
from lm_synth_assets.orchestration.io_manager import IO_MANAGER, POOL
from lm_synth_assets.orchestration.lineage import column_lineage
from lm_synth_assets.orchestration.provenance import depends_on
from lm_synth_assets.orchestration.run_resource import RESOURCE
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.simulation import provenance
from lm_synth_assets.simulation.catalogue import PARTS, RECIPES, RECORDS, part_values
from lm_synth_assets.simulation.provenance import MadeFrom, parents_of

if TYPE_CHECKING:
    import pandas as pd

REPORT = "quality_report"
"""The asset that comes after all tables."""


MADE_FROM: dict[str, MadeFrom] = {**provenance.MADE_FROM, REPORT: MadeFrom(PARTS, tuple(TABLES))}
"""What each asset follows from."""


def table_assets() -> list[dg.AssetsDefinition]:
    """An asset for every table of the schema."""
    return [_table_asset(table) for table in TABLES.values()]


def _table_asset(table: Table) -> dg.AssetsDefinition:
    recipe = RECIPES[table.name]
    others = sorted(parents_of(table.name) - set(recipe.tables))

    @dg.asset(
        name=table.name,
        group_name=recipe.group,
        ins={name: dg.AssetIn(dagster_type=FRAME) for name in sorted(recipe.tables)},
        deps=[*depends_on(recipe.reads), *map(dg.AssetKey, others)],
        required_resource_keys={RESOURCE, IO_MANAGER},
        pool=POOL,
        dagster_type=dataframe_type(table),
        description=f"{table.comment}. {recipe.about}",
        metadata={"dagster/column_schema": column_schema(table), "dagster/table_name": table.name},
    )
    def computed(context: dg.AssetExecutionContext, **inputs: Any) -> dg.Output[Any]:
        region: Region = getattr(context.resources, RESOURCE).region
        if RECORDS in recipe.inputs:
            inputs[RECORDS] = getattr(context.resources, IO_MANAGER).records()
        return _output(table, recipe(region, inputs), region)

    return computed


def _output(table: Table, frame: "pd.DataFrame", region: Region) -> "dg.Output[pd.DataFrame]":
    with warnings.catch_warnings():
        # That an output states its version is marked as beta; expected, so the warning is silenced.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.Output(
            frame,
            data_version=version_of(table.name, region),
            metadata={"dagster/column_lineage": column_lineage(table)},
        )


def version_of(name: str, region: Region) -> dg.DataVersion:
    """The version of the data of an asset as a run of this region makes it."""
    parts = provenance.part_versions(part_values(region))
    return dg.DataVersion(provenance.data_versions(MADE_FROM, parts)[name])


def column_schema(table: Table) -> dg.TableSchema:
    """The columns of a table with their comments and constraints, for the UI."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=str(column.type),
                description=column.comment,
                constraints=dg.TableColumnConstraints(
                    nullable=bool(column.nullable), other=limits(column.info)
                ),
            )
            for column in table.columns
        ],
        constraints=dg.TableConstraints(other=[f"primary key ({', '.join(primary_key(table))})"]),
    )
