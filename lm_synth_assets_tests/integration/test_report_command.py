"""`lm-synth report`: the page says what is stored, and nothing else."""

import json
import re
import shlex
import shutil
from pathlib import Path
from xml.etree.ElementTree import Element

import pandas as pd
import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG
from lm_synth_assets.report.pictures.registry import PICTURES
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, DISCLAIMER
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets_tests.conftest import MadeWith
from lm_synth_assets_tests.support.commands import (
    ALL_FILES,
    EXTENDS_TINY,
    REPORT,
    SCRIPTS,
    TINY,
    WITH_ALL,
    Call,
    Ran,
    config_file,
    edited,
    files,
    lm_synth,
    run,
)
from lm_synth_assets_tests.support.made_once import MadeOnce
from lm_synth_assets_tests.support.report_pages import (
    labelled,
    read,
    rows,
    section,
    text,
    without_command,
)

GATES = len(all_gates())


def page_in(folder: Path) -> Element:
    return read((folder / REPORT).read_text("utf-8"))


def number(shown: str) -> float:
    return float(shown.replace(",", ""))


@pytest.fixture(scope="module")
def reported(tiny: Path, made_once: MadeOnce) -> tuple[Ran, Path]:
    """What `lm-synth report` says of the tiny data set, and the page."""
    ran, folder = made_once(
        "report", lambda folder: lm_synth("report", "--in", tiny, "--config", TINY, "--to", folder / "a.html")
    )
    return Ran(*ran), folder / "a.html"


@pytest.fixture(scope="module")
def page(reported: tuple[Ran, Path]) -> Element:
    return read(reported[1].read_text("utf-8"))


@pytest.fixture(scope="module")
def csv(tiny: Path) -> dict[str, pd.DataFrame]:
    """The tables as anybody reads them."""
    return {name: pd.read_csv(tiny / f"{name}.csv") for name in TABLES}


# Where the page goes, and what the command says


def test_the_page_is_put_beside_the_tables_as_by_the_run_that_made_them(call: Call, copy: Path) -> None:
    before = files(copy)
    (copy / REPORT).unlink()
    ran = call("report", "--in", copy, "--config", TINY)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"Written to {copy}/{REPORT}",
        f"report: PASS ({GATES} of {GATES} gates passed)",
        DISCLAIMER,
    ]
    assert ran.err == ""
    # The run that made the data has made the same page.
    assert files(copy) == before


@pytest.mark.usefixtures("few_pictures")
def test_the_page_is_put_where_one_asks_for(call: Call, tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "new" / "tiny.HTML"
    ran = call("report", "--in", tiny, "--config", TINY, "--to", path)
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"Written to {path}")
    assert files(path.parent).keys() == {"tiny.HTML"}
    assert files(tiny).keys() == ALL_FILES


def test_a_quiet_report_on_good_data_says_nothing(call: Call, tiny: Path, tmp_path: Path) -> None:
    ran = call("report", "--in", tiny, "--config", TINY, "--to", tmp_path / "page.html", "--quiet")
    assert ran == Ran(0, "", "")
    assert files(tmp_path).keys() == {"page.html"}


@pytest.mark.usefixtures("few_pictures")
def test_json_is_that_of_validate_and_where_the_page_is(call: Call, tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    ran = call("report", "--in", tiny, "--config", TINY, "--to", path, "--json")
    validated = json.loads(call("validate", "--in", tiny, "--config", TINY, "--json").out)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == validated | {"report": str(path)}


@pytest.mark.parametrize("name", ["page.pdf", "page", ".html/page", "page.html.zip"])
def test_another_name_than_that_of_a_page_is_wrong_usage(
    call: Call, tiny: Path, tmp_path: Path, name: str
) -> None:
    ran = call("report", "--in", tiny, "--to", tmp_path / name)
    assert (ran.code, ran.out) == (2, "")
    assert f"--to {tmp_path / name}: the page is HTML, so its name must end in .html" in ran.err
    assert files(tmp_path) == {}


def test_a_folder_cannot_become_the_page(call: Call, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    ran = call("report", "--in", tiny, "--to", tmp_path / "page.html")
    assert (ran.code, ran.out) == (2, "")
    assert "is a directory" in ran.err


def test_a_place_that_cannot_be_written_to_is_told_before_any_work(
    call: Call, tiny: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    ran = call("report", "--in", tiny, "--to", tmp_path / "file" / "page.html")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Error: Cannot write to {tmp_path}/file")
    assert ran.err.count("\n") == 1


def test_a_database_has_no_folder_to_put_the_page_into(call: Call) -> None:
    for arguments in (("--url", "mysql://nobody@127.0.0.1:1/none"), ("--format", "mysql")):
        ran = call("report", *arguments, "--url", "mysql://nobody@127.0.0.1:1/none")
        assert (ran.code, ran.out) == (2, "")
        assert "the tables are not in a folder: name a file for the page with --to" in ran.err


@pytest.mark.parametrize("arguments", [(), ("--format", "parquet"), ("--config", "nowhere.yaml")])
def test_a_place_without_a_data_set_is_told_as_validate_does(
    call: Call, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ran, validated = (call(command, "--in", tmp_path, *arguments) for command in ("report", "validate"))
    assert ran == validated
    assert ran.code in (1, 2)
    assert files(tmp_path) == {}


def test_two_data_sets_in_a_folder_are_told_as_validate_does(call: Call, copy: Path) -> None:
    ParquetStore(copy).write(TABLES["dim_site"], CsvStore(copy).read(TABLES["dim_site"]))
    ran, validated = (call(command, "--in", copy) for command in ("report", "validate"))
    assert ran == validated
    assert ran.code == 2
    assert "choose one with --format" in ran.err


@pytest.mark.usefixtures("few_pictures")
def test_a_manifest_that_describes_no_run_is_told_as_validate_does(call: Call, copy: Path) -> None:
    edited(copy, "dataset_manifest", lambda manifest: manifest.assign(years=60))
    before = files(copy)
    ran, validated = (call(command, "--in", copy, "--config", TINY) for command in ("report", "validate"))
    assert ran == validated
    assert ran.code == 2
    assert files(copy) == before


def test_help_names_every_flag(call: Call) -> None:
    ran = call("report", "--help")
    assert (ran.code, ran.err) == (0, "")
    flags = {word.removeprefix("--") for word in ran.out.split() if word.startswith("--")}
    assert flags == {"in", "format", "url", "to", "config", "quiet", "json", "help"}


# What the page says of good data


def test_the_rows_of_each_table_are_those_of_its_file(page: Element, csv: dict[str, pd.DataFrame]) -> None:
    shown = re.findall(r"(\w+) ✓ Pass ([\d,]+) rows? \d+ of \d+ gates passed", section(page, "gates"))
    assert {name: number(rows) for name, rows in shown} == {name: len(frame) for name, frame in csv.items()}


def test_every_value_of_the_manifest_is_that_of_its_file(page: Element, csv: dict[str, pd.DataFrame]) -> None:
    shown = {row["Name"].split()[0]: row["Value"] for row in rows(page, "Manifest")}
    (stored,) = csv["dataset_manifest"].fillna("–").astype(str).to_dict("records")
    for name in ("with_ed", "with_ip"):
        stored[name] = "yes" if stored[name] == "1" else "no"
    for name in ("sampling_weight", "population", "patients"):
        assert number(shown.pop(name)) == float(stored.pop(name))
    assert shown == stored


def test_every_gate_is_as_validate_shows_it(call: Call, page: Element, tiny: Path) -> None:
    told = json.loads(call("validate", "--in", tiny, "--config", TINY, "--json").out)["gates"]
    shown = [(table, row) for table in TABLES for row in rows(page, f"Gates on {table}")]
    assert [gate["mark"] for gate in told] == ["pass"] * GATES
    assert shown == [
        (
            gate["table"],
            {
                "Gate": f"{gate['gate']} {gate['description']}",
                "Compared": gate["formula"],
                "Expected": gate["expected"],
                "Observed": gate["observed"],
                "Threshold": gate["threshold"],
                "Verdict": "✓ Pass",
            },
        )
        for gate in told
    ]


def test_every_figure_is_as_compare_shows_it(call: Call, page: Element, tiny: Path) -> None:
    told = json.loads(call("compare", "--in", tiny, "--config", TINY, "--json").out)
    for table, kind in (("Published and observed", "published_figures"), ("Targets and observed", "targets")):
        shown = rows(page, table)
        assert [row["Figure"] for row in shown] == [figure["name"] for figure in told[kind]]
        for row, figure in zip(shown, told[kind], strict=True):
            assert number(row["Observed"]) == pytest.approx(figure["observed"], abs=0.051)
            assert figure["standing"] in row["Verdict"].lower()
    for one in told["published_figures"]:
        (row,) = (row for row in rows(page, "Published and observed") if row["Figure"] == one["name"])
        assert all(each["place"] in row["Published"] for each in one["publications"])
    assert told["summary"] in section(page, "verdict")
    assert told["summary"] in section(page, "figures")


def test_residents_by_age_and_gender_add_up_to_the_projection(
    page: Element, csv: dict[str, pd.DataFrame]
) -> None:
    population = csv["population_projection"]
    ends = population[population["year"].isin([population["year"].min(), population["year"].max()])]
    expected = ends.groupby(["year", "gender", "age_group"])["population"].sum()
    shown = rows(page, "Numbers: Residents by age and gender")
    assert len(shown) == len(expected) == 2 * 3 * len(AGE_GROUPS)
    for row in shown:
        key = int(row["year"]), row["gender"], row["age group"]
        assert number(row["residents"]) == expected[key]


def test_visits_by_site_are_the_encounters_there_as_of_all_residents(
    page: Element, csv: dict[str, pd.DataFrame]
) -> None:
    names = csv["dim_site"].set_index("site_id")["site_name"]
    weight = csv["dataset_manifest"]["sampling_weight"].iloc[0]
    expected = csv["ed_encounters"]["facility_id"].map(names).value_counts() * weight
    shown = rows(page, "Numbers: ED visits projected and generated")
    assert {row["site"] for row in shown} == set(names)
    for row in shown:
        assert number(row["visits at the site"]) == pytest.approx(expected.get(row["site"], 0), abs=0.005)


def test_patients_by_visits_are_those_of_the_encounters(page: Element, csv: dict[str, pd.DataFrame]) -> None:
    visits = csv["ed_encounters"]["patient_id"].value_counts()
    found = rows(page, "Numbers: Patients by number of ED visits")
    shown = {row["visits"]: number(row["patients"]) for row in found}
    assert sum(shown.values()) == len(csv["patients"])
    assert shown["1"] == (visits == 1).sum()
    assert shown["2"] == (visits == 2).sum()


def test_every_picture_is_there(page: Element) -> None:
    plates = [article for article in page.iter("article") if article.get("class") == "picture"]
    assert [text(next(plate.iter("h3"))) for plate in plates] == [picture.title for picture in PICTURES]
    assert len(list(page.iter("svg"))) == len(PICTURES)
    assert not any(plate.get("class") == "remark" for one in plates for plate in one.iter("p"))


def test_no_id_stands_twice_on_the_page_and_every_link_leads_somewhere(page: Element) -> None:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in page.iter():
        for name, value in element.attrib.items():
            if name.endswith("href") and value.startswith("#"):
                assert value.removeprefix("#") in ids


def test_the_command_on_the_page_makes_the_data_set_again(page: Element, tiny: Path, tmp_path: Path) -> None:
    command = shlex.split(next(text(one) for one in page.iter("pre")).replace("\\ ", ""))
    assert command[0] == "lm-synth"
    ran = run(SCRIPTS / command[0], *command[1:], "--out", tmp_path / "again", cwd=CONFIG_FOLDER)
    assert ran.code == 0
    assert files(tmp_path / "again") == files(tiny)


# The same page


def test_the_same_data_set_has_the_same_page_wherever_and_however_it_is_stored(
    call: Call, tiny: Path, tmp_path: Path
) -> None:
    pages = []
    for store, folder in ((CsvStore, tmp_path / "a"), (ParquetStore, tmp_path / "elsewhere" / "in a folder")):
        for table in TABLES.values():
            store(folder).write(table, CsvStore(tiny).read(table))
        assert call("report", "--in", folder, "--config", TINY).code == 0
        pages.append(without_command((folder / REPORT).read_bytes()))
    assert pages[0] == pages[1]
    assert str(tmp_path).encode() not in pages[0]
    assert str(CONFIG_FOLDER).encode() not in pages[0]


def test_the_page_is_the_same_in_another_process(
    reported: tuple[Ran, Path], tiny: Path, tmp_path: Path
) -> None:
    command = ("report", "--in", tiny, "--config", TINY, "--to", tmp_path / "page.html")
    variables = {"PYTHONHASHSEED": "4711", "TZ": "UTC2", "MPLBACKEND": "pdf"}
    assert lm_synth(*command, variables=variables).code == 0
    assert (tmp_path / "page.html").read_bytes() == reported[1].read_bytes()


def test_the_page_is_small_enough_to_be_sent(page: Element, call: Call, tiny: Path, tmp_path: Path) -> None:
    call("report", "--in", tiny, "--config", TINY, "--to", tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size < 700_000


# What the page says of other data


@pytest.mark.usefixtures("few_pictures")
def test_damaged_data_fail_and_the_page_shows_where(call: Call, copy: Path) -> None:
    def one_stay_lasts_a_day_more(stays: pd.DataFrame) -> pd.DataFrame:
        stays.loc[0, "los_days"] += 1
        return stays

    edited(copy, "ip_stays", one_stay_lasts_a_day_more)
    ran = call("report", "--in", copy, "--config", TINY, "--quiet")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith(
        "MIXED the tables are not one data set. ip_stays: 142 rows, whose values are not those"
    )
    assert "\nFAIL ip_stays.length_of_stay: expected no stay outside 0.25-365 days" in ran.out
    # The data package, too, describes another file, which is a warning.
    assert ran.out.splitlines()[-2] == f"report: FAIL, mixed ({GATES - 3} of {GATES} gates passed)"
    page = page_in(copy)
    assert f"✕ FAIL {GATES - 3} of {GATES} gates passed; 2 failed, 1 warned." in section(page, "verdict")
    assert "Mixed: the tables are not one data set. ip_stays: 142 rows" in section(page, "verdict")
    (row,) = rows(page, "Rows that breach it: ip_stays.length_of_stay")
    stored = CsvStore(copy).read(TABLES["ip_stays"]).iloc[0]
    assert row["stay_id"] == str(stored["stay_id"])
    assert float(row["los_days"]) == stored["los_days"]


def test_a_missing_table_leaves_what_does_not_need_it(call: Call, copy: Path) -> None:
    (copy / "ed_encounters.csv").unlink()
    ran = call("report", "--in", copy, "--config", TINY)
    assert ran.code == 1
    page = page_in(copy)
    why = "ed_encounters: cannot be read as declared (see the gate ed_encounters.schema)"
    assert f"Not measured: {why}" in section(page, "figures")
    assert f"ED arrivals by hour and weekday Not drawn: {why}" in section(page, "pictures")
    assert rows(page, "Numbers: Residents by age and gender")
    assert "ed_encounters is not there (looked for ed_encounters.csv)" in section(page, "attention")
    assert "ED visits – not stored" in section(page, "verdict")


@pytest.mark.usefixtures("few_pictures")
def test_a_table_that_is_no_table_is_told_and_not_shown(call: Call, copy: Path) -> None:
    (copy / "patients.csv").write_bytes(b"PK\x03\x04 <script>alert(1)</script> \xff")
    ran = call("report", "--in", copy, "--config", TINY)
    assert ran.code == 1
    html = (copy / REPORT).read_text("utf-8")
    assert "<script" not in html
    assert "it is a zip archive (an Excel workbook is one)" in section(read(html), "attention")


def test_words_that_were_put_into_the_data_are_words_on_the_page(call: Call, copy: Path) -> None:
    sites = copy / "dim_site.csv"
    sites.write_text(sites.read_text("utf-8").replace("Bear Creek Hospital", "<script>alert(1)</script>"))
    visits = copy / "ed_encounters.csv"
    visits.write_text(visits.read_text("utf-8").replace("Discharged", "<img src=x onerror=alert(1)>", 3))
    assert call("report", "--in", copy, "--config", TINY).code == 1
    html = (copy / REPORT).read_text("utf-8")
    assert "<script" not in html
    assert "<img" not in html
    shown = text(read(html))
    assert "<script>alert(1)</script>" in shown
    assert "<img src=x onerror=alert(1)>" in shown


def test_a_configuration_with_strange_names_makes_a_sound_page(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "a & b"
    folder.mkdir()
    config = config_file(
        folder, EXTENDS_TINY + "sites: {LM-BRC: {name: '<script>alert(1)</script> | & Bär $x$ 熊'}}\n"
    )
    made = call("generate", "--config", config, "--out", folder / "out", *WITH_ALL, "--quiet")
    assert made.code == 0
    assert call("report", "--in", folder / "out", "--config", config, "--quiet") == Ran(0, "", "")
    page = page_in(folder / "out")
    assert "script" not in {element.tag for element in page.iter()}
    sites = {row["site"] for row in rows(page, "Numbers: ED visits projected and generated")}
    assert "<script>alert(1)</script> | & Bär $x$ 熊" in sites
    assert f"--config '{config}' " in text(labelled(page, "Command"))


@pytest.mark.parametrize(
    ("asked_for", "left_out"), [([], ["ed_encounters", "ip_stays"]), (["--with-ed"], ["ip_stays"])]
)
@pytest.mark.usefixtures("few_pictures")
def test_tables_that_were_not_asked_for_are_not_missed(
    call: Call, made_with: MadeWith, tmp_path: Path, asked_for: list[str], left_out: list[str]
) -> None:
    folder = Path(shutil.copytree(made_with(*asked_for)[1], tmp_path / "copy"))
    assert call("report", "--in", folder, "--config", TINY).code == 0
    page = page_in(folder)
    reasons = re.findall(r"(\w+) not part of this data set", section(page, "gates"))
    assert reasons == left_out
    assert f"{left_out[0]}: not part of this data set" in section(page, "figures")
    assert f"--years 3 {' '.join(asked_for)}".strip() in text(labelled(page, "Command"))


@pytest.mark.usefixtures("few_pictures")
def test_without_a_manifest_the_page_says_what_the_data_are_taken_for(call: Call, copy: Path) -> None:
    (copy / "dataset_manifest.csv").unlink()
    assert call("report", "--in", copy, "--config", TINY).code == 1
    told = section(page_in(copy), "data-set")
    assert "No manifest could be read. The data are compared with what tiny.yaml describes." in told
    assert "--patients 2000" in told


@pytest.mark.usefixtures("few_pictures")
def test_another_configuration_than_the_data_were_made_with_is_told(
    call: Call, copy: Path, tmp_path: Path
) -> None:
    assert call("report", "--in", copy, "--config", DEFAULT_CONFIG).code == 0
    told = section(page_in(copy), "data-set")
    assert "The data were made with another" not in told
    other = config_file(tmp_path, EXTENDS_TINY + "privacy: {unique_quasi_identifiers: false}")
    assert call("report", "--in", copy, "--config", other).code == 0
    told = section(page_in(copy), "data-set")
    assert "The data were made with another configuration than my.yaml" in told
