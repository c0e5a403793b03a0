"""The report as files: its theme, its pages, and the visuals of each page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lm_synth_assets.powerbi.report import theme
from lm_synth_assets.powerbi.report.pages import PAGES, Page
from lm_synth_assets.powerbi.report.visuals import PAGE_HEIGHT, PAGE_WIDTH, container

_DEFINITION: Final = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
_BASE_THEME: Final = "CY24SU10"
_VERSIONS: Final = {"visual": "2.2.0", "report": "3.0.0", "page": "2.0.0"}
"""Of the schemas that files keep to: those of August 2025, which later releases of Power BI Desktop read."""


def report_files(pages: Sequence[Page] = PAGES) -> dict[str, Any]:
    """By path in the folder of the report, the content of its files."""
    return {
        f"StaticResources/RegisteredResources/{theme.NAME}": theme.theme(),
        "definition/version.json": _document("versionMetadata/1.0.0", version="2.0.0"),
        "definition/report.json": _report(),
        "definition/pages/pages.json": _document(
            "pagesMetadata/1.0.0",
            pageOrder=[page.name for page in pages],
            activePageName=pages[0].name,
        ),
        **{path: content for page in pages for path, content in _page(page).items()},
    }


def _document(schema: str, **content: Any) -> dict[str, Any]:
    return {"$schema": f"{_DEFINITION}/{schema}/schema.json", **content}


def _report() -> dict[str, Any]:
    return _document(
        f"report/{_VERSIONS['report']}",
        themeCollection={
            "baseTheme": {
                "name": _BASE_THEME,
                "reportVersionAtImport": _VERSIONS,
                "type": "SharedResources",
            },
            "customTheme": {
                "name": theme.NAME,
                "reportVersionAtImport": _VERSIONS,
                "type": "RegisteredResources",
            },
        },
        resourcePackages=[
            {
                "name": "SharedResources",
                "type": "SharedResources",
                "items": [
                    {
                        "name": _BASE_THEME,
                        "path": f"BaseThemes/{_BASE_THEME}.json",
                        "type": "BaseTheme",
                    }
                ],
            },
            {
                "name": "RegisteredResources",
                "type": "RegisteredResources",
                "items": [{"name": theme.NAME, "path": theme.NAME, "type": "CustomTheme"}],
            },
        ],
        settings={
            "useStylableVisualContainerHeader": True,
            "defaultDrillFilterOtherVisuals": True,
            "useEnhancedTooltips": True,
        },
    )


def _page(page: Page) -> dict[str, Any]:
    folder = f"definition/pages/{page.name}"
    visuals = [
        (f"{page.name}_{order}_{visual.kind}", order, visual)
        for order, visual in enumerate(page.visuals, start=1)
    ]
    return {
        f"{folder}/page.json": _document(
            f"page/{_VERSIONS['page']}",
            name=page.name,
            displayName=page.title,
            displayOption="FitToPage",
            height=PAGE_HEIGHT,
            width=PAGE_WIDTH,
        ),
        **{
            f"{folder}/visuals/{name}/visual.json": container(visual, name, order)
            for name, order, visual in visuals
        },
    }
