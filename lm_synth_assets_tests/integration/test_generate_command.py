"""`lm-synth generate`: its flags, what it makes and says, its exit codes, and what an interrupt leaves."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets_tests.conftest import MadeWith
from lm_synth_assets_tests.support.commands import (
    ALL_FILES,
    OF_ANOTHER_RUN,
    PACKAGE,
    REPORT,
    ROOT,
    SCRIPTS,
    TINY,
    WITH_ALL,
    Call,
    Ran,
    environment,
    files,
    lm_synth,
    run,
    without_records,
)

# Usage

IMPORTED = """
import sys
import time
from lm_synth_assets.cli.main import main
sys.argv = ["lm-synth", *sys.argv[1:]]
try:
    main()
finally:
    print("imported:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""

LIGHT: dict[str, tuple[list[str], int]] = {
    "help": (["--help"], 0),
    "version": (["--version"], 0),
    "help on generate": (["generate", "--help"], 0),
    "help on validate": (["validate", "--help"], 0),
    "unknown command": (["make"], 2),
    "unknown option": (["generate", "--patient", "5"], 2),
    "no number": (["generate", "--patients", "many"], 2),
    "unknown format": (["generate", "--format", "xlsx"], 2),
    "stays without ED": (["generate", "--with-ip"], 2),
    "no such configuration file": (["generate", "--config", "nowhere.yaml"], 2),
}


@pytest.mark.parametrize(("arguments", "code"), LIGHT.values(), ids=LIGHT)
def test_help_and_usage_errors_import_nothing_heavy(arguments: list[str], code: int) -> None:
    ran = run(sys.executable, "-c", IMPORTED, *arguments)
    assert ran.code == code
    imported = set(ran.out.splitlines()[-1].removeprefix("imported:").split())
    assert imported & {"dagster", "pandas", "pyarrow", "numpy", "scipy"} == set()
    assert {"click", "lm_synth_assets"} <= imported


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        (
            "generate",
            "patients start-year years config out with-ed with-ip format url partition-by replace seed "
            "quiet json",
        ),
        ("validate", "in config ks-threshold corr-threshold select report fidelity format url quiet json"),
    ],
)
def test_help_names_every_flag(call: Call, command: str, flags: str) -> None:
    ran = call(command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert set(re.findall(r"^ +--(\S+)", ran.out, re.MULTILINE)) == set(flags.split())


def test_stays_without_ed_are_wrong_usage(call: Call, tmp_path: Path) -> None:
    ran = call("generate", "--with-ip", "--out", tmp_path / "out")
    assert (ran.code, ran.out) == (2, "")
    assert "command line: with_ip: needs with_ed" in ran.err
    assert not (tmp_path / "out").exists()


def test_the_module_is_the_same_command() -> None:
    script, module = (
        run(*command, "generate", "--with-ip")
        for command in [(SCRIPTS / "lm-synth",), (sys.executable, "-m", "lm_synth_assets.cli")]
    )
    assert script.code == module.code == 2
    assert script.err.splitlines()[-1] == module.err.splitlines()[-1]


# What is made


def test_all_tables_are_made_and_all_gates_pass(tiny_run: tuple[Ran, Path]) -> None:
    ran, folder = tiny_run
    assert ran.code == 0
    assert files(folder).keys() == ALL_FILES
    assert "PASS" in ran.out.splitlines()[-2]


def test_the_quality_report_lies_beside_the_tables_and_is_named(tiny_run: tuple[Ran, Path]) -> None:
    ran, folder = tiny_run
    assert f"quality report: {folder / REPORT}" in ran.out
    assert (folder / REPORT).read_text("utf-8").startswith("<!doctype html>")


def test_the_summary_names_rows_file_and_size_of_each_table(tiny_run: tuple[Ran, Path]) -> None:
    ran, folder = tiny_run
    for name, table in TABLES.items():
        path = folder / f"{name}.csv"
        rows = f"{len(CsvStore(folder).read(table)):,}"
        kib = f"{path.stat().st_size / 1024:,.0f} KiB"
        size = kib if path.stat().st_size >= 1024 else f"{path.stat().st_size} B"
        # A long path goes on in the next line of its cell.
        assert re.search(rf"│ {name} +│ .+ │ +{rows} │ +{size} │", ran.out), name
    assert str(folder) in re.sub(r"[│\s]", "", ran.out)


def test_the_summary_names_observed_expected_and_verdict_of_each_gate(tiny_run: tuple[Ran, Path]) -> None:
    ran, _ = tiny_run
    assert re.search(r"gate +┃ observed +┃ expected +┃ threshold +┃ verdict", ran.out)
    assert re.search(r"│ keys +│ 0 of 18 tables fail +│ none fails +│ no exception +│ pass", ran.out)
    assert re.search(r"│ cross_lha_care +│ \d\.\d\d% +│ 5-10% +│ .* +│ pass", ran.out)
    assert "FAIL" not in ran.out


def test_no_progress_goes_into_a_pipe(tiny_run: tuple[Ran, Path]) -> None:
    assert tiny_run[0].err == ""


def differing(folder: Path, other: Path) -> set[str]:
    """The files of a folder that have not the same content as in another."""
    return {name for name, content in files(folder).items() if files(other).get(name) != content}


@pytest.fixture(scope="module")
def without_ip(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> tuple[Ran, Path]:
    """A run with ED but without IP, with JSON as its output, that replaces a data set with all tables."""
    folder = Path(shutil.copytree(tiny, tmp_path_factory.mktemp("without") / "out"))
    (folder / "ip_stays.parquet").write_text("of somebody else", encoding="utf-8")
    flags = ("--with-ed", "--replace", "--json")
    return lm_synth("generate", "--config", TINY, "--out", folder, *flags), folder


def test_json_holds_tables_gates_and_whether_they_passed(without_ip: tuple[Ran, Path]) -> None:
    ran, folder = without_ip
    told = json.loads(ran.out)
    assert (ran.code, ran.err, told["passed"], told["errors"]) == (0, "", True, [])
    assert {table["name"] for table in told["tables"]} == TABLES.keys() - {"ip_stays"}
    for table in told["tables"]:
        path = folder / f"{table['name']}.csv"
        assert table["location"] == str(path)
        assert table["bytes"] == path.stat().st_size
        assert table["rows"] == path.read_bytes().count(b"\n") - 1
    [gate] = [gate for gate in told["gates"] if gate["gate"] == "unique_quasi_identifiers"]
    assert gate == {
        "table": "patients",
        "gate": "unique_quasi_identifiers",
        "description": "No two patients share date of birth, LHA and gender (unless the configuration allows "
        "it).",
        "formula": "patients that share dob, lha_id and gender with another",
        "mark": "pass",
        "passed": True,
        "blocking": True,
        "expected": "no patient with the date of birth, LHA and gender of another",
        "observed": "0 of 2,000 rows",
        "threshold": "none, unless privacy.unique_quasi_identifiers is off",
        "decided_by": ["privacy.unique_quasi_identifiers", "run.patients"],
        "numbers": {},
        "offending": "",
        "offending_rows": [],
        "offending_total": 0,
    }
    assert not any(gate["table"] == "ip_stays" for gate in told["gates"])


def test_replace_removes_the_table_that_the_run_does_not_make(
    without_ip: tuple[Ran, Path], tiny: Path
) -> None:
    ran, folder = without_ip
    assert json.loads(ran.out)["left_out"] == {
        "ip_stays": "not requested; that of an earlier run was removed"
    }
    assert without_records(ALL_FILES - files(folder).keys()) == {"ip_stays.csv"}
    assert (folder / "ip_stays.parquet").read_text("utf-8") == "of somebody else"
    assert without_records(differing(folder, tiny)) - {"ip_stays.parquet"} == OF_ANOTHER_RUN


@pytest.mark.parametrize(
    ("flags", "stay", "options"),
    [
        ([], "ed_encounters and ip_stays", "--with-ed --with-ip"),
        (["--with-ed"], "ip_stays", "--with-ip"),
    ],
)
def test_a_run_does_not_begin_where_tables_would_stay_beside_its_own(
    call: Call, copy: Path, tiny: Path, flags: list[str], stay: str, options: str
) -> None:
    ran = call("generate", "--config", TINY, "--seed", 9, "--out", copy, "--quiet", *flags)
    assert ran == (
        2,
        "",
        f"Error: {copy} holds {stay} of an earlier run, which would stay beside the tables of this one. Make "
        f"them too ({options}), choose another folder with --out, or have them removed at the end with "
        "--replace. Nothing was changed.\n",
    )
    assert files(copy) == files(tiny)


@pytest.mark.usefixtures("few_pictures")
def test_a_run_that_fails_removes_nothing(call: Call, copy: Path) -> None:
    (copy / "patients.csv").unlink()
    (copy / "patients.csv").mkdir()
    ran = call("generate", "--config", TINY, "--patients", 50, "--years", 1, "--out", copy, "--replace")
    assert ran.code == 1
    assert {"ed_encounters.csv", "ip_stays.csv"} <= {path.name for path in copy.iterdir()}


def test_without_its_flags_neither_ed_nor_stays_are_made(made_with: MadeWith, tiny: Path) -> None:
    ran, folder = made_with()
    assert ran == (0, "", "")
    assert without_records(files(folder)) == without_records(ALL_FILES) - {
        "ed_encounters.csv",
        "ip_stays.csv",
    }
    assert without_records(differing(folder, tiny)) == OF_ANOTHER_RUN


def test_the_manifest_says_which_tables_belong_to_the_data_set(
    without_ip: tuple[Ran, Path], tiny: Path
) -> None:
    for folder, expected in ((tiny, (True, True)), (without_ip[1], (True, False))):
        manifest = CsvStore(folder).read(TABLES["dataset_manifest"]).iloc[0]
        assert (manifest["with_ed"], manifest["with_ip"]) == expected


@pytest.mark.usefixtures("few_pictures")
def test_what_is_left_out_is_told(call: Call, tmp_path: Path) -> None:
    ran = call("generate", "--config", TINY, "--patients", 50, "--years", 1, "--out", tmp_path)
    assert ran.code == 0
    assert "ed_encounters left out: not requested\nip_stays left out: not requested\n" in ran.out


@pytest.mark.usefixtures("few_pictures")
def test_flags_take_the_place_of_configured_values(call: Call, tmp_path: Path) -> None:
    flags = ("--patients", 300, "--seed", 7, "--start-year", 2028, "--years", 2)
    ran = call("generate", "--config", TINY, *flags, "--out", tmp_path, "--format", "parquet", "--quiet")
    assert ran.code == 0
    told = call("validate", "--in", tmp_path, "--config", TINY, "--json")
    [gate] = [gate for gate in json.loads(told.out)["gates"] if gate["gate"] == "marginals"]
    assert gate["passed"]
    assert told.code == 0
    made = {f"{name}.parquet" for name in TABLES if name not in ("ed_encounters", "ip_stays")}
    assert without_records(files(tmp_path)) == made | {REPORT, PACKAGE}


def test_the_seed_is_42_unless_told_otherwise(tiny: Path) -> None:
    [seed] = CsvStore(tiny).read(TABLES["dataset_manifest"])["seed"]
    assert seed == 42


# Interrupts


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_leaves_every_table_whole(copy: Path, tiny: Path) -> None:
    # Ten times the patients of the tiny data set: long enough not to be done before the signal comes.
    command = ["generate", "--config", TINY, "--patients", 20_000, "--out", copy, *WITH_ALL]
    process = subprocess.Popen(
        [SCRIPTS / "lm-synth", *map(str, command)],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    before = (copy / "dim_gender.csv").stat().st_ino
    while (copy / "dim_gender.csv").stat().st_ino == before:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()

    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == (
        "Interrupted: every table is either the one from before or whole and new. Run it again to make them "
        "one data set."
    )
    assert "Traceback" not in err
    after, before = files(copy), files(tiny)
    assert after.keys() == before.keys()
    for name in ("patients.csv", "ed_encounters.csv", "ip_stays.csv"):
        assert after[name] == before[name]
    for table in TABLES.values():
        CsvStore(copy).read(table)
