"""What killed and interrupted runs leave in a folder is described truly by `validate`, and mended."""

import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.formats import open_store
from lm_synth_assets_tests.support.commands import PACKAGE, REPORT, TINY, WITH_ALL, Call, files
from lm_synth_assets_tests.support.disturbed_runs import Place, Process, disturb_often

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for one process"),
]

Content = dict[str, object]


def csv_files(folder: Path) -> Content:
    return {name: content for name, content in files(folder).items() if name.removesuffix(".csv") in TABLES}


def delta_tables(folder: Path) -> Content:
    """The last version of each table that has rows; those that were removed have none."""
    from deltalake import DeltaTable

    paths = [path for path in sorted((folder / "Tables").iterdir()) if DeltaTable.is_deltatable(str(path))]
    rows = {path.name: DeltaTable(str(path)).to_pyarrow_table().to_pylist() for path in paths}
    return {name: table for name, table in rows.items() if table}


def duckdb_tables(folder: Path) -> Content:
    import duckdb

    with duckdb.connect(str(folder / "lm_synth.duckdb"), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SHOW TABLES").fetchall()]
        return {name: connection.execute(f"FROM {name}").fetchall() for name in names}


CONTENTS: dict[str, Callable[[Path], Content]] = {
    "csv": csv_files,
    "delta": delta_tables,
    "duckdb": duckdb_tables,
}
"""By format, what is stored in a folder, read without the code under test."""


@pytest.mark.usefixtures("few_pictures")
@pytest.mark.parametrize("format", CONTENTS)
def test_what_a_stopped_run_leaves_is_described_truly_and_mended(
    call: Call, tiny: Path, seed_7: Path, tmp_path: Path, format: str
) -> None:
    tables_in = CONTENTS[format]

    def kept_as(source: Path, folder: Path) -> Path:
        for table in TABLES.values():
            store = CsvStore(source)
            record = store.record(table)
            assert record is not None
            open_store(format, folder).write(table, store.read(table), made_from=record.made_from)
        shutil.copyfile(source / REPORT, folder / REPORT)
        return folder

    sets = [tables_in(kept_as(source, tmp_path / source.name)) for source in (seed_7, tiny)]
    folder = kept_as(tiny, tmp_path / "out")

    def stop(process: Process, how: signal.Signals) -> None:
        process.send_signal(how)
        process.wait()
        # Nobody finds a page or a package that speaks of a whole data set beside tables that are none.
        companions = [name for name in (REPORT, PACKAGE) if (folder / name).exists()]
        assert tables_in(folder) in sets or not companions

    place = Place(
        location=("--in", folder),
        commands=[
            ("generate", "--config", TINY, "--seed", seed, "--format", format, "--out", folder, *WITH_ALL)
            for seed in (7, 42)
        ],
        sets=sets,
        content=lambda: tables_in(folder),
    )
    accidents = {"kill -9": partial(stop, how=signal.SIGKILL), "Ctrl-C": partial(stop, how=signal.SIGINT)}
    disturb_often(place, call, np.random.default_rng(9), accidents)
