"""What is stored in MySQL comes back as it was: every table, every kind of value, in its order."""

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.errors import MissingTable
from lm_synth_assets.storage.mysql import reading, staging
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.ddl import in_order
from lm_synth_assets.storage.mysql.session import session
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets.storage.record import Record
from lm_synth_assets_tests.support.datasets import Tables

ORDER = in_order(TABLES.values())
ED, STAYS, PATIENTS, SITES = (TABLES[name] for name in ("ed_encounters", "ip_stays", "patients", "dim_site"))


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.fixture
def filled(store: MysqlStore, tables: Tables) -> MysqlStore:
    """A store that holds a whole data set."""
    for table in ORDER:
        store.write(table, tables[table.name])
    return store


def test_every_table_comes_back_as_it_was(filled: MysqlStore, tables: Tables) -> None:
    for table in ORDER:
        same(filled.read(table), tables[table.name])


def test_without_connectorx_too(filled: MysqlStore, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    for table in ORDER:
        same(filled.read(table), tables[table.name])


def test_with_connectorx_too(filled: MysqlStore, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_is_long", lambda session, table: True)
    monkeypatch.setattr(reading, "_row_by_row", None)
    for table in ORDER:
        same(filled.read(table), tables[table.name])


def test_by_insert_where_local_files_are_off(
    store: MysqlStore, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_DESCRIPTORS", "/nowhere")
    for table in ORDER:
        store.write(table, tables[table.name])
        same(store.read(table), tables[table.name])


def test_storing_the_same_again_changes_nothing(filled: MysqlStore, tables: Tables) -> None:
    for table in reversed(ORDER):
        written = filled.write(table, tables[table.name])
        assert (written.rows, dict(written.removed)) == (len(tables[table.name]), {})
    for table in ORDER:
        same(filled.read(table), tables[table.name])


def test_only_the_columns_asked_for_are_read(filled: MysqlStore, tables: Tables) -> None:
    same(filled.read(ED, ["dispo", "patient_id"]), tables["ed_encounters"][["dispo", "patient_id"]])


def test_a_stored_data_set_is_found_sound(filled: MysqlStore) -> None:
    for table in ORDER:
        found = filled.inspect(table)
        assert (found.problems, found.remarks) == ((), ())


class TestExistence:
    def test_a_table_that_was_never_stored_is_missing(self, store: MysqlStore) -> None:
        assert not store.exists(SITES)
        with pytest.raises(MissingTable, match="dim_site is not there"):
            store.read(SITES)

    def test_one_that_was_stored_without_rows_is_there(self, store: MysqlStore, tables: Tables) -> None:
        nothing = tables["ed_encounters"].head(0)
        store.write(ED, nothing)
        assert store.exists(ED)
        same(store.read(ED), nothing)

    def test_one_that_other_hands_filled_is_there(self, store: MysqlStore, database: Address) -> None:
        with session(database, "filling") as opened:
            opened.run("INSERT INTO dim_program VALUES (1, 'Medicine')")
        assert store.exists(TABLES["dim_program"])


NASTY = [
    "it's",
    'say "a, b"',
    "tab\tline\nreturn\r\nend",
    "back\\slash \\N \\",
    "NULL",
    "",
    None,
    "emoji \U0001f600 and 漢字",
    "nul \0 byte",
    " blanks ",
]


@pytest.fixture
def odd_table(server, database: Address) -> sa.Table:  # type: ignore[no-untyped-def]
    """A table for values that no table of ours has."""
    server.admin(
        "CREATE TABLE odd (id BIGINT PRIMARY KEY, words VARCHAR(64), amount DECIMAL(12,4), day DATE, "
        "moment DATETIME, flag TINYINT(1))",
        database=database.database,
    )
    return sa.Table(
        "odd",
        sa.MetaData(),
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("words", sa.String(64)),
        sa.Column("amount", sa.Numeric(12, 4)),
        sa.Column("day", sa.Date),
        sa.Column("moment", sa.DateTime),
        sa.Column("flag", sa.Boolean),
    )


def stored(store: MysqlStore, table: sa.Table, **columns: pa.Array) -> pa.Table:
    size = len(columns["id"])
    rows = pa.table(
        {name: columns.get(name, pa.nulls(size, pa.string())) for name in map(str, table.columns.keys())}
    )
    store.replace_rows(table, rows, Record(rows.num_rows, ""))
    with session(store.address, "reading") as opened:
        return reading._row_by_row(opened, f"SELECT {', '.join(columns)} FROM odd ORDER BY id", list(columns))


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "inserted"])
def test_text_survives(
    store: MysqlStore, odd_table: sa.Table, streamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not streamed:
        monkeypatch.setattr(staging, "_DESCRIPTORS", "/nowhere")
    found = stored(store, odd_table, id=pa.array(range(len(NASTY))), words=pa.array(NASTY, pa.string()))
    assert found.column("words").to_pylist() == NASTY


def test_limits_survive(store: MysqlStore, odd_table: sa.Table) -> None:
    amounts = ["-99999999.9999", "0.0001", "99999999.9999"]
    moments = ["1969-12-31 23:59:59", "2024-12-31 23:59:59", "2025-01-01 00:00:00"]
    found = stored(
        store,
        odd_table,
        id=pa.array([-(2**63), 0, 2**63 - 1]),
        amount=pa.array(amounts).cast(pa.decimal128(12, 4)),
        day=pa.array(["1000-01-01", "2024-02-29", "9999-12-31"]).cast(pa.date32()),
        moment=pa.array(moments).cast(pa.timestamp("us")),
        flag=pa.array([True, False, None]),
    )
    assert found.column("id").to_pylist() == [str(-(2**63)), "0", str(2**63 - 1)]
    assert found.column("amount").to_pylist() == amounts
    assert found.column("day").to_pylist() == ["1000-01-01", "2024-02-29", "9999-12-31"]
    assert found.column("moment").to_pylist() == moments
    assert found.column("flag").to_pylist() == ["1", "0", None]


def test_parts_of_a_second_are_refused_and_not_rounded(store: MysqlStore, odd_table: sa.Table) -> None:
    late = pa.array(["2024-12-31 23:59:59.6"]).cast(pa.timestamp("us"))
    with pytest.raises(pa.ArrowInvalid, match="would lose data"):
        stored(store, odd_table, id=pa.array([1]), moment=late)
