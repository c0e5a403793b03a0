"""The documentation that is made from the code is the one that is kept."""

import re
from pathlib import Path

import pytest

from lm_synth_assets.cli.documents import (
    configuration_page,
    figures_page,
    gates_page,
    rules_page,
    tables_page,
)
from lm_synth_assets.dataset.figures.comparison import Comparison, compare_tables, summary
from lm_synth_assets.powerbi.documentation import measures_page
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.damages.damage import Damage
from lm_synth_assets_tests.damages.page import row
from lm_synth_assets_tests.damages.suite import whole_suite
from lm_synth_assets_tests.support.datasets import Tables, make_tables

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def default_region() -> Region:
    return load_region()


@pytest.fixture(scope="module")
def default_tables(default_region: Region) -> Tables:
    return make_tables(default_region)


@pytest.fixture(scope="module")
def comparisons(default_region: Region, default_tables: Tables) -> list[Comparison]:
    return compare_tables(default_tables, default_region)


def test_the_data_dictionary_is_current() -> None:
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == tables_page(), "run `make docs`"


def test_the_page_of_the_configuration_is_current() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert page == configuration_page(), "run `make docs`"


def test_the_page_of_gates_is_current() -> None:
    assert (DOCS / "gates.md").read_text(encoding="utf-8") == gates_page(), "run `make docs`"


def test_the_page_of_rules_is_current() -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == rules_page(), "run `make docs`"


def test_the_page_of_damages_lists_the_whole_suite() -> None:
    lines = (DOCS / "damages.md").read_text(encoding="utf-8").splitlines()
    listed = [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")]
    assert [words for words in listed if words != "what if"] == [damage.words for damage in whole_suite()]
    sections = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert sections == list(dict.fromkeys(damage.gate for damage in whole_suite()))


# To see all of them again takes minutes.
@pytest.mark.parametrize("damage", whole_suite()[::20], ids=lambda damage: damage.words)
def test_the_page_of_damages_says_who_sees_them(damage: Damage) -> None:
    assert row(damage) in (DOCS / "damages.md").read_text(encoding="utf-8").splitlines(), "run `make docs`"


def test_the_page_of_published_figures_is_current(comparisons: list[Comparison]) -> None:
    page = (DOCS / "published-figures.md").read_text(encoding="utf-8")
    assert page == figures_page(comparisons), "run `make generate docs`"


def test_the_page_of_measures_is_current(default_tables: Tables) -> None:
    page = (DOCS / "power-bi-measures.md").read_text(encoding="utf-8")
    assert page == measures_page(default_tables), "run `make generate docs`"


def test_the_readme_says_the_same_of_the_figures(comparisons: list[Comparison]) -> None:
    readme = " ".join((DOCS.parent / "README.md").read_text(encoding="utf-8").split())
    assert summary(comparisons) in readme


def test_a_source_is_described_on_one_page() -> None:
    listed = [
        identifier
        for page in ("calibration.md", "published-figures.md")
        for row in re.findall(r"^\| (S\d[S\d, -]*) \|", (DOCS / page).read_text(encoding="utf-8"), re.M)
        for identifier in re.findall(r"S\d+", row)
    ]
    assert len(listed) == len(set(listed))
