"""The quality report: what it tells of stored tables, and the page that says it."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree.ElementTree import Element

import pandas as pd
import pytest
import sqlalchemy as sa
import yaml

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.dataset.evaluate import evaluate
from lm_synth_assets.dataset.figures.catalogue import Acceptance, PublishedFigure, Target
from lm_synth_assets.dataset.figures.comparison import Comparison, compare_estimate, compare_tables
from lm_synth_assets.dataset.figures.comparison import Verdict as Standing
from lm_synth_assets.dataset.figures.estimates import NOTHING_TO_MEASURE, Estimate
from lm_synth_assets.dataset.figures.publications import Publication
from lm_synth_assets.dataset.outcome import Outcome
from lm_synth_assets.gates.results import GateResult, Mark, OffendingRows
from lm_synth_assets.region.files import DEFAULT_CONFIG
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.report import content as gathering
from lm_synth_assets.report.content import (
    Content,
    PictureEntry,
    TableEntry,
    gather,
)
from lm_synth_assets.report.grids import (
    NO_ROWS,
    NOTHING,
    Grid,
    of_frame,
    of_offending,
)
from lm_synth_assets.report.identity import Identity, ManifestEntry
from lm_synth_assets.report.page import page
from lm_synth_assets.report.pictures.registry import OPENING, PICTURES
from lm_synth_assets.report.report import quality_report
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.storage.errors import MissingTable
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.support.datasets import Tables, described
from lm_synth_assets_tests.support.gate_results import PASSED
from lm_synth_assets_tests.support.report_pages import (
    read,
    rows,
    section,
    text,
)

# The page, from what it is to say

FAILED = replace(
    PASSED,
    gate="keys",
    mark=Mark.FAIL,
    observed="2 of 10 rows",
    offending=OffendingRows(("patient_id", "rate"), (("P0000001", 0.5), ("P0000001", 0.25)), 2),
)
WARNED = replace(PASSED, gate="layout", blocking=False, mark=Mark.WARN, observed="lines end in CRLF")
BLIND = replace(PASSED, gate="density", mark=Mark.NOT_EVALUATED, observed="not evaluated: dim_lha is torn")
PATIENTS = TableEntry("patients", "A sample", 50_000, "", [PASSED])
STAYS = TableEntry("ip_stays", "Stays", 3_585, "", [replace(PASSED, table="ip_stays")])
VISITS = TableEntry("ed_encounters", "Visits", 22_677, "", [replace(PASSED, table="ed_encounters")])
MANIFEST = {
    "dataset_id": "0123456789abcdef",
    "seed": "42",
    "start_year": "2025",
    "years": "10",
    "reference_date": "2025-01-01",
    "population": "2,400,000",
    "sampling_weight": "48",
}
IDENTITY = Identity(
    stored=True,
    manifest=[ManifestEntry(name, value, f"what {name} is") for name, value in MANIFEST.items()],
    config="region.yaml",
    command="lm-synth generate --seed 42",
    doubts=[],
    configuration="run: {seed: 42}\n",
)
PICTURE = PictureEntry(
    name="visits",
    title="Visits by site",
    sentence="One site has them all.",
    svg='<svg role="img" viewBox="0 0 9 9"><title>Visits</title><path d="M0 0"/></svg>',
    numbers=Grid(["site", "visits"], [False, True], [["Bear Creek", "22,677"]]),
)


def visits_figure(text: str = "visits per 1,000", low: float = 400, high: float = 420) -> PublishedFigure:
    """A published figure that nobody measures."""
    publication = Publication(low, high, text, text, (text,), text)
    return PublishedFigure(
        text, (publication,), lambda sample: NOTHING_TO_MEASURE, 40, 1, Acceptance(300, text)
    )


def beside(figure: PublishedFigure | Target, observed: float) -> Comparison:
    """A figure as 50,000 patients have it, with a tolerance of 8 and more."""
    return compare_estimate(figure, Estimate(observed, 0.04, 50_000), 50_000)


FIGURE = visits_figure()
INSIDE = beside(FIGURE, 410.25)
OUTSIDE = beside(FIGURE, 380.25)
TARGET = beside(Target("mean age", 40, "asked for", FIGURE.measure, 10), 40)

GOOD = Content(
    outcome=Outcome(),
    identity=IDENTITY,
    tables=[PATIENTS, VISITS, STAYS],
    pictures=[PICTURE],
    figures=[INSIDE],
    no_figures_reason="",
)


def with_gates(*gates: GateResult) -> Content:
    """The good content with these gates on patients, and the outcome that they come to."""
    tables = [PATIENTS._replace(gates=list(gates)), VISITS, STAYS]
    return replace(GOOD, tables=tables, outcome=Outcome(gates=list(gates)))


def heading(page: Element) -> str:
    return text(next(page.iter("title")))


class TestThePage:
    @pytest.fixture
    def everything(self) -> str:
        """A page with something of all that there can be."""
        content = with_gates(PASSED, FAILED, WARNED, BLIND)
        return page(
            replace(
                content,
                tables=[*content.tables, TableEntry("ed_projection", "Later", None, "not made", [])],
                pictures=[PICTURE, PictureEntry("stays", "Stays", reason="ip_stays: not made")],
                figures=[INSIDE, OUTSIDE, TARGET],
                identity=IDENTITY._replace(stored=False, doubts=["another version"]),
            )
        )

    def test_is_well_formed_html_in_which_no_id_stands_twice(self, everything: str) -> None:
        ids = [element.get("id") for element in read(everything).iter() if element.get("id")]
        assert len(ids) == len(set(ids))

    def test_every_link_leads_to_a_place_on_the_page(self, everything: str) -> None:
        tree = read(everything)
        ids = {element.get("id") for element in tree.iter()}
        links = [element.get("href", "") for element in tree.iter("a")]
        assert len(links) > 20
        assert {link for link in links if link.removeprefix("#") not in ids} == set()

    def test_loads_nothing_and_runs_nothing(self, everything: str) -> None:
        tree = read(everything)
        policy = next(one.get("content", "") for one in tree.iter("meta") if one.get("http-equiv"))
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
        assert not {"script", "img", "iframe", "object", "embed", "base", "form"} & {
            element.tag for element in tree.iter()
        }
        for element in tree.iter():
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                if name in ("src", "href", "xlink:href", "action", "data"):
                    assert value.startswith(("#", "data:")), (element.tag, name, value)
        for sheet in (text(element) for element in tree.iter("style")):
            assert "@import" not in sheet
            assert "url(" not in sheet

    def test_its_headings_are_in_order_below_one(self, everything: str) -> None:
        tags = [element.tag for element in read(everything).iter()]
        levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h\d", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(below - above <= 1 for above, below in pairwise(levels))

    def test_every_table_has_a_caption_and_headers_that_say_what_they_head(self, everything: str) -> None:
        tables = list(read(everything).iter("table"))
        assert len(tables) > 20
        for table in tables:
            assert text(next(table.iter("caption")))
            assert all(header.get("scope") in ("col", "row") for header in table.iter("th"))

    def test_says_at_its_head_and_foot_that_the_data_are_synthetic(self, everything: str) -> None:
        tree = read(everything)
        assert all(DISCLAIMER in text(next(tree.iter(tag))) for tag in ("header", "footer"))

    def test_is_the_same_for_the_same_content(self, everything: str) -> None:
        first, second = page(with_gates(PASSED, FAILED)), page(with_gates(PASSED, FAILED))
        assert first == second
        assert first != everything


NASTY = "<script>alert('a & \"b\"')</script>"


def test_what_comes_from_data_or_configuration_is_text_and_never_markup() -> None:
    rows = OffendingRows((NASTY,), ((NASTY,),), 1)
    result = GateResult(*[NASTY] * 4, True, Mark.FAIL, *[NASTY] * 3, (NASTY,), rows)  # type: ignore[arg-type]
    blind = replace(result, mark=Mark.NOT_EVALUATED)
    content = replace(
        with_gates(result, blind, replace(result, mark=Mark.WARN)),
        identity=Identity(
            False, [*IDENTITY.manifest, ManifestEntry(*[NASTY] * 3)], *[NASTY] * 2, [NASTY], NASTY
        ),
        pictures=[
            PICTURE._replace(title=NASTY, sentence=NASTY, numbers=Grid([NASTY], [False], [[NASTY]])),
            PictureEntry("none", NASTY, reason=NASTY),
        ],
        figures=[beside(visits_figure(NASTY), 380), beside(Target(NASTY, 40, NASTY, FIGURE.measure, 10), 40)],
    )
    content = replace(content, tables=[*content.tables, TableEntry(NASTY, NASTY, None, NASTY, [])])
    html = page(content)
    assert "<script" not in html
    assert {"script"} & {element.tag for element in read(html).iter()} == set()
    assert text(read(html)).count(NASTY) > 40


def test_a_good_data_set_shows_that_at_the_top() -> None:
    tree = read(page(GOOD))
    assert heading(tree) == "PASS: quality report of data set 0123456789ab"
    verdict = section(tree, "verdict")
    assert verdict.startswith(
        "Verdict ✓ PASS All 3 gates passed. 1 published figures: all inside the published range"
    )
    assert "None needs attention: every gate passed." in section(tree, "gates")
    assert "attention" not in {element.get("id") for element in tree.iter()}


def test_the_first_thing_told_is_how_large_the_data_set_is() -> None:
    verdict = section(read(page(GOOD)), "verdict")
    assert "Patients 50,000 each stands for 48 residents Residents 2,400,000 on 1 January 2025" in verdict
    assert "ED visits 22,677 in 2025 Inpatient stays 3,585" in verdict
    assert "Projection 2025–2034" in verdict


def test_the_page_opens_with_what_the_data_are() -> None:
    opening = text(next(read(page(GOOD)).iter("header")))
    assert opening.index(DISCLAIMER) < opening.index("Emergency and inpatient care in a fictional")
    assert (
        "fictional health region: 50,000 patients, a sample of 2,400,000 residents, 22,677 ED visits in 2025 "
        "and 3,585 inpatient stays, in 3 tables with 76,262 rows."
    ) in opening


def test_three_pictures_come_before_any_table() -> None:
    drawn = [PICTURE._replace(name=picture.name) for picture in PICTURES]
    tree = read(page(replace(GOOD, pictures=drawn)))
    headings = [element.get("id") for element in tree.iter("h2") if element.get("id")]
    assert headings == ["verdict", "glance", "pictures", "figures", "gates", "data-set", "dictionary"]
    by_section = {
        name: [element.get("id") for element in part.iter("article")]
        for part in tree.iter("section")
        if (name := part.get("aria-labelledby")) in ("glance", "pictures")
    }
    assert by_section == {
        "glance": [f"picture-{picture.name}" for picture in OPENING],
        "pictures": [f"picture-{picture.name}" for picture in PICTURES[len(OPENING) :]],
    }
    assert [picture.table for picture in OPENING] == ["ed_projection", "ed_encounters", "ip_stays"]


def test_pictures_that_cannot_be_drawn_come_last_and_others_take_their_place() -> None:
    """A data set without ED encounters and stays opens with three pictures all the same."""
    entries = [
        PICTURE._replace(name=picture.name, reason="" if picture.table == "ed_projection" else "not made")
        for picture in PICTURES
    ]
    spare = [entry._replace(reason="") for entry in entries[-2:]]
    tree = read(page(replace(GOOD, pictures=[*entries[:-2], *spare])))
    opening, others = (
        [
            element.get("id")
            for part in tree.iter("section")
            if part.get("aria-labelledby") == name
            for element in part.iter("article")
        ]
        for name in ("glance", "pictures")
    )
    drawn = [f"picture-{entry.name}" for entry in (*entries[:-2], *spare) if not entry.reason]
    assert opening == drawn[:3]
    assert others[: len(drawn) - 3] == drawn[3:]
    assert len(opening) + len(others) == len(PICTURES)


def test_the_tables_are_listed_once_with_their_gates() -> None:
    tree = read(page(GOOD))
    lists = [part.get("aria-labelledby") for part in tree.iter("section") if "22,677 rows" in text(part)]
    assert lists == ["gates"]


def test_a_failed_gate_comes_first_with_the_rows_that_show_it() -> None:
    tree = read(page(with_gates(WARNED, BLIND, PASSED, FAILED)))
    assert heading(tree).startswith("FAIL: ")
    assert "✕ FAIL 3 of 6 gates passed; 1 failed, 1 not evaluated, 1 warned." in section(tree, "verdict")
    breaches = [text(element) for element in tree.iter("article") if "breach" in element.get("class", "")]
    assert [breach.split()[:2] for breach in breaches] == [["✕", "Fail"], ["?", "Not"], ["!", "Warning"]]
    assert "Observed 2 of 10 rows Threshold 5%" in breaches[0]
    assert rows(tree, "Rows that breach it: patients.keys") == [
        {"patient_id": "P0000001", "rate": "0.50"},
        {"patient_id": "P0000001", "rate": "0.25"},
    ]


def test_gates_that_could_not_be_evaluated_for_one_reason_are_told_together() -> None:
    other = replace(BLIND, table="ip_stays", gate="census")
    tree = read(page(with_gates(BLIND, other)))
    gates = section(tree, "attention")
    assert "Not evaluated 2 gates dim_lha is torn patients.density ip_stays.census" in gates
    assert gates.count("dim_lha is torn") == 1
    assert section(tree, "gates").count("dim_lha is torn") == 2


def test_a_warning_is_no_failure() -> None:
    tree = read(page(with_gates(PASSED, WARNED)))
    assert heading(tree).startswith("PASS: ")
    assert "✓ PASS 3 of 4 gates passed; 1 warned." in section(tree, "verdict")


def test_every_gate_stands_under_its_table_with_its_verdict_in_words() -> None:
    tree = read(page(with_gates(PASSED, FAILED, WARNED, BLIND)))
    found = rows(tree, "Gates on patients")
    assert [row["Verdict"] for row in found] == ["✓ Pass", "✕ Fail", "! Warning", "? Not evaluated"]
    assert found[1]["Gate"] == "keys Patients are the residents' share."
    assert found[1]["Observed"] == "2 of 10 rows"
    gates = section(tree, "gates")
    assert "patients ✕ Fail 50,000 rows 1 of 4 gates passed" in gates
    assert "ip_stays ✓ Pass 3,585 rows 1 of 1 gates passed" in gates


def test_a_table_that_was_left_out_says_why_where_it_would_stand() -> None:
    stays = TableEntry("ip_stays", "Stays", None, "not part of this data set", [])
    tree = read(page(replace(GOOD, tables=[PATIENTS, VISITS, stays])))
    assert "inpatient stays" not in text(next(tree.iter("header")))
    assert "Inpatient stays – not stored" in section(tree, "verdict")
    assert "ip_stays not part of this data set" in section(tree, "gates")


def test_a_picture_stands_with_its_sentence_and_its_numbers_or_with_why_it_is_not_there() -> None:
    content = replace(
        GOOD, pictures=[PICTURE, PictureEntry("stays", "Stays by site", reason="ip_stays: not made")]
    )
    tree = read(page(content))
    assert "Visits by site One site has them all. Visits" in section(tree, "glance")
    assert rows(tree, "Numbers: Visits by site") == [{"site": "Bear Creek", "visits": "22,677"}]
    assert "Stays by site Not drawn: ip_stays: not made" in section(tree, "pictures")
    assert len(list(tree.iter("svg"))) == 1


def test_long_numbers_are_cut_with_a_word() -> None:
    numbers = of_frame(pd.DataFrame({"day": range(1_500)}))
    tree = read(page(replace(GOOD, pictures=[PICTURE._replace(numbers=numbers)])))
    assert len(rows(tree, "Numbers: Visits by site")) == 200
    assert "1,300 more rows are not shown." in section(tree, "glance")


def test_a_figure_that_is_outside_says_why_and_fails_nothing() -> None:
    tree = read(page(replace(GOOD, figures=[INSIDE, OUTSIDE, TARGET])))
    assert heading(tree).startswith("PASS: ")
    sentence = (
        "2 published figures: 1 inside the published range (within sampling error), 1 outside for a stated "
        "reason; 1 own targets: all met."
    )
    assert sentence in section(tree, "verdict")
    assert sentence in section(tree, "figures")
    inside, outside = rows(tree, "Published and observed")
    assert (inside["Observed"], inside["Verdict"]) == ("410.2", "✓ Inside")
    assert outside["Verdict"] == f"≠ Outside: 19.8 below (5%) {FIGURE.name}"
    (target,) = rows(tree, "Targets and observed")
    assert (target["Target"], target["Verdict"]) == ("40 (asked for)", "✓ Met")


@pytest.mark.parametrize(("observed", "left"), [(410, 50), (428.2, 75), (391.9, 25), (10_000, 100), (-5, 0)])
def test_the_mark_of_a_figure_lies_in_the_band_where_it_is_inside(observed: float, left: float) -> None:
    html = page(replace(GOOD, figures=[beside(FIGURE, observed)]))
    shown = re.search(r'style="left: ([0-9.]+)%"', html)
    assert shown is not None
    assert float(shown.group(1)) == pytest.approx(left, abs=0.2)


@pytest.mark.parametrize("estimate", [NOTHING_TO_MEASURE, Estimate(410, 40, 50_000), Estimate(410, 0, 1)])
def test_a_figure_that_cannot_be_told_has_no_mark(estimate: Estimate) -> None:
    figure = compare_estimate(FIGURE, estimate, 50_000)
    html = page(replace(GOOD, figures=[figure]))
    (shown,) = rows(read(html), "Published and observed")
    assert shown["Verdict"].startswith("? ")
    assert shown["Position"] == ""
    assert "nan" not in html.lower().replace("finance", "")
    assert (shown["Observed"] == "–") == (figure.verdict is Standing.NOTHING)


def test_figures_that_cannot_be_measured_say_why() -> None:
    tree = read(page(replace(GOOD, figures=[], no_figures_reason="ip_stays: not made")))
    assert "Not measured: ip_stays: not made" in section(tree, "figures")
    assert "published figures:" not in text(tree)


def test_a_data_set_without_manifest_says_what_it_is_taken_for() -> None:
    tree = read(page(replace(GOOD, identity=IDENTITY._replace(stored=False))))
    told = section(tree, "data-set")
    assert "No manifest could be read. The data are compared with what region.yaml describes." in told
    assert "What the configuration describes" in told


def test_a_doubt_about_making_it_again_stands_in_the_place_of_the_command() -> None:
    doubtful = IDENTITY._replace(doubts=["The version differs."], command="")
    told = section(read(page(replace(GOOD, identity=doubtful))), "data-set")
    assert "give the same bytes. No command here reproduces this data set. The version differs." in told
    assert "lm-synth generate" not in told
    assert "No command" not in section(read(page(GOOD)), "data-set")


def test_the_dictionary_holds_every_column_of_every_table() -> None:
    tree = read(page(GOOD))
    for name, table in TABLES.items():
        found = rows(tree, f"Columns of {name}")
        assert [row["Column"] for row in found] == [column.name for column in table.columns]
        assert all(row["Meaning"].startswith(table.columns[row["Column"]].comment) for row in found)
    (dispo,) = (row for row in rows(tree, "Columns of ed_encounters") if row["Column"] == "dispo")
    assert dispo["Null"] == "yes"
    assert dispo["Meaning"].startswith("Disposition: Discharged, Admitted")
    assert "Key: encounter_id. Refers to" in section(tree, "dictionary")


# Tables as the page shows them


class TestAFrame:
    def test_shows_counts_with_thousands_apart_and_years_and_numbers_of_things_without(self) -> None:
        frame = pd.DataFrame({"start_year": [2025], "site_id": [1001], "visits": [12345], "seed": [10**9]})
        assert of_frame(frame).rows == [["2025", "1001", "12,345", "1000000000"]]

    @pytest.mark.parametrize(
        ("numbers", "shown"),
        [
            ([1.0, 2.0], ["1", "2"]),
            ([1.5, 2.25], ["1.50", "2.25"]),
            ([48.0384], ["48.0384"]),
            ([100 / 3, 2 / 3], ["33.33", "0.67"]),
            ([1 / 3, 1 / 300], ["0.3333", "0.0033"]),
            ([1234.5, float("nan")], ["1,234.5", "–"]),
            ([], []),
        ],
    )
    def test_shows_the_numbers_of_a_column_with_the_same_decimals(
        self, numbers: list[float], shown: list[str]
    ) -> None:
        assert [row[0] for row in of_frame(pd.DataFrame({"rate": numbers}, dtype=float)).rows] == shown

    def test_shows_visits_whole_and_per_cent_with_two_decimals(self) -> None:
        columns = {"projected_visits": [1234.56], "visits_per_day": [3.25], "difference_pct": [-0.0047]}
        assert of_frame(pd.DataFrame(columns)).rows == [["1,235", "3.25", "0.00"]]

    def test_shows_days_times_words_and_truth(self) -> None:
        frame = pd.DataFrame(
            {
                "day": pd.to_datetime(["2025-01-31", None]),
                "time": pd.to_datetime(["2025-01-31 06:05", "2025-01-31 00:00"]),
                "group": pd.Categorical(["85+", "0-4"]),
                "met": [True, False],
            }
        )
        grid = of_frame(frame)
        assert grid.rows == [
            ["2025-01-31", "2025-01-31 06:05:00", "85+", "yes"],
            ["–", "2025-01-31", "0-4", "no"],
        ]
        assert grid.numeric == [False, False, False, False]

    def test_is_cut_after_its_first_rows(self) -> None:
        grid = of_frame(pd.DataFrame({"n": range(12)}), most=10)
        assert (len(grid.rows), grid.more) == (10, 2)

    def test_of_nothing_is_nothing(self) -> None:
        assert of_frame(pd.DataFrame()) == NO_ROWS


class TestOffendingRows:
    def test_are_shown_under_the_names_of_their_columns(self) -> None:
        rows = OffendingRows(("site_id", "dispo", "rate"), ((1, "Died", 0.5), (1012, None, 2.0)), 30)
        assert of_offending(rows) == Grid(
            columns=["site_id", "dispo", "rate"],
            numeric=[True, False, True],
            rows=[["1", "Died", "0.5"], ["1012", NOTHING, "2.0"]],
            more=28,
        )

    @pytest.mark.parametrize("cell", ["a|b", "| a |", "|", "漢字", "漢|字", "`x` <b>", "\\|", "two\nlines"])
    def test_are_shown_whatever_letters_they_hold(self, cell: str) -> None:
        assert of_offending(OffendingRows(("word",), ((cell,),), 1)).rows == [[cell]]


# What is told of stored tables


class Memory:
    """Tables in memory, as if they were files of a folder, which counts how often each is read."""

    format_options = ()
    location_options = ()

    def __init__(self, tables: Tables, folder: str = "/srv/data") -> None:
        self.tables, self.folder = tables, folder
        self.read: list[str] = []

    def location(self, table: sa.Table, /) -> str:
        return f"{self.folder}/{table.name}.csv"

    def exists(self, table: sa.Table, /) -> bool:
        return table.name in self.tables

    def inspect(self, table: sa.Table, /) -> Inspection:
        self.read.append(table.name)
        if self.exists(table):
            return Inspection(self.tables[table.name])
        return Inspection(None, (str(MissingTable(table.name, self.location(table), ())),), is_stored=False)

    def record(self, table: sa.Table, /) -> None:
        return None


Steps = list[tuple[int, int, str]]


def gathered(tables: Tables, **thresholds: float) -> Content:
    return gather(DataSet.identify(Memory(tables), RunRequest.read(**thresholds)))


@pytest.fixture(scope="module")
def told(tables: Tables) -> Content:
    """What is told of good tables, with all pictures."""
    return gathered(tables)


def without(tables: Tables, *names: str) -> Tables:
    return {name: frame for name, frame in tables.items() if name not in names}


def told_of(tables: Tables, **changes: object) -> Tables:
    """The tables with another manifest."""
    return tables | {"dataset_manifest": tables["dataset_manifest"].assign(**changes)}


class TestWhatIsTold:
    def test_is_what_the_gates_and_the_published_figures_find(
        self, told: Content, tables: Tables, region: Region
    ) -> None:
        assert told.outcome == evaluate(DataSet.identify(Memory(tables)))
        assert [(one.table, one.gate, one.mark) for table in told.tables for one in table.gates] == [
            (result.table, result.gate, result.mark) for result in told.outcome.gates
        ]
        assert told.figures == compare_tables(tables, region)
        assert {table.name: table.rows for table in told.tables} == {
            name: len(tables[name]) for name in TABLES
        }
        assert [entry.name for entry in told.pictures] == [picture.name for picture in PICTURES]
        assert all(entry.svg and entry.sentence and entry.numbers.rows for entry in told.pictures)

    @pytest.mark.usefixtures("few_pictures")
    def test_takes_one_reading_of_each_table(self, tables: Tables) -> None:
        store = Memory(tables)
        quality_report(DataSet.identify(store))
        assert sorted(store.read) == sorted(TABLES)

    def test_is_the_same_wherever_the_tables_lie(self, tables: Tables) -> None:
        damaged = told_of(without(tables, "dim_lha", "dim_program", "patients"), with_ip=False)
        one, other = (
            quality_report(DataSet.identify(Memory(damaged, folder)))
            for folder in ("/srv/data", "elsewhere/in a much | longer/folder")
        )
        assert one.html == other.html
        assert "/srv/data" not in one.html
        assert str(DEFAULT_CONFIG.parent) not in one.html
        assert "patients is not there (looked for patients.csv)" in text(read(one.html))
        assert one.outcome.gates != other.outcome.gates  # these say where

    def test_says_how_far_it_has_come(self, tables: Tables) -> None:
        steps: Steps = []
        gather(DataSet.identify(Memory(tables)), progress=lambda *step: steps.append(step))
        total = len(TABLES) + len(PICTURES)
        assert [(done, of) for done, of, _ in steps] == [(done, total) for done in range(1, total + 1)]

    @pytest.mark.usefixtures("few_pictures")
    def test_takes_thresholds_in_place_of_the_configured_ones(self, tables: Tables) -> None:
        told = gathered(tables, ks_threshold=0.31)
        assert "ks_threshold: 0.31" in told.identity.configuration
        assert any("0.31" in result.threshold for result in told.outcome.gates)


class TestWhatCannotBeHad:
    @pytest.mark.parametrize(
        ("changes", "left_out"),
        [
            ({"with_ip": False}, ["ip_stays"]),
            ({"with_ip": False, "with_ed": False}, ["ed_encounters", "ip_stays"]),
        ],
    )
    def test_was_not_made(
        self, region: Region, tables: Tables, changes: dict[str, bool], left_out: list[str]
    ) -> None:
        told = gathered(described(region.with_run(**changes), without(tables, *left_out)))
        why = "not part of this data set"
        for table in told.tables:
            assert (table.rows is None) == (table.name in left_out)
            assert table.reason == (why if table.name in left_out else "")
            assert bool(table.gates) == (table.name not in left_out)
        reasons = "; ".join(f"{name}: {why}" for name in left_out)
        assert (told.figures, told.no_figures_reason) == ([], reasons)
        for picture, entry in zip(PICTURES, told.pictures, strict=True):
            lacking = [name for name in (picture.table, *picture.reads) if name in left_out]
            assert entry.reason == "; ".join(f"{name}: {why}" for name in lacking), picture.name
            assert bool(entry.svg) == (not lacking)
        assert told.outcome.passed

    @pytest.mark.usefixtures("few_pictures")
    def test_is_left_from_another_run(self, region: Region, tables: Tables) -> None:
        told = gathered(described(region.with_run(with_ip=False), tables))
        (stays,) = (table for table in told.tables if table.name == "ip_stays")
        assert stays.reason == "not part of this data set; ip_stays.csv is from another run"
        assert stays.rows is None

    @pytest.mark.usefixtures("few_pictures")
    def test_is_missing(self, tables: Tables) -> None:
        told = gathered(without(tables, "patients"))
        (patients,) = (table for table in told.tables if table.name == "patients")
        assert patients.rows is None
        assert {one.mark for one in patients.gates} == {Mark.FAIL, Mark.NOT_EVALUATED}
        assert told.no_figures_reason == "patients: cannot be read as declared (see the gate patients.schema)"
        assert not told.outcome.passed

    def test_is_a_table_that_a_picture_reads_beside_its_own(self, tables: Tables) -> None:
        told = gathered(without(tables, "dim_site"))
        readers = [picture.name for picture in PICTURES if "dim_site" in picture.reads]
        reason = "dim_site: cannot be read as declared (see the gate dim_site.schema)"
        assert readers
        assert [entry.name for entry in told.pictures if entry.reason == reason] == readers
        assert [entry.name for entry in told.pictures if not entry.svg] == readers

    @pytest.mark.usefixtures("few_pictures")
    def test_is_a_manifest(self, tables: Tables, region: Region) -> None:
        told = gathered(without(tables, "dataset_manifest"))
        assert not told.identity.stored
        assert "--patients 50000" in told.identity.command  # as configured
        assert not told.outcome.passed

    def test_is_like_nothing_that_a_picture_or_a_figure_can_be_made_of(
        self, tables: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*given: object) -> pd.DataFrame:
            raise ZeroDivisionError("no visits")

        good = replace(PICTURES[0], name="good")
        broken = [replace(PICTURES[0], **{part: fail}) for part in ("measure", "draw", "describe")]
        monkeypatch.setattr(gathering, "PICTURES", (*broken, good))
        monkeypatch.setattr(gathering, "compare_tables", fail)
        told = gathered(tables)
        reason = "such data cannot be measured (ZeroDivisionError: no visits)"
        assert [entry.reason for entry in told.pictures] == [reason, reason, reason, ""]
        assert (told.figures, told.no_figures_reason) == ([], reason)


class TestWhatTheDataSetIs:
    def test_is_its_manifest(self, told: Content, tables: Tables) -> None:
        identity = told.identity
        values = {one.name: one.value for one in identity.manifest}
        row = tables["dataset_manifest"].iloc[0]
        assert list(values) == [column.name for column in TABLES["dataset_manifest"].columns]
        assert values["dataset_id"] == row["dataset_id"]
        assert values["patients"] == "5,000"
        assert values["with_ed"] == "yes"
        assert float(values["sampling_weight"]) == row["sampling_weight"]
        assert all(one.meaning for one in identity.manifest)
        assert identity.doubts == []

    @pytest.mark.usefixtures("few_pictures")
    def test_is_made_again_by_a_command(self, told: Content, tables: Tables) -> None:
        assert told.identity.command == (
            "lm-synth generate \\\n"
            "  --patients 5000 --seed 42 --start-year 2025 --years 10 --with-ed --with-ip"
        )
        less = gathered(told_of(without(tables, "ip_stays"), with_ip=False)).identity.command
        assert less.endswith("--years 10 --with-ed")

    @pytest.mark.usefixtures("few_pictures")
    @pytest.mark.parametrize("column", ["config_hash", "package_version"])
    def test_is_in_doubt_where_the_manifest_tells_of_another_configuration_or_version(
        self, tables: Tables, column: str
    ) -> None:
        identity = gathered(told_of(tables, **{column: "9.9.9"})).identity
        assert identity.command == ""
        (doubt,) = identity.doubts
        assert f"({column} " in doubt
        assert "9.9.9 in the manifest" in doubt

    def test_follows_from_the_whole_configuration(
        self, told: Content, tables: Tables, region: Region
    ) -> None:
        shown = yaml.safe_load(told.identity.configuration)
        whole = region.model_dump(mode="json", by_alias=True, exclude_none=True)
        offered = shown.pop("coverage_matrix")
        assert shown == {name: part for name, part in whole.items() if name != "coverage_matrix"}
        counts = tables["program_coverage"].groupby("site_id").size()
        assert offered == {
            site: f"{count} of 48 subprograms" for site, count in zip(region.sites, counts, strict=True)
        }
