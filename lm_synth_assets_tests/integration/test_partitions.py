"""Parquet in partitions: the same table to every reader, its columns in the files, whole or not at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from lm_synth_assets.errors import StorageError
from lm_synth_assets.gates.results import Mark
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.errors import UnwritableFolder
from lm_synth_assets.storage.files import publishing
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets.storage.files.partitions import KEYS, has_partitions, time_column
from lm_synth_assets.storage.formats import PARQUET
from lm_synth_assets.storage.frames import from_arrow
from lm_synth_assets_tests.support.commands import PACKAGE, ROOT, TINY, Call
from lm_synth_assets_tests.support.frames import valid_frame

ED, STAYS = TABLES["ed_encounters"], TABLES["ip_stays"]
EVENTS = [table for table in TABLES.values() if has_partitions(table)]
EVERY_EVENT = pytest.mark.parametrize("table", EVENTS, ids=str)
BOTH = ("year", "site")
ORDERS = [order for count in (1, 2) for order in permutations(BOTH, count)]


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


def visible(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name != ".lm-synth"}


def written(
    tmp_path: Path, tiny: Path, table: sa.Table, keys: Sequence[str] = BOTH
) -> tuple[Path, pd.DataFrame]:
    """A table of the tiny data set in partitions, and its frame."""
    frame = CsvStore(tiny).read(table)
    ParquetStore(tmp_path, keys).write(table, frame)
    return tmp_path / f"{table.name}.parquet", frame


# Which tables, and which order


def test_tables_of_events_have_partitions_and_no_others() -> None:
    assert EVENTS == [ED, STAYS]


def test_the_format_names_the_keys_that_there_are() -> None:
    assert set(PARQUET.partition_keys) == KEYS.keys()


@EVERY_EVENT
def test_no_key_has_the_name_of_a_column(table: sa.Table) -> None:
    assert not KEYS.keys() & table.columns.keys()


@EVERY_EVENT
def test_events_are_sorted_by_time_in_one_file_and_in_each_partition(
    tmp_path: Path, tiny: Path, table: sa.Table
) -> None:
    column = time_column(table)
    folder, frame = written(tmp_path, tiny, table)
    assert column is not None
    assert frame[column].is_monotonic_increasing
    for file in folder.rglob("*.parquet"):
        assert pd.Series(pq.ParquetFile(file).read([column])[column]).is_monotonic_increasing


# Readers


@EVERY_EVENT
@pytest.mark.parametrize("keys", ORDERS, ids="-".join)
def test_what_is_written_is_what_is_read(
    tmp_path: Path, tiny: Path, table: sa.Table, keys: tuple[str, ...]
) -> None:
    folder, frame = written(tmp_path, tiny, table, keys)
    store = ParquetStore(tmp_path)
    same(store.read(table), frame)
    names = list(table.columns.keys())[3:1:-1]
    same(store.read(table, names), frame[names])
    inspection = store.inspect(table)
    assert (inspection.problems, inspection.remarks) == ((), ())
    parts = {file.relative_to(folder).parts for file in folder.rglob("*.parquet")}
    assert {tuple(name.partition("=")[0] for name in part[:-1]) for part in parts} == {keys}


@EVERY_EVENT
def test_every_column_is_in_every_file(tmp_path: Path, tiny: Path, table: sa.Table) -> None:
    folder, _ = written(tmp_path, tiny, table)
    assert {tuple(pq.read_schema(file).names) for file in folder.rglob("*.parquet")} == {
        tuple(table.columns.keys())
    }


@EVERY_EVENT
def test_pandas_polars_and_duckdb_read_the_same_rows_and_the_keys(
    tmp_path: Path, tiny: Path, table: sa.Table
) -> None:
    folder, frame = written(tmp_path, tiny, table)
    [number] = table.primary_key.columns.keys()
    year, site = frame[time_column(table)].dt.year, frame["facility_id"]
    pattern = f"{folder}/**/*.parquet"
    read = {
        "pandas": pa.Table.from_pandas(pd.read_parquet(folder)),
        "polars": pl.read_parquet(pattern, hive_partitioning=True).to_arrow(),
        "DuckDB": duckdb.sql(f"FROM read_parquet('{pattern}', hive_partitioning = true)").to_arrow_table(),
    }
    for arrow in read.values():
        rows = arrow.sort_by(number)
        assert list(map(int, rows["year"].to_pylist())) == year.tolist()
        assert list(map(int, rows["site"].to_pylist())) == site.tolist()
        same(from_arrow(table, rows.select(list(table.columns.keys()))), frame)


def test_a_partition_alone_is_read_by_its_path(tmp_path: Path, tiny: Path) -> None:
    folder, frame = written(tmp_path, tiny, ED)
    [part] = (
        pl.scan_parquet(folder / "year=2025" / "site=4" / "*.parquet").select(pl.len()).collect().item(),
    )
    assert part == ((frame["arrival_ts"].dt.year == 2025) & (frame["facility_id"] == 4)).sum()


def test_a_table_without_rows_is_one_file(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path, BOTH)
    store.write(STAYS, valid_frame(STAYS, 0))
    assert (tmp_path / "ip_stays.parquet").is_file()
    same(store.read(STAYS), valid_frame(STAYS, 0))


# All or nothing


LAYOUTS = [(), ("year",), BOTH]


@pytest.mark.parametrize("before", LAYOUTS, ids=str)
@pytest.mark.parametrize("after", LAYOUTS, ids=str)
def test_one_layout_replaces_another_and_nothing_is_left_of_it(
    tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    ParquetStore(tmp_path, before).write(ED, valid_frame(ED, 50))
    stored = ParquetStore(tmp_path, after).write(ED, valid_frame(ED, 40))
    same(ParquetStore(tmp_path).read(ED), valid_frame(ED, 40))
    assert visible(tmp_path) == {"ed_encounters.parquet"}
    files = [path for path in tmp_path.rglob("*.parquet") if path.is_file()]
    assert stored.bytes == sum(file.stat().st_size for file in files)


@pytest.mark.parametrize("before", LAYOUTS, ids=str)
@pytest.mark.parametrize("after", LAYOUTS, ids=str)
@pytest.mark.parametrize("step", ["fsync", "put"])
def test_a_crash_leaves_the_old_table(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: tuple[str, ...],
    after: tuple[str, ...],
    step: str,
) -> None:
    ParquetStore(tmp_path, before).write(ED, valid_frame(ED, 50))

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", crash)
    else:
        monkeypatch.setattr(publishing, "_put", crash)
    with pytest.raises(KeyboardInterrupt):
        ParquetStore(tmp_path, after).write(ED, valid_frame(ED, 40))
    same(ParquetStore(tmp_path).read(ED), valid_frame(ED, 50))
    assert visible(tmp_path) == {"ed_encounters.parquet"}


def test_where_two_paths_cannot_be_exchanged_at_once_the_new_table_is_there_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ParquetStore(tmp_path, BOTH).write(ED, valid_frame(ED, 50))
    monkeypatch.setattr(sys, "platform", "darwin")
    ParquetStore(tmp_path, BOTH).write(ED, valid_frame(ED, 40))
    same(ParquetStore(tmp_path).read(ED), valid_frame(ED, 40))
    assert visible(tmp_path) == {"ed_encounters.parquet"}


def test_a_table_is_removed_with_its_folder(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path, BOTH)
    store.write(ED, valid_frame(ED, 50))
    store.remove(ED)
    assert not store.exists(ED)
    assert visible(tmp_path) == set()


WRITE_FOREVER = """
import sys
from itertools import cycle
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets_tests.support.frames import valid_frame
frames = [valid_frame(TABLES["ed_encounters"], rows) for rows in (400, 500)]
for frame, keys in cycle(zip(frames * 3, [("year", "site"), (), ("site",)] * 2)):
    ParquetStore(sys.argv[1], keys).write(TABLES["ed_encounters"], frame)
    print("written", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges a folder in one step")
def test_a_killed_writer_leaves_one_table_whole(tmp_path: Path) -> None:
    whole = {digest_of(ED, valid_frame(ED, rows)) for rows in (400, 500)}
    random = np.random.default_rng(3)
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITE_FOREVER, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        time.sleep(random.uniform(0, 0.3))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert digest_of(ED, ParquetStore(tmp_path).read(ED)) in whole


# What others have made or changed


@pytest.mark.parametrize("name", ["notes.txt", "year=2025/site=1/_SUCCESS", ".hidden"])
def test_a_folder_that_holds_anything_else_is_not_replaced(tmp_path: Path, name: str) -> None:
    store = ParquetStore(tmp_path, BOTH)
    store.write(ED, valid_frame(ED, 50))
    other = tmp_path / "ed_encounters.parquet" / name
    other.write_bytes(b"mine")
    for keys in LAYOUTS:
        with pytest.raises(UnwritableFolder, match="it is a folder and not a file"):
            ParquetStore(tmp_path, keys).write(ED, valid_frame(ED, 40))
    assert other.read_bytes() == b"mine"


def test_a_damaged_part_is_named(tmp_path: Path, tiny: Path) -> None:
    folder, _ = written(tmp_path, tiny, ED)
    part = folder / "year=2025" / "site=4" / "part-0.parquet"
    part.write_bytes(part.read_bytes()[:-1])
    [problem] = ParquetStore(tmp_path).inspect(ED).problems
    assert "year=2025/site=4/part-0.parquet: the end of the Parquet file is missing" in problem


def test_a_part_with_other_columns_is_named(tmp_path: Path, tiny: Path) -> None:
    folder, _ = written(tmp_path, tiny, ED)
    part = folder / "year=2025" / "site=4" / "part-0.parquet"
    pq.write_table(pq.ParquetFile(part).read().drop_columns("dispo"), part)
    with pytest.raises(
        StorageError, match=r"site=4/part-0\.parquet has other columns than year=2025/site=1/"
    ):
        ParquetStore(tmp_path).read(ED)


@pytest.mark.usefixtures("few_pictures")
def test_the_command_writes_validates_and_describes_partitions(tmp_path: Path, call: Call) -> None:
    command = (
        "generate",
        "--config",
        TINY,
        "--patients",
        200,
        "--with-ed",
        "--with-ip",
        "--format",
        "parquet",
    )
    assert call(*command, "--out", tmp_path, "--partition-by", "year,site", "--quiet").code == 0
    assert (tmp_path / "ed_encounters.parquet").is_dir()
    assert (tmp_path / "patients.parquet").is_file()
    assert '"ed_encounters.parquet/year=2025/site=1/part-0.parquet"' in (tmp_path / PACKAGE).read_text()
    checks = ("validate", "--in", tmp_path, "--config", TINY, "--select", "dataset_*", "--json")
    assert call(*checks).code == 0
    part = next((tmp_path / "ip_stays.parquet").rglob("*.parquet"))
    part.unlink()
    ran = call(*checks)
    assert ran.code == 1
    assert f'"{Mark.FAIL}"' in ran.out
    assert f"{PACKAGE} describes other files than those of ip_stays" in ran.out


def test_the_command_that_makes_tables_again_names_the_keys(tmp_path: Path) -> None:
    store = PARQUET.open(tmp_path, BOTH)
    assert store.format_options == ("--format", "parquet", "--partition-by", "year,site")
    assert PARQUET.open(tmp_path).format_options == ("--format", "parquet")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ("--format", "csv", "--partition-by", "year"),
            "--partition-by year: CSV tables have no partitions; those of Parquet can have (parquet)",
        ),
        (
            ("--format", "parquet", "--partition-by", "month"),
            "--partition-by month: there is no key 'month'; the keys are year and site",
        ),
        (("--format", "parquet", "--partition-by", "year,year"), "a key is named twice"),
        (("--format", "parquet", "--partition-by", ","), "it names no key"),
    ],
)
def test_keys_that_cannot_be_are_refused(
    tmp_path: Path, call: Call, options: tuple[str, ...], reason: str
) -> None:
    ran = call("generate", "--out", tmp_path / "out", *options)
    assert ran.code == 2
    assert reason in ran.err
    assert not (tmp_path / "out").exists()


def test_the_environment_may_name_the_keys(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LM_SYNTH_PARTITION_BY", "year")
    ran = call("generate", "--out", tmp_path)
    assert (ran.code, ran.err) == (
        2,
        "Error: environment: LM_SYNTH_PARTITION_BY: does not go with LM_SYNTH_STORAGE=csv: CSV tables have "
        "no partitions; those of Parquet can have (parquet); found 'year'\n",
    )
