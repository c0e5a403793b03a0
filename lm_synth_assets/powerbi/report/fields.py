"""Fields of the model as visuals name them: a column as "table.column", a measure by its name."""

from __future__ import annotations

from typing import Any, Final

from lm_synth_assets.powerbi.measures.catalogue import MEASURES

_TABLE_OF: Final = {measure.name: measure.table for measure in MEASURES}


def field(name: str) -> dict[str, Any]:
    """A field that is read from a table of the model."""
    kind, table, column = _parts(name)
    return {kind: {"Expression": {"SourceRef": {"Entity": table}}, "Property": column}}


def projection(name: str, label: str | None) -> dict[str, Any]:
    """A field in one of a visual's roles, shown under another name if one is given."""
    _, table, column = _parts(name)
    shown = {"displayName": label} if label else {}
    return {"field": field(name), "queryRef": f"{table}.{column}", "nativeQueryRef": label or column, **shown}


def not_blank(measure: str) -> dict[str, Any]:
    """A filter that keeps what a measure has a number for."""
    kind, table, name = _parts(measure)
    left = {kind: {"Expression": {"SourceRef": {"Source": "t"}}, "Property": name}}
    equal = {"ComparisonKind": 0, "Left": left, "Right": {"Literal": {"Value": "null"}}}
    return {
        "name": f"not_blank_{table}",
        "field": field(measure),
        "type": "Advanced",
        "filter": {
            "Version": 2,
            "From": [{"Name": "t", "Entity": table, "Type": 0}],
            "Where": [{"Condition": {"Not": {"Expression": {"Comparison": equal}}}}],
        },
    }


def _parts(name: str) -> tuple[str, str, str]:
    if name in _TABLE_OF:
        return "Measure", _TABLE_OF[name], name
    table, _, column = name.partition(".")
    return "Column", table, column
