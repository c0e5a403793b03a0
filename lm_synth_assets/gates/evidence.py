"""Counts against what the model expects of them: how rarely chance alone takes them that far.

One mechanism for all gates that compare tables of counts: each table as a whole, each of its rows and each of
its cells are compared. The smallest probability decides, corrected for how many were compared (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
import scipy.special as sc

from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.gates.limits import FALSE_ALARM, MISFIT
from lm_synth_assets.schema.arrays import Floats, Ints

FEW = 30
"""Rows with fewer counts, whose total is given, are compared together: the approximation needs as many."""

_LEVELS = 3
"""The whole table, its rows, its cells: a third of a table's false alarms is for each of them."""


class Evidence(Protocol):
    """What is compared at once, and how likely it is by chance."""

    @property
    def compared(self) -> str: ...

    @property
    def least(self) -> float: ...

    def findings(self, below: float) -> pd.DataFrame: ...


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
        cells = _both_tails(self.observed, self.expected)
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
        """The smallest of the probabilities."""
        return float(min(part.min(initial=1.0) for part in self.probabilities))

    def findings(self, below: float) -> pd.DataFrame:
        """What is compared, expected and observed wherever the corrected probability is below a limit."""
        table, rows, cells = self.probabilities
        total = self.observed.sum(axis=1)
        all_rows = [(_ALL, _ALL, self.expected.sum(), total.sum(), table[0])] if table[0] < below else []
        some_rows = [
            (self.rows[row], _ALL, self.expected[row].sum(), total[row], rows[row])
            for row in np.flatnonzero(rows < below).tolist()
        ]
        some_cells = [
            (self.rows[row], self.cells[cell], self.expected[row, cell], self.observed[row, cell], chance)
            for row, cell, chance in zip(*np.nonzero(cells < below), cells[cells < below], strict=True)
        ]
        return _findings(self.compared, [*all_rows, *some_rows, *some_cells])


@dataclass(frozen=True)
class Sums:
    """Sums of many independent terms with the mean 0 (rows,): how a clock is off, how sites go together.

    No term exceeds `most` in size, and `variance` is that of each sum. `scale` turns a sum into the figure
    that a reader is shown.
    Source of the probability: S. Bernstein's inequality, in G. Bennett, JASA 57 (1962), which bounds it from
    above, however few terms there are.
    """

    compared: str
    rows: Sequence[str]
    sums: Floats
    variance: Floats
    most: Floats
    scale: Floats

    @cached_property
    def probabilities(self) -> Floats:
        """How often chance takes a sum as far from 0 (rows,), corrected for all that are compared."""
        size = np.abs(self.sums)
        reach = np.maximum(2 * (self.variance + self.most * size / 3), 1e-300)
        return np.where(size > 0, 2 * np.exp(-(size**2) / reach) * len(self.rows), 1.0)

    @property
    def least(self) -> float:
        """The smallest of the probabilities."""
        return float(self.probabilities.min(initial=1.0))

    def findings(self, below: float) -> pd.DataFrame:
        """What is compared, expected and observed wherever the corrected probability is below a limit."""
        chance, shown = self.probabilities, self.sums * self.scale
        rare = np.flatnonzero(chance < below).tolist()
        rows = [(self.rows[row], _ALL, 0.0, shown[row], chance[row]) for row in rare]
        return _findings(self.compared, rows)


_ALL = "all"


def _findings(compared: str, rows: list[tuple[str, str, float, float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["row", "cell", "expected", "observed", "probability"])
    frame.insert(0, "compared", compared)
    return frame.sort_values("probability", kind="stable")


def weighed(evidence: Sequence[Evidence], what: str) -> Verdict:
    """Whether chance explains all that is compared: good data fail at most FALSE_ALARM of the time.

    `what` is counted: "arrivals".
    """
    if not evidence:
        return Verdict(True, f"no {what}", f"no {what}")
    least = [part.least for part in evidence]
    worst = evidence[int(np.argmin(least))]
    limit = FALSE_ALARM / len(evidence)
    breach = pd.concat([part.findings(limit) for part in evidence if part.least < limit] or [pd.DataFrame()])
    return Verdict(
        breach.empty,
        f"{what} as the model has them",
        f"{worst.compared}: chance brings this in {min(1.0, min(least) * len(evidence)):.2g} of data sets",
        offending=breach.reset_index(drop=True),
    )


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


def _both_tails(observed: Ints, expected: Floats) -> Floats:
    """The probability that a Poisson count is as far off, to either side (any shape)."""
    above = np.where(observed > 0, sc.pdtrc(observed - 1.0, expected * (1 + MISFIT)), 1.0)
    return np.minimum(2 * np.minimum(above, sc.pdtr(observed, expected * (1 - MISFIT))), 1.0)


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
