"""Data sets with damaged or rewritten files, as many as CI bears; what the fuzzer calls a fault, it sees."""

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from lm_synth_assets.gates import contents
from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets_tests.fuzz import data_files
from lm_synth_assets_tests.fuzz.data_files import (
    DAMAGES,
    FAILED,
    OUTCOMES,
    PASSED,
    QUICK,
    REENCODINGS,
    REFUSED,
    STRUCTURE,
    Said,
    all_trials,
    changed_tables,
    fault_of,
    good_files,
    judged,
    tried,
)
from lm_synth_assets_tests.fuzz.trials import FAULT, table

TRIALS = 20


def test_every_data_set_passes_unchanged_or_is_refused_in_words() -> None:
    every = list(all_trials(TRIALS, QUICK))

    assert [trial.number for trial in every] == list(range(2 * TRIALS))
    assert [trial for trial in every if trial.outcome == FAULT] == []
    outcomes = Counter(("rewritten" in trial.edit, trial.outcome) for trial in every)
    assert outcomes[True, PASSED] > 5, table(every, OUTCOMES)
    assert outcomes[False, FAILED] > 15, table(every, OUTCOMES)
    assert outcomes[False, REFUSED] > 0, table(every, OUTCOMES)


def test_a_trial_is_the_same_again() -> None:
    first, again = (tried(0, STRUCTURE)[:3] for _ in range(2))
    assert first == again


@pytest.fixture(params=DAMAGES)
def storage_and_set(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """The good data set in one format."""
    return request.param, Path(shutil.copytree(good_files(42, request.param), tmp_path / "set"))


def test_every_edit_changes_something(storage_and_set: tuple[str, Path], tmp_path: Path) -> None:
    storage, folder = storage_and_set
    for name, edit in {**DAMAGES[storage], **REENCODINGS[storage]}.items():
        changed = set()
        for seed in range(3):
            copy = Path(shutil.copytree(folder, tmp_path / f"{name}-{seed}"))
            edit(random.Random(seed), copy)
            changed.add(_listing(copy) != _listing(folder))
        assert True in changed, name


def _listing(folder: Path) -> dict[str, bytes | str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 20
        else f"{path.lstat().st_mode} {path.lstat().st_size}"
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir() or path.suffix
    }


def test_a_damage_that_no_gate_sees_is_a_fault(
    storage_and_set: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, folder = storage_and_set
    DAMAGES[storage]["number moved"](random.Random(0), folder)
    assert judged(folder, storage, STRUCTURE, keeps=False)[0] == FAILED

    monkeypatch.setattr(contents, "_difference", lambda tables, name, record: "")
    monkeypatch.setattr(contents, "digest", lambda tables, name: contents.listed_tables(tables)[name].digest)
    outcome, reason = judged(folder, storage, STRUCTURE, keeps=False)
    assert (outcome, reason.partition(" values of ")[0]) == (FAULT, "passes, though")
    assert changed_tables(folder, storage) != []


def test_a_rewritten_data_set_that_does_not_pass_is_a_fault(storage_and_set: tuple[str, Path]) -> None:
    storage, folder = storage_and_set
    DAMAGES[storage]["file removed"](random.Random(0), folder)
    outcome, reason = judged(folder, storage, STRUCTURE, keeps=True)
    assert (outcome, reason.partition(":")[0]) == (FAULT, "does not pass, though no value differs")


def _unexpected(*_: object) -> Verdict:
    raise RecursionError


def test_any_other_error_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_files, "lm_synth", _unexpected)
    trial = tried(0)
    assert (trial.outcome, "RecursionError" in trial.reason) == (FAULT, True)


@pytest.mark.parametrize(
    ("said", "as_json", "fault"),
    [
        (Said(0, '{"passed": true}', "", "<a/>"), True, ""),
        (Said(1, "", "Error: no", ""), False, ""),
        (Said(-11, "", "", ""), False, "exit code -11"),
        (Said(1, "FAIL \x1b[31m", "", "<a/>"), False, "a traceback, or characters that cannot be printed"),
        (Said(1, "", "Traceback (most recent call last):", ""), False, "a traceback, or characters"),
        (Said(1, "", "a" * 20_001, ""), False, "a message of 20,001 letters"),
        (Said(1, "FAIL", "", "<a>"), False, "no JSON, or no XML (no element found"),
        (
            Said(0, '{"passed": true, "figure": NaN}', "", "<a/>"),
            True,
            "no JSON, or no XML (NaN is not JSON)",
        ),
        (Said(1, "", "Error: no", ""), True, "no JSON, or no XML (Expecting value"),
        (Said(0, '{"passed": false}', "", "<a/>"), True, "the JSON contradicts the exit code"),
        (Said(1, '{"passed": false}', "", ""), True, "no results, and no message"),
    ],
)
def test_what_a_command_says_is_well_formed(said: Said, as_json: bool, fault: str) -> None:
    observed = fault_of(said, as_json=as_json)
    assert observed.startswith(fault)
    assert bool(observed) == bool(fault)
