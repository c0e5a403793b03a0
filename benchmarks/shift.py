"""What a shift is: data changed by so much in one place, for measuring how much a gate lets pass."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lm_synth_assets_tests.support.datasets import Tables

Change = Callable[[Tables, float, np.random.Generator], Tables]
"""From good tables, a size and a random generator that chooses the place, to the tables that it changes."""

PERCENT = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100)
MINUTES = (5, 10, 15, 20, 25, 30, 40, 50, 60, 90, 120)
ROWS = (1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 1_000)


class Shift(NamedTuple):
    """A shift that `gate` (table.gate) is there to see, in words with its size in braces."""

    gate: str
    words: str
    sizes: tuple[float, ...]
    change: Change
