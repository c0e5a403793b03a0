"""Clients and servers that die at the worst moment, and several that want the same table at once.

In every case the old rows are there or the new ones, whole, and running again works. Nothing waits for a
time to pass: each side is held at a point until the other is where the test wants it.
"""

import multiprocessing
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.mysql import replacement, staging
from lm_synth_assets.storage.mysql import session as sessions
from lm_synth_assets.storage.mysql import store as stores
from lm_synth_assets.storage.mysql.address import PASSWORD_VARIABLE, Address
from lm_synth_assets.storage.mysql.ddl import in_order
from lm_synth_assets.storage.mysql.errors import DatabaseError
from lm_synth_assets.storage.mysql.session import Session, session
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.support.commands import TINY
from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.frames import valid_frame
from lm_synth_assets_tests.support.servers import (
    OwnServer,
    Server,
)

MANIFEST, SITES, PATIENTS, ED, STAYS = (
    TABLES[name] for name in ("dataset_manifest", "dim_site", "patients", "ed_encounters", "ip_stays")
)
OLD = valid_frame(MANIFEST, 1_000)
NEW = valid_frame(MANIFEST, 1_500).iloc[500:].assign(seed=7).astype(OLD.dtypes.to_dict())
"""Of the old rows some stay and change and others vanish; some of the new ones are new.

So many that they are sent in more than one packet: a broken connection shows with the next.
"""

_LIMIT = 60
"""Seconds after which a test that has gone wrong goes on, to fail."""

STEPS = ("loading", "in the transaction", "committing")
"""Where a write can be held."""


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right.reset_index(drop=True), check_exact=True)


def at(step: str, act: Callable[[], object], patch: pytest.MonkeyPatch) -> None:
    """Have something done each time that a write comes to a step; it then goes on."""
    if step == "loading":
        lines = staging.lines

        def some(arrow: pa.Table) -> Iterator[memoryview]:
            block = memoryview(b"".join(lines(arrow)))
            yield block[: len(block) // 2]
            act()
            yield block[len(block) // 2 :]

        patch.setattr(staging, "lines", some)
    elif step == "in the transaction":
        update = replacement._update

        def updated(opened: Session, table: Any) -> None:
            update(opened, table)
            act()

        patch.setattr(replacement, "_update", updated)
    else:
        run = Session.run

        def last(opened: Session, sql: str, values: Any = ()) -> int:
            count = run(opened, sql, values)
            if sql.startswith("REPLACE INTO"):
                act()
            return count

        patch.setattr(Session, "run", last)


# A client that is killed


def write_and_hold(address: Address, step: str, held: Connection) -> None:
    """Store the new rows, up to a step; for a process that is killed there."""

    def hold() -> None:
        held.send(step)
        threading.Event().wait()

    at(step, hold, pytest.MonkeyPatch())
    MysqlStore(address).write(MANIFEST, NEW)


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_client_leaves_the_old_rows(store: MysqlStore, step: str) -> None:
    store.write(MANIFEST, OLD)
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=write_and_hold, args=(store.address, step, there)
    )
    process.start()
    there.close()
    try:
        assert here.recv() == step
        same(store.read(MANIFEST), OLD)
    finally:
        process.kill()
        process.join()
        here.close()
    same(store.read(MANIFEST), OLD)
    # The lock is free as soon as the server has seen that the client is gone.
    store.write(MANIFEST, NEW)
    same(store.read(MANIFEST), NEW)


# A server that is killed


@pytest.fixture
def kept(mortal: OwnServer) -> Iterator[MysqlStore]:
    """The store of a server that may be killed; it holds the old rows."""
    store = MysqlStore(mortal.address())
    store.write(MANIFEST, OLD)
    yield store
    if mortal.process is None:
        mortal.start()


class Waiting:
    """What happens while somebody waits for a server, instead of time passing."""

    def __init__(self, *events: Callable[[], object]) -> None:
        self.events = list(events)
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        if self.events:
            self.events.pop(0)()


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Waiting]:
    def instead(*events: Callable[[], object]) -> Waiting:
        waiting = Waiting(*events)
        monkeypatch.setattr(sessions, "time", waiting)
        return waiting

    return instead


def nothing() -> None:
    """What happens in a second in which nothing does."""


class Killer:
    """Kills a server, some times; counts how often it might have."""

    def __init__(self, server: OwnServer, times: int = 1) -> None:
        self.server = server
        self.times = times
        self.came = 0

    def __call__(self) -> None:
        self.came += 1
        if self.came <= self.times:
            self.server.stop(signal.SIGKILL)


@pytest.mark.parametrize("step", STEPS)
class TestKilledServers:
    def test_one_that_comes_back_is_not_even_noticed(
        self,
        mortal: OwnServer,
        kept: MysqlStore,
        waiting: Callable[..., Waiting],
        monkeypatch: pytest.MonkeyPatch,
        step: str,
    ) -> None:
        waited = waiting(nothing, mortal.start)
        kill = Killer(mortal)
        at(step, kill, monkeypatch)
        assert kept.write(MANIFEST, NEW).rows == len(NEW)
        assert (kill.came, waited.waited) == (2, list(sessions.WAITS[:2]))
        same(kept.read(MANIFEST), NEW)

    def test_one_that_stays_away_is_told_of(
        self,
        mortal: OwnServer,
        kept: MysqlStore,
        waiting: Callable[..., Waiting],
        monkeypatch: pytest.MonkeyPatch,
        step: str,
    ) -> None:
        waited = waiting()
        with monkeypatch.context() as patch:
            at(step, Killer(mortal), patch)
            with pytest.raises(
                DatabaseError,
                match=f"^storing dataset_manifest: no MySQL server answers at 127.0.0.1:{mortal.port}",
            ):
                kept.write(MANIFEST, NEW)
        assert waited.waited == list(sessions.WAITS)
        mortal.start()
        same(kept.read(MANIFEST), OLD)
        kept.write(MANIFEST, NEW)
        same(kept.read(MANIFEST), NEW)


def test_a_server_that_dies_each_time_is_given_up(
    mortal: OwnServer, kept: MysqlStore, waiting: Callable[..., Waiting], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(mortal.start, mortal.start)
    kill = Killer(mortal, times=3)
    with monkeypatch.context() as patch:
        at("in the transaction", kill, patch)
        with pytest.raises(DatabaseError, match=r"the connection to .* broke\. Run again"):
            kept.write(MANIFEST, NEW)
    assert kill.came == 3
    mortal.start()
    same(kept.read(MANIFEST), OLD)
    kept.write(MANIFEST, NEW)


# A server that is not there


def test_a_server_that_comes_up_is_waited_for(
    mortal: OwnServer, kept: MysqlStore, waiting: Callable[..., Waiting]
) -> None:
    mortal.stop()
    waited = waiting(nothing, nothing, mortal.start)
    kept.check(writing=True)
    assert waited.waited == list(sessions.WAITS[:3])
    same(kept.read(MANIFEST), OLD)


def test_one_that_does_not_come_up_is_told_of_before_any_work_is_done(
    mortal: OwnServer, kept: MysqlStore, waiting: Callable[..., Waiting]
) -> None:
    mortal.stop()
    waited = waiting()
    with pytest.raises(DatabaseError, match="no MySQL server answers at") as caught:
        kept.check(writing=True)
    assert "\n" not in str(caught.value)
    assert waited.waited == list(sessions.WAITS)
    for look in (kept.exists, kept.read):
        with pytest.raises(DatabaseError, match="no MySQL server answers at"):
            look(MANIFEST)


def test_one_that_goes_between_two_assets_fails_the_run_and_the_next_run_completes_it(
    mortal: OwnServer,
    kept: MysqlStore,
    waiting: Callable[..., Waiting],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = mortal.address()
    monkeypatch.setenv(PASSWORD_VARIABLE, address.password)
    waiting()
    program, subprogram = TABLES["dim_program"], TABLES["dim_subprogram"]
    definitions = build_defs(Settings(storage="mysql", mysql_url=address.url, config=TINY))
    keys = {dg.AssetKey(table.name) for table in (program, subprogram)}
    job = definitions.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=keys, asset_check_selection=set()
    )
    write = MysqlStore.write

    def written(store: MysqlStore, *what: Any, **how: Any) -> Any:
        done = write(store, *what, **how)
        mortal.stop()
        return done

    with dg.DagsterInstance.ephemeral() as instance:
        with monkeypatch.context() as patch:
            patch.setattr(MysqlStore, "write", written)
            result = job.execute_in_process(instance=instance, raise_on_error=False)
        assert not result.success
        [failed] = [event for event in result.all_events if event.is_step_failure]
        assert failed.step_key == "dim_subprogram"
        assert f"no MySQL server answers at {address.server}" in str(failed.step_failure_data.error)
        mortal.start()
        assert kept.read(program)["program_id"].is_monotonic_increasing
        assert kept.exists(program)
        assert not kept.exists(subprogram)
        assert job.execute_in_process(instance=instance).success
    assert len(kept.read(subprogram)) == 48
    assert mortal.orphans(address.database) == {}


# Several writers at once


def in_threads(*jobs: Callable[[], object]) -> None:
    """Do some jobs at once; raises what the first one raised that did."""
    errors: list[BaseException] = []

    def done(job: Callable[[], object]) -> None:
        try:
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=done, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.parametrize("before", ["over rows", "over none"])
def test_of_three_writers_each_stores_its_rows_whole(
    server: Server, store: MysqlStore, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(MANIFEST, OLD if before == "over rows" else OLD.head(0))
    rows = valid_frame(MANIFEST, 90)
    sets = [rows.iloc[start : start + 40].reset_index(drop=True) for start in (0, 25, 50)]
    inside: list[Session] = []
    over: list[int] = []
    most = 0
    replace = stores.replace

    def watched(opened: Session, *what: Any) -> Any:
        nonlocal most
        inside.append(opened)
        # The others come as far as they can: they wait for the lock, or are in here as well.
        while len(inside) + locked(server, store.address.database) < len(sets) - len(over):
            pass
        most = max(most, len(inside))
        try:
            return replace(opened, *what)
        finally:
            inside.remove(opened)

    def writing(number: int) -> None:
        try:
            MysqlStore(store.address).write(MANIFEST, sets[number])
        finally:
            over.append(number)

    monkeypatch.setattr(stores, "replace", watched)
    in_threads(*(partial(writing, number) for number in range(len(sets))))
    assert most == 1
    assert sorted(over) == [0, 1, 2]
    stored = store.read(MANIFEST)
    assert any(stored.equals(rows) for rows in sets)


def locked(server: Server, database: str) -> int:
    """How many sessions wait for a lock of the kind that a name has."""
    return server.sessions(database).count("User lock")


def test_who_waits_too_long_for_another_writer_is_told(
    store: MysqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(MANIFEST, OLD)
    monkeypatch.setattr(stores, "LOCK_SECONDS", 0)
    other = MysqlStore(store.address)

    def meanwhile() -> None:
        with pytest.raises(DatabaseError, match=r"another connection has been writing it .* run again"):
            other.write(MANIFEST, OLD)

    with monkeypatch.context() as patch:
        patch.setattr(stores, "replace", lambda *what: (meanwhile(), replacement.replace(*what))[1])
        store.write(MANIFEST, NEW)
    same(store.read(MANIFEST), NEW)


@pytest.fixture
def people(store: MysqlStore, tables: Tables) -> Tables:
    """Some patients and all about them, stored with what they refer to."""
    few = tables["patients"].head(400)["patient_id"]
    whole = {name: frame for name, frame in tables.items() if name.startswith("dim_")} | {
        name: tables[name][tables[name]["patient_id"].isin(few)].reset_index(drop=True)
        for name in ("patients", "ed_encounters", "ip_stays")
    }
    for table in in_order(TABLES.values()):
        if table.name in whole:
            store.write(table, whole[table.name])
    return whole


def test_a_deadlock_between_parent_and_child_is_tried_again(
    server: Server, store: MysqlStore, people: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = people["patients"].head(200)
    visits = people["ed_encounters"]
    left = visits[visits["patient_id"].isin(fewer["patient_id"])]
    more = left.tail(1).assign(encounter_id=visits["encounter_id"].max() + 1)
    left = pd.concat([left, more.astype(left.dtypes.to_dict())], ignore_index=True)
    ready = {table.name: threading.Event() for table in (PATIENTS, ED)}
    tries = Counter[str]()
    note, remove = replacement._note_vanishing, replacement._remove
    replace_once = MysqlStore._replace_once

    def noted(opened: Session, table: Any) -> int:
        count = note(opened, table)
        if table is ED:
            # It holds the visits now, and wants a patient next, whom the other holds by then.
            ready[ED.name].set()
            ready[PATIENTS.name].wait(_LIMIT)
        return count

    def removed(opened: Session, table: Any) -> Any:
        if table is PATIENTS:
            ready[PATIENTS.name].set()
            ready[ED.name].wait(_LIMIT)
        return remove(opened, table)

    def counted(self: MysqlStore, table: Any, *what: Any) -> Any:
        tries[table.name] += 1
        return replace_once(self, table, *what)

    monkeypatch.setattr(replacement, "_note_vanishing", noted)
    monkeypatch.setattr(replacement, "_remove", removed)
    monkeypatch.setattr(MysqlStore, "_replace_once", counted)
    in_threads(
        lambda: MysqlStore(store.address).write(PATIENTS, fewer),
        lambda: MysqlStore(store.address).write(ED, left),
    )
    assert tries.total() == 3
    same(store.read(PATIENTS), fewer)
    same(store.read(ED), left)
    assert server.orphans(store.address.database) == {}


def test_a_child_that_is_stored_while_its_parent_is_being_stored_does_no_harm(
    server: Server, store: MysqlStore, people: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer, visits = people["patients"].head(200), people["ed_encounters"]
    is_empty, others = replacement._is_empty, [visits.assign(acuity=5).astype(visits.dtypes.to_dict())]

    def looked(opened: Session, table: Any) -> bool:
        empty = is_empty(opened, table)
        if table is PATIENTS and others:
            MysqlStore(store.address).write(ED, others.pop())
        return empty

    with monkeypatch.context() as patch, strict_snapshots(server):
        patch.setattr(replacement, "_is_empty", looked)
        store.write(PATIENTS, fewer)
    same(store.read(PATIENTS), fewer)
    left = store.read(ED)
    assert set(left["patient_id"]) <= set(fewer["patient_id"])
    assert set(left["acuity"]) == {5}
    assert server.orphans(store.address.database) == {}


@contextmanager
def strict_snapshots(server: Server) -> Iterator[None]:
    """MariaDB refuses to change what others have changed meanwhile, as it does by itself from 11.6 on."""
    can = isinstance(server, OwnServer) and server.kind == "mariadb"
    for setting in ("ON", "OFF"):
        if can:
            server.admin(f"SET GLOBAL innodb_snapshot_isolation = {setting}")
        if setting == "ON":
            yield


# Readers while a table is replaced


def test_a_reader_sees_the_old_rows_or_the_new_ones_whatever_is_being_done(
    store: MysqlStore, people: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = people["patients"].iloc[100:].assign(ed_visits_year=77)
    fewer = fewer.astype(people["patients"].dtypes.to_dict())
    watched = (
        "SELECT COUNT(*), MIN(ed_visits_year) FROM patients UNION ALL SELECT COUNT(*), 0 FROM ed_encounters "
        "UNION ALL SELECT COUNT(*), 0 FROM ip_stays"
    )
    seen = []
    run = Session.run
    with session(store.address, "watching") as reader:
        before = reader.rows(watched)

        def seen_after(opened: Session, sql: str, values: Any = ()) -> int:
            count = run(opened, sql, values)
            seen.append(reader.rows(watched))
            return count

        with monkeypatch.context() as patch:
            patch.setattr(Session, "run", seen_after)
            assert store.write(PATIENTS, fewer).removed
        after = reader.rows(watched)
    # The write ends with giving back the lock: by then, the new rows are there.
    assert len(seen) > 10
    assert seen == [*[before] * (len(seen) - 1), after]
    assert before != after


def test_an_open_snapshot_lasts_through_a_whole_reload(store: MysqlStore, people: Tables) -> None:
    everything = "SELECT * FROM patients ORDER BY patient_id"
    changed = people["patients"].iloc[100:].assign(ed_visits_year=77)
    with session(store.address, "reading") as reader:
        reader.run("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        before = reader.rows(everything)
        store.write(PATIENTS, changed.astype(people["patients"].dtypes.to_dict()))
        assert reader.rows(everything) == before
        assert reader.value("SELECT COUNT(*) FROM ed_encounters") == len(people["ed_encounters"])
        reader.run("COMMIT")
        assert len(reader.rows(everything)) == len(changed)
        assert reader.value("SELECT MIN(ed_visits_year) FROM patients") == 77


def test_a_reader_in_another_thread_never_counts_anything_else(store: MysqlStore) -> None:
    store.write(MANIFEST, OLD.head(30))
    counts, over = Counter[int](), threading.Event()

    def count() -> None:
        with session(store.address, "counting") as reader:
            while not over.is_set():
                counts[reader.value("SELECT COUNT(*) FROM dataset_manifest")] += 1

    def reload() -> None:
        try:
            for size in (50, 30) * 5:
                store.write(MANIFEST, valid_frame(MANIFEST, size))
        finally:
            over.set()

    in_threads(count, reload)
    assert counts.keys() <= {30, 50}
