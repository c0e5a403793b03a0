"""The dagster-pandas type of each table: the first gate, which a frame passes before it reaches storage."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import dagster_pandas as dp
import pandas as pd
from dagster import BetaWarning, DagsterType, TypeCheck, TypeCheckContext
from sqlalchemy import Column, Table

from lm_synth_assets.schema.catalogue import primary_key
from lm_synth_assets.schema.kinds import Family, closed_list, kind_of

FRAME = DagsterType(lambda _, value: isinstance(value, pd.DataFrame), name="DataFrame")
"""The type of a table that comes in: it has passed its gates already."""


def dataframe_type(table: Table) -> DagsterType:
    """The type of a table's frames: its columns with their kinds, ranges and closed lists.

    The key is checked by storage and by the gates, which see all its columns together. What checks is made
    when there is a frame to check: who only looks at the graph needs no pandas.
    """
    name = "".join(part.capitalize() for part in table.name.split("_"))

    @cache
    def kind() -> DagsterType:
        with warnings.catch_warnings():
            # dagster-pandas marks its whole interface as beta; that is no news to who runs the assets.
            warnings.simplefilter("ignore", BetaWarning)
            return dp.create_dagster_pandas_dataframe_type(
                name=name, columns=[_pandas_column(column) for column in table.columns]
            )

    def check(context: TypeCheckContext, value: object) -> TypeCheck:
        return kind().type_check(context, value)

    return DagsterType(check, name=name, description=_description(table))


def _description(table: Table) -> str:
    columns = (
        f"- **{column.name}**: {', '.join([*limits(column.info), 'null' if column.nullable else 'not null'])}"
        for column in table.columns
    )
    return "\n".join([f"{table.comment}; key {', '.join(primary_key(table))}", "### Columns", *columns])


def limits(info: dict[str, Any]) -> list[str]:
    """What the info of a column says about its values, in words."""
    words = []
    if "values" in info:
        words.append(f"one of {', '.join(info['values'])}")
    if "low" in info:
        words.append(f"at least {info['low']:g}")
    if "high" in info:
        words.append(f"at most {info['high']:g}")
    return words


def _pandas_column(column: Column[Any]) -> dp.PandasColumn:
    kind = kind_of(column)
    # A null is no breach of a range or a closed list.
    nulls = {"non_nullable": not column.nullable, "ignore_missing_vals": bool(column.nullable)}
    if values := closed_list(column):
        return dp.PandasColumn.categorical_column(
            column.name, categories=set(values), of_types={"category", "object"}, is_required=True, **nulls
        )
    ranges = {}
    if kind.family in (Family.INTEGER, Family.DECIMAL):
        ranges = {
            "min_value": column.info.get("low", -float("inf")),
            "max_value": column.info.get("high", float("inf")),
        }
    make = getattr(dp.PandasColumn, kind.dagster_pandas)
    return make(column.name, is_required=True, **nulls, **ranges)
