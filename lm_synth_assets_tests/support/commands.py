"""Running the commands as a user does, in a process of their own, and looking at what they leave."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pandas as pd

from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.store import FileStore

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
TINY = CONFIG_FOLDER / "tiny.yaml"
EXTENDS_TINY = f"extends: {TINY}\n"
EXTENDS_DEFAULTS = f"extends: {DEFAULT_CONFIG}\n"
WITH_ALL = ("--with-ed", "--with-ip")
REPORT = "quality_report.html"
PACKAGE = "datapackage.json"
ALL_FILES = {
    REPORT,
    PACKAGE,
    *(f"{name}.csv" for name in TABLES),
    *(f".lm-synth/{name}.csv.json" for name in TABLES),
}


class Ran(NamedTuple):
    """What a command came to: its exit code, and what it wrote to standard output and standard error."""

    code: int
    out: str
    err: str


def lm_synth(*arguments: object, **how: Any) -> Ran:
    """Run lm-synth, installed as it is beside this Python."""
    return run(SCRIPTS / "lm-synth", *arguments, **how)


def run(*command: object, variables: dict[str, str] | None = None, **how: Any) -> Ran:
    """Run a command with some variables more than the environment has; `how` is for subprocess."""
    done = subprocess.run(
        list(map(str, command)),
        env=environment(variables),
        capture_output=True,
        text=True,
        check=False,
        **({"cwd": ROOT} | how),
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def environment(variables: dict[str, str] | None = None) -> dict[str, str]:
    """The variables of this process without those that would change what is tested, and some more."""
    usual = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LM_SYNTH_", "DAGSTER_")) and name != "COLUMNS"
    }
    return {**usual, "DAGSTER_DISABLE_TELEMETRY": "1", **(variables or {})}


def files(folder: Path) -> dict[str, bytes]:
    """The content of each file in a folder and those below it, hidden ones too, by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def config_file(folder: Path, text: str) -> Path:
    """A configuration file with some text."""
    file = folder / "my.yaml"
    file.write_text(text, encoding="utf-8")
    return file


Edit = Callable[[pd.DataFrame], pd.DataFrame]


OF_ANOTHER_RUN = {REPORT, PACKAGE, *(f"{name}.csv" for name in CLAIMS)}
"""The files that differ between two runs that make the same tables."""


def without_records(names: Iterable[str]) -> set[str]:
    """The files that are not the store's own."""
    return {name for name in names if not name.startswith(".")}


def edited(folder: Path, table: str, edit: Edit) -> None:
    """Change a stored table as another program does, so that it still keeps to its schema."""
    replaced(folder, table, edit(CsvStore(folder).read(TABLES[table])))


def recorded(folder: Path, table: str, edit: Edit) -> None:
    """Change a stored table as a run with a fault would: its record says what it was made from."""
    store = CsvStore(folder)
    known = store.record(TABLES[table])
    assert known is not None
    store.write(TABLES[table], edit(store.read(TABLES[table])), made_from=known.made_from)


def replaced(folder: Path, table: str, frame: pd.DataFrame, kind: type[FileStore] = CsvStore) -> None:
    """Put a frame in the place of a stored table as another program does: nobody records it."""
    with TemporaryDirectory() as other:
        store = kind(other)
        store.write(TABLES[table], frame)
        shutil.copyfile(store.location(TABLES[table]), kind(folder).location(TABLES[table]))


Call = Callable[..., Ran]
"""Runs lm-synth in this process: much faster than in one of its own."""
