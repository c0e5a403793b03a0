"""The lock of a database: one run at a time, readers beside it, and none that a dead run keeps."""

import multiprocessing
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest

from lm_synth_assets.dataset.load import create_tables
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage import run_lock
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.mysql import database_lock
from lm_synth_assets.storage.mysql.address import PASSWORD_VARIABLE, Address
from lm_synth_assets.storage.mysql.database_lock import DatabaseLock, lock_name
from lm_synth_assets.storage.mysql.session import session
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets.storage.run_lock import BeingWritten, LockLost, Writer
from lm_synth_assets_tests.support.commands import ROOT, SCRIPTS, TINY, WITH_ALL, Call, environment
from lm_synth_assets_tests.support.mysql_clients import rows
from lm_synth_assets_tests.support.servers import OWNER, OwnServer, Server

ONE = Writer("`lm-synth generate`", "one", 123, "here", "2026-01-01 12:00:00")
OTHER = ONE._replace(run="other", pid=124)
WRITES = "is being written by `lm-synth generate` (process 123 on here) since 2026-01-01 12:00:00 UTC"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_lock, "WAIT_SECONDS", 0.3)


@contextmanager
def held(address: Address, writer: Writer = ONE) -> Iterator[DatabaseLock]:
    lock = DatabaseLock(address)
    with lock.held_by(writer):
        yield lock


@pytest.mark.usefixtures("impatient")
def test_a_second_writer_is_told_who_writes_and_since_when(database: Address) -> None:
    said: list[str] = []
    with (
        held(database),
        pytest.raises(BeingWritten, match=r"waited \d seconds") as caught,
        DatabaseLock(database).held_by(OTHER, said.append),
    ):
        pass
    assert f"{database} {WRITES}; waited" in str(caught.value)
    assert said == [f"{database} {WRITES}: waiting up to 0 seconds"]
    assert DatabaseLock(database).holder() is None
    with held(database, OTHER):
        assert DatabaseLock(database).holder() == OTHER


def test_another_database_of_the_server_is_another_lock(server: Server, database: Address) -> None:
    other = f"{database.database}_too"
    server.prepare(other)
    try:
        with held(database), held(server.address(database=other)):
            pass
        assert len(lock_name("d" * 64)) <= 64
    finally:
        server.admin(f"DROP DATABASE {other}")


def take_and_stay(address: Address, ready: object) -> None:
    with held(address):
        ready.set()  # type: ignore[attr-defined]
        time.sleep(60)


def test_a_killed_writer_keeps_nobody_away(database: Address) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=take_and_stay, args=(database, ready))
    process.start()
    assert ready.wait(60)
    assert DatabaseLock(database).holder() == ONE
    process.kill()
    process.join()
    with held(database, OTHER):
        pass


@pytest.mark.usefixtures("impatient")
def test_tables_are_not_dropped_while_a_run_writes(server: Server, database: Address) -> None:
    owner = server.address(OWNER, database.database)
    with held(database), pytest.raises(BeingWritten, match="process 123 on here"):
        create_tables(owner, recreate=True)
    assert create_tables(owner, recreate=True)


@pytest.mark.usefixtures("impatient")
def test_an_owner_who_may_not_read_is_told_the_connection(server: Server, database: Address) -> None:
    maker = server.address(f"lm_few_{database.database[-6:]}", database.database)
    server.allow(maker.user, "CREATE", "REFERENCES", "DROP", database=database.database)
    try:
        with (
            held(database),
            pytest.raises(BeingWritten, match=r"another program \(connection \d+ of the server"),
        ):
            create_tables(maker, recreate=True)
    finally:
        server.admin(f"DROP USER {maker.user}@'%'")


def test_a_connection_that_breaks_is_replaced_and_the_lock_kept(
    server: Server, database: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_lock, "RENEW_SECONDS", 0.1)
    with held(database):
        before = holder_connection(database)
        server.admin(f"KILL {before}")
        until(lambda: holder_connection(database) not in (None, before))
        assert DatabaseLock(database).holder() == ONE
    assert DatabaseLock(database).holder() is None


def test_a_run_that_lost_the_lock_to_another_says_so(
    server: Server, database: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes and goes before the connection is replaced."""
    monkeypatch.setattr(database_lock, "RENEW_SECONDS", 3600)
    first = DatabaseLock(database)
    assert first.take(ONE)
    server.admin(f"KILL {holder_connection(database)}")
    with held(database, OTHER), pytest.raises(BeingWritten):
        first.refuse_others(ONE.run)
    first._renew()
    with pytest.raises(LockLost, match="another run has written since"):
        first.release()


def test_a_restart_of_the_server_costs_nothing(
    own_server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_lock, "RENEW_SECONDS", 0.1)
    own_server.prepare()
    create_tables(own_server.address(OWNER))
    address = own_server.address()
    with held(address):
        time.sleep(1.5)  # so that the row outlives a server that does not flush each commit
        own_server.stop(signal.SIGKILL)
        own_server.start()
        until(lambda: DatabaseLock(address).holder() == ONE)


@pytest.mark.usefixtures("impatient")
def test_commands_that_write_are_refused_and_those_that_read_are_told(
    database: Address,
    tiny: Path,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, database.password)
    at = ("--url", database.url, "--config", TINY, "--quiet")
    MysqlStore(database).write(TABLES["dim_gender"], CsvStore(tiny).read(TABLES["dim_gender"]))
    with held(database):
        for command in (("generate", "--years", 1), ("load", "--in", tiny)):
            ran = call(*command, *at)
            assert ran.code == 1, ran.err
            assert f"Error: {database} {WRITES}; waited" in ran.err
        caplog.clear()
        call("validate", *at, "--select", "dim_gender.keys")
    assert f"{WRITES}: its tables may be of two runs" in caplog.text


def test_of_several_runs_at_once_the_last_leaves_its_own_whole_set(database: Address, tiny: Path) -> None:
    variables = environment({PASSWORD_VARIABLE: database.password})
    small = ("--config", TINY, "--years", 3, "--quiet", "--url", database.url)
    runs = [
        subprocess.Popen(
            [SCRIPTS / "lm-synth", *map(str, arguments)],
            env=variables,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for arguments in (
            ("generate", "--seed", 1, "--patients", 300, *WITH_ALL, *small),
            ("generate", "--seed", 2, "--patients", 500, *WITH_ALL, *small),
            ("load", "--in", tiny, "--config", TINY, "--quiet", "--url", database.url),
        )
    ]
    said = [process.communicate()[1] for process in runs]
    assert [process.returncode for process in runs] == [0, 0, 0], said
    assert sum("is being written by `lm-synth" in text for text in said) >= 1
    [(patients,)] = rows(database, "SELECT patients FROM dataset_manifest")
    assert rows(database, "SELECT COUNT(*) FROM patients") == [(patients,)]


def holder_connection(address: Address) -> int | None:
    with session(address, "looking") as opened:
        return opened.value("SELECT IS_USED_LOCK(%s)", (lock_name(address.database),))  # type: ignore[no-any-return]


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        try:
            if condition():
                return
        except pymysql.err.MySQLError:
            pass
        time.sleep(0.05)
    raise AssertionError("it has not come about in 30 seconds")
