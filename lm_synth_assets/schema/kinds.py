"""The declared column types: one row each, with every form that a type takes elsewhere.

A new storage format, or a new description of the tables, adds one field. Renderings are text, so that reading
the schema imports neither pandas nor Arrow. In a rendering, `{precision}`, `{scale}`, `{length}` and
`{values}` stand for what a column declares, and `{documented}` for the type in the data dictionary. In a
regular expression, where braces have another meaning, `%(scale)s` stands for the scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

YEARS: Final = "within 1677 to 2262"
"""The years that hold every datetime64[ns], which is what frames keep days and times in."""


class Family(Enum):
    """What the values of a kind are, however many bits or characters they take."""

    BOOLEAN = auto()
    INTEGER = auto()
    DECIMAL = auto()
    TEXT = auto()
    DAY = auto()
    TIME = auto()


@dataclass(frozen=True)
class Kind:
    """One declared column type and its renderings."""

    declared: type[TypeEngine[Any]]
    """The class of SQLAlchemy that declares it."""
    family: Family
    pandas: str
    """The dtype of a column without nulls; a closed list is categorical instead."""
    pandas_nullable: str
    """The dtype of a column that may hold nulls."""
    arrow: str
    """The function of pyarrow that makes the type, with its arguments."""
    mysql: str
    """The type in MySQL's DDL."""
    duckdb: str
    """The type in DuckDB's DDL; a closed list is an ENUM instead."""
    tabular: str
    """The data type in a semantic model of Power BI."""
    documented: str
    """The type in the data dictionary, in the words of SQL."""
    csv_pattern: str
    """A regular expression that all text matches which can be read as the type; empty: any text."""
    wrong: str
    """What a value is called that the type cannot take."""
    wrong_text: str
    """What text is called that cannot be read as the type."""
    dagster_pandas: str
    """The constructor of `dagster_pandas.PandasColumn`; a closed list is categorical instead."""
    spark: str
    """The type in Spark's schema, which it writes into Parquet files."""
    table_schema: str
    """The type in Frictionless's Table Schema."""
    table_schema_csv: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    """What Table Schema says besides of how CSV writes a value."""
    is_trimmed: bool = False
    """Whether blanks around a value in CSV are ignored."""
    notations: tuple[tuple[str, str], ...] = ()
    """Text that other programs write for a value: a regular expression of it, and what is written here."""
    resolution: str = ""
    """The numpy dtype of the finest step of days and times; empty for other kinds."""


_WHOLE = "not whole numbers that fit {documented}"
_WHOLE_PATTERN = r"^(-?[0-9]+|0[xX][0-9a-fA-F]+)$"


def _integer(declared: type[TypeEngine[Any]], bits: int, mysql: str, documented: str, spark: str) -> Kind:
    return Kind(
        declared,
        Family.INTEGER,
        pandas=f"int{bits}",
        pandas_nullable=f"Int{bits}",
        arrow=f"int{bits}()",
        mysql=mysql,
        duckdb=mysql,
        tabular="int64",
        documented=documented,
        csv_pattern=_WHOLE_PATTERN,
        wrong=_WHOLE,
        wrong_text=_WHOLE + ", without a decimal point",
        dagster_pandas="integer_column",
        spark=spark,
        table_schema="integer",
        is_trimmed=True,
        # pandas makes floats of whole numbers where some are null.
        notations=((r"^(-?[0-9]+)\.0*$", r"\1"),),
    )


def _text(declared: type[TypeEngine[Any]], mysql: str) -> Kind:
    return Kind(
        declared,
        Family.TEXT,
        pandas="string[pyarrow]",
        pandas_nullable="string[pyarrow]",
        arrow="string()",
        mysql=mysql,
        duckdb="VARCHAR",
        tabular="string",
        documented="VARCHAR({length})",
        csv_pattern="",
        wrong="not text in UTF-8",
        wrong_text="not text in UTF-8",
        dagster_pandas="exists",
        spark="string",
        table_schema="string",
    )


KINDS: Final = (
    _integer(sa.SmallInteger, 8, "TINYINT", "SMALLINT", "byte"),
    _integer(sa.Integer, 32, "INTEGER", "INTEGER", "integer"),
    _integer(sa.BigInteger, 64, "BIGINT", "BIGINT", "long"),
    Kind(
        sa.Numeric,
        Family.DECIMAL,
        pandas="float64",
        pandas_nullable="float64",
        arrow="decimal128({precision}, {scale})",
        mysql="DECIMAL({precision}, {scale})",
        duckdb="DECIMAL({precision}, {scale})",
        tabular="double",
        documented="NUMERIC({precision}, {scale})",
        csv_pattern=r"^[+-]?([0-9]+\.?|[0-9]*\.[0-9]{1,%(scale)s}0*|[0-9.]+[eE][+-]?[0-9]+)$",
        wrong="not numbers of at most {scale} decimals that fit {documented}",
        wrong_text="not numbers of at most {scale} decimals that fit {documented}",
        dagster_pandas="float_column",
        spark="decimal({precision},{scale})",
        table_schema="number",
        is_trimmed=True,
    ),
    Kind(
        sa.Boolean,
        Family.BOOLEAN,
        pandas="bool",
        pandas_nullable="boolean",
        arrow="bool_()",
        mysql="TINYINT(1)",
        duckdb="BOOLEAN",
        tabular="boolean",
        documented="BOOLEAN",
        csv_pattern="^[01]$",
        wrong="not among 0, 1",
        wrong_text="not among 0, 1",
        dagster_pandas="boolean_column",
        spark="boolean",
        table_schema="boolean",
        table_schema_csv=(("trueValues", ("1",)), ("falseValues", ("0",))),
        notations=((r"(?i)^(true|1\.0*)$", "1"), (r"(?i)^(false|0\.0*)$", "0")),
    ),
    _text(sa.String, "VARCHAR({length})"),
    _text(sa.Enum, "ENUM({values})"),
    Kind(
        sa.Date,
        Family.DAY,
        pandas="datetime64[ns]",
        pandas_nullable="datetime64[ns]",
        arrow="date32()",
        mysql="DATE",
        duckdb="DATE",
        tabular="dateTime",
        documented="DATE",
        csv_pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        wrong=f"not whole days {YEARS}",
        wrong_text=f"not days {YEARS}, as YYYY-MM-DD",
        dagster_pandas="datetime_column",
        spark="date",
        table_schema="date",
        is_trimmed=True,
        resolution="datetime64[D]",
    ),
    Kind(
        sa.DateTime,
        Family.TIME,
        pandas="datetime64[ns]",
        pandas_nullable="datetime64[ns]",
        arrow="timestamp(us)",
        mysql="DATETIME",
        duckdb="TIMESTAMP",
        tabular="dateTime",
        documented="DATETIME",
        csv_pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}(:?[0-9]{2}(:?[0-9]{2}(\.0+)?)?)?)?$",
        wrong=f"not whole seconds {YEARS}",
        wrong_text=f"not times {YEARS}, as YYYY-MM-DD HH:MM:SS",
        dagster_pandas="datetime_column",
        spark="timestamp_ntz",
        table_schema="datetime",
        table_schema_csv=(("format", "%Y-%m-%d %H:%M:%S"),),
        # Programs that know no time without a zone write the local clock as UTC.
        notations=((r"^(.*[0-9])(?:Z|[+-]00(?::?00)?)$", r"\1"),),
        resolution="datetime64[s]",
    ),
)

_BY_CLASS = {kind.declared: kind for kind in KINDS}


def kind_of(column: sa.Column[Any]) -> Kind:
    """The kind of a column. Raises TypeError for a type that no kind declares."""
    kind = _BY_CLASS.get(type(column.type))
    if kind is None:
        raise TypeError(f"{column.name}: no kind declares the type {column.type!r}")
    return kind


def family_of(column: sa.Column[Any]) -> Family:
    """What the values of a column are. Raises TypeError for a type that no kind declares."""
    return kind_of(column).family


def closed_list(column: sa.Column[Any]) -> tuple[str, ...]:
    """The only values that a column may take, in order; empty where it is open."""
    values: Any = column.info.get("values") or getattr(column.type, "enums", ())
    return tuple(values)


def labels(column: sa.Column[Any]) -> tuple[str, ...]:
    """The only texts that may stand for a column's values: its closed list, 0 and 1 for false and true."""
    return ("0", "1") if family_of(column) is Family.BOOLEAN else closed_list(column)


def arrow_name(column: sa.Column[Any]) -> str:
    """The function of pyarrow that makes a column's type, with its arguments, as in "decimal128(8, 2)"."""
    return _rendered(kind_of(column).arrow, column)


def mysql_type(column: sa.Column[Any]) -> str:
    """A column's type in MySQL's DDL.

    Rendered here and not by SQLAlchemy, which Dagster's storage makes write DATETIME with microseconds.
    """
    return _rendered(kind_of(column).mysql, column)


def spark_type(column: sa.Column[Any]) -> str:
    """A column's type in Spark's schema."""
    return _rendered(kind_of(column).spark, column)


def duckdb_type(column: sa.Column[Any]) -> str:
    """A column's type in DuckDB's DDL."""
    return _rendered("ENUM({values})" if closed_list(column) else kind_of(column).duckdb, column)


def documented_type(column: sa.Column[Any]) -> str:
    """A column's type as documentation names it, in the words of SQL."""
    return _rendered(kind_of(column).documented, column)


def csv_pattern(column: sa.Column[Any]) -> str:
    """A regular expression that all text matches which can be read as a value; empty: any text."""
    pattern = kind_of(column).csv_pattern
    return pattern % {"scale": getattr(column.type, "scale", None)} if "%(" in pattern else pattern


def wrong_values(column: sa.Column[Any], *, as_text: bool = False) -> str:
    """What values are called that a column cannot take; `as_text`: they are stored as text."""
    if values := labels(column):
        return f"not among {', '.join(values)}"
    kind = kind_of(column)
    return _rendered(kind.wrong_text if as_text else kind.wrong, column)


def _rendered(template: str, column: sa.Column[Any]) -> str:
    """A rendering with what the column declares filled in."""
    declared = {
        "precision": getattr(column.type, "precision", None),
        "scale": getattr(column.type, "scale", None),
        "length": getattr(column.type, "length", None),
        "values": ",".join("'" + value.replace("'", "''") + "'" for value in closed_list(column)),
    }
    documented = kind_of(column).documented.format(**declared)
    return template.format(documented=documented, **declared)
