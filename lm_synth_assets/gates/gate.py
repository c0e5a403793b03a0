"""What a gate is: one named judgement on one stored table, as a pure function, and the list of all of them.

Adding a gate is writing one function with the `gate` decorator in the module of its subject.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.simulation.apportion import Floats

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Verdict:
    """What a gate found: expected, observed and threshold in words, and rows that show the breach."""

    passed: bool
    expected: str
    observed: str
    threshold: str = ""
    offending: pd.DataFrame = field(default_factory=pd.DataFrame)


Judge = Callable[[Tables, Region], Verdict]


@dataclass(frozen=True)
class Gate:
    """A gate on `table`. `reads` are the other tables that it needs.

    A blocking gate stops what depends on the table; the others warn.
    """

    table: str
    name: str
    description: str
    judge: Judge
    reads: tuple[str, ...]
    blocking: bool


GATES: list[Gate] = []
"""The statistical gates, in the order of their modules; the structural ones come from the schema."""


def gate(table: str, *, reads: tuple[str, ...] = (), blocking: bool = True) -> Callable[[Judge], Judge]:
    """Make a function a gate: its name is the gate's, its docstring says what it protects."""

    def register(judge: Judge) -> Judge:
        description = " ".join((judge.__doc__ or "").split())
        GATES.append(Gate(table, judge.__name__, description, judge, reads, blocking))
        return judge

    return register


def within(compared: pd.DataFrame, tolerance: Floats | float, what: str, threshold: str) -> Verdict:
    """Whether `observed` lies within `tolerance` of `expected` in each row of a frame; the worst is named."""
    excess = (compared["observed"] - compared["expected"]).abs() - tolerance
    breach = compared[excess > 1e-9]
    worst = compared.loc[excess.idxmax()]
    return Verdict(
        passed=breach.empty,
        expected=f"{worst['expected']:.2f} {what}",
        observed=f"{worst['observed']:.0f} in the worst of {len(compared)} cells",
        threshold=threshold,
        offending=breach,
    )


def none_of(offending: pd.DataFrame, what: str, total: int) -> Verdict:
    """Whether there are no offending rows among `total`."""
    return Verdict(offending.empty, f"no {what}", f"{len(offending):,} of {total:,} rows", "0", offending)
