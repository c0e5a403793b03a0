"""Data sets whose files were damaged or written by other programs, and what `lm-synth validate` says of each.

`python -m lm_synth_assets_tests.fuzz.data_files 200` tries 200 data sets in CSV and 200 in Parquet with every
gate. Each is refused in words, fails a gate, or passes with every value that it was made with; one that was
only written in another way passes. With `--quick` only those gates are evaluated that can see any change.
"""

import contextlib
import io
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch
from xml.etree import ElementTree

import pandas as pd

from lm_synth_assets.cli.main import main as lm_synth
from lm_synth_assets.errors import StorageError
from lm_synth_assets.region.files import load_region
from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.formats import FILE_FORMATS
from lm_synth_assets.text import printable
from lm_synth_assets_tests.fuzz import csv_edits, parquet_edits
from lm_synth_assets_tests.fuzz.file_edits import Edit, a_table
from lm_synth_assets_tests.fuzz.trials import FAULT, Trial, bounded, make, own_command, show, trials
from lm_synth_assets_tests.support.commands import TINY
from lm_synth_assets_tests.support.datasets import Tables, make_tables

PASSED, FAILED, REFUSED = "passed", "failed", "refused"
OUTCOMES = (PASSED, FAILED, REFUSED, FAULT)
COMMAND = own_command("lm_synth_assets_tests.fuzz.data_files")

QUICK = "--quick"
ALL_GATES = ("*",)
STRUCTURE = ("*.schema", "*.layout", "dataset_contents.*", "dataset_manifest.*")
"""Gates of which one sees every change of a value, in a fifth of the time that all take."""

SECONDS = 60
"""Seconds of the processor that a trial may use."""

_TOGETHER = 50
_LONGEST = 20_000
"""Letters of the messages of a command."""

_PATIENTS = 100


class Said(NamedTuple):
    """What the command ended with and printed; `report` is its JUnit file, empty where there is none."""

    code: int
    out: str
    err: str
    report: str


@cache
def good(seed: int) -> Tables:
    """The tables of a small data set."""
    return make_tables(
        load_region(TINY).with_run(patients=_PATIENTS, years=1, seed=seed, with_ed=True, with_ip=True)
    )


@cache
def good_files(seed: int, storage: str) -> Path:
    """The same as files, in a folder that lasts as long as this process."""
    _FOLDERS.append(tempfile.TemporaryDirectory())
    folder = Path(_FOLDERS[-1].name)
    for name, frame in good(seed).items():
        _store(storage, folder).write(TABLES[name], frame)
    return folder


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []


def _store(storage: str, folder: Path) -> FileStore:
    store = FILE_FORMATS[storage].open(folder)
    assert isinstance(store, FileStore)
    return store


def _of_another_run(rng: random.Random, folder: Path) -> None:
    path = a_table(rng, folder)
    shutil.copyfile(good_files(7, path.suffix.removeprefix(".")) / path.name, path)


def _in_both_formats(rng: random.Random, folder: Path) -> None:
    path = a_table(rng, folder)
    other = {".csv": "parquet", ".parquet": "csv"}[path.suffix]
    shutil.copy(good_files(42, other) / f"{path.stem}.{other}", folder)


_MIXTURES: Mapping[str, Edit] = {"file of another run": _of_another_run, "both formats": _in_both_formats}
DAMAGES: Mapping[str, Mapping[str, Edit]] = {
    "csv": {**csv_edits.DAMAGES, **_MIXTURES},
    "parquet": {**parquet_edits.DAMAGES, **_MIXTURES},
}
REENCODINGS: Mapping[str, Mapping[str, Edit]] = {
    "csv": csv_edits.REENCODINGS,
    "parquet": parquet_edits.REENCODINGS,
}
_EDITS: Mapping[str, tuple[str, Edit]] = {
    f"{storage}, {kind}: {name}": (storage, edit)
    for kind, by_storage in (("damaged", DAMAGES), ("rewritten", REENCODINGS))
    for storage, edits in by_storage.items()
    for name, edit in edits.items()
}
_NAMES = {
    # In any order, so that the first trials are of every kind.
    storage: random.Random(0).sample(names, len(names))
    for storage in DAMAGES
    if (names := [name for name, (of, _) in _EDITS.items() if of == storage])
}


def edit_of(number: int) -> str:
    """The name of the edit that a trial makes: formats take turns, and so do the edits of each."""
    names = list(_NAMES.values())[number % len(_NAMES)]
    return names[number // len(_NAMES) % len(names)]


def tried(number: int, gates: Sequence[str] = ALL_GATES) -> Trial:
    """One trial, on a copy of the good data set."""
    name = edit_of(number)
    storage, edit = _EDITS[name]
    rng = random.Random(number)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(shutil.copytree(good_files(42, storage), Path(temporary) / "set"))
        edit(rng, folder)
        keeps, as_json = "rewritten" in name, rng.random() < 0.5
        outcome = bounded(lambda: judged(folder, storage, gates, keeps=keeps, as_json=as_json), SECONDS)
        return Trial(number, name, *outcome)


def judged(
    folder: Path, storage: str, gates: Sequence[str] = ALL_GATES, *, keeps: bool, as_json: bool = True
) -> tuple[str, str]:
    """What `validate` says of a data set, and why that is a fault if it is one.

    `keeps` says that every value is as it was made.
    """
    said = validated(folder, gates, as_json=as_json)
    shown = f"{said.out[-2_000:]}{said.err[-1_000:]}"
    if fault := fault_of(said, as_json=as_json):
        return FAULT, f"{fault}: {shown}"
    if said.code == 0:
        changed = changed_tables(folder, storage)
        return (FAULT, f"passes, though values of {', '.join(changed)} differ") if changed else (PASSED, "")
    if keeps:
        return FAULT, f"does not pass, though no value differs: {shown}"
    return (FAILED if said.report else REFUSED), shown


def validated(folder: Path, gates: Sequence[str], *, as_json: bool) -> Said:
    """Run `lm-synth validate` in this process."""
    report = folder.with_name("report.xml")
    options = ["--in", folder, "--config", TINY, "--report", report, "--json" if as_json else "--quiet"]
    options += [option for gate in gates for option in ("--select", gate)]
    code: Any = 0
    with (
        patch.object(sys, "argv", ["lm-synth", "validate", *map(str, options)]),
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        try:
            lm_synth()
        except SystemExit as end:
            code = end.code or 0
    written = report.read_text(encoding="utf-8") if report.exists() else ""
    return Said(code, out.getvalue(), err.getvalue(), written)


def fault_of(said: Said, *, as_json: bool) -> str:
    """What is wrong with what a command said, whatever the data are; empty if nothing is."""
    if said.code not in (0, 1, 2):
        return f"exit code {said.code}"
    text = said.err if as_json else said.out + said.err
    if "Traceback" in text or text != printable(text):
        return "a traceback, or characters that cannot be printed"
    if len(said.err) > _LONGEST:
        return f"a message of {len(said.err):,} letters"
    try:
        if said.report:
            ElementTree.fromstring(said.report.encode())
        if as_json and json.loads(said.out, parse_constant=_not_json).get("passed", False) != (
            said.code == 0
        ):
            return "the JSON contradicts the exit code"
    except (ValueError, ElementTree.ParseError) as error:
        return f"no JSON, or no XML ({error})"
    return "" if said.report or said.err else "no results, and no message"


def _not_json(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def changed_tables(folder: Path, storage: str) -> list[str]:
    """The tables that cannot be read, or whose rows are not those that were made, in any order."""
    store = _store(storage, folder)

    def rows(name: str, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.sort_values(primary_key(TABLES[name]), ignore_index=True)

    def differs(name: str) -> bool:
        try:
            stored = store.read(TABLES[name])
        except StorageError:
            return True
        return not rows(name, stored).equals(rows(name, good(42)[name]))

    return [name for name in good(42) if differs(name)]


def all_trials(count: int, *options: str) -> Iterator[Trial]:
    """The first trials of each format, in processes of their own."""
    return trials((*COMMAND, *options), edit_of, 0, count * len(_NAMES), _TOGETHER)


def main(arguments: Sequence[str]) -> int:
    """Try as many data sets of each format as the argument says, and print what became of them."""
    options = [argument for argument in arguments if argument == QUICK]
    numbers = [int(argument) for argument in arguments if argument != QUICK]
    if len(numbers) == 2:
        make(lambda number: tried(number, STRUCTURE if options else ALL_GATES), *numbers)
        return 0
    return show(all_trials(*numbers, *options), OUTCOMES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
