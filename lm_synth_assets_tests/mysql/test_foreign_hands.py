"""What others have set, locked or hung on our tables: it is borne, or named within a bounded time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pymysql
import pytest

from lm_synth_assets.dataset.load import create_tables
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.storage.mysql import session as sessions
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.ddl import in_order
from lm_synth_assets.storage.mysql.errors import DatabaseError, RowsRefused
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.mysql_clients import rows
from lm_synth_assets_tests.support.servers import OWNER, OwnServer, Server

ORDER = in_order(TABLES.values())
PATIENTS, ED, AREAS, DATES = (TABLES[name] for name in ("patients", "ed_encounters", "dim_lha", "dim_date"))


@pytest.fixture
def few(tables: Tables) -> Tables:
    """A data set with some of its patients only."""
    some = tables["patients"].head(300)["patient_id"]
    return {
        name: frame[frame["patient_id"].isin(some)].reset_index(drop=True) if "patient_id" in frame else frame
        for name, frame in tables.items()
    }


def store_all(store: MysqlStore, whole: Tables) -> None:
    store.check(writing=True)
    for table in ORDER:
        store.write(table, whole[table.name])


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected.reset_index(drop=True), check_exact=True)


# Settings


@contextmanager
def set_globally(server: Server, **values: object) -> Iterator[None]:
    """Settings of the whole server, for sessions that begin within."""
    if not isinstance(server, OwnServer):
        pytest.skip("a setting of the whole server")
    names = ", ".join(f"@@GLOBAL.{name}" for name in values)
    try:
        [before] = server.admin(f"SELECT {names}")
    except pymysql.err.OperationalError:
        pytest.skip("not a setting of this server")
    try:
        server.admin(*(f"SET GLOBAL {name} = {value}" for name, value in values.items()))
        yield
    finally:
        server.admin(*(f"SET GLOBAL {name} = {old}" for name, old in zip(values, before, strict=True)))


@pytest.mark.parametrize(
    "values",
    [
        {"sql_require_primary_key": 1},
        {"sql_safe_updates": 1},
        {"sql_select_limit": 10},
        {"local_infile": 0, "max_allowed_packet": 65_536},
        {"local_infile": 1, "max_allowed_packet": 65_536},
        {"lock_wait_timeout": 1, "innodb_lock_wait_timeout": 1},
    ],
    ids=str,
)
def test_a_data_set_is_stored_replaced_and_read_whatever_the_server_is_set_to(
    server: Server, store: MysqlStore, few: Tables, values: dict[str, object]
) -> None:
    fewer = {**few, "patients": few["patients"].head(200)}
    with set_globally(server, **values):
        store_all(store, few)
        store.write(PATIENTS, fewer["patients"])
        for table in ORDER:
            if table.name not in ("ed_encounters", "ip_stays", *CLAIMS):
                same(store.read(table), fewer[table.name])


def test_statements_that_may_not_be_long_enough_are_refused_before_anything_is_stored(
    server: Server, store: MysqlStore
) -> None:
    with (
        set_globally(server, max_allowed_packet=1024),
        pytest.raises(DatabaseError, match=r"at most 1,024 bytes.* SET GLOBAL max_allowed_packet = 67108864"),
    ):
        store.check(writing=True)


# Locks


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sessions._SETTINGS, "lock_wait_timeout", 1)
    monkeypatch.setitem(sessions._SETTINGS, "innodb_lock_wait_timeout", 1)


@contextmanager
def at_work(server: Server, database: str, *statements: str) -> Iterator[Any]:
    """Another session that has executed some statements in a transaction and has not ended it."""
    connection = pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.root,
        password=server.root_password,
        database=database,
        ssl_disabled=not server.root_password,
    )
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        yield connection


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "statement",
    ["LOCK TABLES dim_lha WRITE", "SELECT * FROM dim_lha FOR UPDATE"],
    ids=["the table", "its rows"],
)
def test_what_another_session_has_locked_is_waited_for_aloud_and_not_for_ever(
    server: Server, store: MysqlStore, few: Tables, statement: str, caplog: pytest.LogCaptureFixture
) -> None:
    store_all(store, few)
    changed = few["dim_lha"].iloc[::-1].reset_index(drop=True)
    with (
        at_work(server, store.address.database, statement),
        pytest.raises(DatabaseError, match="another session held rows or the table for too long"),
    ):
        store.write(AREAS, changed)
    waits = [record.getMessage() for record in caplog.records]
    assert len(waits) == 2
    assert [re.sub(r".*; ", "", wait) for wait in waits] == ["attempt 1 of 3", "attempt 2 of 3"]
    same(store.read(AREAS), few["dim_lha"])
    store.write(AREAS, few["dim_lha"])


def test_sessions_wait_twenty_seconds_and_no_longer(database: Address) -> None:
    with sessions.session(database, "asking") as opened:
        [waits] = opened.rows("SELECT @@lock_wait_timeout, @@innodb_lock_wait_timeout")
    assert waits == (20, 20)


@pytest.mark.usefixtures("hasty")
def test_while_somebody_reads_all_tables_are_dropped_or_none(
    server: Server, store: MysqlStore, few: Tables
) -> None:
    database = store.address.database
    owner = server.address(OWNER, database)
    store_all(store, few)
    tables = rows(store.address, "SHOW TABLES")
    with (
        at_work(server, database, "START TRANSACTION", "SELECT * FROM ip_stays LIMIT 1"),
        pytest.raises(DatabaseError, match="another session held rows or the table for too long"),
    ):
        create_tables(owner, recreate=True)
    assert rows(store.address, "SHOW TABLES") == tables
    assert store.exists(PATIENTS)
    create_tables(owner, recreate=True)
    assert not store.exists(PATIENTS)


# Triggers and tables of others


@pytest.mark.parametrize("event", ["INSERT", "UPDATE"])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("NEW.acuity = 5", r"acuity: the server stored another value than was sent in [\d,]+ rows"),
        ("NEW.dispo = LOWER(NEW.dispo)", "dispo: the server stored another value"),
    ],
)
def test_rows_that_a_trigger_changes_are_refused(
    server: Server, store: MysqlStore, few: Tables, event: str, change: str, told: str
) -> None:
    store_all(store, few)
    if change.startswith("NEW.dispo"):
        kinds = rows(store.address, "SHOW COLUMNS FROM ed_encounters LIKE 'dispo'")
        if "enum" in str(kinds[0][1]):
            pytest.skip("an ENUM has one spelling")
    before = store.read(ED)
    changed = few["ed_encounters"].iloc[:-5] if event == "INSERT" else few["ed_encounters"]
    if event == "INSERT":
        store.write(ED, changed)
        before, changed = store.read(ED), few["ed_encounters"]
    server.admin(
        f"CREATE TRIGGER meddle BEFORE {event} ON ed_encounters FOR EACH ROW SET {change}",
        database=store.address.database,
    )
    with pytest.raises(RowsRefused, match=told) as caught:
        store.write(ED, changed)
    assert "SHOW TRIGGERS LIKE 'ed_encounters'" in str(caught.value)
    same(store.read(ED), before)
    server.admin("DROP TRIGGER meddle", database=store.address.database)
    store.write(ED, changed)


def test_a_trigger_that_changes_the_case_of_a_key_is_noticed(
    server: Server, store: MysqlStore, few: Tables
) -> None:
    """To the server it is the same key."""
    for table in ORDER[: ORDER.index(PATIENTS)]:
        store.write(table, few[table.name])
    server.admin(
        "CREATE TRIGGER meddle BEFORE INSERT ON patients FOR EACH ROW "
        "SET NEW.patient_id = LOWER(NEW.patient_id)",
        database=store.address.database,
    )
    told = "patient_id: the server stored another value than was sent in 300 rows"
    with pytest.raises(RowsRefused, match=told):
        store.write(PATIENTS, few["patients"])
    assert not store.exists(PATIENTS)


def test_a_check_of_somebody_else_refuses_rows_by_its_name(
    server: Server, store: MysqlStore, few: Tables
) -> None:
    store_all(store, few)
    server.admin(
        "ALTER TABLE dim_lha ADD CONSTRAINT no_lake CHECK (lha_name NOT LIKE 'Bog%')",
        database=store.address.database,
    )
    changed = few["dim_lha"].assign(lha_name="Bog " + few["dim_lha"]["lha_name"].astype(str))
    with pytest.raises(DatabaseError, match="no_lake"):
        store.write(AREAS, changed.astype(few["dim_lha"].dtypes.to_dict()))
    same(store.read(AREAS), few["dim_lha"])


@pytest.mark.parametrize("rule", ["CASCADE", "SET NULL"])
def test_rows_of_others_that_go_or_change_with_ours_are_counted(
    server: Server, store: MysqlStore, few: Tables, rule: str
) -> None:
    store_all(store, few)
    kind = rows(store.address, "SHOW COLUMNS FROM patients LIKE 'patient_id'")[0][1]
    server.admin(
        f"CREATE TABLE notes (id INT AUTO_INCREMENT PRIMARY KEY, about {kind.replace(' auto_increment', '')} "
        f"NULL, FOREIGN KEY (about) REFERENCES patients (patient_id) ON DELETE {rule})",
        "INSERT INTO notes (about) SELECT patient_id FROM patients ORDER BY patient_id DESC LIMIT 7",
        database=store.address.database,
    )
    last = few["patients"].sort_values("patient_id")["patient_id"].iloc[-3:]
    fewer = few["patients"][~few["patients"]["patient_id"].isin(last)].reset_index(drop=True)
    written = store.write(PATIENTS, fewer)
    assert written.removed["notes"] == 3
    assert rows(store.address, "SELECT COUNT(*) FROM notes WHERE about IS NOT NULL") == [(4,)]
