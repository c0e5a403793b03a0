"""The quality report in a real browser: for everybody to read, on every screen and on paper, by itself."""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lm_synth_assets_tests.support.commands import TINY, lm_synth
from lm_synth_assets_tests.support.report_pages import read

SCREENS = {"laptop": (1440, 900), "phone": (360, 740)}
SCHEMES = ("light", "dark")
KINDS = {"good": 0, "damaged": 1}
OPEN_ALL = "document.querySelectorAll('details').forEach(details => details.open = true)"

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def reports(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report on the tiny data set, and on one with a table missing, a file retyped and rows changed."""
    damaged = Path(shutil.copytree(tiny, tmp_path_factory.mktemp("damaged") / "out"))
    (damaged / "dim_program.csv").unlink()
    sites = damaged / "dim_site.csv"
    sites.write_bytes(sites.read_bytes().replace(b"\n", b"\r\n"))
    visits = damaged / "ed_encounters.csv"
    visits.write_text(re.sub(r" \d\d:(\d\d:\d\d,\d)", r" 03:\1", visits.read_text("utf-8")), "utf-8")
    pages = {kind: tmp_path_factory.mktemp(kind) / "page.html" for kind in KINDS}
    for (kind, code), folder in zip(KINDS.items(), (tiny, damaged), strict=True):
        ran = lm_synth("report", "--in", folder, "--config", TINY, "--to", pages[kind], "--quiet")
        assert ran.code == code, ran.err
    return pages


@pytest.fixture
def show(browser: Browser, reports: dict[str, Path]) -> Iterator[Show]:
    """Opens a report on a screen, in a scheme; `open_all` opens all that can be opened."""
    contexts = []

    def opened(
        kind: str = "good", screen: str = "laptop", scheme: str = "light", open_all: bool = False
    ) -> Page:
        width, height = SCREENS[screen]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.goto(reports[kind].as_uri())
        if open_all:
            page.evaluate(OPEN_ALL)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_keeps_anybody_from_reading_it(
    show: Show, axe: str, kind: str, screen: str, scheme: str
) -> None:
    page = show(kind, screen, scheme, open_all=True)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"]
    violations = [(one["id"], one["nodes"][0]["target"], len(one["nodes"])) for one in found["violations"]]
    assert violations == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("open_all", [False, True])
def test_a_phone_scrolls_it_in_one_direction_only(show: Show, kind: str, open_all: bool) -> None:
    page = show(kind, "phone", open_all=open_all)
    assert page.evaluate("document.documentElement.scrollWidth") == SCREENS["phone"][0]
    page.mouse.wheel(500, 0)
    assert page.evaluate("window.scrollX") == 0


def test_what_is_wider_than_a_phone_scrolls_by_itself_also_from_the_keyboard(show: Show) -> None:
    page = show(screen="phone")
    region = page.get_by_role("region", name="Published and observed")
    assert region.evaluate("element => element.scrollWidth > element.clientWidth")
    # A shadow at either side, and paper that hides it where there is no more to see.
    background = region.evaluate("element => getComputedStyle(element).backgroundImage")
    assert background.count("linear-gradient") == 4
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("element => element.scrollLeft > 0", arg=region.element_handle())


def test_it_asks_for_nothing_but_itself(browser: Browser, reports: dict[str, Path]) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(reports["damaged"].as_uri())
        page.evaluate(OPEN_ALL)
        page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [reports["damaged"].as_uri()]
    assert said == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_mends_nothing_in_it(show: Show, reports: dict[str, Path], kind: str) -> None:
    tags = show(kind).evaluate("[...document.querySelectorAll('*')].map(element => element.localName)")
    # The strict reader knows no letter case, which matters within pictures alone.
    written = [element.tag for element in read(reports[kind].read_text("utf-8")).iter()]
    assert Counter(map(str.lower, tags)) == Counter(written)


def test_the_first_key_leads_past_the_contents(show: Show) -> None:
    page = show()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the report")
    assert skip.evaluate("element => element === document.activeElement")
    page.wait_for_function("element => element.getBoundingClientRect().top >= 0", arg=skip.element_handle())
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "report"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_verdict_is_on_the_first_screen(show: Show) -> None:
    for screen in SCREENS:
        for kind, code in KINDS.items():
            page = show(kind, screen)
            word = page.locator(".result .word")
            assert word.inner_text() == ("✕ FAIL" if code else "✓ PASS")
            box = word.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] < SCREENS[screen][1]


def test_a_link_to_what_is_folded_away_unfolds_it(show: Show) -> None:
    page = show()
    gates = page.get_by_role("region", name="Gates on patients")
    columns = page.get_by_role("region", name="Columns of patients")
    assert not gates.is_visible()
    page.locator("summary", has_text="patients").first.click()
    gates.wait_for(state="visible")
    assert not columns.is_visible()
    page.get_by_role("link", name="Columns of patients").click()
    columns.wait_for(state="visible")


def test_a_picture_is_on_the_second_screen(show: Show) -> None:
    page = show()
    box = page.locator("figure svg").first.bounding_box()
    assert box is not None
    assert box["y"] < 2 * SCREENS["laptop"][1]


def test_the_text_of_charts_is_as_large_on_a_phone_as_other_small_text(show: Show) -> None:
    drawing = show(screen="phone").locator("figure svg").first
    size = "element => element.getBoundingClientRect().width / element.viewBox.baseVal.width * 10"
    assert drawing.evaluate(size) >= 12


def test_the_summaries_of_tables_do_not_overlap_on_a_phone(show: Show) -> None:
    page = show(screen="phone")
    for summary in page.locator("summary", has=page.locator(".counts")).all():
        outer, verdict = summary.bounding_box(), summary.locator(".verdict").bounding_box()
        assert outer is not None
        assert verdict is not None
        assert verdict["y"] + verdict["height"] <= outer["y"] + outer["height"]


def test_pictures_are_as_wide_as_there_is_room_and_in_the_colours_of_the_page(show: Show) -> None:
    inks = {}
    for scheme in SCHEMES:
        page = show(scheme=scheme)
        pictures = page.locator("figure svg")
        assert pictures.count() > 0
        for picture in pictures.all():
            box = picture.bounding_box()
            assert box is not None
            assert 600 < box["width"] <= SCREENS["laptop"][0]
            assert box["height"] > 100
        ink = "element => getComputedStyle(element).fill"
        inks[scheme] = {text.evaluate(ink) for text in page.locator("figure svg text").all()}
    assert inks["light"] != inks["dark"]


class TestOnPaper:
    @pytest.fixture
    def paper(self, show: Show) -> Page:
        page = show("damaged", scheme="dark")
        page.emulate_media(media="print", color_scheme="dark")
        return page

    def test_it_is_dark_on_light_whatever_the_screen(self, paper: Page) -> None:
        style = "getComputedStyle(document.body)"
        assert paper.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
        assert paper.evaluate(f"{style}.color") == "rgb(0, 0, 0)"

    def test_what_is_folded_away_is_printed(self, paper: Page) -> None:
        for name in ("Gates on patients", "Columns of patients", "Rows that breach it: ed_encounters.clock"):
            assert paper.get_by_role("region", name=name, exact=True).is_visible(), name

    def test_what_is_of_no_use_there_is_not(self, paper: Page) -> None:
        assert not paper.get_by_role("navigation").is_visible()
        assert not paper.get_by_text("The effective configuration as YAML").is_visible()

    def test_it_has_pages(self, paper: Page) -> None:
        pages = len(re.findall(rb"/Type\s*/Page\b", paper.pdf(format="Letter")))
        assert 5 < pages < 60

    def test_nothing_is_cut_at_its_right_edge(self, paper: Page) -> None:
        paper.set_viewport_size({"width": 700, "height": 900})  # Letter without its margins
        rights = "[...document.querySelectorAll('table, svg')].map(one => one.getBoundingClientRect().right)"
        assert max(paper.evaluate(rights)) <= 700
