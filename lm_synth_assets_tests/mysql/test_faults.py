"""Wrong data, wrong settings, a full disk.

The old rows stay, the error says what to do, and once that is done it works.
"""

import dataclasses
import os
import random
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa

from lm_synth_assets.dataset.load import create_tables
from lm_synth_assets.errors import StorageError
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES, foreign_keys
from lm_synth_assets.storage.frames import to_arrow
from lm_synth_assets.storage.mysql import session as sessions
from lm_synth_assets.storage.mysql import staging
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.ddl import in_order
from lm_synth_assets.storage.mysql.errors import DatabaseError, RowsRefused, grantable
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets.storage.record import Record
from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.frames import valid_frame
from lm_synth_assets_tests.support.servers import (
    GRANTS,
    OWNER,
    OwnServer,
    Server,
    free_port,
)

SITES, LHAS, PROGRAMS, SUBPROGRAMS = (
    TABLES[f"dim_{name}"] for name in ("site", "lha", "program", "subprogram")
)
PATIENTS, ED, STAYS, MANIFEST = (
    TABLES[name] for name in ("patients", "ed_encounters", "ip_stays", "dataset_manifest")
)
ORDER = in_order(TABLES.values())
DATA = [table for table in ORDER if table.name not in CLAIMS]
NOTHING = Record(0, "")


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right.reset_index(drop=True), check_exact=True)


def of_patients(tables: Tables, patients: pd.DataFrame) -> Tables:
    """The same data set with these of its patients only."""
    people = {
        name: frame[frame["patient_id"].isin(patients["patient_id"])].reset_index(drop=True)
        for name, frame in tables.items()
        if "patient_id" in frame
    }
    return tables | people


@pytest.fixture(scope="module")
def few(tables: Tables) -> Tables:
    """A data set of some hundred patients, with all transfers, and little of what is not about patients."""
    moved = tables["ip_stays"].loc[tables["ip_stays"]["transfer_from_stay_id"].notna(), "patient_id"]
    people = tables["patients"]
    cut = tables | {
        name: tables[name].head(100)
        for name in ("population_projection", "ed_baseline_rates", "ed_projection", "program_coverage")
    }
    return of_patients(cut, people[people["patient_id"].isin(moved) | (people.index < 200)])


@pytest.fixture
def filled(store: MysqlStore, few: Tables) -> MysqlStore:
    """A store that holds a whole data set."""
    for table in ORDER:
        store.write(table, few[table.name])
    return store


@pytest.fixture(params=["streamed", "inserted"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows come to the server by LOAD DATA, or by INSERT."""
    if request.param == "inserted":
        monkeypatch.setattr(staging, "_DESCRIPTORS", "/nowhere")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits; holds the seconds that would have been waited."""
    waited: list[float] = []
    monkeypatch.setattr(sessions, "time", SimpleNamespace(sleep=waited.append))
    return waited


# Coming in


class TestComingIn:
    def test_a_wrong_password_is_told_and_not_shown(self, database: Address, impatient: list[float]) -> None:
        wrong = MysqlStore(dataclasses.replace(database, password="sesame"))
        with pytest.raises(DatabaseError, match="does not let lm_app in") as caught:
            wrong.check(writing=True)
        assert "LM_SYNTH_MYSQL_PASSWORD" in str(caught.value)
        assert "sesame" not in str(caught.value)
        assert impatient == []

    def test_an_unknown_database_is_named(self, database: Address, impatient: list[float]) -> None:
        nowhere = MysqlStore(dataclasses.replace(database, database="nowhere"))
        with pytest.raises(
            DatabaseError, match=r"no database nowhere that lm_app may use.*CREATE DATABASE nowhere"
        ):
            nowhere.check(writing=True)
        assert impatient == []

    def test_a_database_that_a_user_may_not_see_is_named_too(self, server: Server, database: Address) -> None:
        server.allow("lm_other", database=database.database)
        other = MysqlStore(dataclasses.replace(database, user="lm_other"))
        with pytest.raises(
            DatabaseError, match=re.escape(f"GRANT {', '.join(GRANTS)} ON {grantable(database.database)}")
        ):
            other.check(writing=False)

    def test_where_nothing_answers_it_is_tried_for_a_while(
        self, database: Address, few: Tables, impatient: list[float]
    ) -> None:
        nobody = MysqlStore(dataclasses.replace(database, port=free_port()))
        with pytest.raises(
            DatabaseError, match=rf"^storing dim_site: no MySQL server answers at {nobody.address.server}\. "
        ):
            nobody.write(SITES, few["dim_site"])
        assert impatient == list(sessions.WAITS)


@pytest.mark.parametrize("missing", GRANTS)
def test_a_missing_grant_is_named(server: Server, filled: MysqlStore, few: Tables, missing: str) -> None:
    database, user = filled.address.database, f"lm_lacks_{missing.lower().partition(' ')[0]}"
    server.allow(user, *(grant for grant in GRANTS if grant != missing), database=database)
    lacking = MysqlStore(dataclasses.replace(filled.address, user=user))
    grant = re.escape(f"GRANT {missing} ON {grantable(database)} TO")
    told = rf"{user} may not do this: the grant {missing} is missing.* {grant}"
    with pytest.raises(DatabaseError, match=told):
        lacking.check(writing=True)
    # Fewer patients: it takes every one of the grants to store these.
    fewer = of_patients(few, few["patients"].head(50))
    with pytest.raises(DatabaseError, match=told):
        lacking.write(PATIENTS, fewer["patients"])
    for table in (PATIENTS, ED, STAYS):
        same(filled.read(table), few[table.name])
    server.allow(user, missing, database=database)
    lacking.check(writing=True)
    lacking.write(PATIENTS, fewer["patients"])
    for table in (PATIENTS, ED, STAYS):
        same(filled.read(table), fewer[table.name])


def test_who_may_only_read_is_not_told_to_recreate_tables(server: Server, store: MysqlStore) -> None:
    server.allow("lm_reader", "SELECT", database=store.address.database)
    reader = MysqlStore(dataclasses.replace(store.address, user="lm_reader"))
    reader.check(writing=False)
    with pytest.raises(DatabaseError, match="the grant INSERT is missing"):
        reader.check(writing=True)


# Rows that a table cannot hold


def spoiled(table: sa.Table, frame: pd.DataFrame, column: str, value: str | None) -> pa.Table:
    """The rows of a frame with one value in the third that should not be there."""
    rows = to_arrow(table, frame)
    values = rows.column(column).cast(pa.string()).to_pylist()
    values[2] = value
    return rows.set_column(rows.column_names.index(column), column, pa.array(values, pa.string()))


class Wrong(NamedTuple):
    """A value that does not belong into a column, and what should be said of it."""

    table: str
    column: str
    value: str | None
    told: str


WRONG = {
    "too long": Wrong("dim_scenario", "scenario_name", "X" * 129, "scenario_name"),
    "out of range": Wrong("patients", "ed_visits_year", str(2**31), "ed_visits_year"),
    "too many digits": Wrong("patients", "expected_ed_rate", "12345.0", "expected_ed_rate"),
    "no number": Wrong("patients", "ed_visits_year", "many", "ed_visits_year"),
    "no word of the list": Wrong("patients", "gender", "Unknown", "gender"),
    "no day": Wrong("patients", "dob", "2023-02-29", "dob"),
    "null": Wrong("patients", "dob", None, "dob"),
    "key twice": Wrong("patients", "patient_id", "{first}", "{first}"),
    "unique value twice": Wrong("dim_scenario", "scenario_name", "{first}", "{first}"),
    "the same but for case": Wrong("dim_scenario", "scenario_name", "{lower}", "{lower}"),
    "refers to nothing": Wrong("patients", "lha_id", "999", "lha_id 999 is not in dim_lha"),
    "refers to no row of its own": Wrong(
        "ip_stays", "transfer_from_stay_id", "9999", "transfer_from_stay_id 9999 is not in ip_stays"
    ),
}


def prepared(store: MysqlStore, tables: Tables, table: sa.Table) -> pd.DataFrame:
    """Store all that rows of a table refer to; returns some rows of it."""
    ancestors, found = {table.name}, set()
    while ancestors != found:
        found = ancestors
        ancestors = found | {parent for name in found for _, parent, _ in foreign_keys(TABLES[name])}
    for parent in ORDER:
        if parent.name in ancestors - {table.name}:
            store.write(parent, tables[parent.name])
    return tables[table.name].head(60)


def refuses(server: Server, store: MysqlStore, wrong: Wrong, old: pd.DataFrame, frame: pd.DataFrame) -> None:
    """Whether rows are refused as they should be, the old ones stay, and the right ones are taken then."""
    table = TABLES[wrong.table]
    first = str(frame[wrong.column].iloc[0])
    words = {"first": first, "lower": first.lower()}
    value = wrong.value.format(**words) if wrong.value else None
    store.write(table, old)
    with pytest.raises(StorageError, match=re.escape(wrong.told.format(**words))) as caught:
        store.replace_rows(table, spoiled(table, frame, wrong.column, value), NOTHING)
    assert "what was there before is untouched" in str(caught.value)
    same(store.read(table), old)
    assert server.orphans(store.address.database) == {}
    store.write(table, frame)
    same(store.read(table), frame)


@pytest.fixture(scope="module")
def shelf(server: Server) -> Iterator[MysqlStore]:
    """The store of a database that many tests share: each stores what it needs."""
    name = f"lm_test_{os.getpid()}_shelf"
    server.prepare(name)
    create_tables(server.address(OWNER, name))
    yield MysqlStore(server.address(database=name))
    server.admin(f"DROP DATABASE {name}")


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_rows_that_a_table_cannot_hold_are_refused(
    server: Server, shelf: MysqlStore, few: Tables, wrong: Wrong
) -> None:
    frame = prepared(shelf, few, TABLES[wrong.table])
    refuses(server, shelf, wrong, frame.head(2), frame)


@pytest.mark.parametrize("what", ["unique value twice", "refers to nothing", "refers to no row of its own"])
def test_a_table_without_rows_refuses_them_too(
    server: Server, shelf: MysqlStore, few: Tables, what: str
) -> None:
    frame = prepared(shelf, few, TABLES[WRONG[what].table])
    refuses(server, shelf, WRONG[what], frame.head(0), frame)


def test_no_session_outlives_a_refusal(server: Server, filled: MysqlStore, few: Tables) -> None:
    with pytest.raises(RowsRefused):
        filled.replace_rows(PATIENTS, spoiled(PATIENTS, few["patients"], "lha_id", "999"), NOTHING)
    # A session takes its temporary tables along; the server may need a moment to see that it is over.
    until_nobody_is_left(server, filled.address.database)


def until_nobody_is_left(server: Server, database: str) -> None:
    for _ in range(1_000):
        if not server.sessions(database):
            return
    raise AssertionError(f"{server.sessions(database)} are still there")


# Tables that are not as they should be

ALTERED = {
    "narrower": (
        "ALTER TABLE dim_site MODIFY site_name VARCHAR(64) NOT NULL",
        "dim_site: site_name is varchar(64) not null and declared as varchar(128) not null",
    ),
    "nullable": (
        "ALTER TABLE patients MODIFY dob DATE NULL",
        "patients: dob is date and declared as date not null",
    ),
    "one column less": ("ALTER TABLE patients DROP COLUMN dob", "patients: the column dob is missing"),
    "one column more": (
        "ALTER TABLE patients ADD COLUMN shoe_size INT",
        "patients: the column shoe_size is not declared; keep it in a table of your own with the same key, "
        "then ALTER TABLE `patients` DROP COLUMN `shoe_size`",
    ),
    "one column more that is hidden": (
        "ALTER TABLE patients ADD COLUMN shoe_size INT INVISIBLE",
        "patients: the column shoe_size is not declared",
    ),
    "no reference": (
        "ALTER TABLE ed_encounters DROP FOREIGN KEY fk_ed_pat",
        "ed_encounters: no foreign key fk_ed_pat to patients",
    ),
    "no unique key": (
        "ALTER TABLE dim_site DROP INDEX site_code",
        "dim_site: no unique key (site_code)",
    ),
}


@pytest.mark.parametrize(("statement", "told"), ALTERED.values(), ids=ALTERED)
def test_a_table_that_somebody_altered_is_named(
    server: Server, shelf: MysqlStore, statement: str, told: str
) -> None:
    database = shelf.address.database
    server.admin(statement, database=database)
    with pytest.raises(DatabaseError, match=re.escape(told)) as caught:
        shelf.check(writing=True)
    advice = (
        "Change these by hand. If nothing that is in the tables is to be kept, `lm-synth db init --recreate`"
    )
    assert advice in str(caught.value)
    create_tables(server.address(OWNER, database), recreate=True)
    shelf.check(writing=True)


def test_what_a_narrowed_column_cannot_hold_is_not_cut(
    server: Server, filled: MysqlStore, few: Tables
) -> None:
    database, old = filled.address.database, few["dim_site"]
    longest = old["site_name"].str.len().max()
    server.admin(f"ALTER TABLE dim_site MODIFY site_name VARCHAR({longest}) NOT NULL", database=database)
    longer = old.assign(site_name=old["site_name"] + " and Clinic")
    with pytest.raises(RowsRefused, match="site_name"):
        filled.write(SITES, longer)
    same(filled.read(SITES), old)
    server.admin("ALTER TABLE dim_site MODIFY site_name VARCHAR(128) NOT NULL", database=database)
    filled.write(SITES, longer)
    same(filled.read(SITES), longer)


# What a server does not offer


def test_without_local_infile_the_same_rows_are_stored(
    server: Server, store: MysqlStore, few: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(server, OwnServer):
        pytest.skip("a setting of the whole server")
    inserted = []
    usual = staging._inserted

    def noted(session: sessions.Session, table: sa.Table, arrow: pa.Table) -> int:
        inserted.append(table.name)
        return usual(session, table, arrow)

    monkeypatch.setattr(staging, "_inserted", noted)
    server.admin("SET GLOBAL local_infile = OFF")
    try:
        for table in ORDER:
            store.write(table, few[table.name])
    finally:
        server.admin("SET GLOBAL local_infile = ON")
    assert inserted == [table.name for table in ORDER]
    for table in ORDER:
        same(store.read(table), few[table.name])


class TestFullDisk:
    """All data in one file that may not grow: it is as if the disk were full."""

    def test_the_old_rows_stay_and_more_room_helps(self, own_server: OwnServer) -> None:
        own_server.stop()
        own_server.options = ["--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:12M"]
        own_server.start()
        own_server.prepare()
        create_tables(own_server.address(OWNER))
        store = MysqlStore(own_server.address())
        old, new = valid_frame(MANIFEST, 3), valid_frame(MANIFEST, 30_000)
        store.write(MANIFEST, old)
        with pytest.raises(
            DatabaseError,
            match=r"the disk of .* is full; what was there before is untouched\. Free some space and run",
        ):
            store.write(MANIFEST, new)
        same(store.read(MANIFEST), old)
        own_server.stop()
        own_server.options = ["--innodb-file-per-table=0", "--innodb-data-file-path=ibdata1:12M:autoextend"]
        own_server.start()
        same(store.read(MANIFEST), old)
        store.write(MANIFEST, new)
        assert len(store.read(MANIFEST)) == len(new)


# Parents that shrink, and values that move


def followed(stays: pd.DataFrame, gone: set[int]) -> set[int]:
    """Stays, and all that continue one of them."""
    while more := set(stays.loc[stays["transfer_from_stay_id"].isin(gone), "stay_id"]) - gone:
        gone = gone | more
    return gone


class TestShrinking:
    def test_patients_take_their_visits_and_stays_along(
        self, server: Server, filled: MysqlStore, few: Tables
    ) -> None:
        fewer = of_patients(few, few["patients"][::2])
        gone = {name: len(few[name]) - len(fewer[name]) for name in ("ed_encounters", "ip_stays")}
        assert min(gone.values()) > 0
        assert filled.write(PATIENTS, fewer["patients"]).removed == gone
        for table in DATA:
            same(filled.read(table), fewer[table.name])
        assert server.orphans(filled.address.database) == {}
        assert filled.write(PATIENTS, fewer["patients"]).removed == {}

    def test_a_visit_takes_its_stay_along_and_the_transfers_that_follow(
        self, server: Server, filled: MysqlStore, few: Tables
    ) -> None:
        visits, stays = few["ed_encounters"], few["ip_stays"]
        began = stays[
            stays["stay_id"].isin(stays["transfer_from_stay_id"]) & stays["ed_encounter_id"].notna()
        ]
        visit = began["ed_encounter_id"].iloc[0]
        left = visits[visits["encounter_id"] != visit]
        gone = followed(stays, set(stays.loc[stays["ed_encounter_id"] == visit, "stay_id"]))
        assert len(gone) >= 2
        assert filled.write(ED, left).removed == {"ip_stays": len(gone)}
        same(filled.read(ED), left)
        same(filled.read(STAYS), stays[~stays["stay_id"].isin(gone)])
        assert server.orphans(filled.address.database) == {}

    def test_all_that_follow_go_however_long_the_chain(
        self, server: Server, filled: MysqlStore, few: Tables
    ) -> None:
        visits, stays = few["ed_encounters"], few["ip_stays"]
        first = stays["stay_id"].where(stays.index == 0).ffill().astype("Int64")
        before = stays["stay_id"].shift().astype("Int64")
        chain = stays.assign(
            transfer_from_stay_id=before,
            ed_encounter_id=visits["encounter_id"].reindex(stays.index).where(first == stays["stay_id"]),
        ).astype(stays.dtypes.to_dict())
        filled.write(STAYS, chain)
        assert filled.write(ED, visits.iloc[1:]).removed == {"ip_stays": len(stays)}
        assert server.orphans(filled.address.database) == {}

    def test_dimensions_refuse(self, server: Server, filled: MysqlStore, few: Tables) -> None:
        old = few["dim_site"]
        last = old["site_id"].max()
        with pytest.raises(
            RowsRefused, match=f"site_id {last} would vanish, and patients refers to it"
        ) as told:
            filled.write(SITES, old[old["site_id"] != last])
        assert "store patients without it first" in str(told.value)
        for table in ORDER:
            same(filled.read(table), few[table.name])

    def test_a_dimension_that_nothing_refers_to_shrinks(self, store: MysqlStore, few: Tables) -> None:
        store.write(SITES, few["dim_site"])
        store.write(SITES, few["dim_site"].head(2))
        same(store.read(SITES), few["dim_site"].head(2))


class TestUniqueValuesThatMove:
    def test_they_swap(self, server: Server, filled: MysqlStore, few: Tables) -> None:
        for table, column in ((SITES, "site_code"), (LHAS, "lha_name"), (SUBPROGRAMS, "subprogram_key")):
            old = few[table.name]
            swapped = old.assign(**{column: old[column].to_numpy()[::-1]}).astype(old.dtypes.to_dict())
            filled.write(table, swapped)
            same(filled.read(table), swapped)
        assert server.orphans(filled.address.database) == {}

    def test_one_is_taken_over_from_a_row_that_vanishes(self, store: MysqlStore, few: Tables) -> None:
        old = few["dim_site"]
        store.write(SITES, old)
        heir = old.iloc[1:].assign(site_code=[old["site_code"][0], *old["site_code"][2:]])
        heir = heir.astype(old.dtypes.to_dict())
        store.write(SITES, heir)
        same(store.read(SITES), heir)

    def test_one_is_taken_over_by_a_row_that_is_new(self, store: MysqlStore, few: Tables) -> None:
        old = few["dim_site"]
        store.write(SITES, old)
        heir = old.assign(site_id=[*old["site_id"][1:], 99]).astype(old.dtypes.to_dict())
        store.write(SITES, heir)
        same(store.read(SITES), heir)


@pytest.mark.parametrize("order", ["parents first", "children first", "in any order"])
def test_every_reference_is_true_whatever_is_stored_first(
    server: Server, filled: MysqlStore, few: Tables, order: str
) -> None:
    database = filled.address.database
    tables = list(ORDER) if order == "parents first" else list(reversed(ORDER))
    if order == "in any order":
        random.Random(7).shuffle(tables)
    fewer = of_patients(few, few["patients"][::2])
    for table in tables:
        filled.write(table, fewer[table.name])
        assert server.orphans(database) == {}
    for table in tables:
        try:
            filled.write(table, few[table.name])
        except RowsRefused as error:
            assert "first" in str(error)  # noqa: PT017
        assert server.orphans(database) == {}
    for table in ORDER:
        filled.write(table, few[table.name])
        same(filled.read(table), few[table.name])


def test_orphans_are_found_where_there_are_some(server: Server, filled: MysqlStore) -> None:
    database = filled.address.database
    server.admin("SET foreign_key_checks = 0", "DELETE FROM dim_lha WHERE lha_id = 1", database=database)
    assert server.orphans(database).keys() >= {"patients (lha_id)", "population_projection (lha_id)"}
