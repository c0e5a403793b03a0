"""Mutated configuration files, as many as CI bears; and what the fuzzer calls a fault, it does see."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.fuzz import configuration_files
from lm_synth_assets_tests.fuzz.configuration_edits import EDITS
from lm_synth_assets_tests.fuzz.configuration_files import (
    ACCEPTED,
    COMMAND,
    OUTCOMES,
    REFUSED,
    edit_of,
    fault_of_message,
    tried,
)
from lm_synth_assets_tests.fuzz.trials import FAULT, Trial, table, trials

TRIALS = 400


def test_every_mutant_is_accepted_or_refused_in_words() -> None:
    every = list(trials(COMMAND, edit_of, 0, TRIALS))

    assert [trial.number for trial in every] == list(range(TRIALS))
    assert [trial for trial in every if trial.outcome == FAULT] == []
    outcomes = Counter((trial.edit, trial.outcome) for trial in every)
    assert all(outcomes[edit, REFUSED] and outcomes[edit, ACCEPTED] for edit in EDITS), table(every, OUTCOMES)


def test_a_trial_is_the_same_again() -> None:
    number = next(number for number in range(100) if tried(number).outcome == ACCEPTED)

    assert tried(number) == tried(number)


@pytest.mark.parametrize("error", [KeyError("maybe"), RecursionError(), MemoryError()])
def test_any_other_error_is_a_fault(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken(file: Path) -> Region:
        raise error

    monkeypatch.setattr(configuration_files, "load_region", broken)
    trial = tried(0)

    assert (trial.outcome, type(error).__name__ in trial.reason) == (FAULT, True)


def test_a_trial_that_needs_too_much_of_the_processor_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(file: Path) -> Region:
        while True:
            pass

    monkeypatch.setattr(configuration_files, "load_region", endless)
    monkeypatch.setattr(configuration_files, "SECONDS", 0.1)

    assert tried(0).reason == "more than 0.1 s of the processor"


def test_a_region_that_reads_as_another_one_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    regions = iter(load_region().with_run(seed=seed) for seed in range(2))
    monkeypatch.setattr(configuration_files, "load_region", lambda file: next(regions))

    assert tried(0).reason == "written out and read again, it is another region"


def test_a_torn_message_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(file: Path) -> Region:
        error = ConfigError("a")
        error.args = ("a\x85b",)
        raise error

    monkeypatch.setattr(configuration_files, "load_region", torn)

    assert tried(0).outcome == FAULT


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("my.yaml:1: a\nmy.yaml:2: b", ""),
        ("a\rb", "2 lines"),
        ("\n".join("a" * 52), "52 lines"),
        ("a" * 3_001, "a line that is too long"),
        ("a\x1b[31m", "characters that cannot be printed"),
    ],
)
def test_a_message_is_a_few_short_lines(message: str, fault: str) -> None:
    assert fault_of_message(message) == fault


def test_a_process_that_dies_is_a_fault_of_its_trial_and_the_others_are_tried() -> None:
    dies_at_1 = (
        "import json, os, sys\n"
        "for number in range(int(sys.argv[1]), int(sys.argv[2])):\n"
        "    number == 1 and os.kill(os.getpid(), 11)\n"
        "    print(json.dumps([number, 'text', 'refused']), flush=True)"
    )

    first, second, third = trials((sys.executable, "-c", dies_at_1), lambda number: "text", 0, 3)

    assert (first, third) == (Trial(0, "text", REFUSED), Trial(2, "text", REFUSED))
    assert (second.outcome, second.reason) == (FAULT, "ended its process with -11: ")


@pytest.mark.parametrize("edit", EDITS)
def test_edits_differ_from_seed_to_seed(tmp_path: Path, edit: str) -> None:
    contents = set()
    for seed in range(12):
        folder = tmp_path / str(seed)
        folder.mkdir()
        file = EDITS[edit](random.Random(seed), folder)
        matrix = folder / "my.csv"
        contents.add((file.read_bytes(), matrix.read_bytes() if matrix.exists() else b""))
    assert len(contents) >= 5
