"""Turning expected amounts into whole numbers: rounding that keeps totals, and drawing that keeps shares.

Each function is unbiased: the expectation of what it returns is what it was given.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lm_synth_assets.model.proportions import WHOLE
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.simulation.streams import Generator


def systematic(expected: Floats, rng: Generator) -> Ints:
    """Whole numbers in place of `expected` (any shape, taken in its order), off by less than one.

    So is the sum over any run of neighbours: one random start, then equal steps (systematic sampling).
    """
    reached = np.floor(np.cumsum(expected.ravel()) + rng.random()).astype(np.int64)
    return np.diff(reached, prepend=0).reshape(expected.shape)


def systematic_rows(expected: Floats, totals: Ints, rng: Generator) -> Ints:
    """Each row of `expected` (rows, columns) rounded systematically, scaled so that it sums to its total.

    A row whose expectation is 0 gets nothing, whatever its total.
    """
    reached = np.cumsum(expected, axis=1)
    sums = reached[:, -1:]
    whole = np.where(sums > 0, totals[:, None], 0)
    scaled = reached * np.divide(whole, sums, out=np.zeros_like(sums), where=sums > 0)
    # Exactly the total from the last cell that expects anything, so that none after it gets something.
    scaled = np.where(reached >= sums, whole, scaled)
    steps = np.minimum(np.floor(scaled + rng.random((len(expected), 1))).astype(np.int64), whole)
    return np.diff(steps, axis=1, prepend=0)


def chosen(probability: Floats, order: Ints, rng: Generator) -> Mask:
    """Which of the units are chosen, each with its own probability (at most 1).

    Taken in `order`, the number chosen of any run of neighbours is within one of its expectation.
    """
    picked = np.empty(len(probability), dtype=bool)
    picked[order] = systematic(probability[order], rng) > 0
    return picked


def controlled_rounding(expected: Floats, rng: Generator) -> Ints:
    """A whole-number table (rows, columns) whose cells, row sums, column sums and total are all within one
    of those of `expected`.

    Source: L. H. Cox, A constructive procedure for unbiased controlled rounding, JASA 82 (1987).
    """
    table = np.zeros((expected.shape[0] + 1, expected.shape[1] + 1))
    table[:-1, :-1] = expected
    # A slack row and column make every margin whole, so that fractional cells always close a cycle.
    table[:-1, -1] = np.ceil(table[:-1].sum(axis=1) - WHOLE) - table[:-1].sum(axis=1)
    table[-1] = np.ceil(table.sum(axis=0) - WHOLE) - table.sum(axis=0)
    while (cycle := _fractional_cycle(table)) is not None:
        rows, columns = cycle
        signs = np.where(np.arange(len(rows)) % 2 == 0, 1.0, -1.0)
        values = table[rows, columns]
        up = np.where(signs > 0, np.ceil(values) - values, values - np.floor(values)).min()
        down = np.where(signs > 0, values - np.floor(values), np.ceil(values) - values).min()
        step = up if rng.random() < down / (up + down) else -down
        moved = values + signs * step
        nearest = np.rint(moved)
        table[rows, columns] = np.where(np.abs(moved - nearest) < WHOLE, nearest, moved)
    return np.rint(table[:-1, :-1]).astype(np.int64)


def _fractional_cycle(table: Floats) -> tuple[list[int], list[int]] | None:
    """The cells of a closed walk over fractional cells, by turns along a row and along a column.

    Every margin is whole, so a line with one fractional cell has a second, and the walk never ends blind.
    """
    height, width = table.shape
    by_row = np.abs(table - np.rint(table)) >= WHOLE
    if not by_row.any():
        return None
    # Lists: the table is small, and a step along a line is then a look at a few bools.
    lines = [[False] * height + row for row in by_row.tolist()]
    lines += [column + [False] * width for column in by_row.T.tolist()]
    walk = [int(np.argmax(by_row.any(axis=1)))]
    previous = -1
    while True:
        options = enumerate(lines[walk[-1]])
        following = next(line for line, crosses in options if crosses and line != previous)
        previous = walk[-1]
        if following in walk:
            cycle = [*walk[walk.index(following) :], following]
            cells = [sorted(pair) for pair in pairwise(cycle)]
            return [row for row, _ in cells], [column - height for _, column in cells]
        walk.append(following)


def share_out(amounts: Ints, group: Ints, weights: Floats, rng: Generator) -> Ints:
    """How much each member gets when each group's amount is drawn one by one in proportion to weights.

    `amounts` (groups,); `group` (members,) ascending, the group of each member; `weights` (members,).
    Returns counts (members,): multinomial within each group.
    """
    sums = np.bincount(group, weights, minlength=len(amounts))
    if ((sums <= 0) & (amounts > 0)).any():
        raise ValueError("a group with something to share out has no member who could take it")
    reached = np.cumsum(weights)
    last = np.searchsorted(group, np.arange(len(amounts)), side="right")
    end = np.where(last > 0, reached[np.maximum(last, 1) - 1], 0.0)
    start = np.concatenate(([0.0], end[:-1]))
    points = np.repeat(start, amounts) + rng.random(int(amounts.sum())) * np.repeat(end - start, amounts)
    first_member = np.searchsorted(group, np.arange(len(amounts)), side="left")
    taker = np.searchsorted(reached, points, side="right")
    taker = np.clip(taker, np.repeat(first_member, amounts), np.repeat(np.maximum(last - 1, 0), amounts))
    return np.bincount(taker, minlength=len(group)).astype(np.int64)


def draw_rows(chances: Floats, row: Ints, uniform: Floats) -> Ints:
    """For each entry of `row`, a column of that row of the cumulative `chances` (rows, columns).

    `uniform` holds the numbers in [0, 1) to draw with, one an entry.
    """
    rows, columns = chances.shape
    # Rows laid end to end rise from 0 to the number of rows, so one search serves them all.
    rising = (chances + np.arange(rows)[:, None]).ravel()
    cell = np.searchsorted(rising, row + uniform, side="right")
    return np.clip(cell - row * columns, 0, columns - 1)


def stratified_uniforms(group: Ints, rng: Generator) -> Floats:
    """Uniform numbers that fill (0, 1) evenly within each group: one in each of as many equal strata as the
    group has members, in random order.
    """
    order = np.lexsort((rng.random(len(group)), group))
    sizes = np.bincount(group)
    first = np.cumsum(sizes) - sizes
    stratum = np.empty(len(group))
    stratum[order] = np.arange(len(group)) - first[group[order]]
    return (stratum + rng.random(len(group))) / sizes[group]
