"""Counts as evidence: tables of counts, the ways to make them of rows, and cells that overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.special as sc

from lm_synth_assets.gates.evidence import ALL, Finding, OneByOne, weighed
from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.gates.limits import FALSE_ALARM, MISFIT
from lm_synth_assets.schema.arrays import Floats, Ints

FEW = 30
"""Rows with fewer counts, whose total is given, are compared together: the approximation needs as many."""

_LEVELS = 3
"""The whole table, its rows, its cells: a third of a table's false alarms is for each of them."""


@dataclass(frozen=True)
class Counts:
    """Observed counts and what is expected of them (rows, cells).

    Where `fixed`, the total of each row is given and the expected ones equal it: only how it falls on the
    cells is left to chance. Counts that scatter less make the comparison weaker, never wrong.
    """

    compared: str
    """What is counted, and by what: "arrivals by site and hour"."""
    rows: Sequence[str]
    cells: Sequence[str]
    observed: Ints
    expected: Floats
    fixed: bool = True

    @cached_property
    def probabilities(self) -> tuple[Floats, Floats, Floats]:
        """How often chance takes the table (1,), a row (rows,) or a cell (rows, cells) as far from what is
        expected, each corrected for all that are compared in this table.
        """
        few = self.expected.sum(axis=1) < (FEW if self.fixed else 0)
        observed, expected = (
            np.vstack([counts[~few], counts[few].sum(axis=0)]) for counts in (self.observed, self.expected)
        )
        if expected[-1].sum() < FEW:
            observed, expected = observed[:-1], expected[:-1]
        deviance, cumulants = _deviance(observed, expected).sum(axis=1), self._cumulants(expected)
        table = _upper_tail(deviance.sum(), cumulants.sum(axis=1))
        rows = np.ones(len(few))
        rows[~few] = _upper_tail(deviance, cumulants)[: len(rows) - few.sum()]
        cells = _both_tails(self.observed, self.expected, MISFIT)
        return np.array([table * _LEVELS]), rows * _LEVELS * len(rows), cells * _LEVELS * cells.size

    def _cumulants(self, expected: Floats) -> Floats:
        """The first three cumulants of each row's deviance (3, rows)."""
        cumulants = poisson_cumulants(expected).sum(axis=2)
        total = expected.sum(axis=1)
        if self.fixed:
            cumulants -= poisson_cumulants(total)
        # A relative error of e makes a deviance noncentral by e^2 for each count.
        return cumulants + np.array([1.0, 4.0, 24.0])[:, None] * MISFIT**2 * total

    @property
    def least(self) -> float:
        return float(min(part.min(initial=1.0) for part in self.probabilities))

    @property
    def worst(self) -> str:
        levels = self.probabilities
        least = [part.min(initial=1.0) for part in levels]
        # The smallest part that fails by itself says more than a table whose total is as expected.
        failing = np.flatnonzero(np.array(least) < FALSE_ALARM)
        level = int(failing[-1] if len(failing) else np.argmin(least))
        where = np.unravel_index(levels[level].argmin(), levels[level].shape) if level else ()
        return str(self._finding(*map(int, where)))

    def findings(self, below: float) -> list[Finding]:
        table, rows, cells = self.probabilities
        # The indexes of none, of a row, or of a row and a cell.
        where: list[list[int]] = [[]] if table[0] < below else []
        where += [*np.argwhere(rows < below).tolist(), *np.argwhere(cells < below).tolist()]
        return [self._finding(*indexes) for indexes in where]

    def _finding(self, *where: int) -> Finding:
        """That of the whole table, of a row, or of a row and a cell."""
        names = [names[index] for names, index in zip((self.rows, self.cells), where, strict=False)]
        row, cell = [*names, ALL, ALL][:2]
        expected, observed = (counts[where].sum().item() for counts in (self.expected, self.observed))
        probability = self.probabilities[len(where)][where or 0].item()
        return Finding(self.compared, row, cell, expected, observed, probability)


@dataclass(frozen=True)
class Cells(OneByOne):
    """Poisson counts of cells that may overlap (cells,), so that each is compared alone.

    Chance is that of Poisson counts, whose tails are heavier than those of sums of independent draws.
    Where nothing is expected, nothing is tolerated.
    Source: T. W. Anderson and S. M. Samuels, Proc. Fifth Berkeley Symp. 1 (1967).
    """

    compared: str
    cells: Sequence[str]
    observed: Ints
    expected: Floats

    @cached_property
    def probabilities(self) -> Floats:
        """How often chance takes a cell as far from what is expected (cells,), corrected for all of them."""
        return _both_tails(self.observed, self.expected, 0.0) * len(self.cells)

    def _finding(self, cell: int) -> Finding:
        expected, observed = self.expected[cell].item(), self.observed[cell].item()
        return Finding(
            self.compared, ALL, self.cells[cell], expected, observed, self.probabilities[cell].item()
        )


def counted(cells: pd.DataFrame, what: str) -> Verdict:
    """The verdict on the `observed` count of each `cell` of a frame beside what is `expected` of it."""
    cells = cells[(cells["expected"] > 0) | (cells["observed"] > 0)]
    names, observed, expected = (
        cells["cell"].tolist(),
        *(cells[name].to_numpy(kind) for name, kind in (("observed", np.int64), ("expected", np.float64))),
    )
    return weighed([Cells(what, names, observed, expected)] if names else [], what)


def _deviance(observed: Ints, expected: Floats) -> Floats:
    """Of each cell: twice the logarithm of the likelihood ratio of Poisson counts (any shape)."""
    return 2 * (sc.xlogy(observed, observed) - sc.xlogy(observed, expected) - observed + expected)


_LARGE = 100.0
"""Expected counts from which the deviance is chi-square but for its mean."""

_SMALL = 1e-9

_LEAST_VARIANCE = 0.5


def poisson_cumulants(expected: Floats) -> Floats:
    """Mean, variance and third cumulant of the deviance of Poisson counts of these means (3, *shape).

    Interpolated between those of a grid of means, which are sums over the distribution.
    """
    grid, known = _grid()
    position = np.log(np.clip(expected, _SMALL, _LARGE))
    inside = np.stack([np.interp(position, grid, values) for values in known])
    small = np.clip(expected / _SMALL, 0.0, 1.0)
    # The mean by expansion: D. A. Williams, Biometrika 63 (1976).
    mean = np.where(expected > _LARGE, 1 + 1 / (6 * np.maximum(expected, 1.0)), inside[0])
    return np.stack([mean, inside[1], inside[2]]) * small


@lru_cache(maxsize=1)
def _grid() -> tuple[Floats, Floats]:
    """Logarithms of means, and the first three cumulants of the deviance at each (3, means)."""
    means = np.geomspace(_SMALL, _LARGE, 400)
    counts = np.arange(int(_LARGE + 12 * np.sqrt(_LARGE)))[:, None]
    chance = np.exp(sc.xlogy(counts, means) - means - sc.gammaln(counts + 1))
    deviance = _deviance(counts, means)
    first = (chance * deviance).sum(axis=0)
    second, third = ((chance * (deviance - first) ** power).sum(axis=0) for power in (2, 3))
    return np.log(means), np.stack([first, second, third])


def _upper_tail(value: Floats, cumulants: Floats) -> Floats:
    """The probability of a value and all above, of a distribution with these first three cumulants.

    A gamma distribution with an origin of its own: K. Pearson, Phil. Trans. R. Soc. A 186 (1895), type III.
    """
    mean, variance, third = cumulants
    # Approximate cumulants may contradict each other where next to nothing is left to chance.
    variance, third = np.maximum(variance, _LEAST_VARIANCE), np.maximum(third, _LEAST_VARIANCE)
    shape = 4 * variance**3 / third**2
    tail = sc.gammaincc(shape, np.maximum(shape + (value - mean) * 2 * variance / third, 0.0))
    return np.where(value > mean, tail, 1.0)


def _both_tails(observed: Ints, expected: Floats, misfit: float) -> Floats:
    """The probability that a Poisson count, whose mean is known to `misfit`, is as far off (any shape)."""
    # P(more than one less) is P(at least as many); of none it is certain.
    above = np.where(observed > 0, sc.pdtrc(np.maximum(observed - 1.0, 0.0), expected * (1 + misfit)), 1.0)
    return np.minimum(2 * np.minimum(above, sc.pdtr(observed, expected * (1 - misfit))), 1.0)


class Groups(NamedTuple):
    """A way to divide rows into groups: by what, their labels, and the group of each row (rows,).

    A row with another number than those of the labels is in no group.
    """

    by: str
    labels: Sequence[str]
    group: Ints


def outcomes(what: str, groups: Groups, cells: Sequence[str], outcome: Ints, chances: Floats) -> Counts:
    """The rows of each group by their outcome, of which each row has its own chances (rows, outcomes)."""
    count = len(groups.labels)
    inside = (groups.group >= 0) & (groups.group < count) & (outcome >= 0) & (outcome < len(cells))
    group = groups.group[inside]
    expected = [np.bincount(group, part[inside], minlength=count) for part in chances.T]
    cell = group * len(cells) + outcome[inside]
    observed = np.bincount(cell, minlength=count * len(cells)).reshape(count, -1)
    return Counts(f"{what} by {groups.by}", groups.labels, cells, observed, np.column_stack(expected))


def independent(
    what: str, groups: Groups, cells: Sequence[str], outcome: Ints, stratum: Ints, strata: int
) -> Counts:
    """The rows of each group by their outcome, which does not depend on the group inside a stratum."""
    count, kinds = len(groups.labels), len(cells)
    inside = (groups.group >= 0) & (groups.group < count) & (stratum >= 0)
    group, outcome, stratum = groups.group[inside], outcome[inside], stratum[inside]
    of_group = np.bincount(stratum * count + group, minlength=strata * count).reshape(strata, count)
    of_outcome = np.bincount(stratum * kinds + outcome, minlength=strata * kinds).reshape(strata, kinds)
    size = np.maximum(of_group.sum(axis=1, keepdims=True), 1)
    expected = (of_group / size).T @ of_outcome
    observed = np.bincount(group * kinds + outcome, minlength=count * kinds).reshape(count, kinds)
    return Counts(f"{what} by {groups.by}", groups.labels, cells, observed, expected)


def part_of_stratum(values: Floats | Ints, stratum: Ints, parts: int) -> Ints:
    """The part of its stratum, in order of the values, in which each value lies (rows,), from 0.

    Equal values lie in the same part: that of the middle one of them.
    """
    order = np.lexsort((values, stratum))
    ordered, of = values[order], stratum[order]
    rank = np.arange(len(values))
    starts = np.append(True, of[1:] != of[:-1])[: len(of)]
    first = np.maximum.accumulate(np.where(starts, rank, 0))
    size = np.bincount(stratum, minlength=1)[of] if len(of) else np.ones(0)
    new = starts | np.append(True, ordered[1:] != ordered[:-1])[: len(of)]
    run = np.cumsum(new) - 1
    middle = np.bincount(run, rank)[run] / np.bincount(run)[run] if len(of) else np.zeros(0)
    part = np.empty(len(values), dtype=np.int64)
    part[order] = np.minimum((middle - first + 0.5) / size * parts, parts - 1)
    return part
