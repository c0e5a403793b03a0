"""Copies that other programs have written: the same values in another notation are a warning."""

import io
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.errors import StorageError
from lm_synth_assets.gates.results import Mark
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets.storage.frames import to_arrow
from lm_synth_assets_tests.support.commands import TINY, Call
from lm_synth_assets_tests.support.frames import valid_frame

STAYS = TABLES["ip_stays"]
TIMES = [column.name for column in STAYS.columns if family_of(column) is Family.TIME]
IDS = ["stay_id", "facility_id", "ed_encounter_id", "transfer_from_stay_id"]
FRAME = valid_frame(STAYS, 5)
"""Five stays; the third has no ED encounter, no stay before it and no discharge."""


def csv_of(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def csv_of_duckdb(frame: pd.DataFrame, path: Path) -> bytes:
    arrow = to_arrow(STAYS, frame)
    with duckdb.connect() as connection:
        connection.register("stays", arrow)
        connection.execute(f"COPY stays TO '{path}' (HEADER)")
    return path.read_bytes()


def in_zone(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].dt.tz_localize(zone) for name in TIMES})


def parquet_of(frame: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), file)
    return file.getvalue()


def remark(column: str, count: int, stored: str, meant: str) -> str:
    return (
        f"{column}: {count} values are written in another way, such as {stored!r} where {meant} is meant "
        "(row 1)"
    )


FLAG = {True: "TRUE", False: "FALSE"}
CSV: dict[str, tuple[Callable[[], bytes], list[str]]] = {
    "booleans of pandas": (lambda: csv_of(FRAME), [remark("alc_flag", 5, "False", "0")]),
    "booleans of a spreadsheet": (
        lambda: csv_of(FRAME.assign(alc_flag=FRAME["alc_flag"].map(FLAG))),
        [remark("alc_flag", 5, "FALSE", "0")],
    ),
    "booleans as floats": (
        lambda: csv_of(FRAME.astype({"alc_flag": float})),
        [remark("alc_flag", 5, "0.0", "0")],
    ),
    "ids as floats": (
        lambda: csv_of(FRAME.astype({"alc_flag": int, **dict.fromkeys(IDS, float)})),
        [remark(name, len(FRAME[name].dropna()), "1.0", "1") for name in IDS],
    ),
    "times in UTC": (
        lambda: csv_of(in_zone(FRAME.astype({"alc_flag": int}), "UTC")),
        [
            remark(name, len(FRAME[name].dropna()), "2025-01-01 00:00:00+00:00", "2025-01-01 00:00:00")
            for name in TIMES
        ],
    ),
    "times as Spark writes them": (
        lambda: csv_of(
            FRAME.astype({"alc_flag": int}).assign(
                **{name: FRAME[name].dt.strftime("%Y-%m-%dT%H:%M:%S.000Z") for name in TIMES}
            )
        ),
        [
            remark(name, len(FRAME[name].dropna()), "2025-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000")
            for name in TIMES
        ],
    ),
}


@pytest.mark.parametrize(("write", "remarks"), CSV.values(), ids=CSV)
def test_another_notation_in_csv_gives_the_same_frame_and_a_remark(
    tmp_path: Path, write: Callable[[], bytes], remarks: list[str]
) -> None:
    store = CsvStore(tmp_path)
    Path(store.location(STAYS)).write_bytes(write())
    inspection = store.inspect(STAYS)
    assert (inspection.problems, sorted(inspection.remarks)) == ((), sorted(remarks))
    assert inspection.frame is not None
    pd.testing.assert_frame_equal(inspection.frame, FRAME, check_exact=True)
    pd.testing.assert_frame_equal(store.read(STAYS), FRAME, check_exact=True)


def test_a_csv_that_duckdb_has_written_gives_the_same_frame(tmp_path: Path) -> None:
    store = CsvStore(tmp_path)
    csv_of_duckdb(FRAME, Path(store.location(STAYS)))
    inspection = store.inspect(STAYS)
    assert inspection.problems == ()
    assert inspection.remarks == (remark("alc_flag", 5, "false", "0"),)
    assert inspection.frame is not None
    pd.testing.assert_frame_equal(inspection.frame, FRAME, check_exact=True)


NO_VALUE: dict[str, Callable[[], bytes]] = {
    "part of a number": lambda: csv_of(FRAME.assign(alc_flag=0, facility_id=1.5)),
    "another word": lambda: csv_of(FRAME.assign(alc_flag="yes")),
    "part of a truth": lambda: csv_of(FRAME.assign(alc_flag=0.5)),
    "another offset": lambda: csv_of(in_zone(FRAME.assign(alc_flag=0), "America/Vancouver")),
    "an exponent": lambda: csv_of(FRAME.assign(alc_flag=0, facility_id="1e0")),
}


@pytest.mark.parametrize("write", NO_VALUE.values(), ids=NO_VALUE)
def test_what_is_no_other_notation_of_a_value_is_refused(tmp_path: Path, write: Callable[[], bytes]) -> None:
    store = CsvStore(tmp_path)
    Path(store.location(STAYS)).write_bytes(write())
    assert len(store.inspect(STAYS).problems) >= 1
    with pytest.raises(StorageError):
        store.read(STAYS)


UTC_TAKEN = (
    "stored as timestamp[ns, tz=UTC] where timestamp[us] is declared; its UTC times are taken for those of "
    "the local clock"
)


def test_times_in_utc_in_parquet_are_those_of_the_local_clock(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    Path(store.location(STAYS)).write_bytes(parquet_of(in_zone(FRAME, "UTC")))
    inspection = store.inspect(STAYS)
    assert inspection.problems == ()
    assert {f"{name}: {UTC_TAKEN}" for name in TIMES} <= set(inspection.remarks)
    assert inspection.frame is not None
    pd.testing.assert_frame_equal(inspection.frame, FRAME, check_exact=True)


def test_times_of_another_zone_in_parquet_are_refused_with_what_to_do(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    Path(store.location(STAYS)).write_bytes(parquet_of(in_zone(FRAME, "America/Vancouver")))
    problems = store.inspect(STAYS).problems
    assert len(problems) == len(TIMES)
    assert all("store what the clock shows without a time zone (in pandas: .dt.tz_loc" in p for p in problems)


@pytest.mark.parametrize(
    "flags", [FRAME["alc_flag"].map(FLAG), FRAME["alc_flag"].astype(float), FRAME["alc_flag"].astype("Int64")]
)
def test_booleans_of_another_type_in_parquet_are_remarked(tmp_path: Path, flags: "pd.Series[object]") -> None:
    store = ParquetStore(tmp_path)
    Path(store.location(STAYS)).write_bytes(parquet_of(FRAME.assign(alc_flag=flags)))
    inspection = store.inspect(STAYS)
    assert inspection.problems == ()
    assert any(text.startswith("alc_flag: stored as ") for text in inspection.remarks)
    assert inspection.frame is not None
    pd.testing.assert_frame_equal(inspection.frame, FRAME, check_exact=True)


def test_a_copy_through_pandas_passes_every_gate_with_warnings_on_the_layout(
    tiny: Path, tmp_path: Path, call: Call
) -> None:
    for name, table in TABLES.items():
        # As a reader who leaves the types to pandas does: ids with nulls become floats.
        pd.read_csv(tiny / f"{name}.csv").to_csv(tmp_path / f"{name}.csv", index=False)
        if any(family_of(column) is Family.BOOLEAN for column in table.columns):
            CsvStore(tiny).read(table).to_csv(tmp_path / f"{name}.csv", index=False)
    ran = call("validate", "--in", tmp_path, "--config", TINY, "--quiet")
    assert (ran.code, ran.out.count("FAIL"), ran.err) == (0, 0, "")
    original, copy = (DataSet.identify(CsvStore(folder)) for folder in (tiny, tmp_path))
    for name in TABLES:
        pd.testing.assert_frame_equal(original.read(name), copy.read(name), check_exact=True)
    assert all(result.mark is not Mark.FAIL for result in copy.results.values())
