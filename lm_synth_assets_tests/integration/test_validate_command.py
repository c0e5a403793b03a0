"""`lm-synth validate`: what it finds in stored data, and what it says where it cannot look."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from lm_synth_assets.schema import TABLES
from lm_synth_assets.storage.stores import CsvStore, ParquetStore
from lm_synth_assets_tests.integration.commands import (
    EXTENDS_TINY,
    TINY,
    Call,
    Ran,
    config_file,
    files,
)

Edit = Callable[[pd.DataFrame], pd.DataFrame]


def edited(folder: Path, table: str, edit: Edit) -> None:
    """Change a stored table, so that it still keeps to its schema."""
    store = CsvStore(folder)
    store.write(TABLES[table], edit(store.read(TABLES[table])))


def failed_gates(ran: Ran) -> set[str]:
    return {f"{gate['table']}.{gate['gate']}" for gate in json.loads(ran.out)["gates"] if not gate["passed"]}


# Good data


def test_a_good_folder_passes_every_gate(call: Call, tiny: Path) -> None:
    before = files(tiny)
    ran = call("validate", "--in", tiny, "--config", TINY)
    assert ran.code == 0
    assert "validate: PASS (67 of 67 gates passed)" in ran.out
    assert ran.err.splitlines()[-1].startswith("validate 17/17 ")
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
    assert (len(told["gates"]), told["not_run"], told["errors"]) == (67, [], [])


def test_a_failed_gate_is_named_with_the_rows_that_show_it(call: Call, copy: Path) -> None:
    edited(copy, "ip_stays", one_stay_lasts_a_day_more)
    ran = call("validate", "--in", copy, "--config", TINY, "--quiet")
    assert (ran.code, ran.err) == (1, "")
    breach, header, _, row, verdict, _ = ran.out.splitlines()
    assert breach == (
        "FAIL ip_stays.length_of_stay: expected no stay below 0.25 days or unlike its times; "
        "observed 1 of 142 rows; threshold 0"
    )
    assert "los_days" in header
    assert row.split("|")[1].strip() == "1"
    assert verdict == "validate: FAIL (66 of 67 gates passed)"


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
    for name in ("arrival_shape", "los_shape"):
        assert re.fullmatch(r"max\(0\.0001, [\d.]+/sqrt\(rows\)\)", limits[name])
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
    other = config_file(tmp_path, EXTENDS_TINY + "scenarios: {Older patients: {alc: 1.3}}")
    ran = call("validate", "--in", tiny, "--config", other, "--quiet")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("WARN dataset_manifest.made_with_this_configuration: expected config ")
    assert "differs in dataset_id, config_hash" in ran.out.splitlines()[0]
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
            f"Error: dataset_manifest is not there (looked for {folder}/dataset_manifest.csv); make it with "
            "`lm-synth generate --with-ed --with-ip` or "
            "`dagster asset materialize -m lm_synth_assets --select dataset_manifest`.\n"
        )
    assert files(tmp_path) == {}


@pytest.mark.parametrize("table", ["dim_lha", "patients"])
def test_a_missing_table_is_named(call: Call, copy: Path, table: str) -> None:
    (copy / f"{table}.csv").unlink()
    ran = call("validate", "--in", copy, "--config", TINY)
    assert ran.code == 1
    assert f"{table} is not there (looked for {copy}/{table}.csv); make it with `lm-synth" in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_stays_without_their_ed_encounters_fail(call: Call, copy: Path) -> None:
    (copy / "ed_encounters.csv").unlink()
    ran = call("validate", "--in", copy, "--config", TINY, "--json")
    assert ran.code == 1
    told = json.loads(ran.out)
    [error] = told["errors"]
    assert error.startswith("ip_stays_gates: ed_encounters is not there")
    assert {gate.partition(".")[0] for gate in told["not_run"]} == {"ip_stays"}


def test_ed_and_stays_that_were_not_asked_for_are_not_missed(call: Call, copy: Path) -> None:
    for table in ("ed_encounters", "ip_stays"):
        (copy / f"{table}.csv").unlink()
    ran = call("validate", "--in", copy, "--config", TINY, "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["left_out"] == {"ed_encounters": "not there", "ip_stays": "not there"}


@pytest.mark.parametrize("table", ["ip_stays", "dataset_manifest"])
def test_a_table_that_cannot_be_read_is_named(call: Call, copy: Path, table: str) -> None:
    (copy / f"{table}.csv").write_bytes(b"PK\x03\x04 this is a workbook \xff")
    ran = call("validate", "--in", copy, "--config", TINY)
    assert ran.code == 1
    assert f"{copy}/{table}.csv cannot be read as {table}: " in ran.out + ran.err
    assert "Traceback" not in ran.out + ran.err


MANIFESTS: dict[str, tuple[Edit, str]] = {
    "no row": (lambda manifest: manifest[:0], "must have one row; has 0"),
    "years": (lambda manifest: manifest.assign(years=60), "run: years: must be a whole number, at least 1"),
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
