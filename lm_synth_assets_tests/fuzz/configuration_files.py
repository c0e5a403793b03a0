"""Mutated configuration files: each is accepted, or refused in a few lines. `make fuzz` tries 10,000.

`python -m lm_synth_assets_tests.fuzz.configuration_files 10000` prints how many trials of each edit had which
outcome, and every fault.
"""

import csv
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.text import in_one_line
from lm_synth_assets_tests.fuzz.configuration_edits import EDITS
from lm_synth_assets_tests.fuzz.trials import FAULT, Trial, bounded, make, own_command, show, trials

ACCEPTED, REFUSED = "accepted", "refused"
OUTCOMES = (ACCEPTED, REFUSED, FAULT)
COMMAND = own_command("lm_synth_assets_tests.fuzz.configuration_files")

SECONDS = 20
"""Seconds of the processor that a trial may use."""

_MOST_LINES = 51
_LONGEST_LINE = 3_000


def tried(number: int) -> Trial:
    """One trial, in a folder of its own."""
    name = edit_of(number)
    with tempfile.TemporaryDirectory() as folder:
        file = EDITS[name](random.Random(number), Path(folder))
        return Trial(number, name, *bounded(lambda: judged(file), SECONDS))


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


def edit_of(number: int) -> str:
    """The name of the edit that a trial makes."""
    return list(EDITS)[number % len(EDITS)]


def main(arguments: Sequence[str]) -> int:
    """Try as many mutants as the argument says, and print what became of them."""
    if len(arguments) == 2:
        make(tried, *map(int, arguments))
        return 0
    return show(trials(COMMAND, edit_of, 0, int(arguments[0])), OUTCOMES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
