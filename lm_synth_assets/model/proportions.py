"""Splitting and scaling amounts exactly: what is rounded or raked without a random number."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.schema.arrays import Floats, Ints

WHOLE = 1e-9
"""A number this close to a whole one counts as whole: sums of shares are off by some 1e-12."""

_RAKES = 50
"""Passes over columns and rows. In the default region they leave columns off by less than 0.1 visits."""


def largest_remainder(weights: Floats, total: int) -> Ints:
    """`total` split in proportion to `weights`, each part within one of its exact share.

    Ties go to the earlier part, so that equal input gives equal output. Works along the last axis.
    """
    exact = weights / weights.sum(axis=-1, keepdims=True) * total
    whole = np.floor(exact + WHOLE).astype(np.int64)
    left_over = total - whole.sum(axis=-1, keepdims=True)
    rank = np.argsort(np.argsort(-(exact - whole), axis=-1, kind="stable"), axis=-1, kind="stable")
    return whole + (rank < left_over)


def raked(table: Floats, rows: Floats, columns: Floats) -> Floats:
    """The table (rows, columns) scaled to these margins, its own proportions kept as far as they allow.

    Cells of 0 stay 0; where they leave the margins no room, rows come before columns.
    Source: iterative proportional fitting, W. E. Deming and F. F. Stephan, Ann. Math. Stat. 11 (1940).
    """
    fitted = table.copy()
    for _ in range(_RAKES):
        fitted *= _ratio(columns, fitted.sum(axis=0))
        fitted *= _ratio(rows, fitted.sum(axis=1))[:, None]
    return fitted


def _ratio(wanted: Floats, reached: Floats) -> Floats:
    return np.divide(wanted, reached, out=np.zeros_like(wanted), where=reached > 0)


def cumulative(weights: Floats) -> Floats:
    """Weights as cumulative chances along the last axis, ending at 1."""
    reached = np.cumsum(weights, axis=-1)
    return reached / reached[..., -1:]
