"""The trials of a fuzzer: each bounded in time and memory, made in processes of their own, and counted.

A trial that crashes its process, or never ends, is a fault of that trial; the others are tried all the same.
"""

import json
import resource
import signal
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

FAULT = "fault"

_MEMORY = 4 << 30
_TOGETHER = 250
_PATIENCE = 1_200
"""Seconds after which trials that run together hang, even on a busy machine."""


class Trial(NamedTuple):
    """One trial: its number, which is its seed, the edit, what became of it, and why."""

    number: int
    edit: str
    outcome: str
    reason: str = ""


class Overtime(BaseException):
    """A trial has used more of the processor than it may."""


def bounded(judge: Callable[[], tuple[str, str]], seconds: float) -> tuple[str, str]:
    """The outcome that `judge` returns, and why; a fault where it raises, or takes the processor for longer.

    Seconds of the processor, so that nothing depends on how busy the machine is.
    """
    signal.signal(signal.SIGVTALRM, _interrupt)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        return judge()
    except Overtime:
        return FAULT, f"more than {seconds} s of the processor"
    except Exception:
        return FAULT, traceback.format_exc(limit=-3)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def trials(
    command: Sequence[str], edit_of: Callable[[int], str], first: int, end: int, together: int = _TOGETHER
) -> Iterator[Trial]:
    """The trials of some numbers, which `command` makes and prints, given the first and the end of them."""
    while first < end:
        last = min(first + together, end)
        arguments = [*command, str(first), str(last)]
        process = subprocess.run(arguments, capture_output=True, text=True, check=False)
        for line in process.stdout.splitlines():
            trial = Trial(*json.loads(line))
            yield trial
            first = trial.number + 1
        if first < last:
            reason = f"ended its process with {process.returncode}: {process.stderr[-500:]}"
            yield Trial(first, edit_of(first), FAULT, reason)
            first += 1


def make(tried: Callable[[int], Trial], first: int, end: int) -> None:
    """Make some trials in this process, which they may not use up, and print each."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # Whatever waits for ever, this ends: the signal cannot be caught.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_PATIENCE)
    for number in range(first, end):
        print(json.dumps(tried(number)), flush=True)


def show(made: Iterator[Trial], outcomes: Sequence[str]) -> int:
    """Print every fault, and how many trials of each edit had which outcome; 1 if there was a fault."""
    every = list(made)
    faults = [trial for trial in every if trial.outcome == FAULT]
    for trial in faults:
        print(f"trial {trial.number} ({trial.edit}): {trial.reason}\n")
    print(table(every, outcomes))
    return int(bool(faults))


def table(made: Sequence[Trial], outcomes: Sequence[str]) -> str:
    """How many trials of each edit had which outcome."""
    counted = Counter((trial.edit, trial.outcome) for trial in made)
    edits = sorted({trial.edit for trial in made})
    width = max(map(len, edits), default=0) + 2
    lines = [f"{'edit':<{width}}" + "".join(f"{outcome:>10}" for outcome in outcomes)]
    for edit in edits:
        lines.append(f"{edit:<{width}}" + "".join(f"{counted[edit, one]:>10,}" for one in outcomes))
    totals = Counter(trial.outcome for trial in made)
    lines.append(f"{'all':<{width}}" + "".join(f"{totals[outcome]:>10,}" for outcome in outcomes))
    return "\n".join(lines)


def own_command(module: str) -> tuple[str, ...]:
    """The command that runs a module with this Python."""
    return (sys.executable, "-m", module)


def _interrupt(*_: object) -> None:
    raise Overtime
