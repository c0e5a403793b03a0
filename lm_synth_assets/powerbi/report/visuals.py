"""The visuals of a page: what each shows, where on the grid it stands, and its form in PBIR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from lm_synth_assets.powerbi.report.fields import field as field_of
from lm_synth_assets.powerbi.report.fields import not_blank, projection

PAGE_WIDTH: Final = 1280
PAGE_HEIGHT: Final = 720
COLUMNS: Final = 12
ROWS: Final = 12
_LEFT, _TOP, _GAP, _CELL_WIDTH, _CELL_HEIGHT = 16, 18, 12, 93, 46
"""Pixels. Columns and rows fill the page but for a margin."""

_SCHEMA: Final = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition/visualContainer/2.2.0/schema.json"


class Cells(NamedTuple):
    """A rectangle of cells of the grid."""

    column: int
    row: int
    columns: int
    rows: int

    def position(self, order: int) -> dict[str, int]:
        """The rectangle in pixels, and the visual's turn when people go from one to the next with Tab."""
        return {
            "x": _LEFT + self.column * (_CELL_WIDTH + _GAP),
            "y": _TOP + self.row * (_CELL_HEIGHT + _GAP),
            "z": order,
            "height": self.rows * (_CELL_HEIGHT + _GAP) - _GAP,
            "width": self.columns * (_CELL_WIDTH + _GAP) - _GAP,
            "tabOrder": order,
        }


@dataclass(frozen=True)
class Visual:
    """What a visual shows. `roles` name the fields in each of its roles; `labels` rename some of them.

    `alt` is what a screen reader says. `only_with` names a measure: what it has no number for is not listed.
    `sort` names a field and the direction to sort by. `text` is that of a text box, which shows no fields.
    """

    kind: str
    title: str
    alt: str
    cells: Cells
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only_with: str | None = None
    sort: tuple[str, str] | None = None
    text: str = ""
    size: int = 12
    """Of the text, in points."""


def container(visual: Visual, name: str, order: int) -> dict[str, Any]:
    """The content of a visual's file."""
    listed = {"filterConfig": {"filters": [not_blank(visual.only_with)]}} if visual.only_with else {}
    return {
        "$schema": _SCHEMA,
        "name": name,
        "position": visual.cells.position(order),
        "visual": {
            "visualType": visual.kind,
            **_query(visual),
            **_formats(visual),
            "drillFilterOtherVisuals": True,
        },
        **listed,
    }


def literal(value: str | bool | int) -> dict[str, Any]:
    """A value as PBIR writes it: text in single quotes, whole numbers with an L."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, int):
        text = f"{value}L"
    else:
        text = "'" + value.replace("'", "''") + "'"
    return {"expr": {"Literal": {"Value": text}}}


def _query(visual: Visual) -> dict[str, Any]:
    if not visual.roles:
        return {}
    state = {
        role: {"projections": [projection(name, visual.labels.get(name)) for name in names]}
        for role, names in visual.roles.items()
    }
    if visual.sort is None:
        return {"query": {"queryState": state}}
    name, direction = visual.sort
    order = {"sort": [{"field": field_of(name), "direction": direction}]}
    return {"query": {"queryState": state, "sortDefinition": order}}


def _formats(visual: Visual) -> dict[str, Any]:
    objects = {name: _properties(values) for name, values in visual.objects.items()}
    if visual.text:
        style = {"fontSize": f"{visual.size}pt"}
        paragraph = {"textRuns": [{"value": visual.text, "textStyle": style}]}
        objects["general"] = [{"properties": {"paragraphs": [paragraph]}}]
    title = {"show": True, "text": visual.title} if not visual.text else {"show": False}
    shown = {"title": _properties(title), "general": _properties({"altText": visual.alt})}
    return (
        {"objects": objects, "visualContainerObjects": shown}
        if objects
        else {"visualContainerObjects": shown}
    )


def _properties(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"properties": {name: literal(value) for name, value in values.items()}}]
