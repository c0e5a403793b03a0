"""The dagster-pandas type of each table: the first gate, which a frame passes before it reaches storage."""

import warnings
from typing import Any

from dagster import BetaWarning, DagsterType
from dagster_pandas import PandasColumn, create_dagster_pandas_dataframe_type
from sqlalchemy import Boolean, Column, Date, DateTime, Enum, Integer, Numeric, String, Table

from lm_synth_assets.schema import primary_key


def dataframe_type(table: Table) -> DagsterType:
    """The type of a table's frames: its columns with their kinds, ranges and closed lists.

    The key is checked by storage and by the gates, which see all its columns together.
    """
    with warnings.catch_warnings():
        # dagster-pandas marks its whole interface as beta; that is no news to who runs the assets.
        warnings.simplefilter("ignore", BetaWarning)
        return create_dagster_pandas_dataframe_type(
            name="".join(part.capitalize() for part in table.name.split("_")),
            description=f"{table.comment}; key {', '.join(primary_key(table))}",
            columns=[_pandas_column(column) for column in table.columns],
        )


def _pandas_column(column: Column[Any]) -> PandasColumn:
    low, high, values = (column.info.get(key) for key in ("low", "high", "values"))
    # A null is no breach of a range or a closed list.
    common = {
        "is_required": True,
        "non_nullable": not column.nullable,
        "ignore_missing_vals": bool(column.nullable),
    }
    kind = column.type
    if isinstance(kind, Enum):
        values = kind.enums
    if values is not None:
        return PandasColumn.categorical_column(
            column.name, categories=set(values), of_types={"category", "object"}, **common
        )
    if isinstance(kind, Boolean):
        return PandasColumn.boolean_column(column.name, **common)
    if isinstance(kind, Integer):
        return PandasColumn.integer_column(
            column.name, min_value=_limit(low, -float("inf")), max_value=_limit(high, float("inf")), **common
        )
    if isinstance(kind, Numeric):
        return PandasColumn.float_column(
            column.name, min_value=_limit(low, -float("inf")), max_value=_limit(high, float("inf")), **common
        )
    if isinstance(kind, Date | DateTime):
        return PandasColumn.datetime_column(column.name, **common)
    if isinstance(kind, String):
        return PandasColumn.exists(column.name, non_nullable=not column.nullable)
    raise TypeError(f"no dagster-pandas column for {column.name}: {kind}")


def _limit(value: float | None, default: float) -> float:
    return default if value is None else value
