"""The same seed gives the same bytes: wherever, whenever, in whatever part, by whatever way."""

import json
import os
import sys
from pathlib import Path

import pandas as pd
import pytest

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets_tests.support.commands import (
    OF_ANOTHER_RUN,
    PACKAGE,
    REPORT,
    SCRIPTS,
    TINY,
    WITH_ALL,
    Call,
    Ran,
    files,
    lm_synth,
    run,
    without_records,
)
from lm_synth_assets_tests.support.report_pages import without_command


def one_core() -> None:
    """Let this process use one core only, where the system knows how."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


ELSEWHERE = {
    "PYTHONHASHSEED": "4711",
    "TZ": "Pacific/Auckland",
    "LANG": "tr_TR.ISO8859-9",
    "LC_ALL": "C",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows starts processes another way")
def test_another_process_zone_locale_folder_and_number_of_cores_change_no_byte(
    tiny: Path, tmp_path: Path
) -> None:
    ran = lm_synth(
        *("generate", "--config", TINY, "--out", "here", *WITH_ALL, "--quiet"),
        variables=ELSEWHERE,
        cwd=tmp_path,
        preexec_fn=one_core,
    )
    assert ran == (0, "", "")
    assert files(tmp_path / "here") == files(tiny)


def test_a_second_run_over_the_first_changes_no_byte(call: Call, copy: Path, tiny: Path) -> None:
    call("generate", "--config", TINY, "--out", copy, *WITH_ALL, "--seed", 42)
    assert files(copy) == files(tiny)


def test_another_seed_makes_other_people_in_the_same_region(call: Call, tmp_path: Path, tiny: Path) -> None:
    call("generate", "--config", TINY, "--out", tmp_path, "--seed", 43)
    differing = {name for name, content in files(tmp_path).items() if content != files(tiny)[name]}
    assert without_records(differing) == {"patients.csv", *OF_ANOTHER_RUN}


def test_csv_and_parquet_hold_equal_tables(call: Call, tmp_path: Path, tiny: Path) -> None:
    ran = call("generate", "--config", TINY, "--out", tmp_path, *WITH_ALL, "--format", "parquet", "--quiet")
    assert ran.code == 0
    assert without_records(files(tmp_path)) == {REPORT, PACKAGE, *(f"{name}.parquet" for name in TABLES)}
    assert without_command(files(tmp_path)[REPORT]) == without_command(files(tiny)[REPORT])
    for table in TABLES.values():
        pd.testing.assert_frame_equal(
            ParquetStore(tmp_path).read(table), CsvStore(tiny).read(table), check_exact=True
        )


# By way of Dagster


def dagster_materialize(out: Path, selection: str, *options: str, **variables: str) -> Ran:
    given = {f"LM_SYNTH_{name}".upper(): value for name, value in variables.items()}
    return run(
        *(SCRIPTS / "dagster", "asset", "materialize", "-m", "lm_synth_assets", "--select", selection),
        *options,
        variables={"LM_SYNTH_OUT": str(out), **given},
    )


def test_dagster_writes_the_bytes_that_the_command_line_writes(tmp_path: Path, tiny: Path) -> None:
    ran = dagster_materialize(tmp_path / "out", "*", config=str(TINY))
    assert ran.code == 0, ran.err
    assert files(tmp_path / "out") == files(tiny)


@pytest.mark.slow
def test_run_configuration_is_as_good_as_flags(call: Call, tmp_path: Path) -> None:
    fields = {"config": str(TINY), "patients": 500, "seed": 7, "start_year": 2027, "years": 2}
    ran = dagster_materialize(
        tmp_path / "dagster",
        "*",
        *("--config-json", json.dumps({"resources": {"generation": {"config": fields}}})),
    )
    assert ran.code == 0, ran.err
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in fields.items()]
    assert call("generate", *flags, "--out", tmp_path / "flags", *WITH_ALL, "--quiet") == (0, "", "")
    assert files(tmp_path / "dagster") == files(tmp_path / "flags")


@pytest.mark.slow
def test_a_process_for_each_step_writes_the_same_bytes(tmp_path: Path, tiny: Path) -> None:
    ran = dagster_materialize(tmp_path / "out", "*", config=str(TINY), executor="multiprocess")
    assert ran.code == 0, ran.err
    # A table, its gates, and the report; three tables have checks of sdmetrics, too.
    assert ran.err.count("Launching subprocess for") >= 2 * len(TABLES) + 1
    assert files(tmp_path / "out") == files(tiny)
