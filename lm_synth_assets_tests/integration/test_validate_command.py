"""`lm-synth validate`: what it finds in stored data, and what it says where it cannot look."""

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets_tests.conftest import MadeWith
from lm_synth_assets_tests.support.commands import (
    EXTENDS_TINY,
    TINY,
    Call,
    Edit,
    Ran,
    config_file,
    edited,
    files,
)

GATES = len(all_gates())


def failed_gates(ran: Ran) -> set[str]:
    return {f"{gate['table']}.{gate['gate']}" for gate in json.loads(ran.out)["gates"] if not gate["passed"]}


# Good data


def test_a_good_folder_passes_every_gate(call: Call, tiny: Path) -> None:
    before = files(tiny)
    ran = call("validate", "--in", tiny, "--config", TINY)
    assert ran.code == 0
    assert f"validate: PASS ({GATES} of {GATES} gates passed)" in ran.out
    assert ran.err == ""
    assert files(tiny) == before


# Hand-edited data


def three_girls_become_boys(patients: pd.DataFrame) -> pd.DataFrame:
    girls = patients.query("lha_id == 1 and age_group == '5-14' and gender == 'Female'").index[:3]
    patients.loc[girls, "gender"] = "Male"
    return patients


def everybody_comes_at_night(visits: pd.DataFrame) -> pd.DataFrame:
    stayed = visits["departure_ts"] - visits["arrival_ts"]
    hours = pd.to_timedelta(visits["acuity"].astype(int) // 2, unit="h")
    visits["arrival_ts"] = visits["arrival_date"] + hours
    visits["departure_ts"] = visits["arrival_ts"] + stayed
    return visits


def one_stay_lasts_a_day_more(stays: pd.DataFrame) -> pd.DataFrame:
    stays.loc[0, "los_days"] += 1
    return stays


def test_values_changed_by_hand_fail_the_gates_on_them_and_keep_no_other_from_being_looked_at(
    call: Call, copy: Path
) -> None:
    edited(copy, "patients", three_girls_become_boys)
    edited(copy, "ed_encounters", everybody_comes_at_night)
    edited(copy, "ip_stays", one_stay_lasts_a_day_more)
    ran = call("validate", "--in", copy, "--config", TINY, "--json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err, told["passed"]) == (1, "", False)
    assert {
        "patients.marginals",
        "ed_encounters.arrival_shape",
        "ip_stays.length_of_stay",
    } <= failed_gates(ran)
    assert (len(told["gates"]), told["not_run"], told["errors"]) == (GATES, [], [])


def test_a_failed_gate_is_named_with_the_rows_that_show_it(call: Call, copy: Path) -> None:
    edited(copy, "ip_stays", one_stay_lasts_a_day_more)
    ran = call("validate", "--in", copy, "--config", TINY)
    assert (ran.code, ran.err) == (1, "")
    quiet = call("validate", "--in", copy, "--config", TINY, "--quiet").out.splitlines()
    lines = ran.out.splitlines()
    state, *_, verdict, _ = quiet
    [first] = [number for number, line in enumerate(lines) if line.startswith("FAIL ip_stays")]
    breach, header, _, row = lines[first : first + 4]
    assert breach in quiet
    assert header not in quiet
    assert state.startswith(
        "MIXED the tables are not one data set. ip_stays: 142 rows, whose values are not those"
    )
    assert breach == (
        "FAIL ip_stays.length_of_stay: expected no stay outside 0.25-365 days or unlike its times; "
        "observed 1 of 142 rows; threshold 0.25 to 365 days, otherwise equal; "
        "decided by inpatient.los_floor_days, inpatient.los_cap_days"
    )
    assert "los_days" in header
    assert row.split("|")[1].strip() == "1"
    # The data package, too, describes another file.
    assert verdict == f"validate: FAIL, mixed ({GATES - 3} of {GATES} gates passed)"


# Thresholds


def test_a_threshold_on_the_command_line_takes_the_place_of_the_configured_one(
    call: Call, copy: Path
) -> None:
    edited(copy, "ed_encounters", everybody_comes_at_night)
    shape = {"ed_encounters.arrival_shape", "ed_encounters.correlations"}
    command = ("validate", "--in", copy, "--config", TINY, "--json")
    assert failed_gates(call(*command)) & shape == shape
    assert failed_gates(call(*command, "--ks-threshold", 1, "--corr-threshold", 2)) & shape == set()


def test_no_threshold_asks_for_more_than_the_number_of_rows_can_show(call: Call, tiny: Path) -> None:
    strict = ("--ks-threshold", 0.0001, "--corr-threshold", 0.0001)
    ran = call("validate", "--in", tiny, "--config", TINY, *strict, "--json")
    assert ran.code == 0
    limits = {gate["gate"]: gate["threshold"] for gate in json.loads(ran.out)["gates"]}
    for name in ("arrival_shape", "age_shape"):
        assert re.fullmatch(r"at most 0\.0001 or [\d.]+/sqrt\(rows\), whichever is larger", limits[name])
    assert float(limits["correlations"]) > 0.0001


@pytest.mark.parametrize("option", ["--ks-threshold", "--corr-threshold"])
@pytest.mark.parametrize("value", ["0", "-1", "3", "nan"])
def test_a_threshold_out_of_range_is_wrong_usage(call: Call, tiny: Path, option: str, value: str) -> None:
    ran = call("validate", "--in", tiny, option, value)
    assert (ran.code, ran.out) == (2, "")
    name = option.removeprefix("--").replace("-", "_")
    assert ran.err.startswith(f"Error: command line: {name}: must be a number, above 0 and at most ")
    assert ran.err.count("\n") == 1


# Another configuration than the data were made with


def test_another_configuration_is_a_warning_where_the_numbers_still_fit(
    call: Call, tiny: Path, tmp_path: Path
) -> None:
    other = config_file(tmp_path, EXTENDS_TINY + "privacy: {unique_quasi_identifiers: false}")
    ran = call("validate", "--in", tiny, "--config", other, "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("WARN dataset_manifest.made_with_this_configuration: expected config ")
    assert "differs in config_hash" in ran.out.splitlines()[0]
    assert "FAIL" not in ran.out


def test_another_configuration_fails_where_the_numbers_do_not_fit(
    call: Call, tiny: Path, tmp_path: Path
) -> None:
    other = config_file(tmp_path, EXTENDS_TINY + "gates: {pediatric_under_15_pct: 99}\n")
    ran = call("validate", "--in", tiny, "--config", other, "--json")
    assert ran.code == 1
    assert failed_gates(ran) == {"ed_encounters.children_go_to_pediatric_ed"}


# Where there is nothing to look at


def test_an_empty_folder_is_told_with_the_command_that_fills_it(call: Call, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        ran = call("validate", "--in", folder)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == (
            f"Error: {folder} holds no table of a data set; make one with "
            f"`lm-synth generate --with-ed --with-ip --out {folder}` or, in Dagster, "
            "`dagster asset materialize -m lm_synth_assets --select '*dataset_manifest'`, "
            "or name the folder with --in.\n"
        )
    assert files(tmp_path) == {}


@pytest.mark.parametrize("table", ["dim_lha", "patients"])
def test_a_missing_table_is_named(call: Call, copy: Path, table: str) -> None:
    (copy / f"{table}.csv").unlink()
    ran = call("validate", "--in", copy, "--config", TINY)
    assert ran.code == 1
    assert f"{table} is not there (looked for {copy}/{table}.csv); make it with `lm-synth" in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_gates_that_need_a_missing_table_are_not_evaluated_and_the_others_are(call: Call, copy: Path) -> None:
    (copy / "ed_encounters.csv").unlink()
    ran = call("validate", "--in", copy, "--config", TINY, "--json")
    assert ran.code == 1
    marks = {(gate["table"], gate["gate"]): gate["mark"] for gate in json.loads(ran.out)["gates"]}
    assert marks["ed_encounters", "schema"] == "fail"
    assert marks["ed_encounters", "keys"] == "not evaluated"
    assert marks["ip_stays", "admissions_have_stays"] == "not evaluated"
    assert marks["ip_stays", "length_of_stay"] == "pass"
    assert marks["patients", "marginals"] == "pass"


@pytest.mark.parametrize(
    ("asked_for", "left_out"), [([], ["ed_encounters", "ip_stays"]), (["--with-ed"], ["ip_stays"])]
)
def test_tables_that_were_not_asked_for_are_not_missed(
    call: Call, made_with: MadeWith, asked_for: list[str], left_out: list[str]
) -> None:
    _, folder = made_with(*asked_for)
    ran = call("validate", "--in", folder, "--config", TINY, "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["left_out"] == dict.fromkeys(left_out, "not part of this data set")


def test_stays_of_another_run_are_named_and_not_evaluated(
    call: Call, made_with: MadeWith, tiny: Path, tmp_path: Path
) -> None:
    _, smaller = made_with("--with-ed")
    folder = shutil.copytree(smaller, tmp_path / "copy")
    shutil.copy(tiny / "ip_stays.csv", folder)
    ran = call("validate", "--in", folder, "--config", TINY, "--json")
    told = json.loads(ran.out)
    # The data package does not list their file.
    assert (ran.code, failed_gates(ran)) == (
        1,
        {"dataset_contents.nothing_besides", "dataset_manifest.layout"},
    )
    assert told["left_out"] == {
        "ip_stays": f"not part of this data set; {folder}/ip_stays.csv is from another run"
    }
    assert not any(gate["table"] == "ip_stays" for gate in told["gates"])


def test_a_manifest_that_says_that_there_are_no_stays_turns_no_gate_off(call: Call, copy: Path) -> None:
    edited(copy, "dataset_manifest", lambda manifest: manifest.assign(with_ip=False))
    ran = call("validate", "--in", copy, "--config", TINY, "--json")
    told = json.loads(ran.out)
    assert (ran.code, len(told["gates"]), told["left_out"]) == (1, GATES, {})
    # The data package describes another file.
    assert failed_gates(ran) == {
        "dataset_manifest.layout",
        "dataset_manifest.follows_from_its_run",
        "dataset_manifest.describes_these_tables",
    }


def test_without_a_manifest_the_configuration_says_what_was_made(call: Call, copy: Path) -> None:
    (copy / "dataset_manifest.csv").unlink()
    ran = call("validate", "--in", copy, "--config", TINY, "--json")
    assert ran.code == 1
    assert failed_gates(ran) == {
        f"dataset_manifest.{gate}"
        for gate in (
            "schema",
            "layout",
            "keys",
            "follows_from_its_run",
            "describes_these_tables",
            "made_with_this_configuration",
        )
    }


@pytest.mark.parametrize("table", ["ip_stays", "dataset_manifest"])
def test_a_table_that_cannot_be_read_is_named(call: Call, copy: Path, table: str) -> None:
    (copy / f"{table}.csv").write_bytes(b"PK\x03\x04 this is a workbook \xff")
    ran = call("validate", "--in", copy, "--config", TINY)
    assert ran.code == 1
    assert f"FAIL {table}.schema: " in ran.out
    assert "it is a zip archive (an Excel workbook is one)" in ran.out
    assert "Traceback" not in ran.out + ran.err


MANIFESTS: dict[str, tuple[Edit, str]] = {
    "no row": (lambda manifest: manifest[:0], "must have one row; has 0"),
    "years": (lambda manifest: manifest.assign(years=60), "years: must be a whole number, at least 1"),
    "patients": (lambda manifest: manifest.assign(patients=9_000_000), "9,000,000 patients are too many for"),
}


@pytest.mark.parametrize(("edit", "problem"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_describes_no_run_is_told(call: Call, copy: Path, edit: Edit, problem: str) -> None:
    edited(copy, "dataset_manifest", edit)
    ran = call("validate", "--in", copy, "--config", TINY)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"Error: {copy}/dataset_manifest.csv: {problem}")
    assert ran.err.count("\n") == 1


def test_two_formats_in_one_folder_ask_for_a_choice(call: Call, copy: Path) -> None:
    for table in TABLES.values():
        ParquetStore(copy).write(table, CsvStore(copy).read(table))
    ran = call("validate", "--in", copy, "--config", TINY)
    assert ran == (2, "", f"Error: {copy} holds data sets in csv and parquet: choose one with --format\n")
    assert call("validate", "--in", copy, "--config", TINY, "--format", "parquet", "--quiet").code == 0


# Some gates only, and reports for other programs


def test_select_runs_the_gates_that_are_named_and_no_others(call: Call, copy: Path) -> None:
    edited(copy, "ip_stays", one_stay_lasts_a_day_more)
    command = ("validate", "--in", copy, "--config", TINY, "--json", "--select")
    assert call(*command, "ip_stays.los_*", "--select", "dim_lha").code == 0
    ran = call(*command, "length_of_stay")
    assert ran.code == 1
    assert [gate["gate"] for gate in json.loads(ran.out)["gates"]] == ["length_of_stay"]


def test_a_selection_reads_no_more_tables_than_it_needs(call: Call, copy: Path) -> None:
    for table in ("ed_encounters", "dim_date"):
        (copy / f"{table}.csv").write_text("torn")
    assert call("validate", "--in", copy, "--config", TINY, "--select", "patients").code == 0


def test_a_name_that_no_gate_has_is_wrong_usage(call: Call, tiny: Path) -> None:
    ran = call("validate", "--in", tiny, "--config", TINY, "--select", "patience")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: no gate is called 'patience'; name a table (dim_site, ")
    assert ran.err.count("\n") == 1


def test_reports_hold_what_is_shown(call: Call, copy: Path, tmp_path: Path) -> None:
    edited(copy, "ip_stays", one_stay_lasts_a_day_more)
    as_json, as_xml = tmp_path / "reports" / "gates.json", tmp_path / "reports" / "gates.xml"
    command = ("validate", "--in", copy, "--config", TINY)
    shown = call(*command, "--json", "--report", as_json, "--report", as_xml)
    assert shown.code == 1
    assert json.loads(as_json.read_text(encoding="utf-8")) == json.loads(shown.out)
    root = ElementTree.parse(as_xml).getroot()
    assert (root.get("tests"), root.get("failures")) == (str(GATES), "2")
    failed, _ = (case for case in root.iter("testcase") if case.find("failure") is not None)
    assert (failed.get("classname"), failed.get("name")) == ("lm_synth.ip_stays", "length_of_stay")


def test_a_report_of_unknown_kind_is_refused_before_anything_is_looked_at(call: Call, tiny: Path) -> None:
    ran = call("validate", "--in", tiny, "--config", TINY, "--report", "gates.html")
    assert ran == (2, "", "Error: 'gates.html' must end in .json (all results) or .xml (JUnit)\n")


def test_a_report_that_cannot_be_written_fails(call: Call, tiny: Path) -> None:
    ran = call("validate", "--in", tiny, "--config", TINY, "--report", tiny / "dim_site.csv" / "gates.xml")
    assert ran.code == 1
    assert "Error: Cannot write to " in ran.err
