"""The DuckDB file: tables with types, keys and comments, views, and one transaction for each table."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import sqlalchemy as sa

from lm_synth_assets.dataset.saved_queries import saved_queries
from lm_synth_assets.errors import StorageError
from lm_synth_assets.gates.rules.rule import RULES
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES, primary_key, unique_keys
from lm_synth_assets.schema.kinds import closed_list, duckdb_type
from lm_synth_assets.storage.duckdb import database
from lm_synth_assets.storage.duckdb.database import Database, FileInUse
from lm_synth_assets.storage.duckdb.store import FILE, DuckdbStore
from lm_synth_assets.storage.errors import PathMisread, UnwritableFolder
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.record import REPORT_FILE
from lm_synth_assets_tests.support.commands import TINY, Call, files
from lm_synth_assets_tests.support.frames import valid_frame

SITES, ED, PATIENTS, MANIFEST = (
    TABLES[name] for name in ("dim_site", "ed_encounters", "patients", "dataset_manifest")
)
ALL_TABLES = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.fixture
def store(tmp_path: Path) -> DuckdbStore:
    return DuckdbStore(tmp_path)


def asked(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query over the file, opened as anybody opens it."""
    with duckdb.connect(str(folder / FILE), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def changed(path: Path, sql: str) -> None:
    """Change a file as another program does."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)


# Tables


@ALL_TABLES
def test_a_table_has_its_types_keys_and_comments(store: DuckdbStore, table: sa.Table, tmp_path: Path) -> None:
    store.write(table, valid_frame(table))
    columns = asked(
        tmp_path,
        "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() "
        f"WHERE schema_name = 'main' AND table_name = '{table.name}' ORDER BY column_index",
    )

    def shown(column: sa.Column[Any]) -> str:
        return duckdb_type(column).replace(", ", ",") if not closed_list(column) else duckdb_type(column)

    assert [(name, kind.replace("', '", "','"), null) for name, kind, null, _ in columns] == [
        (column.name, shown(column), column.nullable) for column in table.columns
    ]
    assert [comment for *_, comment in columns] == [column.comment for column in table.columns]
    assert asked(tmp_path, f"SELECT comment FROM duckdb_tables() WHERE table_name = '{table.name}'") == [
        (table.comment,)
    ]
    keys = asked(
        tmp_path,
        "SELECT constraint_type, constraint_column_names FROM duckdb_constraints() "
        f"WHERE table_name = '{table.name}' AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')",
    )
    assert sorted(keys) == sorted(
        [("PRIMARY KEY", primary_key(table)), *(("UNIQUE", key) for key in unique_keys(table))]
    )


def test_lists_of_tables_show_those_of_the_data_set_alone(store: DuckdbStore, tmp_path: Path) -> None:
    store.write(SITES, valid_frame(SITES))
    assert asked(tmp_path, "SHOW TABLES") == [("dim_site",)]


def test_older_versions_of_duckdb_can_read_the_file(store: DuckdbStore, tmp_path: Path) -> None:
    store.write(SITES, valid_frame(SITES))
    [(tags,)] = asked(tmp_path, "SELECT tags FROM duckdb_databases() WHERE NOT internal")
    assert tags["storage_version"] == "v1.0.0+"


def test_the_file_refuses_what_the_declaration_refuses(store: DuckdbStore, tmp_path: Path) -> None:
    store.write(ED, valid_frame(ED))
    with duckdb.connect(str(tmp_path / FILE)) as connection:
        for change in (
            "UPDATE ed_encounters SET dispo = 'Vanished'",
            "UPDATE ed_encounters SET patient_id = NULL",
            "INSERT INTO ed_encounters FROM ed_encounters",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(change)


def test_other_tables_of_the_file_are_kept(store: DuckdbStore, tmp_path: Path) -> None:
    changed(tmp_path / FILE, "CREATE TABLE notes AS SELECT 'mine' AS text")
    store.write(SITES, valid_frame(SITES))
    store.write(SITES, valid_frame(SITES, 2))
    assert asked(tmp_path, "FROM notes") == [("mine",)]


# Views


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Path:
    """The tiny data set in a file, its views as a run makes them, and one patient who has a double."""
    folder = tmp_path_factory.mktemp("duckdb")
    store = DuckdbStore(folder)
    region = RunRequest.read(TINY, with_ed=True, with_ip=True).region
    store.saved_queries = lambda: saved_queries(region)
    for table in TABLES.values():
        store.write(table, CsvStore(tiny).read(table))
    return folder


@pytest.fixture
def attached(made: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to which the file is attached under another name."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{made / FILE}' AS mine (READ_ONLY)")
        yield connection


def test_every_rule_is_a_view_that_returns_no_row_of_good_data(
    attached: duckdb.DuckDBPyConnection,
) -> None:
    views = attached.execute(
        "SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'rules'"
    ).fetchall()
    assert {name for name, _ in views} == {name.replace(".", "_") for name in RULES}
    for name, comment in views:
        assert attached.execute(f"FROM mine.rules.{name}").fetchall() == [], name
        assert comment.endswith("."), name


def test_the_projection_of_the_blueprint_is_a_view(attached: duckdb.DuckDBPyConnection, tiny: Path) -> None:
    [(shown,)] = attached.execute("SELECT sum(projected_volumes) FROM mine.queries.ed_projection").fetchall()
    stored = CsvStore(tiny).read(TABLES["ed_projection"])
    first = stored[(stored["scenario_id"] == 1) & (stored["year"] == 2025)]
    assert float(shown) == pytest.approx(first["projected_volumes"].sum(), rel=1e-6)


def test_a_rule_finds_what_breaks_it(tmp_path: Path) -> None:
    store = DuckdbStore(tmp_path)
    region = RunRequest.read(TINY).region
    store.saved_queries = lambda: saved_queries(region)
    store.write(TABLES["dim_lha"], valid_frame(TABLES["dim_lha"]))
    store.write(SITES, valid_frame(SITES, 2))
    assert [row[0] for row in asked(tmp_path, "FROM rules.dim_lha_foreign_keys")] == [3]


def test_a_view_is_there_as_long_as_its_tables_are(tmp_path: Path) -> None:
    store = DuckdbStore(tmp_path)
    region = RunRequest.read(TINY).region
    store.saved_queries = lambda: saved_queries(region)

    def views() -> set[str]:
        return {
            name for (name,) in asked(tmp_path, "SELECT view_name FROM duckdb_views() WHERE NOT internal")
        }

    store.write(ED, valid_frame(ED))
    assert "visits_match_patients" not in views()
    store.write(PATIENTS, valid_frame(PATIENTS))
    assert {"visits_match_patients", "ed_encounters_keys"} <= views()
    store.write(ED, valid_frame(ED, 5))
    assert {"visits_match_patients", "ed_encounters_keys"} <= views()
    store.remove(ED)
    assert {"visits_match_patients", "ed_encounters_keys"} & views() == set()
    assert "patients_keys" in views()
    for name in views():
        asked(tmp_path, f"FROM rules.{name}")


def test_a_run_makes_the_views_and_other_commands_use_the_file(tmp_path: Path, call: Call) -> None:
    usual = ("--config", TINY, "--quiet")
    assert call("generate", *usual, "--years", 1, "--format", "duckdb", "--out", tmp_path).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {FILE, REPORT_FILE}
    assert asked(tmp_path, "FROM rules.dim_site_keys") == []
    assert call("validate", *usual, "--in", tmp_path).code == 0
    assert "ed_encounters is not there" in call("compare", *usual, "--in", tmp_path).err
    ran = call("generate", *usual, "--years", 1, "--seed", 5, "--format", "duckdb", "--out", tmp_path)
    assert ran.code == 0
    assert asked(tmp_path, "SELECT seed FROM dataset_manifest") == [(5,)]


# By halves


def test_a_failure_within_the_transaction_changes_nothing(
    store: DuckdbStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in (SITES, MANIFEST):
        store.write(table, valid_frame(table, 1))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DuckdbStore, "_save_queries", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.write(SITES, valid_frame(SITES, 2))
    same(store.read(SITES), valid_frame(SITES, 1))
    assert store.exists(MANIFEST)


KILLED = """
import os, sys
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.duckdb.store import DuckdbStore
from lm_synth_assets_tests.support.frames import valid_frame
instant = sys.argv[2]
def die(*_, **__): os.kill(os.getpid(), 9)
if instant == "before the commit":
    DuckdbStore._save_queries = die
else:
    DuckdbStore._size = die
table = TABLES["ed_encounters"]
DuckdbStore(sys.argv[1]).write(table, valid_frame(table, 10))
"""


@pytest.mark.parametrize(("instant", "rows"), [("before the commit", 3), ("after the commit", 10)])
def test_a_killed_writer_leaves_one_version_or_the_other(
    store: DuckdbStore, tmp_path: Path, instant: str, rows: int
) -> None:
    store.write(ED, valid_frame(ED, 3))
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), instant], check=False)
    same(store.read(ED), valid_frame(ED, rows))
    store.write(ED, valid_frame(ED, 5))
    same(store.read(ED), valid_frame(ED, 5))
    assert files(tmp_path).keys() == {FILE}


def test_a_version_and_its_claims_are_one_transaction(store: DuckdbStore, tmp_path: Path) -> None:
    for table in (SITES, *(TABLES[name] for name in CLAIMS)):
        store.write(table, valid_frame(table, 1))
    assert store.write(SITES, valid_frame(SITES, 2)).withdrawn == CLAIMS
    assert {name for (name,) in asked(tmp_path, "SELECT table_name FROM records.stored_tables")} == {
        "dim_site"
    }


# One file, one process at a time


HOLDING = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(store: DuckdbStore, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that has the file open."""
    store.write(SITES, valid_frame(SITES))
    command = [sys.executable, "-c", HOLDING, str(tmp_path / FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process


def test_a_file_that_another_program_has_open_is_told(
    store: DuckdbStore, held: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.2)
    said = (
        f"{tmp_path / FILE} is open in another program (process {held.pid}); waited 0 seconds. Close it there"
    )
    with pytest.raises(FileInUse) as caught:
        store.write(SITES, valid_frame(SITES, 2))
    assert str(caught.value).startswith(said)
    assert caught.value.transient
    [problem] = store.inspect(SITES).problems
    assert problem.startswith(said)


def test_it_is_waited_for(store: DuckdbStore, held: subprocess.Popen[str]) -> None:
    assert held.stdin is not None
    held.stdin.close()
    store.write(SITES, valid_frame(SITES, 2))
    same(store.read(SITES), valid_frame(SITES, 2))


def test_steps_in_processes_of_their_own_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import sys\n"
        "from lm_synth_assets.schema.catalogue import TABLES\n"
        "from lm_synth_assets.storage.duckdb.store import DuckdbStore\n"
        "from lm_synth_assets_tests.support.frames import valid_frame\n"
        "table = TABLES[sys.argv[2]]\n"
        "for rows in range(1, 4): DuckdbStore(sys.argv[1]).write(table, valid_frame(table, rows))\n"
    )
    names = ("dim_site", "dim_lha", "patients")
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in names]
    assert [process.wait() for process in running] == [0, 0, 0]
    for name in names:
        same(DuckdbStore(tmp_path).read(TABLES[name]), valid_frame(TABLES[name], 3))


# Files of others


STRANGE = {
    "no database": (lambda path: path.write_bytes(b"hello world"), "it is not a DuckDB database"),
    "an empty file": (lambda path: path.write_bytes(b""), "it is empty"),
    "a folder": (Path.mkdir, "it is a folder and not a file"),
    "another table": (
        lambda path: changed(path, "CREATE TABLE dim_site AS SELECT 1 AS a, 2 AS b"),
        "its table dim_site has other columns: a, b",
    ),
}


@pytest.mark.parametrize(("make", "reason"), STRANGE.values(), ids=STRANGE)
def test_a_run_refuses_to_write_to_a_file_that_none_has_made(
    tmp_path: Path, call: Call, make: Any, reason: str
) -> None:
    make(tmp_path / FILE)
    before = files(tmp_path)
    ran = call("generate", "--config", TINY, "--quiet", "--format", "duckdb", "--out", tmp_path)
    assert (ran.code, files(tmp_path)) == (2, before)
    assert f"would overwrite ({FILE}: {reason})" in ran.err


def test_with_replace_a_file_is_overwritten_and_a_folder_is_not(tmp_path: Path) -> None:
    store = DuckdbStore(tmp_path)
    (tmp_path / FILE).write_bytes(b"hello world")
    store.overrule()
    store.write(SITES, valid_frame(SITES))
    same(store.read(SITES), valid_frame(SITES))
    other = DuckdbStore(tmp_path / "other")
    (tmp_path / "other" / FILE / "mine").mkdir(parents=True)
    other.overrule()
    with pytest.raises(StorageError):
        other.write(SITES, valid_frame(SITES))
    assert (tmp_path / "other" / FILE / "mine").exists()


def test_what_is_no_database_is_told_of_every_table(store: DuckdbStore, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"hello world")
    [problem] = store.inspect(ED).problems
    assert problem.startswith(f"{tmp_path / FILE}/ed_encounters cannot be read as ed_encounters: it is not a")


def test_a_table_that_another_program_changed_is_read_and_told(store: DuckdbStore, tmp_path: Path) -> None:
    store.write(ED, valid_frame(ED))
    changed(tmp_path / FILE, "CREATE OR REPLACE TABLE ed_encounters AS SELECT *, 1 AS x FROM ed_encounters")
    inspection = store.inspect(ED)
    assert inspection.problems == ("x: the table has no such column",)


def test_a_path_that_would_be_misread_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PathMisread, match="misreads paths with '\\?'; choose another folder"):
        DuckdbStore(tmp_path / "a?")


def test_a_folder_that_cannot_be_written_to_is_named() -> None:
    with pytest.raises(UnwritableFolder, match=r"Cannot write to /proc/out/lm_synth\.duckdb"):
        DuckdbStore("/proc/out").write(SITES, valid_frame(SITES))
    assert not Database(Path("/proc/out") / FILE).path.exists()
