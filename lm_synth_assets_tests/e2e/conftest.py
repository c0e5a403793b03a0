"""A real browser, and a real Dagster for it to look at.

The browser is Debian's Chromium without a window, driven by Playwright; axe-core judges pages. Without
Chromium the tests that need it do not run, and say so; where LM_SYNTH_TEST_REQUIRE_BROWSER is set, they fail.
LM_SYNTH_TEST_AXE names axe-core's script, which `.ci/browser` fetches.
"""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lm_synth_assets_tests.support.dagster_client import Dagster
from lm_synth_assets_tests.support.dagster_server import USUAL, Server, running

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, one for the tests of a module.

    No longer: its driver keeps an event loop running, within which Dagster cannot execute in process.
    """
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


@pytest.fixture(scope="module")
def started() -> Iterator[Server]:
    """A Dagster for the tests of a module; those that ask for `server` find it at rest."""
    # A short path: that of a socket has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="lm") as folder, running(Path(folder)) as server:
        yield server


@pytest.fixture
def server(started: Server) -> Iterator[Server]:
    """A Dagster that is at rest, with the configuration that it started with."""
    yield started
    started.dagster.rest()
    started.configure(USUAL)


@pytest.fixture
def dagster(server: Server) -> Dagster:
    """What to ask the server, and to tell it."""
    return server.dagster


@pytest.fixture(scope="module")
def _made(started: Server) -> None:
    started.dagster.succeeded(started.dagster.launch())


@pytest.fixture
def made(server: Server, _made: None) -> Server:
    """The server, with everything made; by which run and with which values, earlier tests have decided."""
    return server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the server has written last where a test has failed."""
    report = yield
    used = getattr(item, "funcargs", {}).get("started")
    if report.failed and isinstance(used, Server):
        report.sections.append(("Dagster's log", used.tail))
    return report
