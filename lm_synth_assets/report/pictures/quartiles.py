"""Quartiles of lengths, a row each, on a log scale beside a range that is expected of the median."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lm_synth_assets.report.pictures.style import BAND, DOT, SEEN, as_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def quartiles(axes: Axes, frame: pd.DataFrame, unit: str, least: float) -> tuple[Any, Any, Any]:
    """Marks of the medians, of the middle halves and of the ranges, for a legend.

    The columns are `median_`, `lower_quartile_`, `upper_quartile_`, `low_` and `high_` with the unit. The
    scale begins at `least`, whatever the frame says.
    """
    from matplotlib.ticker import LogLocator, NullLocator

    median, lower, upper, low, high = (
        frame[f"{name}_{unit}"].clip(lower=least)
        for name in ("median", "lower_quartile", "upper_quartile", "low", "high")
    )
    position = np.arange(len(frame))
    axes.set_xscale("log")
    expected = axes.barh(position, high - low, 0.74, low, **BAND)
    half = axes.hlines(position, lower, upper, color=SEEN, linewidth=2)
    (dots,) = axes.plot(median, position, **DOT)
    axes.set_xlim(min(lower.min(), low.min()) / 1.15, max(upper.max(), high.max()) * 1.15)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(as_number)
    axes.xaxis.set_minor_locator(NullLocator())
    return dots, half, expected
