"""Good data damaged as a user or a bug would, each time in the one way that a gate is there to catch.

Here is what a damage is: a change of some tables, in words, and the gate that must see it. The modules beside
this one hold the damages by subject.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

import pandas as pd

from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.support.datasets import Tables

Damaged = Mapping[str, pd.DataFrame | Inspection]
Change = Callable[[Tables], Damaged]
"""From good tables, which it leaves as they are, to those that it damages."""


@dataclass(frozen=True)
class Damage:
    """A damage that `gate` (table.gate) must see."""

    gate: str
    words: str
    change: Change


def damage(gate: str, words: str) -> Callable[[Change], Damage]:
    """Make a function a damage that a gate must see; `words` complete "what if ..."."""
    return lambda change: Damage(gate, words, change)


def damages_of(module: ModuleType) -> list[Damage]:
    """The damages that a module declares, in their order."""
    return [value for value in vars(module).values() if isinstance(value, Damage)]


def edited(frame: pd.DataFrame, rows: object, **values: object) -> pd.DataFrame:
    """A copy with other values in some rows (a mask or labels)."""
    copy = frame.copy()
    for column, value in values.items():
        copy.loc[rows, column] = value  # type: ignore[index]
    return copy
