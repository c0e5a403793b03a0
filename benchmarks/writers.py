"""Writing ED encounters in each format that is kept in a folder, beside the bare call of the library.

Usage, from the project: python -m benchmarks.writers [ROWS [ROUNDS]]. A process of its own writes one frame
once, by ours or by the bare call, by turns; the least CPU of the rounds counts. The bare call takes the same
frame and makes the same types and keys, without checks, digest, record and flush to the disk. Memory is the
most beyond that in which the frame lies.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.speed import measure, report
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.kinds import closed_list
from lm_synth_assets.storage.formats import FILE_FORMATS, open_store
from lm_synth_assets.storage.frames import arrow_schema, pandas_dtypes

ROWS = 10_000_000
ROUNDS = 3
SHARE = 0.8
MOST_MB = 300
ED = TABLES["ed_encounters"]
_DAY = np.timedelta64(1, "D")


def encounters(rows: int) -> pd.DataFrame:
    """ED encounters of one year in order of arrival, with the dtypes that a run has; not simulated."""
    draw = np.random.default_rng(1)
    arrival = np.datetime64("2025-01-01", "s") + np.sort(draw.integers(0, 365 * 86_400, rows))
    people = (f"P{number:07}" for number in range(rows // 3 + 2))
    names = pd.Series(list(people), dtype="string[pyarrow]").array
    columns: dict[str, Any] = {
        "encounter_id": np.arange(1, rows + 1),
        "patient_id": names.take(draw.integers(0, len(names), rows)),
        "facility_id": draw.integers(1, 13, rows),
        "arrival_ts": arrival,
        "arrival_date": arrival.astype("datetime64[D]"),
        "departure_ts": arrival + draw.integers(60, 36_000, rows),
        "acuity": draw.integers(1, 6, rows),
    }
    for column in ED.columns:
        if values := closed_list(column):
            codes: Any = draw.integers(0, len(values), rows)
            columns[column.name] = pd.Categorical.from_codes(codes, pd.Index(values))
    dtypes = pandas_dtypes(ED)
    return pd.DataFrame({name: pd.Series(columns.pop(name)).astype(kind) for name, kind in dtypes.items()})


def _arrow(frame: pd.DataFrame) -> Any:
    import pyarrow as pa

    return pa.Table.from_pandas(frame, schema=arrow_schema(ED), preserve_index=False)


def _csv(frame: pd.DataFrame, folder: Path) -> None:
    import pyarrow.csv

    pyarrow.csv.write_csv(_arrow(frame), folder / "ed.csv")


def _parquet(frame: pd.DataFrame, folder: Path) -> None:
    import pyarrow.parquet

    pyarrow.parquet.write_table(_arrow(frame), folder / "ed.parquet", compression="zstd")


def _delta(frame: pd.DataFrame, folder: Path) -> None:
    from deltalake import write_deltalake

    from lm_synth_assets.storage.delta.store import in_utc

    write_deltalake(str(folder / "ed"), in_utc(_arrow(frame)), mode="overwrite")


def _duckdb(frame: pd.DataFrame, folder: Path) -> None:
    import duckdb

    from lm_synth_assets.storage.duckdb.ddl import table_ddl

    with duckdb.connect(str(folder / "ed.duckdb")) as connection:
        for statement in table_ddl(ED):
            connection.execute(statement)
        connection.register("frame", frame)
        connection.execute("INSERT INTO ed_encounters SELECT * FROM frame")


_BARE: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    function.__name__.removeprefix("_"): function for function in (_csv, _parquet, _delta, _duckdb)
}


def _memory(field: str) -> float:
    """A figure of this process in MB."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field)]
    return int(line.split()[1]) / 1024


def write_once(format: str, who: str, rows: int) -> None:
    """Write a frame; print CPU seconds, and the most memory beyond that in which the frame lies."""
    frame = encounters(rows)
    with tempfile.TemporaryDirectory() as folder:
        ours = open_store(format, Path(folder) / "out")

        def write(part: pd.DataFrame) -> None:
            if who == "ours":
                ours.write(ED, part)
            else:
                _BARE[format](part, Path(folder))

        # What is imported and started once.
        write(frame.head(1_000))
        Path("/proc/self/clear_refs").write_text("5")
        before, began = _memory("VmRSS"), time.process_time()
        write(frame)
        cpu = time.process_time() - began
        print(json.dumps({"cpu": cpu, "extra": _memory("VmHWM") - before}))


def main(rows: int = ROWS, rounds: int = ROUNDS) -> None:
    """Measure each format, ours and the bare call by turns."""
    for format, row in FILE_FORMATS.items():
        least: dict[str, dict[str, float]] = {}
        for _ in range(rounds):
            for who in ("ours", "bare"):
                command = (sys.executable, "-m", "benchmarks.writers", "once", format, who, str(rows))
                one = json.loads(measure(*command).printed)
                known = least.setdefault(who, one)
                least[who] = {figure: min(known[figure], one[figure]) for figure in one}
        ours, bare = least["ours"], least["bare"]
        share = bare["cpu"] / ours["cpu"]
        report(
            f"{row.title}: rows per CPU second ({bare['cpu']:.2f} s bare, {ours['cpu']:.2f} s ours)",
            f"{rows / ours['cpu'] / 1000:,.0f} k, {share:.2f}",
            f"at least {SHARE} of bare",
            share >= SHARE,
        )
        report(
            f"{row.title}: memory beyond the frame ({bare['extra']:,.0f} MB bare)",
            f"{ours['extra']:,.0f} MB",
            f"at most {MOST_MB} MB",
            ours["extra"] <= MOST_MB,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["once"]:
        write_once(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(*map(int, sys.argv[1:]))
