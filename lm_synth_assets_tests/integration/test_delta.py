"""Delta tables: laid out and typed as Fabric takes them, one commit a version, and nothing by halves."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from deltalake import DeltaTable, QueryBuilder, write_deltalake
from deltalake.exceptions import CommitFailedError

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.delta.commits import Uncommitted, Versions
from lm_synth_assets.storage.delta.object_store import BadObjectStore, storage_options
from lm_synth_assets.storage.delta.store import DeltaStore
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.errors import PathMisread
from lm_synth_assets.storage.frames import to_arrow
from lm_synth_assets.storage.record import REPORT_FILE, Record
from lm_synth_assets_tests.support.commands import TINY, Call, files
from lm_synth_assets_tests.support.frames import valid_frame

SITES, ED, MANIFEST = (TABLES[name] for name in ("dim_site", "ed_encounters", "dataset_manifest"))
ALL_TABLES = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)

FABRIC_TYPES = {
    "long", "integer", "short", "byte", "double", "float", "boolean", "string", "date", "timestamp", "binary",
}  # fmt: skip
"""The types that Fabric shows in SQL, beside decimals (data types of its warehouse, November 2025)."""


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.fixture
def store(tmp_path: Path) -> DeltaStore:
    return DeltaStore(tmp_path)


# What Fabric asks for


@ALL_TABLES
def test_a_table_is_laid_out_and_typed_as_fabric_takes_it(
    store: DeltaStore, table: sa.Table, tmp_path: Path
) -> None:
    # A column of nothing but nulls must not become void.
    frame = valid_frame(table).assign(**{c.name: None for c in table.columns if c.nullable})
    store.write(table, frame.astype(valid_frame(table).dtypes))
    delta = DeltaTable(str(tmp_path / "Tables" / table.name))
    protocol = delta.protocol()
    assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
    assert not protocol.reader_features
    assert not protocol.writer_features
    schema = json.loads(delta.schema().to_json())
    types = {field["name"]: field["type"] for field in schema["fields"]}
    assert list(types) == list(table.columns.keys())
    assert {kind for kind in types.values() if not kind.startswith("decimal(")} <= FABRIC_TYPES


@ALL_TABLES
def test_names_fit_the_rules_of_load_to_table(table: sa.Table) -> None:
    assert re.fullmatch(r"(?=[0-9]*[a-zA-Z_])[a-zA-Z0-9_]{1,256}", table.name)
    for column in table.columns:
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,31}", column.name), column.name


@ALL_TABLES
def test_comments_are_in_the_metadata(store: DeltaStore, table: sa.Table) -> None:
    store.write(table, valid_frame(table))
    delta = DeltaTable(store.location(table))
    assert (delta.metadata().name, delta.metadata().description) == (table.name, table.comment)
    comments = {field.name: field.metadata.get("comment") for field in delta.schema().fields}
    assert comments == {column.name: column.comment for column in table.columns}
    assert {field.name for field in delta.schema().fields if field.nullable} == {
        column.name for column in table.columns if column.nullable
    }


def test_times_are_those_of_the_local_clock_and_declared_to_be_utc(store: DeltaStore) -> None:
    # A time that clocks in Vancouver skip.
    frame = valid_frame(ED).assign(arrival_ts=pd.to_datetime(["2025-03-09 02:30:00"] * 3))
    store.write(ED, frame)
    stored = pa.table(DeltaTable(store.location(ED)).to_pyarrow_table())
    assert stored.schema.field("arrival_ts").type == pa.timestamp("us", "UTC")
    assert str(stored["arrival_ts"][0]) == "2025-03-09 02:30:00+00:00"
    same(store.read(ED), frame)


# Versions


def test_each_write_is_a_version_and_earlier_ones_can_be_read(store: DeltaStore) -> None:
    for rows in (10, 20, 0, 30):
        store.write(ED, valid_frame(ED, rows))
    path = store.location(ED)
    assert DeltaTable(path).version() == 3
    assert [DeltaTable(path, version=v).to_pyarrow_table().num_rows for v in range(4)] == [10, 20, 0, 30]


def test_the_version_before_is_the_earlier_seed(tmp_path: Path, call: Call) -> None:
    usual = ("--config", TINY, "--patients", 60, "--years", 1, "--quiet")
    people = []
    for seed in (7, 8):
        assert call("generate", *usual, "--seed", seed, "--out", tmp_path / str(seed)).code == 0
        assert (
            call("generate", *usual, "--seed", seed, "--format", "delta", "--out", tmp_path / "lake").code
            == 0
        )
        people.append(pd.read_csv(tmp_path / str(seed) / "patients.csv")["dob"].tolist())
    patients = str(tmp_path / "lake" / "Tables" / "patients")
    stored = [DeltaTable(patients, version=v).to_pandas()["dob"].astype(str).tolist() for v in (0, 1)]
    assert people[0] != people[1]
    assert stored == people
    assert call("validate", "--config", TINY, "--in", tmp_path / "lake", "--quiet").code == 0


def test_a_version_and_its_record_are_one_commit(store: DeltaStore) -> None:
    store.write(ED, valid_frame(ED), made_from="abc")
    [entry] = DeltaTable(store.location(ED)).history()
    record = Record(3, digest_of(ED, valid_frame(ED)), "abc")
    assert json.loads(entry["userMetadata"]) == {"lm_synth": record._asdict()}
    assert store.record(ED) == record
    [log] = Path(store.location(ED)).glob("_delta_log/*.json")
    assert {next(iter(json.loads(line))) for line in log.read_text("utf-8").splitlines()} == {
        "commitInfo", "protocol", "metaData", "add",
    }  # fmt: skip


def test_a_table_of_other_columns_is_replaced_with_its_schema(store: DeltaStore) -> None:
    write_deltalake(store.location(ED), pa.table({"encounter_id": [1], "ctas": ["x"]}))
    store.write(ED, valid_frame(ED))
    same(store.read(ED), valid_frame(ED))
    assert (DeltaTable(store.location(ED)).version(), store.inspect(ED).remarks) == (1, ())


def test_a_removed_table_keeps_its_versions(store: DeltaStore) -> None:
    store.write(ED, valid_frame(ED))
    store.remove(ED)
    assert (store.exists(ED), store.record(ED), store.inspect(ED).is_stored) == (False, None, False)
    assert DeltaTable(store.location(ED), version=0).to_pyarrow_table().num_rows == 3
    store.remove(ED)
    assert DeltaTable(store.location(ED)).version() == 1
    store.write(ED, valid_frame(ED, 5))
    assert (store.exists(ED), len(store.read(ED))) == (True, 5)


# Other programs


def test_what_other_programs_maintain_keeps_the_record(store: DeltaStore) -> None:
    store.write(ED, valid_frame(ED, 50), made_from="abc")
    record = store.record(ED)
    delta = DeltaTable(store.location(ED))
    write_deltalake(delta, pa.table(delta.to_pyarrow_table()), mode="append")
    delta.update_incremental()
    delta.delete("encounter_id <= 50")
    assert delta.version() == 2
    assert store.record(ED) == record


def test_rows_of_another_program_are_found_and_make_the_table_be_there(store: DeltaStore) -> None:
    store.write(SITES, valid_frame(SITES))
    store.remove(SITES)
    write_deltalake(store.location(SITES), to_arrow(SITES, valid_frame(SITES, 2)), mode="append")
    assert store.exists(SITES)
    assert len(store.read(SITES)) == 2


def test_a_table_that_another_program_wrote_is_read(store: DeltaStore) -> None:
    write_deltalake(store.location(ED), valid_frame(ED).astype({"facility_id": "int64"}))
    inspection = store.inspect(ED)
    same(inspection.frame, valid_frame(ED))
    assert inspection.problems == ()
    assert "facility_id: stored as int64 where int32 is declared" in inspection.remarks


def test_datafusion_reads_what_is_written(store: DeltaStore) -> None:
    store.write(ED, valid_frame(ED, 100))
    query = QueryBuilder().register("ed", DeltaTable(store.location(ED)))
    counted = pa.table(query.execute("SELECT count(*) AS n, max(arrival_ts) AS last FROM ed"))
    assert counted.to_pylist() == [
        {"n": 100, "last": pd.Timestamp("2025-01-01 01:39:00", tz="UTC").to_pydatetime()}
    ]


STRANGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "files": (
        lambda path: (path.mkdir(parents=True), (path / "a.parquet").write_bytes(b"x")),
        "it is a folder with other files than those of a Delta table",
    ),
    "a file": (lambda path: (path.parent.mkdir(), path.write_bytes(b"x")), "it is a file and not a folder"),
    "another table": (
        lambda path: write_deltalake(str(path), pa.table({"Name": ["x"], "Street": ["y"]})),
        "it is a Delta table with other columns: Name, Street",
    ),
}


@pytest.mark.parametrize(("make", "reason"), STRANGE.values(), ids=STRANGE)
def test_a_run_refuses_to_write_over_what_none_has_made(
    tmp_path: Path, call: Call, make: Callable[[Path], Any], reason: str
) -> None:
    make(tmp_path / "Tables" / "dim_site")
    before = files(tmp_path)
    ran = call("generate", "--config", TINY, "--quiet", "--format", "delta", "--out", tmp_path)
    assert (ran.code, files(tmp_path)) == (2, before)
    assert f"would overwrite (Tables/dim_site: {reason})" in ran.err


def test_a_log_that_is_damaged_is_told_in_one_line(store: DeltaStore) -> None:
    store.write(ED, valid_frame(ED))
    [log] = Path(store.location(ED)).glob("_delta_log/*.json")
    log.write_text('{"x', encoding="utf-8")
    assert (store.exists(ED), store.record(ED)) == (True, None)
    [problem] = store.inspect(ED).problems
    assert problem.startswith(f"{store.location(ED)} cannot be read as ed_encounters: ")
    assert "\x1b" not in problem
    assert "\n" not in problem
    assert "<unknown>" not in problem


def test_a_data_file_that_is_gone_is_told(store: DeltaStore) -> None:
    store.write(ED, valid_frame(ED))
    [data] = Path(store.location(ED)).glob("*.parquet")
    data.unlink()
    [problem] = store.inspect(ED).problems
    assert "not found" in problem
    assert "\x1b" not in problem


# By halves


def test_what_is_cut_off_before_its_commit_leaves_the_version_before(
    store: DeltaStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(ED, valid_frame(ED))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Versions, "commit", killed)
    with pytest.raises(KeyboardInterrupt):
        store.write(ED, valid_frame(ED, 10))
    monkeypatch.undo()
    same(store.read(ED), valid_frame(ED))
    store.write(ED, valid_frame(ED, 20))
    assert DeltaTable(store.location(ED)).version() == 1
    assert len(store.read(ED)) == 20


def test_once_a_new_version_is_there_nothing_speaks_of_the_old_one(
    store: DeltaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in (SITES, MANIFEST):
        store.write(table, valid_frame(table, 1))
    (tmp_path / REPORT_FILE).write_bytes(b'<meta name="generator" content="lm-synth 0.1.0">')
    seen = []
    commit = Versions.commit

    def watched(versions: Versions, *what: Any) -> None:
        seen.append((store.exists(MANIFEST), (tmp_path / REPORT_FILE).exists()))
        commit(versions, *what)

    monkeypatch.setattr(Versions, "commit", watched)
    store.write(SITES, valid_frame(SITES, 2))
    assert seen == [(False, False)]


def test_of_two_writers_at_once_the_second_is_told_to_try_again(store: DeltaStore) -> None:
    store.write(ED, valid_frame(ED))

    def conflict(*_: object, **__: object) -> None:
        raise CommitFailedError("Commit failed: a concurrent transaction deleted data this operation read.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DeltaTable, "create_write_transaction", conflict)
        with pytest.raises(Uncommitted, match="another program has written it meanwhile") as caught:
            store.write(ED, valid_frame(ED, 5))
    assert caught.value.transient
    same(store.read(ED), valid_frame(ED))


# Where


@pytest.mark.parametrize("name", ["a b", "é", "~", "100%", "&+,;"])
def test_folders_may_have_odd_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    store = DeltaStore(name)
    for rows in (3, 2):
        store.write(SITES, valid_frame(SITES, rows))
    same(store.read(SITES), valid_frame(SITES, 2))
    assert store.record(SITES) == Record(2, digest_of(SITES, valid_frame(SITES, 2)))
    assert (tmp_path / name / "Tables" / "dim_site" / "_delta_log").is_dir()


@pytest.mark.parametrize("name", ["%20", "#1", "a?", "%2F", "a\\b"])
def test_a_path_that_would_be_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PathMisread, match="misreads paths with"):
        DeltaStore(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_url_is_a_location_whose_secrets_are_elsewhere() -> None:
    store = DeltaStore("abfss://ws@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/")
    assert store.location(SITES) == "abfss://ws@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/Tables/dim_site"
    assert store.location_options == ("--url", "abfss://ws@onelake.dfs.fabric.microsoft.com/lh.Lakehouse")
    assert store.strangers() == {}
    assert store.run_lock.holder() is None
    with pytest.raises(BadObjectStore, match="give credentials in the variables") as caught:
        DeltaStore("az://c/lake?sig=secret")
    assert "secret" not in str(caught.value)


def test_onelake_is_reached_with_the_token_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_TOKEN", "t")
    options = storage_options("abfss://ws@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/Tables/dim_site")
    assert options["use_fabric_endpoint"] == "true"
    assert "bearer_token" not in options
    assert "use_fabric_endpoint" not in storage_options("az://c/lake")
