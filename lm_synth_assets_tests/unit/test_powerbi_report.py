"""The pages of the Power BI report: nothing overlaps, every field is in the model, all can read them."""

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest

from lm_synth_assets.powerbi.identity import REPORT
from lm_synth_assets.powerbi.report.pages import PAGES
from lm_synth_assets.powerbi.report.theme import DATA_COLOURS
from lm_synth_assets.report.pictures.style import OTHER, SEEN
from lm_synth_assets_tests.support.powerbi_project import made, model
from lm_synth_assets_tests.support.tmdl_reader import Model

_PAGES = f"{REPORT}/definition/pages"
NAMES = [page.name for page in PAGES]

ROLES = {
    "slicer": {"Values"},
    "cardVisual": {"Data"},
    "lineChart": {"Category", "Y", "Series", "Tooltips"},
    "clusteredBarChart": {"Category", "Y", "Series", "Tooltips"},
    "clusteredColumnChart": {"Category", "Y", "Series", "Tooltips"},
    "barChart": {"Category", "Y", "Series", "Tooltips"},
    "columnChart": {"Category", "Y", "Series", "Tooltips"},
    "pivotTable": {"Rows", "Columns", "Values"},
}
"""By kind of visual, the roles that Power BI gives its fields."""


def read(path: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(made()[path])
    return content


def visuals(page: str) -> list[dict[str, Any]]:
    """The visuals of a page, in the order of Tab."""
    each = [read(path) for path in made() if path.startswith(f"{_PAGES}/{page}/visuals/")]
    return sorted(each, key=lambda visual: visual["position"]["tabOrder"])


def overlapping(positions: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str]]:
    """The pairs of rectangles that share a pixel."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(positions.items(), 2)
        if a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    ]


def outside(positions: Mapping[str, Mapping[str, int]], width: int, height: int) -> list[str]:
    """The rectangles that leave a page."""
    return [
        name
        for name, at in positions.items()
        if at["x"] < 0 or at["y"] < 0 or at["x"] + at["width"] > width or at["y"] + at["height"] > height
    ]


def fields(content: Any) -> Iterator[tuple[str, str, str]]:
    """The (kind, table, name) of every field that a file refers to by its table's name."""
    if isinstance(content, dict):
        for kind in ("Column", "Measure"):
            source = content.get(kind, {}).get("Expression", {}).get("SourceRef", {})
            if "Entity" in source:
                yield kind, source["Entity"], content[kind]["Property"]
        for value in content.values():
            yield from fields(value)
    elif isinstance(content, list):
        for value in content:
            yield from fields(value)


def missing(content: Any, of: Model) -> list[tuple[str, str, str]]:
    """The fields of a file that a model lacks."""
    return [
        (kind, table, name)
        for kind, table, name in fields(content)
        if table not in of.tables or name not in of.tables[table].of(kind.lower())
    ]


def shown_text(visual: Mapping[str, Any], kind: str, name: str) -> str:
    """A text of a visual's container, such as its title."""
    text = visual["visual"]["visualContainerObjects"][kind][0]["properties"][name]["expr"]["Literal"]["Value"]
    return str(text).strip("'")


@pytest.mark.parametrize("page", NAMES)
def test_no_two_visuals_overlap_and_all_are_on_the_page(page: str) -> None:
    positions = {visual["name"]: visual["position"] for visual in visuals(page)}
    size = read(f"{_PAGES}/{page}/page.json")
    assert (size["width"], size["height"]) == (1280, 720)
    assert overlapping(positions) == []
    assert outside(positions, size["width"], size["height"]) == []


@pytest.mark.parametrize("page", NAMES)
def test_every_field_is_in_the_model(page: str) -> None:
    for visual in visuals(page):
        assert missing(visual, model()) == []
        for filter in visual.get("filterConfig", {}).get("filters", []):
            sources = {source["Name"]: source["Entity"] for source in filter["filter"]["From"]}
            assert list(sources.values()) == [table for _, table, _ in fields(filter["field"])]


@pytest.mark.parametrize("page", NAMES)
def test_visuals_have_the_roles_of_their_kind(page: str) -> None:
    for visual in visuals(page):
        kind = visual["visual"]["visualType"]
        state = visual["visual"].get("query", {}).get("queryState", {})
        assert set(state) <= ROLES.get(kind, set()), visual["name"]
        assert bool(state) != (kind == "textbox")
        for role in set(state) & {"Y", "Data", "Tooltips"}:
            assert {field for field, _, _ in fields(state[role])} == {"Measure"}
        for role in set(state) & {"Category", "Series", "Rows", "Columns"}:
            assert {field for field, _, _ in fields(state[role])} == {"Column"}


@pytest.mark.parametrize("page", NAMES)
def test_visuals_have_titles_alternative_text_and_an_order(page: str) -> None:
    each = visuals(page)
    assert [visual["position"]["tabOrder"] for visual in each] == list(range(1, len(each) + 1))
    for visual in each:
        assert len(shown_text(visual, "general", "altText")) >= 8, visual["name"]
        if visual["visual"]["visualType"] != "textbox":
            assert shown_text(visual, "title", "show") == "true"
            assert shown_text(visual, "title", "text")
    titles = [
        shown_text(visual, "title", "text") for visual in each if visual["visual"]["visualType"] != "textbox"
    ]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("page", NAMES)
def test_a_page_says_that_the_data_are_synthetic(page: str) -> None:
    texts = [
        run["value"]
        for visual in visuals(page)
        if visual["visual"]["visualType"] == "textbox"
        for paragraph in visual["visual"]["objects"]["general"][0]["properties"]["paragraphs"]
        for run in paragraph["textRuns"]
    ]
    assert any(text.startswith("Synthetic, for non-production testing") for text in texts)


def test_days_and_levels_are_in_their_order_and_names_begin_with_what_is_most() -> None:
    sorts = {}
    for visual in (visual for page in NAMES for visual in visuals(page)):
        for sort in visual["visual"].get("query", {}).get("sortDefinition", {}).get("sort", []):
            ((_, _, name),) = fields(sort["field"])
            sorts[visual["name"]] = (name, sort["direction"])
    assert ("month_name", "Ascending") in sorts.values()
    assert ("day_name", "Ascending") in sorts.values()
    assert ("ED Visits per 1,000", "Descending") in sorts.values()
    charts = [visual for page in PAGES for visual in page.visuals if visual.kind.endswith("Chart")]
    assert len(sorts) == len(charts)


def test_slicers_are_there_for_year_site_area_and_scenario() -> None:
    columns = {
        page: {
            f"{table}.{name}"
            for visual in visuals(page)
            if visual["visual"]["visualType"] == "slicer"
            for kind, table, name in fields(visual["visual"])
        }
        for page in NAMES
    }
    for page in ("overview", "ed", "inpatient"):
        assert {"dim_date.year", "dim_site.site_name", "dim_lha.lha_name"} <= columns[page]
    assert {"dim_date.year", "dim_site.site_name", "dim_scenario.scenario_name"} <= columns["projections"]


def test_pages_are_those_that_are_declared_in_their_order() -> None:
    assert (
        read(f"{_PAGES}/pages.json")["pageOrder"] == NAMES == ["overview", "ed", "inpatient", "projections"]
    )
    for page in PAGES:
        assert read(f"{_PAGES}/{page.name}/page.json")["displayName"] == page.title


def test_colours_are_those_of_the_quality_report_and_stand_out_from_white() -> None:
    assert DATA_COLOURS[:2] == (OTHER, SEEN)
    assert len(set(DATA_COLOURS)) == len(DATA_COLOURS) == 8
    assert all(contrast_with_white(colour) >= 2 for colour in DATA_COLOURS)
    theme = read(f"{REPORT}/StaticResources/RegisteredResources/lm_synth.json")
    assert theme["dataColors"] == list(DATA_COLOURS)


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of WCAG 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_what_overlaps_or_leaves_the_page_is_found() -> None:
    at = {"x": 0, "y": 0, "width": 100, "height": 100}
    assert overlapping({"a": at, "b": {**at, "x": 99}}) == [("a", "b")]
    assert overlapping({"a": at, "b": {**at, "x": 100}}) == []
    assert outside({"a": at, "b": {**at, "y": 1}}, 100, 100) == ["b"]


def test_a_field_that_the_model_lacks_is_found() -> None:
    visual = next(each for each in visuals("ed") if each["visual"]["visualType"] == "cardVisual")
    other = json.loads(json.dumps(visual).replace("LWBS Rate", "LWBS Ratio"))
    assert missing(other, model()) == [("Measure", "ed_encounters", "LWBS Ratio")]
