"""One general mechanism for assets: everything that an asset says about its table comes from the schema."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, TypeAlias

import pandas as pd
from dagster import (
    AssetExecutionContext,
    AssetIn,
    AssetKey,
    AssetsDefinition,
    BetaWarning,
    DataVersion,
    Output,
    TableColumn,
    TableColumnConstraints,
    TableConstraints,
    TableSchema,
    asset,
)
from sqlalchemy import Table

from lm_synth_assets import __version__
from lm_synth_assets.assets.lineage import column_lineage
from lm_synth_assets.assets.pictures import pictures
from lm_synth_assets.assets.table_types import FRAME, dataframe_type, limits
from lm_synth_assets.generation import Generation
from lm_synth_assets.provenance import MadeFrom, data_versions, part_key, part_versions
from lm_synth_assets.schema import TABLES, foreign_keys, primary_key

OWNERS = ["team:lm-synth"]
TAGS = {"data": "synthetic"}

MADE_FROM: dict[str, MadeFrom] = {}
"""What each asset follows from, as its decorator says."""

_RESOURCES = {"generation": Generation}

Compute: TypeAlias = "Callable[..., pd.DataFrame]"


def table_asset(
    group: str, reads: Iterable[str] = (), after: Iterable[str] = ()
) -> Callable[[Compute], AssetsDefinition]:
    """Make the function that is named after a table the asset of that table.

    `reads` are the parts of the configuration that its rows follow from. Its inputs are its parameters; the
    parents of its foreign keys and those of `after` come before it too.
    """

    def build(compute: Compute) -> AssetsDefinition:
        table = TABLES[compute.__name__]
        inputs = set(signature(compute).parameters) - _RESOURCES.keys()
        parents = {parent for _, parent, _ in foreign_keys(table)} | set(after)
        others = sorted(parents - inputs - {table.name})
        MADE_FROM[table.name] = MadeFrom(tuple(reads), tuple(sorted({*inputs, *others})))

        return asset(
            group_name=group,
            ins={name: AssetIn(dagster_type=FRAME) for name in sorted(inputs)},
            deps=[*map(part_key, reads), *map(AssetKey, others)],
            required_resource_keys={"generation"} - set(signature(compute).parameters),
            dagster_type=dataframe_type(table),
            description=f"{table.comment}. {compute.__doc__ or ''}".strip(),
            kinds={"python", "pandas"},
            owners=OWNERS,
            tags=TAGS,
            code_version=__version__,
            metadata={"dagster/column_schema": column_schema(table), "dagster/table_name": table.name},
        )(_versioned(compute, table))

    return build


def _versioned(compute: Compute, table: Table) -> Callable[..., Output[pd.DataFrame]]:
    """The same computation, whose output also tells its version and where its columns come from."""

    @wraps(compute)
    def computed(*args: Any, **kwargs: Any) -> Output[pd.DataFrame]:
        context = AssetExecutionContext.get()
        generation: Generation = context.resources.generation
        frame = compute(*args, **kwargs)
        told: dict[str, Any] = {"dagster/column_lineage": column_lineage(table)}
        if not context.instance.is_ephemeral:
            # Of a run that nobody can look up, nobody would see the pictures.
            frames = {name: given for name, given in kwargs.items() if name in TABLES}
            told |= pictures({**frames, table.name: frame}, table.name, generation.region)
        return _output(frame, version_of(table.name, generation), told)

    # Dagster reads from the signature which resources come in; the types of frames it is told.
    computed.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            parameter.replace(annotation=_RESOURCES.get(name, Parameter.empty))
            for name, parameter in signature(compute).parameters.items()
        ]
    )
    return computed


def version_of(name: str, generation: Generation) -> DataVersion:
    """The version of the data of an asset as a run makes it."""
    return DataVersion(data_versions(MADE_FROM, part_versions(generation.parts))[name])


def _output(frame: pd.DataFrame, version: DataVersion, metadata: dict[str, Any]) -> Output[pd.DataFrame]:
    with warnings.catch_warnings():
        # That an output states its version is marked as beta; that is no news to who runs the assets.
        warnings.simplefilter("ignore", BetaWarning)
        return Output(frame, data_version=version, metadata=metadata)


def column_schema(table: Table) -> TableSchema:
    """The columns of a table with their comments and constraints, for the UI."""
    return TableSchema(
        columns=[
            TableColumn(
                name=column.name,
                type=str(column.type),
                description=column.comment,
                constraints=TableColumnConstraints(nullable=bool(column.nullable), other=limits(column.info)),
            )
            for column in table.columns
        ],
        constraints=TableConstraints(other=[f"primary key ({', '.join(primary_key(table))})"]),
    )
