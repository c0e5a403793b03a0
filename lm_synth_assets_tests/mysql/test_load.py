"""Files get into MySQL: by `lm-synth load`, and by the generated SQL with nothing but a client."""

import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.mysql.address import PASSWORD_VARIABLE, Address
from lm_synth_assets.storage.mysql.database_lock import DatabaseLock
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets.storage.run_lock import Writer
from lm_synth_assets_tests.support.commands import ROOT, TINY, Call, edited
from lm_synth_assets_tests.support.mysql_clients import client, rows
from lm_synth_assets_tests.support.servers import Server
from lm_synth_assets_tests.support.stores import OPENERS

GATES = len(all_gates())

LOAD = ROOT / "deploy" / "mysql" / "load.sql"
VERIFY = ROOT / "deploy" / "mysql" / "verify.sql"


@pytest.fixture
def target(database: Address, monkeypatch: pytest.MonkeyPatch) -> Address:
    """An empty database whose password is in the environment."""
    monkeypatch.setenv(PASSWORD_VARIABLE, database.password)
    return database


def holds(address: Address, folder: Path) -> None:
    for table in TABLES.values():
        expected, found = CsvStore(folder).read(table), MysqlStore(address).read(table)
        # Files hold all tables but this one in the order of their keys, as a database gives them.
        if table.name == "dataset_contents":
            expected = expected.sort_values("table_name", ignore_index=True)
        pd.testing.assert_frame_equal(found, expected, check_exact=True, obj=table.name)


def is_empty(address: Address) -> bool:
    return not any(MysqlStore(address).exists(table) for table in TABLES.values())


def renamed(folder: Path, table: str, change: dict[int, str] | None = None) -> None:
    """Give a table the names of its areas in the place of their numbers."""
    path = folder / f"{table}.csv"
    names = pd.read_csv(folder / "dim_lha.csv").set_index("lha_id")["lha_name"].to_dict() | (change or {})
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    named = frame.assign(lha_id=frame["lha_id"].astype(int).map(names)).rename(columns={"lha_id": "lha_name"})
    named.to_csv(path, index=False, lineterminator="\n")


REFUSED = "rows were refused or are missing, nothing was loaded"


class TestLoad:
    def test_puts_csv_files_into_the_database(self, target: Address, tiny: Path, call: Call) -> None:
        ran = call("load", "--config", TINY, "--in", tiny, "--url", target.url)
        assert ran.code == 0, ran.out + ran.err
        assert f"load: PASS ({GATES} of {GATES} gates passed)" in ran.out
        holds(target, tiny)

    def test_makes_a_database_that_can_be_queried(self, target: Address, tiny: Path, call: Call) -> None:
        assert call("load", "--in", tiny, "--url", target, "--config", TINY, "--quiet").code == 0
        sql = "SELECT alc_flag, count(*) AS stays, sum(los_days) FROM ip_stays GROUP BY ALL ORDER BY ALL"
        from_files = call("query", "--in", tiny, "--csv", sql)
        assert (from_files.code, from_files.out.count("\n")) == (0, 3)
        assert call("query", "--url", target, "--csv", sql) == from_files

    def test_can_be_run_again(self, target: Address, tiny: Path, call: Call) -> None:
        for _ in range(2):
            assert call("load", "--config", TINY, "--in", tiny, "--url", target.url, "--quiet").code == 0
        holds(target, tiny)

    def test_goes_on_where_it_was_stopped(
        self, target: Address, tiny: Path, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write, stored = MysqlStore.write, []

        def stopped(store: MysqlStore, table, frame, **how):  # type: ignore[no-untyped-def]
            if len(stored) == 12:
                raise KeyboardInterrupt
            stored.append(table.name)
            return write(store, table, frame, **how)

        monkeypatch.setattr(MysqlStore, "write", stopped)
        ran = call("load", "--config", TINY, "--in", tiny, "--url", target.url, "--no-validate")
        assert ran.code == 130
        assert (
            "Interrupted: every table is either the one from before or whole and new. Run it again" in ran.err
        )
        monkeypatch.undo()
        monkeypatch.setenv(PASSWORD_VARIABLE, target.password)
        assert call("load", "--config", TINY, "--in", tiny, "--url", target.url).code == 0
        holds(target, tiny)

    @pytest.mark.parametrize("format", [name for name in OPENERS if name != "csv"])
    def test_takes_other_formats(
        self, target: Address, tiny: Path, tmp_path: Path, call: Call, format: str
    ) -> None:
        for table in TABLES.values():
            OPENERS[format](tmp_path).write(table, CsvStore(tiny).read(table))
        assert call("load", "--config", TINY, "--in", tmp_path, "--url", target.url, "--quiet").code == 0
        holds(target, tiny)

    def test_loads_nothing_that_a_gate_does_not_pass(self, target: Address, copy: Path, call: Call) -> None:
        edited(copy, "patients", lambda patients: patients.assign(dob=pd.Timestamp("1950-05-05")))
        ran = call("load", "--config", TINY, "--in", copy, "--url", target.url, "--quiet")
        assert ran.code == 1
        assert "FAIL patients.age_group_matches_dob" in ran.out
        assert "ERROR nothing was loaded; --no-validate loads what the gates do not pass" in ran.out
        assert is_empty(target)
        assert call("load", "--in", copy, "--url", target.url, "--no-validate", "--quiet").code == 0
        holds(target, copy)

    def test_takes_names_of_areas_for_their_numbers(
        self, target: Address, tiny: Path, copy: Path, call: Call
    ) -> None:
        for table in ("population_projection", "ed_baseline_rates", "patients"):
            renamed(copy, table)
        ran = call("load", "--config", TINY, "--in", copy, "--url", target.url)
        assert ran.code == 0, ran.out + ran.err
        holds(target, tiny)

    def test_names_an_area_that_is_not_there(self, target: Address, copy: Path, call: Call) -> None:
        renamed(copy, "patients", {3: "Atlantis"})
        ran = call("load", "--in", copy, "--url", target.url, "--no-validate")
        assert ran.code == 1
        assert "patients does not keep to its schema" in ran.err
        assert "values are in no row of dim_lha: 'Atlantis'" in ran.err
        ran = call("load", "--config", TINY, "--in", copy, "--url", target.url, "--quiet")
        assert ran.code == 1
        assert "values are in no row of dim_lha: 'Atlantis'" in ran.out

    def test_says_what_is_not_there(self, target: Address, copy: Path, call: Call) -> None:
        (copy / "ip_stays.csv").unlink()
        ran = call("load", "--in", copy, "--url", target.url, "--no-validate")
        assert ran.code == 0
        assert f"ip_stays left out: {copy / 'ip_stays.csv'} is not there" in ran.out

    def test_an_empty_folder_is_no_data_set(self, target: Address, tmp_path: Path, call: Call) -> None:
        ran = call("load", "--in", tmp_path, "--url", target.url)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith(f"Error: {tmp_path} holds no table of a data set; make one with")


class TestScripts:
    def test_load_what_the_command_loads(self, server: Server, database: Address, tiny: Path) -> None:
        ran = client(server.kind, database, LOAD, tiny)
        assert ran.code == 0, ran.err
        holds(database, tiny)
        ran = client(server.kind, database, VERIFY, tiny)
        assert ran.code == 0, ran.err
        assert "ip_stays\t" in ran.out
        assert "fk_ip_from\t0" in ran.out
        # Each of the twelve sites has three subservices.
        assert ran.out.partition("projected_volumes")[2].count("\n") == 12 * 3 + 1

    def test_replace_what_was_there(self, server: Server, database: Address, tiny: Path) -> None:
        for _ in range(2):
            assert client(server.kind, database, LOAD, tiny).code == 0
        holds(database, tiny)

    @pytest.mark.parametrize(
        ("table", "old", "new", "said", "failed"),
        [
            pytest.param(
                "patients", "Female", "Fe male", "Data truncated", REFUSED, id="no word of its list"
            ),
            pytest.param(
                "patients", "P0000007", "P0000008", "Duplicate entry", REFUSED, id="a key that is there twice"
            ),
            pytest.param("ed_encounters", "P0000", "P9000", "", "foreign key", id="visits of nobody"),
            pytest.param("patients", "P0000007", "\n", "1", REFUSED, id="a row that is cut"),
        ],
    )
    def test_load_all_or_nothing(
        self,
        server: Server,
        database: Address,
        tiny: Path,
        copy: Path,
        table: str,
        old: str,
        new: str,
        said: str,
        failed: str,
    ) -> None:
        assert client(server.kind, database, LOAD, tiny).code == 0
        path = copy / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
        ran = client(server.kind, database, LOAD, copy)
        assert ran.code == 1
        assert failed in ran.err
        assert said in ran.out
        holds(database, tiny)

    @pytest.mark.parametrize("name", ["ip_stays", "dim_gender", "dataset_contents", "dataset_manifest"])
    @pytest.mark.parametrize("options", [(), ("--force",)], ids=["stops", "goes on"])
    def test_a_missing_file_changes_nothing_whether_or_not_the_client_stops_at_errors(
        self,
        server: Server,
        database: Address,
        tiny: Path,
        copy: Path,
        options: tuple[str, ...],
        name: str,
    ) -> None:
        assert client(server.kind, database, LOAD, tiny).code == 0
        (copy / f"{name}.csv").unlink()
        ran = client(server.kind, database, LOAD, copy, *options)
        assert f"{name}.csv" in ran.err
        assert ("nothing was loaded" in ran.err) == bool(options)
        assert ran.code == (0 if options else 1)
        holds(database, tiny)

    def test_a_wrong_folder_changes_nothing(
        self, server: Server, database: Address, tiny: Path, tmp_path: Path
    ) -> None:
        assert client(server.kind, database, LOAD, tiny).code == 0
        ran = client(server.kind, database, LOAD, tmp_path, "--force")
        assert "the tables are as before, nothing was loaded" in ran.err
        holds(database, tiny)

    def test_files_that_were_cut_at_the_end_of_a_line_are_named(
        self, server: Server, database: Address, tiny: Path, copy: Path
    ) -> None:
        assert client(server.kind, database, LOAD, tiny).code == 0
        lines = (copy / "ip_stays.csv").read_bytes().splitlines(keepends=True)
        (copy / "ip_stays.csv").write_bytes(b"".join(lines[:11]))
        ran = client(server.kind, database, LOAD, copy)
        assert ran.code == 1
        assert f"ip_stays\t{len(lines) - 1}\t10" in ran.out
        holds(database, tiny)

    @pytest.mark.parametrize("options", [(), ("--force",)], ids=["stops", "goes on"])
    @pytest.mark.parametrize(
        ("action", "said"),
        [
            ("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'", "not today"),
            ("SET NEW.admit_route = LOWER(NEW.admit_route), NEW.alc_days = 1", "the tables are as before"),
        ],
        ids=["fails", "changes values"],
    )
    def test_a_trigger_that_fails_or_changes_values_leaves_the_old_rows(
        self,
        server: Server,
        database: Address,
        tiny: Path,
        copy: Path,
        action: str,
        said: str,
        options: tuple[str, ...],
    ) -> None:
        assert client(server.kind, database, LOAD, tiny).code == 0
        server.admin(
            f"CREATE TRIGGER meddle BEFORE INSERT ON ip_stays FOR EACH ROW {action}",
            database=database.database,
        )
        assert said in client(server.kind, database, LOAD, copy, *options).err
        server.admin("DROP TRIGGER meddle", database=database.database)
        holds(database, tiny)

    def test_another_run_keeps_the_script_away_and_the_script_other_runs(
        self, server: Server, database: Address, tiny: Path, tmp_path: Path
    ) -> None:
        hasty = tmp_path / "load.sql"
        text = LOAD.read_text("utf-8")
        hasty.write_text(text.replace("GET_LOCK(@lock, 60)", "GET_LOCK(@lock, 0)"), encoding="utf-8")
        lock = DatabaseLock(database)
        with lock.held_by(Writer.of_this_process("a test")):
            for options in ((), ("--force",)):
                ran = client(server.kind, database, hasty, tiny, *options)
                assert "another run is writing, nothing was loaded" in ran.err
        assert is_empty(database)
        begun = tmp_path / "begun.sql"
        begun.write_text(text.partition("CREATE TEMPORARY")[0] + "SELECT SLEEP(3);\n", encoding="utf-8")
        thread = threading.Thread(target=client, args=(server.kind, database, begun, tiny))
        thread.start()
        limit = time.monotonic() + 30
        while (holder := lock.holder()) is None or holder.command != "load.sql":
            assert time.monotonic() < limit
        thread.join()
        assert str(holder).startswith("load.sql since ")

    def test_text_with_commas_and_nulls_come_as_they_are(
        self, server: Server, database: Address, copy: Path
    ) -> None:
        path = copy / "dim_program.csv"
        path.write_text(path.read_text("utf-8").replace("1,Medicine", '1,"Medicine, all"'), encoding="utf-8")
        assert client(server.kind, database, LOAD, copy).code == 0
        assert rows(database, "SELECT program_name FROM dim_program WHERE program_id = 1") == [
            ("Medicine, all",)
        ]
        nulls = rows(database, "SELECT COUNT(*) FROM dim_date WHERE holiday_name IS NULL")[0][0]
        assert nulls == CsvStore(copy).read(TABLES["dim_date"])["holiday_name"].isna().sum()
        assert rows(database, "SELECT COUNT(*) FROM ip_stays WHERE ed_encounter_id = 0") == [(0,)]


def test_the_folder_and_the_database_are_told_apart(tiny: Path, call: Call) -> None:
    ran = call("validate", "--in", tiny, "--url", "mysql://me@127.0.0.1/lm")
    assert ran.code == 2
    assert f"{tiny} is a folder, and --url names a database: choose one" in ran.err
    ran = call("validate", "--format", "csv", "--url", "mysql://me@127.0.0.1/lm")
    assert ran.code == 2
    assert "--url names a database, where tables are not kept as --format csv: choose one" in ran.err


def test_a_database_must_be_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LM_SYNTH_MYSQL_URL", raising=False)
    ran = call("load")
    assert ran.code == 2
    assert "no database is named: give --url, or set LM_SYNTH_MYSQL_URL" in ran.err
