"""Heat maps: the more there is, the fuller a square; the least fade into any background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lm_synth_assets.report.pictures.style import SEEN
from lm_synth_assets.schema.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * 0.94 + 0.03
_FAINTEST = 0.04


def heat_map(axes: Axes, level: Floats, names: Sequence[str], fullest: float = 1.0) -> None:
    """A square for each cell with a level above 0, which is up to 1 (rows, columns); rows have names.

    The `fullest` square is less than full where there is text on it.
    """
    from matplotlib.collections import PolyCollection

    row, column = np.nonzero(level > 0)
    squares = PolyCollection(
        list(np.stack([column, row], axis=-1)[:, None] + _SQUARE),
        facecolors=shades(level[row, column], fullest),
        linewidths=0,
        clip_on=False,
    )
    axes.add_collection(squares, autolim=False)
    axes.set(xlim=(0, level.shape[1]), ylim=(len(names), 0), yticks=np.arange(len(names)) + 0.5)
    axes.set_yticklabels(names)
    axes.spines[:].set_visible(False)


def shades(level: Floats, fullest: float = 1.0) -> Floats:
    """The colour of each level, from 0 to 1."""
    from matplotlib.colors import to_rgba_array

    return to_rgba_array([SEEN] * len(level), _FAINTEST + (fullest - _FAINTEST) * level)
