"""The semantic model: every table of the schema, with the measures and the relationships between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Column, Table

from lm_synth_assets.powerbi.identity import identity
from lm_synth_assets.powerbi.measures.catalogue import MEASURES
from lm_synth_assets.powerbi.measures.measure import Measure
from lm_synth_assets.powerbi.power_query import LOAD_TABLE, load, parameter_value
from lm_synth_assets.powerbi.relationships import Relationship, keys_of, relationships
from lm_synth_assets.powerbi.source import PARAMETERS, Source
from lm_synth_assets.powerbi.tmdl import Part, document, quoted, reference
from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.schema.dictionary import entries
from lm_synth_assets.schema.kinds import Family, family_of, kind_of
from lm_synth_assets.schema.vocabulary import DISCLAIMER

DATE_TABLE: Final = "dim_date"

SORTED_BY: Final = {
    ("dim_age_group", "age_group"): "age_group_order",
    ("dim_gender", "gender"): "gender_order",
    ("dim_ed_subservice", "ed_subservice"): "ed_subservice_order",
    ("dim_scenario", "scenario_name"): "scenario_id",
    ("dim_date", "month_name"): "month",
    ("dim_date", "day_name"): "day_of_week",
}
"""By (table, column) of names, the column of the same table that gives their order."""

DATE_CATEGORIES: Final = {
    "year": "Years",
    "quarter": "QuarterOfYear",
    "month": "MonthOfYear",
    "day": "DayOfMonth",
    "day_of_week": "DayOfWeek",
}
"""By column of the date table, what Power BI calls it.

Names of areas and facilities have no category: they are fictional, and a map would place them somewhere.
"""

HIERARCHIES: Final = {
    "Calendar": ("year", "quarter", "month_name", "date"),
    "Fiscal": ("fiscal_year", "fiscal_quarter", "fiscal_month", "date"),
}
"""By name, the levels of the hierarchies of the date table."""

_FORMATS: Final = {
    Family.INTEGER: "0",
    Family.DAY: "yyyy-mm-dd",
    Family.TIME: "yyyy-mm-dd hh:nn:ss",
}


def model_files(
    source: Source, tables: Mapping[str, Table] = TABLES, measures: Sequence[Measure] = MEASURES
) -> dict[str, str]:
    """By path in the folder of the model, the text of its files in TMDL."""
    relations = relationships(tables)
    return {
        "database.tmdl": document(
            Part(f"database {identity('database')}", {"compatibilityLevel": "1601"}, description=DISCLAIMER)
        ),
        "model.tmdl": _model(tables),
        "expressions.tmdl": document(*_expressions(source)),
        "relationships.tmdl": document(*map(_relationship, relations)),
        **{
            f"tables/{name}.tmdl": document(_table(table, relations, measures))
            for name, table in tables.items()
        },
    }


def _model(tables: Mapping[str, Table]) -> str:
    """The file that lists the tables. Columns have no sums of their own: numbers come from measures."""
    part = Part(
        "model Model",
        {
            "culture": "en-US",
            "defaultPowerBIDataSourceVersion": "powerBI_V3",
            "discourageImplicitMeasures": True,
            "sourceQueryCulture": "en-US",
        },
    )
    # The calendar is dim_date: Power BI is to make no hidden one for every date column.
    annotations = "annotation __PBI_TimeIntelligenceEnabled = 0\n"
    listed = "\n".join(f"ref table {quoted(name)}" for name in tables)
    return "\n".join((document(part), annotations, listed)) + "\n"


def _expressions(source: Source) -> list[Part]:
    """The parameters of the source, and the function that loads a table."""
    descriptions = dict(PARAMETERS.values())
    parameters = [
        Part(
            f"expression {name}",
            {"lineageTag": identity("expression", name)},
            (Part("annotation PBI_ResultType", expression="Text"),),
            description=f"{descriptions[name]}.",
            expression=parameter_value(name, value),
        )
        for name, value in source.parameters().items()
    ]
    function = Part(
        "expression LoadTable",
        {"lineageTag": identity("expression", "LoadTable")},
        (Part("annotation PBI_ResultType", expression="Function"),),
        description="Loads a table of the data set from the source, with the types that are declared.",
        expression=LOAD_TABLE,
    )
    return [*parameters, function]


def _relationship(relation: Relationship) -> Part:
    ends = {
        "fromColumn": reference(relation.table, relation.column),
        "toColumn": reference(relation.parent, relation.key),
    }
    inactive: dict[str, str | bool] = {} if relation.is_active else {"isActive": False}
    return Part(f"relationship {identity('relationship', relation.name)}", {**inactive, **ends})


def _table(table: Table, relations: Sequence[Relationship], measures: Sequence[Measure]) -> Part:
    is_calendar = table.name == DATE_TABLE
    properties: dict[str, str | bool] = {"lineageTag": identity("table", table.name)}
    if is_calendar:
        properties["dataCategory"] = "Time"
    meanings = {entry.column: entry.meaning for entry in entries(table)}
    parts = [
        *(_measure(measure) for measure in measures if measure.table == table.name),
        *(_column(table, column, meanings[column.name], relations) for column in table.columns),
        *(_hierarchy(table, name, levels) for name, levels in HIERARCHIES.items() if is_calendar),
        Part(f"partition {quoted(table.name)}", {"mode": "import"}, expression="m", source=load(table)),
    ]
    return Part(f"table {quoted(table.name)}", properties, parts, description=f"{table.comment}.")


def _measure(measure: Measure) -> Part:
    return Part(
        f"measure {quoted(measure.name)}",
        {
            "formatString": measure.format.dax,
            "displayFolder": measure.folder,
            "lineageTag": identity("measure", measure.name),
        },
        description=measure.description,
        expression=measure.dax,
    )


def _column(table: Table, column: Column[Any], meaning: str, relations: Sequence[Relationship]) -> Part:
    name = column.name
    properties: dict[str, str | bool] = {"dataType": kind_of(column).tabular}
    if is_hidden(table, name, relations):
        properties["isHidden"] = True
    if (table.name, name) in keys_of(relations):
        properties["isKey"] = True
    if format_string := _format(column):
        properties["formatString"] = format_string
    properties["lineageTag"] = identity("column", table.name, name)
    if table.name == DATE_TABLE and name in DATE_CATEGORIES:
        properties["dataCategory"] = DATE_CATEGORIES[name]
    properties |= {"summarizeBy": "none", "sourceColumn": name}
    if order := SORTED_BY.get((table.name, name)):
        properties["sortByColumn"] = quoted(order)
    return Part(f"column {quoted(name)}", properties, description=f"{meaning}.")


def is_hidden(table: Table, column: str, relations: Sequence[Relationship]) -> bool:
    """Whether a column only joins, numbers or orders rows: report pages take the names beside it."""
    refers = any((relation.table, relation.column) == (table.name, column) for relation in relations)
    is_number = column.endswith(("_id", "_key", "_order"))
    return (
        refers
        or is_number
        or (column in primary_key(table) and family_of(table.columns[column]) is Family.INTEGER)
    )


def _format(column: Column[Any]) -> str:
    """The format string of a column; empty where Power BI shows values as they are."""
    family = family_of(column)
    if family is Family.DECIMAL:
        return "#,##0." + "0" * int(getattr(column.type, "scale", 0) or 0)
    return _FORMATS.get(family, "")


def _hierarchy(table: Table, name: str, levels: Sequence[str]) -> Part:
    return Part(
        f"hierarchy {quoted(name)}",
        {"lineageTag": identity("hierarchy", table.name, name)},
        [
            Part(
                f"level {quoted(level)}",
                {"lineageTag": identity("level", table.name, name, level), "column": quoted(level)},
            )
            for level in levels
        ],
    )
