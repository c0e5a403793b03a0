"""Mutated configuration files: each is accepted, or refused in a few lines. `make fuzz` tries 10,000.

`python -m lm_synth_assets_tests.fuzz.configuration_files 10000` prints how many trials of each edit had which
outcome, and every fault. The trials run in a process of their own: one that crashes it, or never ends, is a
fault of that trial, and the others are tried all the same. A trial may use some seconds of the processor,
however long these take on a busy machine.
"""

import csv
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.text import in_one_line
from lm_synth_assets_tests.fuzz.configuration_edits import EDITS

ACCEPTED, REFUSED, FAULT = "accepted", "refused", "fault"

SECONDS = 20
"""Seconds of the processor that a trial may use."""

_MEMORY = 4 << 30
_MOST_LINES = 51
_LONGEST_LINE = 3_000
_TOGETHER = 250
_PATIENCE = 1_200
"""Seconds after which trials that run together hang, even on a busy machine."""


class Trial(NamedTuple):
    """One mutated configuration: its number, which is its seed, the edit, what became of it, and why."""

    number: int
    edit: str
    outcome: str
    reason: str = ""


class Overtime(BaseException):
    """A trial has used more of the processor than it may."""


def tried(number: int) -> Trial:
    """One trial, in a folder of its own."""
    rng = random.Random(number)
    name = list(EDITS)[number % len(EDITS)]
    signal.signal(signal.SIGVTALRM, _interrupt)
    with tempfile.TemporaryDirectory() as folder:
        file = EDITS[name](rng, Path(folder))
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            outcome, reason = judged(file)
        except Overtime:
            outcome, reason = FAULT, f"more than {SECONDS} s of the processor"
        except Exception:
            outcome, reason = FAULT, traceback.format_exc(limit=-3)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return Trial(number, name, outcome, reason)


def judged(file: Path) -> tuple[str, str]:
    """What becomes of a configuration file, and why it is a fault if it is one."""
    try:
        region = load_region(file)
    except ConfigError as error:
        fault = fault_of_message(str(error))
        return (FAULT, f"{fault}: {str(error)[:500]}") if fault else (REFUSED, str(error))
    again = load_region(written_out(region, file.parent))
    if again != region or again.hash() != region.hash():
        return FAULT, "written out and read again, it is another region"
    return ACCEPTED, region.hash()


def fault_of_message(message: str) -> str:
    """What is wrong with the message of a refusal; empty if nothing is."""
    lines = message.split("\n")
    if len(lines) > _MOST_LINES or lines != message.splitlines():
        return f"{len(message.splitlines())} lines"
    if any(len(line) > _LONGEST_LINE for line in lines):
        return "a line that is too long"
    if message != "\n".join(map(in_one_line, lines)):
        return "characters that cannot be printed"
    return ""


def written_out(region: Region, folder: Path) -> Path:
    """A region as a file that extends nothing."""
    values: dict[str, Any] = region.model_dump(mode="json", by_alias=True, exclude_none=True)
    matrix = values["coverage_matrix"]
    sites = next(row for rows in matrix.values() for row in rows.values()).keys()
    with (folder / "again.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["program", "subprogram", *sites])
        for program, rows in matrix.items():
            for subprogram, row in rows.items():
                writer.writerow([program, subprogram, *(int(row[site]) for site in sites)])
    values["coverage_matrix"] = "again.csv"
    again = folder / "again.yaml"
    again.write_text(yaml.dump(values, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")
    return again


def trials(first: int, end: int, command: Sequence[str] = ()) -> Iterator[Trial]:
    """The trials of some numbers, in processes of their own; `command` makes them instead of this module."""
    while first < end:
        last = min(first + _TOGETHER, end)
        arguments = [*(command or (sys.executable, "-m", __spec__.name)), str(first), str(last)]
        process = subprocess.run(arguments, capture_output=True, text=True, check=False)
        for line in process.stdout.splitlines():
            trial = Trial(*json.loads(line))
            yield trial
            first = trial.number + 1
        if first < last:
            reason = f"ended its process with {process.returncode}: {process.stderr[-500:]}"
            yield Trial(first, list(EDITS)[first % len(EDITS)], FAULT, reason)
            first += 1


def table(outcomes: Sequence[Trial]) -> str:
    """How many trials of each edit had which outcome."""
    counted = Counter((trial.edit, trial.outcome) for trial in outcomes)
    lines = [f"{'edit':<12}" + "".join(f"{outcome:>10}" for outcome in (ACCEPTED, REFUSED, FAULT))]
    for edit in EDITS:
        cells = (counted[edit, outcome] for outcome in (ACCEPTED, REFUSED, FAULT))
        lines.append(f"{edit:<12}" + "".join(f"{cell:>10,}" for cell in cells))
    return "\n".join(lines)


def _interrupt(*_: object) -> None:
    raise Overtime


def _make_trials(first: int, end: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # Whatever waits for ever, this ends: the signal cannot be caught.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_PATIENCE)
    for number in range(first, end):
        print(json.dumps(tried(number)), flush=True)


def main(arguments: Sequence[str]) -> int:
    """Try as many mutants as the argument says, and print what became of them."""
    if len(arguments) == 2:
        _make_trials(*map(int, arguments))
        return 0
    every = list(trials(0, int(arguments[0])))
    faults = [trial for trial in every if trial.outcome == FAULT]
    for trial in faults:
        print(f"trial {trial.number} ({trial.edit}): {trial.reason}\n")
    print(table(every))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
