"""The Dagster type of each table: a dagster-pandas type that a frame must satisfy before it reaches storage.

pandas and dagster-pandas are imported when there is a frame to check: not needed to load definitions.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from dagster import BetaWarning, DagsterType, TypeCheck, TypeCheckContext
from sqlalchemy import Column, Table

from lm_synth_assets.schema.catalogue import primary_key
from lm_synth_assets.schema.kinds import Family, closed_list, kind_of

if TYPE_CHECKING:
    from dagster_pandas import PandasColumn


def _is_frame(context: TypeCheckContext, value: object) -> bool:
    import pandas as pd

    return isinstance(value, pd.DataFrame)


FRAME = DagsterType(_is_frame, name="DataFrame")
"""The type of an input table: it has passed its gates already."""


def dataframe_type(table: Table) -> DagsterType:
    """The type of a table's frames: its columns with their kinds, ranges and closed lists.

    The key is checked by storage and by the gates, which see all its columns together.
    """
    name = "".join(part.capitalize() for part in table.name.split("_"))

    @cache
    def pandas_type() -> DagsterType:
        from dagster_pandas import create_dagster_pandas_dataframe_type

        with warnings.catch_warnings():
            # All of dagster-pandas is marked as beta: expected, so the warning is silenced.
            warnings.simplefilter("ignore", BetaWarning)
            return create_dagster_pandas_dataframe_type(
                name=name, columns=[_pandas_column(column) for column in table.columns]
            )

    def check(context: TypeCheckContext, value: object) -> TypeCheck:
        return pandas_type().type_check(context, value)

    return DagsterType(check, name=name, description=_description(table))


def _description(table: Table) -> str:
    columns = (
        f"- **{column.name}**: {', '.join([*limits(column.info), 'null' if column.nullable else 'not null'])}"
        for column in table.columns
    )
    return "\n".join([f"{table.comment}; key {', '.join(primary_key(table))}", "### Columns", *columns])


def limits(info: dict[str, Any]) -> list[str]:
    """The limits of a column's values, from its info, as text."""
    texts = []
    if "values" in info:
        texts.append(f"one of {', '.join(info['values'])}")
    if "low" in info:
        texts.append(f"at least {info['low']:g}")
    if "high" in info:
        texts.append(f"at most {info['high']:g}")
    return texts


def _pandas_column(column: Column[Any]) -> PandasColumn:
    from dagster_pandas import PandasColumn

    kind = kind_of(column)
    # A null is no breach of a range or a closed list.
    nulls = {"non_nullable": not column.nullable, "ignore_missing_vals": bool(column.nullable)}
    if values := closed_list(column):
        return PandasColumn.categorical_column(
            column.name, categories=set(values), of_types={"category", "object"}, is_required=True, **nulls
        )
    ranges = {}
    if kind.family in (Family.INTEGER, Family.DECIMAL):
        ranges = {
            "min_value": column.info.get("low", -float("inf")),
            "max_value": column.info.get("high", float("inf")),
        }
    make = getattr(PandasColumn, kind.dagster_pandas)
    return make(column.name, is_required=True, **nulls, **ranges)
