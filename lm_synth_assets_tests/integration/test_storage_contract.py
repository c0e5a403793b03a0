"""What every kind of storage promises: equal frames back, all or nothing on disk, and errors that help."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import given, settings

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.errors import (
    MissingTable,
    SchemaError,
    UnknownFormat,
    UnreadableTable,
    UnwritableFolder,
)
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import SPARK_SCHEMA, ParquetStore
from lm_synth_assets.storage.files.publishing import atomic_file, check_file, check_folder
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.formats import open_store
from lm_synth_assets.storage.frames import arrow_schema, to_arrow
from lm_synth_assets.storage.store import TableStore
from lm_synth_assets_tests.support.commands import PACKAGE
from lm_synth_assets_tests.support.frames import frames, valid_frame
from lm_synth_assets_tests.support.io_managers import io_manager_of
from lm_synth_assets_tests.support.stores import FLAT_OPENERS, OPENERS, remedy

ED, STAYS, SITES, SUBPROGRAMS = (
    TABLES[name] for name in ["ed_encounters", "ip_stays", "dim_site", "dim_subprogram"]
)
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=OPENERS.values(), ids=OPENERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TableStore:
    return request.param(tmp_path / "out")


@pytest.fixture(params=FLAT_OPENERS.values(), ids=FLAT_OPENERS)
def flat(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return request.param(tmp_path / "out")


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right, check_exact=True)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# Round trip


@pytest.mark.parametrize("kind", OPENERS.values(), ids=OPENERS)
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_what_is_written_is_what_is_read(kind: Callable[..., TableStore], table: sa.Table) -> None:
    @settings(max_examples=10, deadline=None)
    @given(frames(table))
    def round_trip(frame: pd.DataFrame) -> None:
        with tempfile.TemporaryDirectory() as folder:
            kind(folder).write(table, frame)
            same(kind(folder).read(table), frame)

    round_trip()


def test_a_table_without_rows_keeps_its_types(store: TableStore) -> None:
    store.write(STAYS, valid_frame(STAYS, 0))
    same(store.read(STAYS), valid_frame(STAYS, 0))


def test_many_rows_keep_their_order(store: TableStore) -> None:
    frame = valid_frame(ED, 70_000)
    store.write(ED, frame)
    same(store.read(ED), frame)


def test_only_the_columns_asked_for_are_read(store: TableStore) -> None:
    frame = valid_frame(ED)
    store.write(ED, frame)
    same(store.read(ED, ["dispo", "patient_id"]), frame[["dispo", "patient_id"]])


def test_a_write_tells_what_it_did(store: TableStore) -> None:
    assert not store.exists(SITES)
    written = store.write(SITES, valid_frame(SITES))
    assert store.exists(SITES)
    digest = digest_of(SITES, valid_frame(SITES))
    assert written == (3, written.bytes, store.location(SITES), digest, {}, ())
    assert written.bytes > 100
    assert store.record(SITES) == (3, digest, None)


def test_a_flat_file_has_the_name_of_its_table_and_the_size_that_is_told(flat: FileStore) -> None:
    written = flat.write(SITES, valid_frame(SITES))
    path = Path(written.location)
    assert path == flat.folder / f"dim_site{flat.suffix}"
    assert written.bytes == path.stat().st_size


# All or nothing


@contextmanager
def no_file_above(limit: int) -> Iterator[None]:
    resource = pytest.importorskip("resource")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_a_refused_frame_leaves_the_old_table(store: TableStore, tmp_path: Path) -> None:
    store.write(SITES, valid_frame(SITES))
    before = files(tmp_path)
    with pytest.raises(SchemaError, match="site_id: 1 row repeats the key of an earlier row: 2"):
        store.write(SITES, valid_frame(SITES).assign(site_id=[1, 2, 2]))
    assert files(tmp_path) == before


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_a_crash_leaves_the_old_file(
    flat: FileStore, monkeypatch: pytest.MonkeyPatch, step: str, failure: type[BaseException]
) -> None:
    flat.write(ED, valid_frame(ED))
    before = files(flat.folder)

    def crash(*_: Any) -> None:
        raise failure

    monkeypatch.setattr(os, step, crash)
    with pytest.raises(failure):
        flat.write(ED, valid_frame(ED, 10))
    assert files(flat.folder) == before


def test_a_full_disk_leaves_the_old_table(store: TableStore, tmp_path: Path) -> None:
    store.write(ED, valid_frame(ED))
    before = files(tmp_path)
    with no_file_above(2_000), pytest.raises(UnwritableFolder) as error:
        store.write(ED, valid_frame(ED, 20_000))
    same(store.read(ED), valid_frame(ED))
    if isinstance(store, FileStore):
        assert files(tmp_path) == before
    assert str(error.value) == (
        f"Cannot write to {store.location(ED)}: the file has reached the largest size that is allowed here; "
        "what was there before is untouched."
    )


def test_what_killed_runs_left_goes_with_the_next_write(flat: FileStore) -> None:
    flat.write(SITES, valid_frame(SITES))
    name = Path(flat.location(SITES)).name
    old, young = (flat.folder / f".{name}.{run}.partial" for run in ["aaaa", "bbbb"])
    for leftover in (old, young):
        leftover.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    flat.write(SITES, valid_frame(SITES))
    assert not old.exists()
    assert young.exists()


def test_of_two_writers_at_once_the_last_to_finish_wins_whole(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "t") as first:
        first.write(b"first")
        with atomic_file(tmp_path / "t") as second:
            second.write(b"second")
        assert files(tmp_path)["t"] == b"second"
    assert files(tmp_path) == {"t": b"first"}


UNREADABLE_RECORDS = (
    b"",
    b"{",
    b"[]",
    b"\xff",
    b'{"rows": 1}',
    b'{"rows": Infinity, "digest": "", "made_from": null}',
    b"[" * 100_000,
)


@pytest.mark.parametrize("content", UNREADABLE_RECORDS, ids=range(len(UNREADABLE_RECORDS)))
def test_a_record_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    store = CsvStore(tmp_path)
    store.write(SITES, valid_frame(SITES))
    assert store.record(SITES) is not None
    (tmp_path / ".lm-synth" / "dim_site.csv.json").write_bytes(content)
    assert store.record(SITES) is None


# Folders


def test_a_folder_is_made_when_it_is_needed(tmp_path: Path) -> None:
    CsvStore(tmp_path / "a" / "b").write(SITES, valid_frame(SITES))
    assert (tmp_path / "a" / "b" / "dim_site.csv").exists()


BAD_FOLDERS: dict[str, tuple[str, str]] = {
    "a file": ("file", "is a file and not a folder"),
    "below a file": ("file/out", "a part of its path is a file and not a folder"),
    "not writable": ("/proc/out", "it does not exist and cannot be made"),
    "a name that is too long": ("a" * 300, "its name is too long"),
    "a path that is too long": ("a/" * 4_000, "its name is too long"),
    "a link to nowhere": ("link", "it is a link that leads to no folder"),
    "below a link to nowhere": ("link/out", "it is a link that leads to no folder"),
    "a link to itself": ("circle", "it is a link that leads to no folder"),
}


@pytest.mark.parametrize(("folder", "reason"), BAD_FOLDERS.values(), ids=BAD_FOLDERS)
def test_a_folder_that_cannot_be_written_to_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_bytes(b"mine")
    Path("link").symlink_to("nowhere")
    Path("circle").symlink_to("circle")
    with pytest.raises(UnwritableFolder, match=f"Cannot write to {folder[:200]}.*: .*{reason}") as error:
        check_folder(Path(folder))
    assert len(str(error.value)) < 1_000
    with pytest.raises(UnwritableFolder):
        CsvStore(folder).write(SITES, valid_frame(SITES))
    assert files(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", "it is a folder and not a file"),
        ("a" * 250, "its name is too long"),
        ("no/file", "a part of its path is a file"),
    ],
)
def test_a_file_that_cannot_be_written_is_named_beforehand(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "no").write_bytes(b"")
    with pytest.raises(UnwritableFolder, match=reason):
        check_file(tmp_path / name)
    assert files(tmp_path) == {"no": b""}


@pytest.mark.parametrize("folder", [".", "new", "new/below"])
def test_checking_a_folder_leaves_no_trace(tmp_path: Path, folder: str) -> None:
    check_folder(tmp_path / folder)
    assert files(tmp_path) == {}


def test_an_unknown_format_is_told() -> None:
    with pytest.raises(UnknownFormat, match="There is no storage format 'xlsx'; choose one of csv, parquet"):
        open_store("xlsx", "out")


# Reading what is not as it was written


def test_a_missing_table_is_told_with_the_commands_that_make_it(store: TableStore) -> None:
    with pytest.raises(MissingTable) as error:
        store.read(ED)
    assert str(error.value) == (
        f"ed_encounters is not there (looked for {store.location(ED)}); make it with "
        f"{remedy(store, 'ed_encounters')}."
    )


def test_the_commands_that_make_a_table_name_folder_and_format(tmp_path: Path) -> None:
    for name, open_in in OPENERS.items():
        option = "" if name == "csv" else f" --format {name}"
        assert f"--with-ip --out {tmp_path}{option}`" in remedy(open_in(tmp_path), "dim_site")


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def replace(text: bytes) -> bytes:
        assert old in text
        return text.replace(old, new, 1)

    return replace


def reordered(text: bytes) -> bytes:
    return b"\n".join(b",".join(line.split(b",")[::-1]) for line in text.split(b"\n"))


def written_ed(folder: Path, edit: Callable[[bytes], bytes]) -> CsvStore:
    store = CsvStore(folder)
    store.write(ED, valid_frame(ED))
    path = Path(store.location(ED))
    path.write_bytes(edit(path.read_bytes()))
    return store


HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "windows line ends": lambda text: text.replace(b"\n", b"\r\n"),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "quotes": lambda text: b"\n".join(b'"' + line.replace(b",", b'","') + b'"' for line in text.splitlines()),
    "no last line end": lambda text: text.rstrip(b"\n"),
    "another order of columns": reordered,
    "the other way to write times": replaced(b"2025-01-01 00:01:00", b"2025-01-01T00:01:00"),
}


@pytest.mark.parametrize("edit", HARMLESS.values(), ids=HARMLESS)
def test_harmless_edits_of_a_csv_change_nothing(tmp_path: Path, edit: Callable[[bytes], bytes]) -> None:
    store = written_ed(tmp_path, edit)
    same(store.read(ED), valid_frame(ED))
    same(store.read(ED, ["acuity", "arrival_ts"]), valid_frame(ED)[["acuity", "arrival_ts"]])


HARMFUL: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "encounter_id: the column is missing"),
    "missing column": (
        replaced(b"acuity", b"ctas"),
        "acuity: the column is missing; ctas: the table has no",
    ),
    "extra column": (lambda text: text.replace(b"\n", b",x\n"), "x: the table has no such column"),
    "repeated column": (replaced(b"acuity", b"dispo"), "dispo: the column is there 2 times"),
    "semicolons": (lambda text: text.replace(b",", b";"), "encounter_id: the column is missing"),
    "ragged row": (replaced(b"P0000002,", b"P0000002"), r"row 2 \(line 3\) has 8"),
    "latin-1": (
        replaced(b"P0000002", b"P\xe9"),
        "line 3 is not UTF-8: it holds the byte 0xE9",
    ),
    "utf-16": (lambda text: text.decode().encode("utf-16"), "'utf-8' codec can't decode"),
    "word for number": (replaced(b"P0000002,2", b"P0000002,two"), r"facility_id: .*: 'two' \(row 2\)"),
    "number too large": (replaced(b"P0000002,2", b"P0000002,2147483648"), "facility_id: .* '2147483648'"),
    "local date": (replaced(b"2025-01-01,", b"1/2/2025,"), r"arrival_date: .*: '1/2/2025' \(row 1\)"),
    "impossible day": (
        replaced(b"2025-01-01,", b"2025-02-29,"),
        r"arrival_date: .*: '2025-02-29' \(row 1\)",
    ),
    "part of a second": (replaced(b"00:01:00", b"00:01:00.5"), "arrival_ts: .*: '2025-01-01 00:01:00.5'"),
    "far future": (
        replaced(b"2025-01-01 00:01", b"9999-01-01 00:01"),
        "arrival_ts: .* within 1677 to 2262, .*: '9999-01-01 00:01:00'",
    ),
    "missing value": (replaced(b"P0000002,", b","), "patient_id: 1 value is missing, and none may be"),
    "unknown word": (replaced(b"Admitted", b"Vanished"), "dispo: .* not among Discharged, .*: 'Vanished'"),
}


@pytest.mark.parametrize(("edit", "reason"), HARMFUL.values(), ids=HARMFUL)
def test_harmful_edits_of_a_csv_are_told(tmp_path: Path, edit: Callable[[bytes], bytes], reason: str) -> None:
    store = written_ed(tmp_path, edit)
    with pytest.raises(
        UnreadableTable, match=f"ed_encounters.csv cannot be read as ed_encounters: .*{reason}"
    ):
        store.read(ED)


def test_decimals_with_other_digits_are_read_or_refused(tmp_path: Path) -> None:
    store = CsvStore(tmp_path)
    store.write(STAYS, valid_frame(STAYS))
    path = Path(store.location(STAYS))
    text = path.read_text()
    path.write_text(text.replace(",1.01,", ",1.1,", 1))
    assert store.read(STAYS)["los_days"].tolist() == [0.0, 1.1, 2.02]
    path.write_text(text.replace(",1.01,", ",1.015,", 1))
    with pytest.raises(UnreadableTable, match=r"los_days: .* of at most 2 decimals .*: '1.015' \(row 2\)"):
        store.read(STAYS)


def test_a_parquet_of_other_types_is_read_where_every_value_fits(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    store.write(ED, valid_frame(ED))
    valid_frame(ED).astype({"facility_id": "int64", "dispo": object}).to_parquet(store.location(ED))
    same(store.read(ED), valid_frame(ED))


HARMFUL_PARQUET: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "part of a second": (
        lambda table: table.set_column(4, "arrival_ts", pa.array([1, 1_000_000, 2], pa.timestamp("us"))),
        r"arrival_ts: 2 values are not whole seconds .*: 1970-01-01 00:00:00.000001 \(row 1\)",
    ),
    "missing column": (lambda table: table.drop_columns("acuity"), "acuity: the column is missing"),
    "extra column": (lambda table: table.append_column("x", table["acuity"]), "x: the table has no such"),
    "other type": (
        lambda table: table.set_column(2, "facility_id", pa.array(["1", "2", "three"])),
        r"facility_id: .*: 'three' \(row 3\)",
    ),
    "missing value": (
        lambda table: table.set_column(2, "facility_id", pa.array([1, None, 3])),
        "facility_id: 1 value is missing",
    ),
}


@pytest.mark.parametrize(("edit", "reason"), HARMFUL_PARQUET.values(), ids=HARMFUL_PARQUET)
def test_a_parquet_that_does_not_fit_is_told(
    tmp_path: Path, edit: Callable[[pa.Table], pa.Table], reason: str
) -> None:
    store = ParquetStore(tmp_path)
    pq.write_table(edit(to_arrow(ED, valid_frame(ED))), store.location(ED))
    with pytest.raises(UnreadableTable, match=f"ed_encounters.parquet cannot be read as .*{reason}"):
        store.read(ED)


@pytest.mark.parametrize("content", [b"", b"PAR1 but not more", b"encounter_id,patient_id\n"])
def test_a_parquet_that_is_none_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ed_encounters.parquet").write_bytes(content)
    with pytest.raises(UnreadableTable, match="make it again with `lm-synth generate"):
        ParquetStore(tmp_path).read(ED)


# The bytes


def test_a_csv_looks_as_promised(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "stay_id": [1, 2**53 + 1],
            "patient_id": ["P0000001", "P9999999"],
            "facility_id": [1, 12],
            "program_id": [3, 16],
            "subprogram_id": [1, 3],
            "admit_ts": pd.to_datetime(["2025-01-01 00:00:00", "2025-03-09 02:30:00"]),
            "discharge_ts": pd.to_datetime(["2025-02-28 00:00:00", None]),
            "los_days": [58.0, 0.25],
            "alc_flag": [True, False],
            "subprogram_key": [301, 1603],
            "admit_date": pd.to_datetime(["2025-01-01", "2025-03-09"]),
            "alc_days": [9999.99, 0.0],
            "admit_route": ["ED", "direct"],
            "ed_encounter_id": pd.array([9, None], dtype="Int64"),
            "transfer_from_stay_id": pd.array([None, 1], dtype="Int64"),
        }
    )
    CsvStore(tmp_path).write(STAYS, frame)
    assert (tmp_path / "ip_stays.csv").read_bytes().decode() == (
        "stay_id,patient_id,facility_id,program_id,subprogram_id,admit_ts,discharge_ts,los_days,alc_flag,"
        "subprogram_key,admit_date,alc_days,admit_route,ed_encounter_id,transfer_from_stay_id\n"
        "1,P0000001,1,3,1,2025-01-01 00:00:00,2025-02-28 00:00:00,58.00,1,301,2025-01-01,9999.99,ED,9,\n"
        "9007199254740993,P9999999,12,16,3,2025-03-09 02:30:00,,0.25,0,1603,2025-03-09,0.00,direct,,1\n"
    )


def test_a_csv_has_quotes_only_where_a_comma_needs_them(tmp_path: Path) -> None:
    frame = valid_frame(SUBPROGRAMS).assign(subprogram_name=["Hips, knees", "Zoë’s", ","])
    CsvStore(tmp_path).write(SUBPROGRAMS, frame)
    assert (tmp_path / "dim_subprogram.csv").read_text("utf-8").splitlines()[1:] == [
        '1,1,"Hips, knees",101,inpatient',
        "2,2,Zoë’s,102,day",
        '3,3,",",103,ambulatory',
    ]
    same(CsvStore(tmp_path).read(SUBPROGRAMS), frame.astype({"subprogram_name": "string[pyarrow]"}))


def test_a_parquet_has_the_declared_types_and_no_others(tmp_path: Path) -> None:
    ParquetStore(tmp_path).write(STAYS, valid_frame(STAYS))
    file = pq.ParquetFile(tmp_path / "ip_stays.parquet")
    assert file.schema_arrow.remove_metadata().equals(arrow_schema(STAYS), check_metadata=True)
    assert {file.metadata.row_group(0).column(i).compression for i in range(15)} == {"ZSTD"}
    assert not any("ns" in str(field.type) for field in file.schema_arrow)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_parquet_says_what_its_table_and_columns_mean(tmp_path: Path, table: sa.Table) -> None:
    ParquetStore(tmp_path).write(table, valid_frame(table))
    schema = pq.read_schema(tmp_path / f"{table.name}.parquet")
    metadata = {name.decode(): text.decode() for name, text in schema.metadata.items()}
    assert metadata["description"] == table.comment
    assert metadata["disclaimer"] == DISCLAIMER
    of_spark = json.loads(metadata[SPARK_SCHEMA])["fields"]
    for column, field, described in zip(table.columns, schema, of_spark, strict=True):
        assert field.metadata == {b"comment": (column.comment or "").encode()}
        assert described["name"] == column.name
        assert described["type"] == SPARK_TYPES[str(field.type).partition("(")[0]].format(field.type)
        assert described["nullable"] == column.nullable
        assert described["metadata"] == {"comment": column.comment}


SPARK_TYPES = {
    "int8": "byte",
    "int32": "integer",
    "int64": "long",
    "decimal128": "decimal({0.precision},{0.scale})",
    "bool": "boolean",
    "string": "string",
    "date32[day]": "date",
    "timestamp[us]": "timestamp_ntz",
}
"""By type of Arrow, the type that Spark 3.5 gives a column of a Parquet file without its own schema."""


WRITE_ALL = """
import sys
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.formats import FORMATS
from lm_synth_assets_tests.support.frames import valid_frame
for format in map(FORMATS.get, sys.argv[2:]):
    for name, table in TABLES.items():
        format.open(sys.argv[1]).write(table, valid_frame(table, 70_000 if name == "ip_stays" else 50))
"""


def test_the_bytes_are_the_same_wherever_they_are_written(tmp_path: Path) -> None:
    places = {
        "Asia/Kolkata": {"LC_ALL": "C", "PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1"},
        "America/Vancouver": {"LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2", "OMP_NUM_THREADS": "4"},
    }
    written = []
    for number, (zone, variables) in enumerate(places.items()):
        folder = tmp_path / str(number)
        environment = {**os.environ, **variables, "TZ": zone, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [sys.executable, "-c", WRITE_ALL, str(folder), *FLAT_OPENERS],
            check=True,
            env=environment,
            cwd=tmp_path,
        )
        written.append(files(folder))
    tables = {f"{name}.{suffix}" for name in TABLES for suffix in FLAT_OPENERS}
    records = {f"{name}.json" for name in tables}
    assert written[0].keys() == {*tables, *records, PACKAGE}
    assert written[0] == written[1]


# Dagster


@dg.asset
def dim_site() -> pd.DataFrame:
    return valid_frame(SITES).iloc[:, ::-1]


@dg.asset
def dim_program(dim_site: pd.DataFrame) -> pd.DataFrame:
    same(dim_site, valid_frame(SITES))
    return pd.DataFrame({"program_id": [1, 2, 3], "program_name": dim_site["site_name"]})


@pytest.mark.parametrize("format", OPENERS)
def test_assets_are_stored_and_read_through_the_io_manager(tmp_path: Path, format: str) -> None:
    manager = io_manager_of(open_store(format, tmp_path))
    result = dg.materialize([dim_site, dim_program], resources={"io_manager": manager})
    same(manager.store.read(SITES), valid_frame(SITES))
    [told] = [event.metadata for event in result.asset_materializations_for_node("dim_site")]
    assert told["dagster/row_count"].value == 3
    assert told["dagster/uri"].value == Path(manager.store.location(SITES)).as_uri()
    assert told["bytes"].value > 100
    header, _, first, *_ = told["preview"].value.splitlines()
    assert [name.strip() for name in header.split("|")[1:-1]] == list(SITES.columns.keys())
    assert "S0000001" in first


def test_errors_come_through_dagster_as_they_are(tmp_path: Path) -> None:
    @dg.asset(name="dim_site")
    def broken() -> pd.DataFrame:
        return valid_frame(SITES).assign(site_id=0)

    def cause(asset: str, *assets: dg.AssetsDefinition) -> str:
        manager = io_manager_of(open_store("csv", tmp_path))
        result = dg.materialize(
            assets, selection=[asset], resources={"io_manager": manager}, raise_on_error=False
        )
        return result.failure_data_for_node(asset).error.cause.message

    assert cause("dim_program", dim_site, dim_program).startswith(
        "lm_synth_assets.storage.errors.MissingTable: "
    )
    assert cause("dim_site", broken).startswith(
        "lm_synth_assets.storage.errors.SchemaError: dim_site does not"
    )
