"""A data set made in MySQL is the one made in files, and the blueprint's queries run on it unchanged."""

from pathlib import Path

import pandas as pd
import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.projection_sql import ed_projection
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.mysql.address import PASSWORD_VARIABLE, Address
from lm_synth_assets.storage.mysql.scripts import load_script, verify_script
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.integration.test_blueprint_sql import PROJECTION
from lm_synth_assets_tests.support.commands import (
    REPORT,
    SCRIPTS,
    TINY,
    WITH_ALL,
    Call,
    Ran,
    files,
    run,
)
from lm_synth_assets_tests.support.mysql_clients import rows

GATES = len(all_gates())

EACH_COUNT = [f"SELECT COUNT(*) FROM {name}" for name in ("dim_site", "dim_program", "dim_subprogram")]
"""Section 14.7 of the blueprint, whose projection is that of section 10 but for its spaces."""

CHECK = ed_projection(2025)


def dagster(address: Address, out: Path, *arguments: object) -> Ran:
    variables = {
        "LM_SYNTH_OUT": str(out),
        "LM_SYNTH_STORAGE": "mysql",
        "LM_SYNTH_MYSQL_URL": address.url,
        PASSWORD_VARIABLE: address.password,
        "LM_SYNTH_CONFIG": str(TINY),
    }
    return run(SCRIPTS / "dagster", *arguments, variables=variables)


def test_dagster_makes_in_mysql_what_it_makes_in_files(database: Address, tiny: Path, tmp_path: Path) -> None:
    ran = dagster(database, tmp_path, "asset", "materialize", "-m", "lm_synth_assets", "--select", "*")
    assert ran.code == 0, ran.err[-3000:]
    assert files(tmp_path) == {REPORT: files(tiny)[REPORT]}

    for name, table in TABLES.items():
        expected, found = CsvStore(tiny).read(table), MysqlStore(database).read(table)
        pd.testing.assert_frame_equal(found, expected, check_exact=True, obj=name)

    orphans = [part for part in verify_script().split(";") if "orphans" in part]
    assert len(orphans) == 1
    found = rows(database, orphans[0])
    assert len(found) == sum(len(table.foreign_key_constraints) for table in TABLES.values())
    assert [name for name, count in found if count] == []

    assert [rows(database, count) for count in EACH_COUNT] == [[(12,)], [(16,)], [(48,)]]
    stored = CsvStore(tiny).read(TABLES["ed_projection"]).query("scenario_id == 1 and year == 2025")
    sites = CsvStore(tiny).read(TABLES["dim_site"]).set_index("site_id")["site_code"]
    stored = stored.assign(site=stored["site_id"].map(sites))
    expected_rows = sorted(stored[["site", "ed_subservice", "projected_volumes"]].itertuples(index=False))
    for query in (PROJECTION, CHECK):
        projected = [(site, service, float(volume)) for site, service, volume in rows(database, query)]
        assert [volume for *_, volume in projected] == sorted((v for *_, v in projected), reverse=True)
        assert [row[:2] for row in sorted(projected)] == [row[:2] for row in expected_rows]
        assert [row[2] for row in sorted(projected)] == pytest.approx([row[2] for row in expected_rows])


@pytest.fixture
def generated(database: Address, call: Call, monkeypatch: pytest.MonkeyPatch) -> Address:
    """A database with the tiny data set, made by the command line; its password is in the environment."""
    monkeypatch.setenv(PASSWORD_VARIABLE, database.password)
    ran = call("generate", "--config", TINY, "--url", database.url, *WITH_ALL)
    assert ran.code == 0, ran.err
    return database


class TestCommands:
    def test_generate_tells_where_the_tables_are(
        self, database: Address, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(PASSWORD_VARIABLE, database.password)
        ran = call("generate", "--config", TINY, "--url", database.url, *WITH_ALL)
        assert f"{database}/patients".split("/")[-1] in ran.out
        assert f"{GATES} of {GATES} gates passed" in ran.out

    def test_validate_judges_what_is_there(self, generated: Address, call: Call) -> None:
        assert call("validate", "--config", TINY, "--url", generated.url, "--quiet") == Ran(0, "", "")
        with_bad_row = "UPDATE patients SET age_group = '85+' WHERE age_group = '0-4' LIMIT 1"
        _change(generated, with_bad_row)
        ran = call("validate", "--config", TINY, "--url", generated.url, "--quiet")
        assert ran.code == 1
        assert "FAIL patients.age_group_matches_dob" in ran.out

    def test_fewer_patients_take_what_is_theirs_along_and_the_run_says_so(
        self, generated: Address, call: Call
    ) -> None:
        ran = call("generate", "--config", TINY, "--patients", 500, "--url", generated.url, *WITH_ALL)
        assert ran.code == 0, ran.out + ran.err
        words = "patients: with rows that are no longer in it went those that referred to them:"
        assert words in " ".join(ran.out.split())
        assert len(MysqlStore(generated).read(TABLES["patients"])) == 500

    def test_an_empty_database_holds_no_data_set(
        self, database: Address, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(PASSWORD_VARIABLE, database.password)
        ran = call("validate", "--url", database.url)
        assert ran.code == 1
        assert ran.err.startswith(f"Error: {database.url} holds no table of a data set; make one with")

    def test_generate_stops_before_any_work_where_tables_are_missing(
        self, database: Address, server: object, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(PASSWORD_VARIABLE, database.password)
        server.admin(f"DROP TABLE {database.database}.ip_stays")  # type: ignore[attr-defined]
        ran = call("generate", "--config", TINY, "--url", database.url, *WITH_ALL)
        assert ran.code == 1
        assert ran.err == (
            f"Error: {database} lacks ip_stays: create what is missing with `lm-synth db init`.\n"
        )


def _change(address: Address, statement: str) -> None:
    with_store = MysqlStore(address)
    with with_store._session(TABLES["patients"], "changing") as opened:
        assert opened.run(statement) == 1


def test_the_scripts_in_deploy_are_those_of_the_code() -> None:
    folder = Path(__file__).parents[2] / "deploy" / "mysql"
    assert (folder / "load.sql").read_text("utf-8") == load_script()
    assert (folder / "verify.sql").read_text("utf-8") == verify_script()
