"""Helpers that declare columns and keys, with the names, types and limits that several tables share.

The comment of a column says its meaning and unit. Its `info` holds the closed list (`values`), the range
(`low`, `high`, both inclusive) or the form (`form`: words, and a regular expression) of its values.
"""

from typing import Any

from sqlalchemy import Column, Enum, ForeignKeyConstraint, Integer, MetaData, PrimaryKeyConstraint, String
from sqlalchemy.types import TypeEngine

from lm_synth_assets.schema.identifiers import PATIENT_ID_FORMAT, PATIENT_ID_PATTERN, SUBPROGRAM_KEY
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES, GENDERS

METADATA = MetaData()
"""The collection that all tables belong to; foreign keys find their targets in it."""

TAKES_ALONG = "takes_along"
"""In a table's `info`: rows that refer to a row that is removed are removed with it."""

NAME = String(128)
AGE_GROUP = String(16)
_GENDER = Enum(*GENDERS, name="gender")
_SUBSERVICE = String(48)
_PATIENT_ID = String(24)


def column(
    name: str,
    kind: TypeEngine[Any] | type[TypeEngine[Any]],
    comment: str,
    *,
    null: bool = False,
    values: tuple[str, ...] | None = None,
    low: float | None = None,
    high: float | None = None,
    form: tuple[str, str] | None = None,
    default: str | None = None,
    numbered: bool = False,
) -> Column[Any]:
    """A column of a table. `numbered`: a database numbers rows that are added without a value."""
    limits = {"values": values, "low": low, "high": high, "form": form}
    info = {key: value for key, value in limits.items() if value is not None}
    return Column(
        name, kind, nullable=null, comment=comment, info=info, server_default=default, autoincrement=numbered
    )


def number(name: str, comment: str, *, numbered: bool = False) -> Column[Any]:
    """A number that counts rows from 1."""
    return column(name, Integer, comment, low=1, numbered=numbered)


def calendar_year() -> Column[Any]:
    """The calendar year of a row."""
    return column("year", Integer, "Calendar year", low=1900, high=2200)


def age_group() -> Column[Any]:
    """The age group of people."""
    return column("age_group", AGE_GROUP, "Age group at the reference date", values=AGE_GROUPS)


def gender() -> Column[Any]:
    """The gender of people."""
    return column("gender", _GENDER, "Gender", values=GENDERS)


def ed_subservice(name: str = "ed_subservice", comment: str = "ED subservice") -> Column[Any]:
    """The ED subservice of visits."""
    return column(name, _SUBSERVICE, comment, values=ED_SUBSERVICES)


def patient_id(comment: str) -> Column[Any]:
    """The id of a patient."""
    return column("patient_id", _PATIENT_ID, comment, form=(PATIENT_ID_FORMAT, PATIENT_ID_PATTERN))


def subprogram_key_column(remark: str = "") -> Column[Any]:
    """The one number that stands for a program and a subprogram."""
    return column("subprogram_key", Integer, SUBPROGRAM_KEY + remark, low=101)


def key(*columns: str) -> PrimaryKeyConstraint:
    """The primary key."""
    return PrimaryKeyConstraint(*columns)


def reference(name: str, columns: str, target: str, *, total: bool = False) -> ForeignKeyConstraint:
    """A foreign key from `columns` to the columns of the same order in `target`, as "table(a, b)".

    `total`: every row of the target must be referred to.
    """
    table, _, targets = target.rstrip(")").partition("(")
    return ForeignKeyConstraint(
        columns.split(", "),
        [f"{table}.{name}" for name in targets.split(", ")],
        name=name,
        info={"total": total},
    )
