"""Bad input to `lm-synth generate`: one message names what is wrong, and the folder stays as it was."""

import json
import re
import sys
from pathlib import Path

import pytest

from lm_synth_assets.region.files import CONFIG_FOLDER
from lm_synth_assets.storage.formats import FORMATS
from lm_synth_assets_tests.support.commands import (
    EXTENDS_DEFAULTS,
    EXTENDS_TINY,
    TINY,
    WITH_ALL,
    Call,
    Ran,
    config_file,
    files,
    lm_synth,
)

EARLIER = {"patients.csv": b"what was here before\n", "notes.txt": b"mine\n"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with files from before."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name, content in EARLIER.items():
        (folder / name).write_bytes(content)
    return folder


def only_message(ran: Ran, code: int) -> str:
    """The only line that a command wrote, which ended with `code`."""
    assert (ran.code, ran.out) == (code, "")
    [line] = ran.err.splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")


# Configuration files

CONFIGURATIONS: dict[str, tuple[str, str]] = {
    "broken YAML": (
        "run: {patients: 5\n",
        "3:1: not valid YAML: did not find expected ',' or '}' (while parsing a flow mapping)",
    ),
    "misspelt key": ("run: {patient: 5}", "2: run.patient: unknown key; did you mean patients?"),
    "misspelt area": (
        "lhas: {Riverbnd: {growth_pct: 2}}",
        "2: lhas.Riverbnd: no such LHA is inherited, and a new one needs default_site, base_population, "
        "ed_rate_multiplier, age_profile, leaves_pct and 1 more; did you mean Riverbend?",
    ),
    "name that no table can hold": (
        """sites: {LM-SNW: {name: 'The "Snow" site'}}""",
        "2: sites.LM-SNW.name: holds a double quote; a name may not hold double quotes, backslashes, line "
        "breaks and other control characters",
    ),
    "tag": (
        "run: {patients: !!int ''}",
        "2:17: a tag (`!` or `!!` before a value) is not supported; leave it out, or write the value in "
        "quotes if it is text",
    ),
    "weights that do not add up": (
        "age_profiles: {valley: {85+: 3}}",
        "2: age_profiles.valley: sums to 100.9; must sum to 100",
    ),
    "negative rate": (
        "ed: {rates_per_1000: {Adult ED: {85+: {Male: -1}}}}",
        "2: ed.rates_per_1000.Adult ED.85+.Male: must be a number, at least 0 and at most 50000; found -1",
    ),
    "missing age group": (
        "age_profiles: {young: {0-4: 40, 5-14: 10, 15-24: 10, 25-44: 10, 45-64: 10, 65-74: 10, 75-84: 10}}",
        "2: age_profiles.young.85+: missing; must be a number, at least 0 and at most 100",
    ),
    "no people": (
        "run: {patients: 0}",
        "2: run.patients: must be a whole number, at least 1 and at most 9999999; found 0",
    ),
}


@pytest.mark.parametrize(("text", "problem"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_wrong_configuration_is_named_with_file_line_and_path(
    call: Call, out: Path, tmp_path: Path, text: str, problem: str
) -> None:
    file = config_file(tmp_path, EXTENDS_DEFAULTS + text)
    assert only_message(call("generate", "--config", file, "--out", out), 2) == f"{file}:{problem}"
    assert files(out) == EARLIER


def test_a_configuration_that_does_not_exist_is_named(call: Call, out: Path) -> None:
    ran = call("generate", "--config", "nowhere.yaml", "--out", out)
    assert only_message(ran, 2) == f"nowhere.yaml: no such file; looked for {Path.cwd()}/nowhere.yaml"
    assert files(out) == EARLIER


def test_a_configuration_that_is_no_file_is_refused(call: Call, out: Path) -> None:
    ran = call("generate", "--config", "/dev/zero", "--out", out)
    assert only_message(ran, 2) == "/dev/zero: is a device; must be a file"
    assert files(out) == EARLIER


@pytest.mark.parametrize("option", ["--config", "--out"])
def test_an_empty_path_is_refused(call: Call, option: str) -> None:
    ran = call("generate", option, "")
    problem = f"Error: Invalid value for '{option}': is empty: name a path, or leave the option out"
    assert (ran.code, ran.out, ran.err.splitlines()[-1]) == (2, "", problem)


MATRICES: dict[str, tuple[str, str, str]] = {
    "unknown site": (
        "LM-GPK",
        "LM-XXX",
        "1: coverage_matrix: LM-XXX is not a site; must be one of LM-SNW, LM-BLH, ",
    ),
    "missing subprogram": (
        r"Pain Services,Interventional Pain,.*\n",
        "",
        "47: coverage_matrix.Pain Services: subprogram Interventional Pain has no row; ",
    ),
    "program nowhere": (
        r"(Pain Services,[^,]+),.*",
        r"\1" + ",0" * 12,
        "47: coverage_matrix.Pain Services: is offered nowhere; at least one site must have a 1",
    ),
}


@pytest.mark.parametrize(("old", "new", "problem"), MATRICES.values(), ids=MATRICES)
def test_a_wrong_coverage_matrix_is_named_with_file_line_and_program(
    call: Call, out: Path, tmp_path: Path, old: str, new: str, problem: str
) -> None:
    text = (CONFIG_FOLDER / "coverage_matrix.csv").read_text(encoding="utf-8")
    assert re.search(old, text)
    (tmp_path / "my.csv").write_text(re.sub(old, new, text), encoding="utf-8")
    file = config_file(tmp_path, EXTENDS_DEFAULTS + "coverage_matrix: my.csv")
    ran = call("generate", "--config", file, "--out", out)
    assert (ran.code, ran.out) == (2, "")
    # A site that is called otherwise has no column of its own either, which the next line says.
    assert ran.err.startswith(f"Error: {tmp_path}/my.csv:{problem}")
    assert "Traceback" not in ran.err
    assert files(out) == EARLIER


# Runs

RUNS: dict[str, tuple[tuple[object, ...], str]] = {
    "no patients": (
        ("--patients", 0),
        "patients: must be a whole number, at least 1 and at most 9999999; found 0",
    ),
    "negative patients": (
        ("--patients", -5),
        "patients: must be a whole number, at least 1 and at most 9999999; found -5",
    ),
    "no years": (("--years", 0), "years: must be a whole number, at least 1 and at most 50; found 0"),
    "negative seed": (("--seed", -1), "seed: must be a whole number, at least 0"),
    "ancient year": (("--start-year", 1066), "start_year: must be a whole number, at least "),
}


@pytest.mark.parametrize(("flags", "problem"), RUNS.values(), ids=RUNS)
def test_a_run_that_cannot_be_is_named(
    call: Call, out: Path, flags: tuple[object, ...], problem: str
) -> None:
    message = only_message(call("generate", *flags, "--out", out), 2)
    assert message.startswith(f"command line: {problem}")
    assert files(out) == EARLIER


def test_too_many_patients_are_told_with_the_cell_its_capacity_and_the_most_that_fit(
    call: Call, out: Path
) -> None:
    message = only_message(call("generate", "--patients", 5_000_000, "--out", out), 2)
    found = re.fullmatch(
        r"5,000,000 patients are too many for unique quasi-identifiers: the cell (.+) x (.+) x (.+) needs "
        r"([\d,]+) different dates of birth and has ([\d,]+)\. Ask for at most ([\d,]+) patients, or set "
        r"privacy\.unique_quasi_identifiers: false in the configuration\.",
        message,
    )
    assert found is not None
    needed, there, most = (int(number.replace(",", "")) for number in found.groups()[3:])
    assert there < needed
    assert most < 5_000_000
    assert files(out) == EARLIER


# The largest number of patients that fit is shown to fit by the unit tests of the patients.


CROWDED: dict[str, tuple[str, str]] = {
    "stays": (
        "inpatient: {stays_per_1000: {Female: {25-44: 50000.0}}}",
        "inpatient.stays_per_1000.Female.25-44: is 50000, which is too much",
    ),
    "visits": (
        "ed: {rates_per_1000: {Urgent Care Centre: {45-64: {Female: 30000.0}}}, gap_hours: 720.0}",
        "ed.rates_per_1000.Urgent Care Centre.45-64.Female: is 30000, which is too much",
    ),
}


@pytest.mark.parametrize(("setting", "refused"), CROWDED.values(), ids=CROWDED)
def test_contacts_that_do_not_fit_the_year_are_refused_with_the_rate_to_lower(
    call: Call, tmp_path: Path, setting: str, refused: str
) -> None:
    config = config_file(tmp_path, EXTENDS_TINY + setting)
    crowded = tmp_path / "crowded"
    ran = call("generate", "--config", config, "--out", crowded, "--patients", 500, *WITH_ALL, "--json")
    error = json.loads(ran.out)["error"]
    assert (ran.code, error["exit_code"], error["kind"]) == (2, 2, "configuration")
    assert error["message"].startswith(refused)
    assert "ed.frailty_shape" in error["message"]
    assert not crowded.exists()


def test_an_unknown_format_is_named(call: Call, out: Path) -> None:
    ran = call("generate", "--format", "xlsx", "--out", out)
    assert (ran.code, ran.out) == (2, "")
    known = ", ".join(map(repr, FORMATS))
    assert f"Invalid value for '--format': 'xlsx' is not one of {known}." in ran.err
    assert files(out) == EARLIER


# Where nothing can be written

FOLDERS: dict[str, tuple[str, str]] = {
    "a file": ("notes.txt", "a part of its path is a file and not a folder"),
    "below a file": ("notes.txt/out", "a part of its path is a file and not a folder"),
    "below a device": ("/dev/null/x", "a part of its path is a file and not a folder"),
    "below /proc": ("/proc/x", "it does not exist and cannot be made"),
}


@pytest.mark.parametrize(("folder", "reason"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_that_cannot_be_written_to_is_named_before_any_work(
    call: Call, out: Path, folder: str, reason: str
) -> None:
    ran = call("generate", "--config", TINY, "--out", out / folder)
    assert only_message(ran, 1) == (
        f"Cannot write to {out / folder}: {reason}; what was there before is untouched."
    )
    assert files(out) == EARLIER


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_full_disk_leaves_the_tables_from_before(copy: Path, tiny: Path) -> None:
    import resource

    largest = 150_000
    before = files(tiny)
    ran = lm_synth(
        # Of all tables only the patients become larger than that.
        *("generate", "--config", TINY, "--patients", 3000, "--out", copy, *WITH_ALL, "--quiet"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )
    assert (ran.code, ran.err) == (1, "")
    assert (
        f"ERROR patients: Cannot write to {copy}/patients.csv: the file has reached the largest size that is "
        "allowed here; what was there before is untouched.\n"
    ) in ran.out
    after = files(copy)
    assert after.keys() == before.keys()
    for name in ("patients.csv", "ed_encounters.csv", "ip_stays.csv"):
        assert after[name] == before[name]
