"""What a shift is: data changed by so much in one place, for measuring how much a gate lets pass."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

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


def some_of(rows: pd.Index, percent: float, rng: np.random.Generator) -> pd.Index:
    """A percentage of rows, chosen at random; a larger percentage holds a smaller one."""
    return rows[rng.permutation(len(rows))[: round(len(rows) * percent / 100)]]


def of_place(frame: pd.DataFrame, column: str, rng: np.random.Generator) -> pd.Series:
    """Whether each row has one value of a column, that of a row chosen at random.

    Large cells come up more often, as they do in accidents.
    """
    return frame[column] == frame[column].iloc[rng.integers(len(frame))]
