"""What `make power` measures: every gate that allows for chance has a shift."""

import numpy as np
import pytest

from benchmarks.power import GATES, good
from benchmarks.shift import Shift
from benchmarks.shifts import SHIFTS
from benchmarks.subtle_shifts import BY_SIZE
from lm_synth_assets_tests.support.datasets import Tables

CHANCE = ("standard error", "p at least", "sqrt")
"""How a threshold says that it allows for chance."""


def test_every_gate_that_allows_for_chance_is_measured() -> None:
    by_chance = {name for name, gate in GATES.items() if any(words in gate.threshold for words in CHANCE)}
    assert by_chance
    assert by_chance <= {shift.gate for shift in SHIFTS}


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Of the size that is measured: a smaller set holds too few deaths, and too few visits of one day."""
    return good(seed=1)[1]


@pytest.mark.parametrize("shift", [*SHIFTS, *BY_SIZE], ids=lambda shift: f"{shift.gate}: {shift.words}")
def test_a_shift_changes_its_tables_and_leaves_the_good_ones_alone(shift: Shift, tables: Tables) -> None:
    before = {name: frame.copy() for name, frame in tables.items()}
    changed = shift.change(tables, shift.sizes[-1], np.random.default_rng(1))
    assert any(not frame.equals(before[name]) for name, frame in changed.items())
    assert all(frame.equals(before[name]) for name, frame in tables.items())
