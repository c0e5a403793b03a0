"""Dagster's pages, as a person uses them: by what is written on them, and by the roles of what is there."""

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from lm_synth_assets_tests.support.dagster_client import LIMIT
from lm_synth_assets_tests.support.dagster_events import Run
from lm_synth_assets_tests.support.dagster_server import SHOTS_VARIABLE, Server


class Ui:
    """Dagster's pages in one tab of a browser."""

    def __init__(self, page: Page, server: Server) -> None:
        page.set_default_timeout(LIMIT * 1000)
        expect.set_options(timeout=LIMIT * 1000)
        self.page, self.server, self.dagster = page, server, server.dagster

    def open(self, path: str) -> None:
        self.page.goto(f"{self.dagster.url}{path}")

    def go(self, name: str) -> None:
        """Follow a link of the navigation."""
        self.page.get_by_role("link").filter(has_text=re.compile(f"^{name}$")).first.click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def sees(self, text: str | re.Pattern[str]) -> Locator:
        """Something with a text, once it is there."""
        found = self.page.get_by_text(text).locator("visible=true").first
        found.wait_for()
        return found

    def run(self, status: str) -> Run:
        """The run whose page this is, once the page says that it ended so."""
        self.page.wait_for_url(re.compile("/runs/.+"))
        self.sees(re.compile(f"^{status}$"))
        return self.dagster.run(self.page.url.rpartition("/")[2])

    def launchpad(self) -> "Launchpad":
        """The launchpad for all assets, with its defaults."""
        self.open("/asset-groups")
        self.button("Materialize all").locator("xpath=following::button[1]").click()
        self.page.get_by_role("menuitem", name="Open launchpad").click()
        return Launchpad(self.page.get_by_role("dialog"))

    def shot(self, name: str) -> None:
        """A picture of the page, where somebody wants pictures."""
        if folder := os.environ.get(SHOTS_VARIABLE):
            # What moves has come to rest.
            self.page.wait_for_timeout(2_000)
            self.page.screenshot(path=Path(folder) / f"{name}.png")


class Launchpad:
    """The dialog in which a run is configured."""

    def __init__(self, dialog: Locator) -> None:
        self.dialog = dialog
        self.is_valid()

    @property
    def launch(self) -> Locator:
        return self.dialog.get_by_role("button", name="Materialize")

    def is_valid(self) -> None:
        self.dialog.get_by_text("No errors").wait_for()
        expect(self.launch).to_be_enabled()

    def refuses(self, problem: str) -> None:
        self.dialog.get_by_text(problem).wait_for()
        expect(self.launch).to_be_disabled()

    def add(self, field: str, value: object) -> None:
        """Write a field below the configuration file, which is all that the launchpad fills in."""
        self._line("config").click()
        keyboard = self.dialog.page.keyboard
        keyboard.press("End")
        # The new line has the indentation of the one above.
        keyboard.press("Enter")
        keyboard.insert_text(f"{field}: {value}")

    def write(self, field: str, value: object) -> None:
        """Put a value in place of the one that a field has."""
        self._write_line(field, f"{field}: {value}")

    def rename(self, field: str, name: str) -> None:
        """Call a field by another name."""
        line = self._line(field).inner_text().strip()
        self._write_line(field, line.replace(field, name, 1))

    def _write_line(self, field: str, text: str) -> None:
        self._line(field).click()
        keyboard = self.dialog.page.keyboard
        keyboard.press("End")
        # Up to where the indentation ends.
        keyboard.press("Shift+Home")
        keyboard.insert_text(text)

    def _line(self, field: str) -> Locator:
        return self.dialog.locator("pre").filter(has_text=re.compile(rf"^\s*{field}: \S")).first
