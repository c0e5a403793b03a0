"""lm-synth query: SQL over any stored data set, which reads its tables and nothing else."""

import json
import os
import pty
import re
import subprocess
import time
from fcntl import ioctl
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa

from lm_synth_assets.dataset.query import QueryError, result_of
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.formats import FILE_FORMATS
from lm_synth_assets.storage.frames import arrow_schema, from_arrow
from lm_synth_assets_tests.support.commands import ROOT, SCRIPTS, Call, Ran, environment, files
from lm_synth_assets_tests.support.frames import valid_frame

SITES, STAYS = TABLES["dim_site"], TABLES["ip_stays"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some small tables."""
    store = CsvStore(tmp_path)
    for name in ("dim_site", "patients", "ip_stays"):
        store.write(TABLES[name], valid_frame(TABLES[name], 4))
    return tmp_path


@pytest.fixture
def ask(folder: Path, call: Call) -> Call:
    """Runs a query over the small tables."""
    return lambda *arguments: call("query", "--in", folder, *arguments)


# What is queried


@pytest.mark.parametrize("name", FILE_FORMATS)
@pytest.mark.parametrize("table", [SITES, STAYS], ids=str)
def test_a_table_comes_back_as_it_is_stored(tmp_path: Path, name: str, table: sa.Table) -> None:
    store = FILE_FORMATS[name].open(tmp_path)
    store.write(table, valid_frame(table))
    with result_of(f"FROM {table.name}", store) as result:
        arrow = pa.Table.from_batches(result.batches, result.schema)
    assert arrow.schema.types == arrow_schema(table).types
    pd.testing.assert_frame_equal(from_arrow(table, arrow), valid_frame(table), check_exact=True)


@pytest.mark.parametrize("name", FILE_FORMATS)
def test_the_command_queries_every_format(tmp_path: Path, call: Call, name: str) -> None:
    FILE_FORMATS[name].open(tmp_path).write(SITES, valid_frame(SITES))
    ran = call("query", "--in", tmp_path, "--json", "SELECT count(*) AS sites FROM dim_site")
    assert (ran.code, json.loads(ran.out), ran.err) == (0, [{"sites": 3}], "")


def test_only_tables_that_a_query_names_are_read(folder: Path, ask: Call) -> None:
    (folder / "patients.csv").write_bytes(b"damaged")
    assert ask("SELECT count(*) FROM DIM_SITE").code == 0
    ran = ask("SELECT count(*) FROM patients")
    assert (ran.code, ran.out) == (1, "")
    assert "patients.csv cannot be read as patients" in ran.err


def test_tables_are_listed_and_described(ask: Call) -> None:
    assert json.loads(ask("--json", "SHOW TABLES").out) == [
        {"name": name} for name in ("dim_site", "ip_stays", "patients")
    ]
    described = json.loads(ask("--json", "DESCRIBE ip_stays").out)
    assert [row["column_name"] for row in described] == list(STAYS.columns.keys())


@pytest.mark.parametrize(
    "sql",
    [
        "WITH s AS (FROM dim_site) SELECT count(*) FROM s",
        "FROM dim_site SELECT site_id",
        "VALUES (1)",
        "PIVOT dim_site ON site_type USING count(*)",
        "EXPLAIN SELECT * FROM dim_site",
        "SUMMARIZE patients",
        "SELECT 1 -- with a remark; and more",
        "SELECT 1;",
    ],
)
def test_every_query_that_reads_is_run(ask: Call, sql: str) -> None:
    ran = ask(sql)
    assert (ran.code, ran.err) == (0, "")


# Where a query comes from


@pytest.mark.parametrize("arguments", [("-",), ("--file", "-"), ("--file", "q.sql")])
def test_a_query_comes_from_standard_input_or_a_file(folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "q.sql").write_text("SELECT 'Zoë' AS name", encoding="utf-8")
    done = subprocess.run(
        [SCRIPTS / "lm-synth", "query", "--in", ".", "--json", *arguments],
        input="SELECT 'Zoë' AS name",
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=environment({"PYTHONUTF8": "1"}),
    )
    assert json.loads(done.stdout) == [{"name": "Zoë"}]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "no query is given: name it in quotes, or a file that holds it with --file"),
        (("SELECT 1", "--file", "q.sql"), "the query is given twice"),
        (("--file", "no.sql"), "the query cannot be read from no.sql: No such file or directory"),
        (("SELECT 1", "--csv", "--json"), "--csv and --json are two ways to print: choose one"),
    ],
)
def test_wrong_usage_is_said(ask: Call, arguments: tuple[str, ...], reason: str) -> None:
    ran = ask(*arguments)
    assert ran.code == 2
    assert reason in ran.err + ran.out


# It cannot write, and sees nothing but the tables


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("INSERT INTO dim_site SELECT * FROM dim_site", "INSERT"),
        ("UPDATE dim_site SET site_id = 1", "UPDATE"),
        ("DELETE FROM dim_site", "DELETE"),
        ("DROP VIEW dim_site", "DROP"),
        ("CREATE TABLE t AS SELECT 1", "CREATE"),
        ("COPY dim_site TO 'evil.csv'", "COPY"),
        ("EXPORT DATABASE 'evil'", "EXPORT"),
        ("ATTACH 'evil.db'", "ATTACH"),
        ("INSTALL httpfs", "LOAD"),
        ("SET enable_external_access = true", "SET"),
        ("PRAGMA database_list", "PRAGMA"),
        ("CALL pragma_version()", "CALL"),
    ],
)
def test_a_statement_that_does_more_than_read_is_refused(
    folder: Path, ask: Call, monkeypatch: pytest.MonkeyPatch, sql: str, kind: str
) -> None:
    monkeypatch.chdir(folder)
    before = files(folder)
    ran = ask(sql)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Error: {kind} is refused: only queries that read are run, such as SELECT\n"
    assert files(folder) == before


@pytest.mark.parametrize(("sql", "count"), [("SELECT 1; SELECT 2", "2"), ("", "none")])
def test_one_query_is_run_at_a_time(ask: Call, sql: str, count: str) -> None:
    ran = ask(sql)
    assert (ran.code, ran.err) == (2, f"Error: one query is needed; the text holds {count}\n")


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('dim_site.csv')",
        "FROM read_text('/etc/passwd')",
        "FROM 'dim_site.csv'",
        "FROM glob('*')",
        "FROM query('SELECT * FROM ''dim_site.csv''')",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'evil.csv'",
        "FROM 'https://example.com/x.csv'",
        "SELECT getenv('HOME')",
    ],
)
def test_a_query_reads_no_file_and_no_variable(
    folder: Path, ask: Call, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.chdir(folder)
    before = files(folder)
    ran = ask(sql)
    assert (ran.code, ran.out) == (2, "")
    assert files(folder) == before


# Errors


def test_an_error_says_where_it_is(ask: Call) -> None:
    ran = ask("SELECT site_id FORM dim_site WHERE")
    assert ran.code == 2
    assert "LINE 1: SELECT site_id FORM dim_site WHERE\n" in ran.err
    assert "^" in ran.err


def test_a_column_that_is_not_there_brings_those_that_are(ask: Call) -> None:
    ran = ask("SELECT site_nam FROM dim_site")
    assert ran.code == 2
    assert 'Candidate bindings: "site_name"' in ran.err
    assert "\n               ^" not in ran.err.partition("LINE 1")[0]
    assert ran.err.endswith("The columns are\n  dim_site: site_id, site_code, site_name, site_type\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("patient", "there is no table patient; did you mean patients?"),
        ("Patient", "there is no table Patient; did you mean patients?"),
        ("visits", "there is no table visits"),
        ("ed_encounters", "ed_encounters is not stored there"),
    ],
)
def test_a_table_that_is_not_there_brings_those_that_are(ask: Call, name: str, message: str) -> None:
    ran = ask(f"SELECT * FROM {name}")
    assert ran.code == 2
    assert ran.err.startswith(f"Error: {message}\n\nLINE 1: SELECT * FROM {name}\n")
    assert ran.err.endswith("The tables are dim_site, patients, ip_stays.\n")


def test_an_error_in_the_middle_of_the_rows_is_said(tmp_path: Path) -> None:
    store = CsvStore(tmp_path)
    store.write(SITES, valid_frame(SITES))
    sql = "SELECT CAST(CASE WHEN range < 200000 THEN '1' ELSE 'x' END AS INT) FROM range(300000)"
    with (
        pytest.raises(QueryError, match="Could not convert string 'x' to INT32"),
        result_of(sql, store) as result,
    ):
        list(result.batches)


def test_an_error_is_json_where_json_is_asked_for(ask: Call) -> None:
    error = json.loads(ask("--json", "SELECT * FROM patient").out)["error"]
    assert (error["exit_code"], error["kind"]) == (2, "usage")


def test_a_folder_without_a_data_set_is_said(tmp_path: Path, call: Call) -> None:
    ran = call("query", "--in", tmp_path, "SELECT 1")
    assert (ran.code, ran.out) == (1, "")
    assert "holds no table of a data set" in ran.err


# What is printed


def test_a_table_has_numbers_to_the_right_and_names_of_nulls(ask: Call) -> None:
    sql = "SELECT stay_id, discharge_ts, los_days, alc_flag, 0.1 + 0.2::DOUBLE AS sum FROM ip_stays LIMIT 3"
    assert ask(sql).out.splitlines() == [
        "stay_id   discharge_ts          los_days   alc_flag   sum",
        "─────────────────────────────────────────────────────────",
        "      1   2025-01-01 00:00:00       0.00   false      0.3",
        "      2   2025-01-01 00:01:00       1.01   true       0.3",
        "      3   NULL                      2.02   false      0.3",
        "(3 rows)",
    ]


def test_csv_is_in_the_dialect_of_the_files(folder: Path, ask: Call) -> None:
    assert ask("--csv", "FROM ip_stays").out.encode() == (folder / "ip_stays.csv").read_bytes()


def test_csv_quotes_what_needs_it(ask: Call) -> None:
    sql = """SELECT 'a,b' AS "x,y", 'say "z"' AS b, '' AS empty, NULL AS nothing, 'two\nlines' AS c"""
    assert ask("--csv", sql).out == ('"x,y",b,empty,nothing,c\n"a,b","say ""z""","",,"two\nlines"\n')


def test_json_has_an_object_a_row(ask: Call) -> None:
    sql = (
        "SELECT 1 AS n, 1.50::DECIMAL(4, 2) AS d, 'NaN'::DOUBLE AS nan, NULL AS nothing, true AS yes, "
        "DATE '2025-03-09' AS day, TIMESTAMP '2025-03-09 02:30:00' AS time, [1, NULL] AS list, "
        "INTERVAL 90 MINUTE AS length, sum(stay_id) AS total FROM ip_stays"
    )
    assert json.loads(ask("--json", sql).out) == [
        {
            "n": 1,
            "d": 1.5,
            "nan": None,
            "nothing": None,
            "yes": True,
            "day": "2025-03-09",
            "time": "2025-03-09 02:30:00",
            "list": [1, None],
            "length": "01:30:00",
            "total": 10,
        }
    ]


@pytest.mark.parametrize(("option", "expected"), [("--json", "[]\n"), ("--csv", "a\n")])
def test_a_result_without_rows_is_whole(ask: Call, option: str, expected: str) -> None:
    assert ask(option, "SELECT 1 AS a WHERE false").out == expected


def test_text_does_nothing_to_the_terminal(ask: Call) -> None:
    assert "a\\x1b[31mb" in ask("SELECT 'a' || chr(27) || '[31mb' AS text").out


def test_a_table_of_very_many_rows_says_how_to_get_all(ask: Call) -> None:
    lines = ask("FROM range(5000)").out.splitlines()
    assert len(lines) == 1_003
    assert lines[-1] == "(the first 1,000 rows; --csv and --json print all)"
    assert len(ask("--csv", "FROM range(5000)").out.splitlines()) == 5_001


def on_a_terminal(columns: int, *arguments: object) -> str:
    """What a command prints on a terminal of some columns."""
    reading, writing = pty.openpty()
    ioctl(writing, TIOCSWINSZ, pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        list(map(str, (SCRIPTS / "lm-synth", *arguments))),
        stdout=writing,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment({"TERM": "xterm", "NO_COLOR": "1"}),
    )
    os.close(writing)
    output = b""
    try:
        while block := os.read(reading, 4096):
            output += block
    except OSError:
        # Linux says so when the other side is closed.
        pass
    os.close(reading)
    assert process.wait() == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", output.decode()).replace("\r\n", "\n")


def test_on_a_narrow_terminal_columns_stand_below_each_other(folder: Path) -> None:
    printed = on_a_terminal(60, "query", "--in", folder, "SELECT * EXCLUDE admit_ts FROM ip_stays LIMIT 1")
    assert printed.splitlines()[:4] == [
        "row 1",
        "  stay_id                1",
        "  patient_id             P0000001",
        "  facility_id            1",
    ]
    wide = on_a_terminal(300, "query", "--in", folder, "SELECT * EXCLUDE admit_ts FROM ip_stays LIMIT 1")
    assert wide.startswith("stay_id   patient_id   facility_id")


@pytest.mark.parametrize("option", ["--csv", "--json"])
def test_a_reader_that_stops_ends_the_query(folder: Path, option: str) -> None:
    command = [SCRIPTS / "lm-synth", "query", "--in", folder, option, "FROM range(1000000000)"]
    process = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stderr is not None
    first = process.stdout.readline()
    process.stdout.close()
    started = time.monotonic()
    code = process.wait(timeout=120)
    assert (first, code, process.stderr.read()) == (b"range\n" if option == "--csv" else b"[\n", 0, b"")
    process.stderr.close()
    assert time.monotonic() - started < 60


def test_the_same_query_prints_the_same(ask: Call) -> None:
    sql = "SELECT patient_id, avg(los_days) AS los FROM ip_stays GROUP BY ALL"
    outputs: set[Ran] = {ask(sql) for _ in range(3)}
    assert len(outputs) == 1


def test_help_shows_examples(call: Call) -> None:
    assert 'lm-synth query "SHOW TABLES"' in call("query", "--help").out
