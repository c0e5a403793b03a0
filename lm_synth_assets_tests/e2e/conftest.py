"""A real browser: Debian's Chromium without a window, driven by Playwright, and axe-core to judge pages with.

Without Chromium these tests do not run, and say so; where LM_SYNTH_TEST_REQUIRE_BROWSER is set, they fail.
LM_SYNTH_TEST_AXE names axe-core's script, which `.ci/browser` fetches.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "chromium"
AXE_VARIABLE = "LM_SYNTH_TEST_AXE"
REQUIRE_VARIABLE = "LM_SYNTH_TEST_REQUIRE_BROWSER"

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _missing(what: str) -> None:
    if os.environ.get(REQUIRE_VARIABLE):
        pytest.fail(f"{what}, and {REQUIRE_VARIABLE} is set")
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests of a worker."""
    program = shutil.which(CHROMIUM)
    if program is None:
        _missing(f"no {CHROMIUM} on the path")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own, as on a laptop."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    path = Path(os.environ.get(AXE_VARIABLE) or "no such file")
    if not path.is_file():
        _missing(f"{AXE_VARIABLE} does not name axe-core's script")
    return path.read_text("utf-8")
