"""One general mechanism for assets: everything that an asset says about its table comes from the schema."""

from collections.abc import Callable
from inspect import signature
from typing import Any

import pandas as pd
from dagster import (
    AssetsDefinition,
    TableColumn,
    TableColumnConstraints,
    TableConstraints,
    TableSchema,
    asset,
)
from sqlalchemy import Table

from lm_synth_assets import __version__
from lm_synth_assets.assets.table_types import dataframe_type
from lm_synth_assets.schema import TABLES, foreign_keys, primary_key

OWNERS = ["team:lm-synth"]


def table_asset(
    group: str, after: tuple[str, ...] = ()
) -> Callable[[Callable[..., pd.DataFrame]], AssetsDefinition]:
    """Make the function that is named after a table the asset of that table.

    Its inputs are its parameters; the parents of its foreign keys and those of `after` come before it too.
    """

    def build(compute: Callable[..., pd.DataFrame]) -> AssetsDefinition:
        table = TABLES[compute.__name__]
        inputs = set(signature(compute).parameters)
        parents = {parent for _, parent, _ in foreign_keys(table)} | set(after)
        return asset(
            group_name=group,
            deps=sorted(parents - inputs - {table.name}),
            dagster_type=dataframe_type(table),
            description=f"{table.comment}. {compute.__doc__ or ''}".strip(),
            kinds={"python", "pandas"},
            owners=OWNERS,
            code_version=__version__,
            metadata={"dagster/column_schema": column_schema(table), "dagster/table_name": table.name},
        )(compute)

    return build


def column_schema(table: Table) -> TableSchema:
    """The columns of a table with their comments and constraints, for the UI."""
    return TableSchema(
        columns=[
            TableColumn(
                name=column.name,
                type=str(column.type),
                description=column.comment,
                constraints=TableColumnConstraints(
                    nullable=bool(column.nullable), other=_limits(column.info)
                ),
            )
            for column in table.columns
        ],
        constraints=TableConstraints(other=[f"primary key ({', '.join(primary_key(table))})"]),
    )


def _limits(info: dict[str, Any]) -> list[str]:
    limits = []
    if "values" in info:
        limits.append(f"one of {', '.join(info['values'])}")
    if "low" in info:
        limits.append(f"at least {info['low']:g}")
    if "high" in info:
        limits.append(f"at most {info['high']:g}")
    return limits
