"""Values in their distributions as evidence: how far those of each group are from what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from lm_synth_assets.gates.evidence import Finding, OneByOne, weighed
from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.model.spans import Span
from lm_synth_assets.schema.arrays import Floats, Ints

_ROUNDING = 1e-9
"""What sums of floats may be off by."""


class Grouping(NamedTuple):
    """A way to split rows into groups that should be alike."""

    labels: Sequence[str]
    group: Ints
    """The index of the group of each row (rows,)."""
    stratified: bool = False
    """Whether the values of a group are drawn over stratified uniforms: one in each of equal strata."""


class Quantity(NamedTuple):
    """A quantity of some rows, where its values lie in their distributions, and the groups to compare."""

    name: str
    span: Span
    groupings: Sequence[Grouping]


def chance_of(distance: Floats, shift: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """How often, at most, chance takes groups of any number of rows as far: by distance, and by shift.

    The Kolmogorov-Smirnov distance d of n uniform numbers from their distribution is reached with a chance of
    at most 2 exp(-2 n d^2); the distance m of their mean from one half with one of at most 2 exp(-6 n m^2),
    since they are strictly sub-Gaussian. Numbers chosen from stratified ones without regard to them scatter
    less than free ones, and rounded ones are compared on their safe side.
    Sources: P. Massart, Ann. Probab. 18 (1990); J. Arbel et al., ESAIM: P&S 24 (2020); W. Hoeffding,
    JASA 58 (1963).
    """
    off, aside = (np.maximum(np.abs(values) - _ROUNDING, 0.0) for values in (distance, shift))
    return 2 * np.exp(-2 * rows * off**2), 2 * np.exp(-6 * rows * aside**2)


@dataclass(frozen=True)
class Distributions(OneByOne):
    """Quantities whose values are distributed as expected in each group, none of them impossible."""

    quantities: Sequence[Quantity]

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Each group that has rows, with its `probability`: corrected for all that are drawn.

        Stratified values are at most 1/n apart from their distribution, always.
        """
        groups = pd.concat([groups_of(quantity) for quantity in self.quantities], ignore_index=True)
        if groups.empty:
            return groups.assign(probability=1.0)
        drawn = ~groups["stratified"].to_numpy(bool)
        distance, shift, rows = (groups[name].to_numpy(float) for name in ("distance", "shift", "rows"))
        chance = np.minimum(*chance_of(distance, shift, rows)) * max(2 * int(drawn.sum()), 1)
        chance = np.where(drawn, chance, np.where(distance > 1 / rows + _ROUNDING, 0.0, 1.0))
        return groups.assign(probability=np.where(groups["impossible"] > 0, 0.0, chance))

    @property
    def probabilities(self) -> Floats:
        return self.groups["probability"].to_numpy(float)

    def _finding(self, index: int) -> Finding:
        group = self.groups.iloc[index]
        if group["impossible"]:
            cell, observed = f"impossible values of {group['rows']:,} rows", float(group["impossible"])
        else:
            cell = f"{group['rows']:,} rows, mostly {'high' if group['shift'] > 0 else 'low'}, KS distance"
            observed = float(group["distance"])
        return Finding(group["quantity"], group["group"], cell, 0.0, observed, float(group["probability"]))


def distributed(quantities: Sequence[Quantity], what: str) -> Verdict:
    """The verdict on quantities of some rows."""
    evidence = Distributions(quantities)
    return weighed([] if evidence.groups.empty else [evidence], what)


def groups_of(quantity: Quantity) -> pd.DataFrame:
    """Each group that has rows, with its distance from the uniform distribution and its mean less a half."""
    below, upto = quantity.span
    if not len(below):
        return pd.DataFrame()
    impossible = upto <= below
    # Sorted once: a stable sort by group keeps the order of the values.
    by_below, by_upto = np.argsort(below), np.argsort(upto)
    frames = []
    for labels, group, stratified in quantity.groupings:
        rows = np.bincount(group, minlength=len(labels))
        some = np.flatnonzero(rows)
        count = rows[some]
        first = np.cumsum(count) - count
        rank = np.arange(len(group)) - np.repeat(first, count)
        size = np.repeat(count, count)
        ahead = (rank + 1) / size - upto[_by_group(group, by_upto)]
        behind = below[_by_group(group, by_below)] - rank / size
        mean_below, mean_upto = (
            np.bincount(group, values, minlength=len(labels))[some] / count for values in (below, upto)
        )
        frames.append(
            pd.DataFrame(
                {
                    "quantity": quantity.name,
                    "group": np.array(labels)[some],
                    "rows": count,
                    "distance": np.maximum(
                        np.maximum.reduceat(ahead, first), np.maximum.reduceat(behind, first)
                    ),
                    # The part of the shift that no rounding explains.
                    "shift": np.maximum(mean_below - 0.5, 0.0) - np.maximum(0.5 - mean_upto, 0.0),
                    "impossible": np.bincount(group, impossible, minlength=len(labels))[some].astype(int),
                    "stratified": stratified,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _by_group(group: Ints, order: Ints) -> Ints:
    """The order with rows of one group together (rows,)."""
    return order[np.argsort(group[order].astype(np.int32), kind="stable")]
