"""Evidence against good data: how rarely chance alone takes what is observed as far from what is expected.

One mechanism for all gates that state their chance of a false alarm. What they compare is evidence: counts
(`counts.py`), values in their distributions (`distributions.py`), sums of independent terms. Each states the
smallest probability among all that it compares, corrected for how many these are (Bonferroni), and `weighed`
gives the verdict on several of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import number
from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.gates.limits import FALSE_ALARM
from lm_synth_assets.schema.arrays import Floats

ALL = "all"
"""The row of a whole table, and the cell of a whole row."""


class Finding(NamedTuple):
    """One of the things compared, and how often chance takes it as far, corrected for all of them."""

    compared: str
    row: str
    cell: str
    expected: float
    observed: float
    probability: float

    def __str__(self) -> str:
        name = ", ".join([self.compared, *(part for part in (self.row, self.cell) if part != ALL)])
        return f"{name}: {number(self.observed)}, expected {number(self.expected)}"


class Evidence(Protocol):
    """What is compared at once, and how likely it is by chance."""

    @property
    def least(self) -> float:
        """The smallest of the probabilities, at most 1."""

    @property
    def worst(self) -> str:
        """What is least likely, in words."""

    def findings(self, below: float) -> list[Finding]:
        """All whose probability is below a limit."""


def weighed(evidence: Sequence[Evidence], what: str) -> Verdict:
    """Whether chance explains all that is compared: good data fail at most FALSE_ALARM of the time.

    `what` is compared: "arrivals".
    """
    if not evidence:
        return Verdict(True, f"no {what}", f"no {what}")
    least = [part.least for part in evidence]
    limit = FALSE_ALARM / len(evidence)
    breach = [finding for part in evidence if part.least < limit for finding in part.findings(limit)]
    worst = evidence[int(np.argmin(least))].worst
    breach.sort(key=_probability)
    probability = min(1.0, min(least) * len(evidence))
    return Verdict(
        not breach,
        f"{what} as the model has them",
        f"{worst}; p = {probability:.2g}",
        offending=pd.DataFrame(breach, columns=list(Finding._fields)),
        numbers={"observed": probability, "threshold": FALSE_ALARM},
    )


def _probability(finding: Finding) -> float:
    return finding.probability


class OneByOne(ABC):
    """Evidence of which each part is compared by itself."""

    @property
    @abstractmethod
    def probabilities(self) -> Floats:
        """How often chance takes each as far from what is expected, corrected for all that are compared."""

    @abstractmethod
    def _finding(self, index: int) -> Finding: ...

    @property
    def least(self) -> float:
        return float(self.probabilities.min(initial=1.0))

    @property
    def worst(self) -> str:
        return str(self._finding(int(self.probabilities.argmin())))

    def findings(self, below: float) -> list[Finding]:
        return [self._finding(index) for index in np.flatnonzero(self.probabilities < below).tolist()]


@dataclass(frozen=True)
class Sums(OneByOne):
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
    def worst(self) -> str:
        # Of one site there are no two to go together.
        return super().worst if self.rows else self.compared

    def _finding(self, row: int) -> Finding:
        shown = (self.sums * self.scale)[row].item()
        return Finding(self.compared, self.rows[row], ALL, 0.0, shown, self.probabilities[row].item())
