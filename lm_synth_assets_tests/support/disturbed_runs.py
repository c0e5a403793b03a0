"""Runs to which something happens at a random instant, and whether what they leave is described truly."""

import json
import os
import re
import shlex
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lm_synth_assets_tests.support.commands import ROOT, SCRIPTS, TINY, Call, environment

TIMES = int(os.environ.get("LM_SYNTH_TEST_KILLS", "2"))
"""How many runs are disturbed in each place; `make kills` disturbs 20."""

ENOUGH = 10
"""That many disturbed runs cannot all have left whole data sets by chance."""

_EARLIEST, _LATEST = 0.66, 0.96
"""Shares of its steps between which a run writes what differs from the tables of another seed."""

_MOMENT = 0.3
"""The most seconds between a step and the accident."""

_PATIENCE = 300

Process = subprocess.Popen[str]
Content = Mapping[str, object]


@dataclass(frozen=True)
class Place:
    """Where two commands write data sets, each over that of the other.

    After an undisturbed run of a command the place holds its own of `sets`. It begins with the second one,
    which is also what `lm-synth` advises to make: the data set of the configuration.
    """

    location: Sequence[object]
    commands: Sequence[Sequence[object]]
    sets: Sequence[Content]
    content: Callable[[], Content]
    """What is stored, by table, read without the code under test."""
    variables: dict[str, str] = field(default_factory=dict)


def disturb_often(
    place: Place, call: Call, draw: np.random.Generator, accidents: Mapping[str, Callable[[Process], object]]
) -> None:
    """Disturb runs, and hold what `validate` says of the rest against the rest itself.

    The command that was disturbed mends it, or the one that `validate` advises.
    """
    counts: Counter[tuple[str, str]] = Counter()
    there = 1
    for number in range(TIMES):
        accident = list(accidents)[number % len(accidents)]
        command = place.commands[1 - there]
        code = disturb(command, place.variables, draw, accidents[accident])
        if code == 0:
            assert place.content() == place.sets[1 - there], (number, accident)

        kind, advice = described(place, call)
        assert (kind == "whole") == (place.content() in place.sets), (number, accident, kind)
        assert (kind == "whole") == (not advice)
        counts[accident, kind] += 1

        there = 1 - there
        if advice and draw.random() < 0.5:
            command, there = shlex.split(advice.replace("\\\n", ""))[1:], 1
        ran = call(*command, "--quiet")
        assert ran.code == 0, ran.err
        assert described(place, call) == ("whole", "")
        assert place.content() == place.sets[there]
    print("; ".join(f"{accident}: {kind} {count}" for (accident, kind), count in sorted(counts.items())))
    whole = sum(count for (_, kind), count in counts.items() if kind == "whole")
    assert whole < max(TIMES, ENOUGH), "no run was disturbed while it wrote"


def described(place: Place, call: Call) -> tuple[str, str]:
    """What `validate` says that the tables are together, and the command that it advises."""
    ran = call("validate", "--config", TINY, *place.location, "--json")
    state = json.loads(ran.out)["state"]
    assert (ran.code == 0) == (state["kind"] == "whole")
    return state["kind"], state["command"]


def disturb(
    arguments: Sequence[object],
    variables: dict[str, str],
    draw: np.random.Generator,
    act: Callable[[Process], object],
) -> int:
    """Start a command, do something to it at a random instant, and wait for its end; its exit code.

    The instant is a moment after one of its steps, so that a busy machine makes no difference.
    """
    process = subprocess.Popen(
        [str(SCRIPTS / "lm-synth"), *map(str, arguments)],
        # For the sake of the progress bar, which a pipe does not get otherwise.
        env=environment({**variables, "FORCE_COLOR": "1"}),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    share, moment = draw.uniform(_EARLIEST, _LATEST), draw.uniform(0, _MOMENT)
    assert process.stderr is not None
    for line in process.stderr:
        step = re.search(r"(\d+)/(\d+)", line)
        if step and int(step[1]) >= share * int(step[2]):
            break
    time.sleep(moment)
    act(process)
    process.communicate(timeout=_PATIENCE)
    return process.returncode
