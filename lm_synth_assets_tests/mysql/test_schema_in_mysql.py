"""The tables as a server has them: the blueprint's and more, made once, and refused where they are others."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from lm_synth_assets.dataset.load import create_tables
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.mysql.address import PASSWORD_VARIABLE, Address
from lm_synth_assets.storage.mysql.ddl import BOOKKEEPING, in_order, script
from lm_synth_assets.storage.mysql.errors import DatabaseError
from lm_synth_assets.storage.mysql.inspection import differences
from lm_synth_assets.storage.mysql.session import session
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.support.commands import ROOT, Call, environment
from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.mysql_clients import rows
from lm_synth_assets_tests.support.servers import OWNER, Server
from lm_synth_assets_tests.unit.test_schema import BLUEPRINT_DDL

NAMES = [table.name for table in (*in_order(TABLES.values()), *BOOKKEEPING)]
BLUEPRINT = [part.split()[2] for part in BLUEPRINT_DDL.strip().split(";") if part]

_numbers = count(1)


@contextmanager
def database(server: Server) -> Iterator[Address]:
    """A database without tables, as its owner sees it."""
    name = f"lm_schema_{os.getpid()}_{next(_numbers)}"
    server.prepare(name)
    yield server.address(OWNER, name)
    server.admin(f"DROP DATABASE {name}")


@pytest.fixture
def empty(server: Server) -> Iterator[Address]:
    """A database without tables."""
    with database(server) as made:
        yield made


@pytest.fixture
def whole(empty: Address) -> Address:
    """A database with all tables."""
    create_tables(empty)
    return empty


@pytest.fixture(scope="module")
def ours(server: Server) -> Iterator[Address]:
    """A database with all tables, to look at only."""
    with database(server) as made:
        create_tables(made)
        yield made


@pytest.fixture(scope="module")
def blueprint(server: Server) -> Iterator[Address]:
    """A database with the tables that the blueprint's DDL makes, to look at only."""
    with database(server) as made:
        run(made, BLUEPRINT_DDL)
        yield made


def run(address: Address, text: str) -> None:
    """Run the statements of a text, as a plain client does."""
    with session(address, "running") as opened:
        for statement in text.split(";\n"):
            if statement.strip():
                opened.run(statement)


def asked(address: Address, table: str, what: str, source: str, order: str) -> list[tuple[Any, ...]]:
    """What the server's own description of a table says."""
    where = f"TABLE_SCHEMA = '{address.database}' AND TABLE_NAME = '{table}'"
    return list(
        rows(address, f"SELECT {what} FROM information_schema.{source} WHERE {where} ORDER BY {order}")
    )


def columns(address: Address, table: str) -> list[tuple[Any, ...]]:
    what = "COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, CHARACTER_SET_NAME, COLLATION_NAME"
    return asked(address, table, what, "COLUMNS", "ORDINAL_POSITION")


def indexes(address: Address, table: str) -> dict[str, list[tuple[Any, ...]]]:
    what = "INDEX_NAME, COLUMN_NAME, NON_UNIQUE, SUB_PART, INDEX_TYPE"
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, *column in asked(address, table, what, "STATISTICS", "INDEX_NAME, SEQ_IN_INDEX"):
        found.setdefault(name, []).append(tuple(column))
    return found


def references(address: Address, table: str) -> dict[str, list[tuple[Any, ...]]]:
    what = "CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME"
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, column, parent, target in asked(
        address, table, what, "KEY_COLUMN_USAGE", "CONSTRAINT_NAME, ORDINAL_POSITION"
    ):
        if parent is not None:
            found.setdefault(name, []).append((column, parent, target))
    rules = rows(
        address,
        "SELECT CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS "
        f"WHERE CONSTRAINT_SCHEMA = '{address.database}' AND TABLE_NAME = '{table}'",
    )
    for name, *rule in rules:
        found[name].append(tuple(rule))
    return found


class TestBlueprint:
    def test_has_nine_tables_and_each_is_here(self, blueprint: Address, ours: Address) -> None:
        assert len(BLUEPRINT) == 9
        assert {name for (name,) in rows(blueprint, "SHOW TABLES")} == set(BLUEPRINT)
        assert {name for (name,) in rows(ours, "SHOW TABLES")} == set(NAMES) >= set(BLUEPRINT)

    def test_is_the_beginning_of_each_table(self, blueprint: Address, ours: Address) -> None:
        for table in BLUEPRINT:
            expected, found = columns(blueprint, table), columns(ours, table)
            assert len(expected) >= 2
            assert found[: len(expected)] == expected, table

    def test_has_its_keys_and_indexes_here(self, blueprint: Address, ours: Address) -> None:
        for table in BLUEPRINT:
            expected, found = indexes(blueprint, table), indexes(ours, table)
            assert "PRIMARY" in expected
            assert {name: found.get(name) for name in expected} == expected, table

    def test_has_its_references_here(self, blueprint: Address, ours: Address) -> None:
        total = 0
        for table in BLUEPRINT:
            expected, found = references(blueprint, table), references(ours, table)
            assert {name: found.get(name) for name in expected} == expected, table
            total += len(expected)
        assert total == BLUEPRINT_DDL.count("FOREIGN KEY") == 12


def test_every_table_is_safe_for_all_text_and_described(ours: Address) -> None:
    for table in (*TABLES.values(), *BOOKKEEPING):
        [(engine, collation, comment)] = asked(
            ours, table.name, "ENGINE, TABLE_COLLATION, TABLE_COMMENT", "TABLES", "TABLE_NAME"
        )
        assert (engine, collation.split("_")[0], comment) == ("InnoDB", "utf8mb4", table.comment)
        told = dict(
            asked(ours, table.name, "COLUMN_NAME, COLUMN_COMMENT", "COLUMNS", "ORDINAL_POSITION")  # type: ignore[arg-type]
        )
        assert told == {column.name: column.comment for column in table.columns}
        assert all(told.values())
    assert (
        "(days)" in dict(asked(ours, "ip_stays", "COLUMN_NAME, COLUMN_COMMENT", "COLUMNS", "1"))["los_days"]
    )


def test_every_reference_and_key_is_the_declared_one(ours: Address) -> None:
    for table in TABLES.values():
        declared = {
            str(key.name): [
                *((e.parent.name, key.referred_table.name, e.column.name) for e in key.elements),
                ("NO ACTION", "NO ACTION"),
            ]
            for key in table.foreign_key_constraints
        }
        # MariaDB says RESTRICT, which is the same.
        found = {
            name: [("NO ACTION", "NO ACTION") if part == ("RESTRICT", "RESTRICT") else part for part in parts]
            for name, parts in references(ours, table.name).items()
        }
        assert found == declared
        keys = [[name for name, *_ in key] for key in indexes(ours, table.name).values()]
        for index in table.indexes:
            assert list(index.columns.keys()) in keys


class TestCreating:
    def test_all_there_are_and_nothing_the_second_time(self, empty: Address) -> None:
        assert create_tables(empty) == NAMES
        assert create_tables(empty) == []

    def test_what_is_missing_beside_the_rows_of_the_others(
        self, server: Server, whole: Address, tables: Tables
    ) -> None:
        store = MysqlStore(whole)
        for table in in_order(TABLES.values())[:-1]:
            store.write(table, tables[table.name].head(0 if table.info.get("takes_along") else None))
        counted = [f"SELECT '{name}', COUNT(*) FROM {name}" for name in NAMES if name != "ip_stays"]
        before = [rows(whole, sql) for sql in counted]
        server.admin("DROP TABLE ip_stays", database=whole.database)
        assert create_tables(whole) == ["ip_stays"]
        assert [rows(whole, sql) for sql in counted] == before
        assert rows(whole, "SELECT COUNT(*) FROM dim_date") != [(0,)]

    def test_takes_few_grants_and_dropping_one_more(self, server: Server, empty: Address) -> None:
        maker = server.address(f"lm_maker_{os.getpid()}", empty.database)
        server.allow(maker.user, "CREATE", database=empty.database)
        try:
            with pytest.raises(DatabaseError, match="the grant REFERENCES is missing"):
                create_tables(maker)
            server.allow(maker.user, "REFERENCES", database=empty.database)
            assert {*create_tables(maker)} < {*NAMES}
            with pytest.raises(DatabaseError, match="the grant DROP is missing"):
                create_tables(maker, recreate=True)
            server.allow(maker.user, "DROP", database=empty.database)
            assert create_tables(maker, recreate=True) == NAMES
        finally:
            server.admin(f"DROP USER {maker.user}@'%'")


ALTERATIONS = {
    "dim_site MODIFY site_name VARCHAR(64) NOT NULL": (
        "site_name is varchar(64) not null and declared as varchar(128) not null"
    ),
    "dim_program ADD shoe_size INT FIRST": (
        "the column shoe_size is not declared; keep it in a table of your own with the same key, then ALTER "
        "TABLE `dim_program` DROP COLUMN `shoe_size`"
    ),
    "dim_subprogram DROP INDEX subprogram_key": "no unique key (subprogram_key)",
    "dim_date MODIFY is_weekend INT NOT NULL": (
        "is_weekend is int not null and declared as tinyint(1) not null"
    ),
    "dim_scenario MODIFY alc_multiplier DECIMAL(8,4) NOT NULL AFTER scenario_id": (
        "the columns are in another order"
    ),
    "ed_baseline_rates DROP PRIMARY KEY, ADD PRIMARY KEY (lha_id, gender, age_group, ed_subservice)": (
        "the primary key is (lha_id, gender, age_group, ed_subservice) "
        "and declared as (lha_id, age_group, gender, ed_subservice)"
    ),
    "patients MODIFY dob DATE NULL": "dob is date and declared as date not null",
    "ed_encounters MODIFY acuity TINYINT NOT NULL": "acuity is tinyint not null and declared as tinyint",
    "ed_encounters MODIFY arrival_ts DATETIME(6) NOT NULL": (
        "arrival_ts is datetime(6) not null and declared as datetime not null"
    ),
    "ed_encounters DROP INDEX idx_ed_arrival, ADD INDEX idx_ed_arrival (departure_ts)": (
        "no index idx_ed_arrival (arrival_ts)"
    ),
    "ed_encounters DROP FOREIGN KEY fk_ed_pat": "no foreign key fk_ed_pat to patients",
    "ip_stays DROP COLUMN los_days": "the column los_days is missing",
    "ip_stays DROP INDEX idx_ip_admit": "no index idx_ip_admit (admit_ts)",
    "dataset_manifest MODIFY seed INT NOT NULL": "seed is int not null and declared as bigint not null",
    "stored_tables MODIFY row_count INT NOT NULL": (
        "row_count is int not null and declared as bigint not null"
    ),
}
"""How a table is altered, and what is then said of it."""


class TestOtherVersions:
    def test_every_difference_is_named_and_none_that_is_not_there(
        self, server: Server, whole: Address, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with session(whole, "looking") as opened:
            assert differences(opened, TABLES.values()) == []
        server.admin(*(f"ALTER TABLE {change}" for change in ALTERATIONS), database=whole.database)
        expected = [f"{change.split()[0]}: {told}" for change, told in ALTERATIONS.items()]
        with session(whole, "looking") as opened:
            assert sorted(differences(opened, TABLES.values())) == sorted(expected)
        for refused in (lambda: create_tables(whole), lambda: MysqlStore(whole).check(writing=True)):
            with pytest.raises(DatabaseError) as caught:
                refused()
            told, _, advice = str(caught.value).rpartition("\n")
            head, *lines = told.split("\n  - ")
            assert head == f"{whole} has tables that are not as `lm-synth ddl` declares them:"
            assert advice == (
                "Change these by hand. If nothing that is in the tables is to be kept, `lm-synth db init "
                "--recreate` drops them all and makes them anew."
            )
            assert sorted(lines) == sorted(expected)

        monkeypatch.setenv(PASSWORD_VARIABLE, whole.password)
        ran = call("db", "init", "--url", whole.url)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.count("\n  - ") == len(ALTERATIONS)
        ran = call("db", "init", "--url", whole.url, "--recreate", "--yes")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == f"{whole.url}: created {', '.join(NAMES)}\n"
        with session(whole, "looking") as opened:
            assert differences(opened, TABLES.values()) == []

    @pytest.mark.parametrize("change", ["COMMENT = 'Mine'", "MODIFY dob DATE NOT NULL COMMENT 'Mine'"])
    def test_other_comments_are_none(self, server: Server, whole: Address, change: str) -> None:
        server.admin(f"ALTER TABLE patients {change}", database=whole.database)
        assert create_tables(whole) == []


class TestCommands:
    @pytest.fixture(autouse=True)
    def password(self, empty: Address, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(PASSWORD_VARIABLE, empty.password)

    def test_init_tells_what_it_has_created(self, empty: Address, call: Call) -> None:
        assert call("db", "init", "--url", empty.url).out == f"{empty.url}: created {', '.join(NAMES)}\n"
        ran = call("db", "init", "--url", empty.url)
        assert (ran.code, ran.out, ran.err) == (0, f"{empty.url}: all tables are there, as declared\n", "")

    @pytest.mark.parametrize(("answer", "kept"), [("n\n", True), ("\n", True), ("y\n", False)])
    def test_recreate_asks_before_it_drops(
        self, empty: Address, call: Call, monkeypatch: pytest.MonkeyPatch, answer: str, kept: bool
    ) -> None:
        create_tables(empty)
        run(empty, "INSERT INTO dim_program VALUES (1, 'Medicine')")
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        ran = call("db", "init", "--url", empty.url, "--recreate")
        assert f"Drop the tables of {empty.url} and all that is in them? [y/N]" in ran.err
        assert ran.code == (130 if kept else 0)
        assert rows(empty, "SELECT COUNT(*) FROM dim_program") == [(int(kept),)]

    def test_ddl_makes_what_init_finds_complete(self, empty: Address, call: Call) -> None:
        ran = call("ddl")
        assert (ran.code, ran.err) == (0, "")
        run(empty, ran.out)
        assert (
            call("db", "init", "--url", empty.url).out == f"{empty.url}: all tables are there, as declared\n"
        )


def test_the_ddl_is_the_same_whether_or_not_dagster_is_there() -> None:
    alone = "from lm_synth_assets.cli.main import main; main()"
    with_dagster = f"import dagster._core.storage.sql; {alone}"
    texts = [
        subprocess.run(
            [sys.executable, "-c", code, "ddl"], env=environment(), cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
        for code in (alone, with_dagster)
    ]
    assert texts[0] == texts[1] == script(TABLES.values())
    assert "`arrival_ts` DATETIME NOT NULL" in texts[0]
    # What makes this worth a test.
    import dagster._core.storage.sql  # noqa: F401

    assert str(sa.DateTime().compile(dialect=mysql.dialect())) == "DATETIME(6)"
