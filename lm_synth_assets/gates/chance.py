"""Comparisons that fail good data with a known chance: `FALSE_ALARM`, shared out over all that are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.special as sc

from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.gates.limits import FALSE_ALARM
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


def reach_of_chance(rows: Floats, chance: float) -> tuple[Floats, Floats]:
    """How far chance takes the values of groups with this probability at most, at any number of rows.

    The Kolmogorov-Smirnov distance d of n uniform numbers from their distribution is reached with a chance of
    at most 2 exp(-2 n d^2); the distance m of their mean from one half with one of at most 2 exp(-6 n m^2),
    since they are strictly sub-Gaussian. Numbers chosen from stratified ones without regard to them scatter
    less than free ones, and rounded ones are compared on their safe side.
    Sources: P. Massart, Ann. Probab. 18 (1990); J. Arbel et al., ESAIM: P&S 24 (2020); W. Hoeffding,
    JASA 58 (1963).
    """
    surprise = np.log(2 / chance)
    return np.sqrt(surprise / (2 * rows)), np.sqrt(surprise / (6 * rows))


def distributed(quantities: Sequence[Quantity], what: str) -> Verdict:
    """Whether the values of each group are distributed as expected, and none of them is impossible.

    Stratified values are at most 1/n apart from their distribution, always.
    """
    groups = pd.concat([groups_of(quantity) for quantity in quantities], ignore_index=True)
    if groups.empty:
        return Verdict(True, f"no {what}", f"no {what}")
    drawn = ~groups["stratified"]
    rows = groups["rows"].to_numpy(float)
    by_distance, by_mean = reach_of_chance(rows, FALSE_ALARM / max(2 * int(drawn.sum()), 1))
    groups["limit"] = np.where(drawn, by_distance, 1 / rows) + _ROUNDING
    shift = np.where(drawn, groups["shift"].abs(), 0.0)
    distance, limit = (groups[name].to_numpy(float) for name in ("distance", "limit"))
    excess = np.maximum(distance / limit, shift / (by_mean + _ROUNDING))
    excess = np.where(groups["impossible"] > 0, np.inf, excess)
    worst = groups.iloc[int(np.argmax(excess))]
    return Verdict(
        not bool((excess > 1).any()),
        f"the configured distribution in each of {len(groups)} groups of {what}",
        _in_words(worst),
        offending=groups[excess > 1].drop(columns="stratified"),
    )


def _in_words(group: pd.Series) -> str:
    of = f"{group['quantity']} of {group['group']} ({group['rows']:,} rows)"
    if group["impossible"]:
        return f"{group['impossible']:,} impossible values: {of}"
    direction = "too high" if group["shift"] > 0 else "too low"
    return f"distance {group['distance']:.3f}, at most {group['limit']:.3f}, {direction}: {of}"


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


def counted(cells: pd.DataFrame, what: str) -> Verdict:
    """Whether the `observed` count of each cell is within the reach of chance from what is `expected` of it.

    Chance is that of Poisson counts, whose tails are heavier than those of sums of independent draws.
    Where nothing is expected, nothing is tolerated.
    Source: T. W. Anderson and S. M. Samuels, Proc. Fifth Berkeley Symp. 1 (1967).
    """
    cells = cells[(cells["expected"] > 0) | (cells["observed"] > 0)].reset_index(drop=True)
    if cells.empty:
        return Verdict(True, f"no {what}", f"no {what}")
    expected, observed = cells["expected"].to_numpy(float), cells["observed"].to_numpy(float)
    # P(more than one less) is P(at least as many); of none it is certain.
    at_least = np.where(observed > 0, sc.pdtrc(np.maximum(observed - 1, 0), expected), 1.0)
    chance: Floats = np.minimum(sc.pdtr(observed, expected), at_least)
    breach = chance < FALSE_ALARM / (2 * len(cells))
    worst = cells.loc[int(np.argmin(chance))]
    return Verdict(
        not breach.any(),
        f"{worst['expected']:.1f} {what} ({worst['cell']})",
        f"{worst['observed']:,.0f} in the worst of {len(cells)} cells",
        offending=cells.assign(chance=chance)[breach],
    )
