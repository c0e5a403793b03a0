"""The kinds of visuals that pages are made of: cards, charts, matrices, slicers, text. Each is a function."""

from __future__ import annotations

from typing import Final

from lm_synth_assets.powerbi.report.visuals import COLUMNS, Cells, Visual
from lm_synth_assets.schema.vocabulary import DISCLAIMER

LABELS: Final = {
    "dim_date.year": "Year",
    "dim_date.month_name": "Month",
    "dim_date.date": "Day",
    "dim_date.day_name": "Weekday",
    "dim_site.site_name": "Site",
    "dim_lha.lha_name": "Local health area (LHA)",
    "dim_age_group.age_group": "Age group",
    "dim_gender.gender": "Gender",
    "dim_ed_subservice.ed_subservice": "ED subservice",
    "dim_program.program_name": "Program",
    "dim_subprogram.subprogram_name": "Subprogram",
    "dim_scenario.scenario_name": "Scenario",
    "ed_encounters.acuity": "Acuity",
    "ed_encounters.dispo": "Disposition",
    "ip_stays.admit_route": "Admission route",
}
"""By column, what pages call it."""

ORDERED: Final = {
    "dim_date.year",
    "dim_date.month_name",
    "dim_date.date",
    "dim_date.day_name",
    "ed_encounters.acuity",
}
"""Columns with an order of their own; charts of others begin with what is most."""

_SLICER_COLUMNS: Final = 2


def heading(title: str) -> tuple[Visual, Visual]:
    """The title of a page, and the note that all data are synthetic."""
    return (
        Visual("textbox", title, title, Cells(0, 0, 7, 1), text=title, size=18),
        Visual("textbox", "Disclaimer", DISCLAIMER, Cells(7, 0, 5, 1), text=DISCLAIMER, size=10),
    )


def slicers(*columns: str, years_with: str) -> list[Visual]:
    """Drop-down lists at the left of a page. Years are those that a measure has a number for."""
    return [
        Visual(
            "slicer",
            LABELS[column],
            f"Choose what the page shows: {LABELS[column]}",
            Cells(0, 1 + 2 * index, _SLICER_COLUMNS, 2),
            {"Values": (column,)},
            LABELS,
            {"data": {"mode": "Dropdown"}, "header": {"show": False}},
            only_with=years_with if column == "dim_date.year" else None,
        )
        for index, column in enumerate(columns)
    ]


def cards(title: str, *measures: str) -> Visual:
    """Some measures, each as one number, right of the slicers."""
    return Visual(
        "cardVisual",
        title,
        f"{title}: {', '.join(measures)}",
        Cells(_SLICER_COLUMNS, 1, COLUMNS - _SLICER_COLUMNS, 2),
        {"Data": measures},
        objects={"layout": {"columnCount": len(measures)}},
    )


def chart(
    kind: str,
    title: str,
    cells: Cells,
    category: str,
    measure: str,
    *,
    series: str | None = None,
    tooltips: tuple[str, ...] = (),
) -> Visual:
    """A chart of one measure over a category, split by a series; `tooltips` are further measures."""
    roles: dict[str, tuple[str, ...]] = {"Category": (category,), "Y": (measure,)}
    roles |= {"Series": (series,)} if series else {}
    roles |= {"Tooltips": tooltips} if tooltips else {}
    by = LABELS[category] + (f" and {LABELS[series]}" if series else "")
    return Visual(
        kind,
        title,
        f"{title}. Chart of {measure} by {by}.",
        cells,
        roles,
        LABELS,
        # Numbers are names here: years and levels of acuity have nothing between them.
        {} if category == "dim_date.date" else {"categoryAxis": {"axisType": "Categorical"}},
        sort=(category, "Ascending") if category in ORDERED else (measure, "Descending"),
    )


def matrix(
    title: str, cells: Cells, rows: tuple[str, ...], measures: tuple[str, ...], columns: tuple[str, ...] = ()
) -> Visual:
    """A table of measures with a row for each name."""
    roles = {"Rows": rows, **({"Columns": columns} if columns else {}), "Values": measures}
    by = " and ".join(LABELS[column] for column in (*rows, *columns))
    # The total over scenarios would be one of them.
    objects = {"subTotals": {"columnSubtotals": False}} if columns else {}
    alt = f"{title}. Table of {', '.join(measures)} by {by}."
    return Visual("pivotTable", title, alt, cells, roles, LABELS, objects)
