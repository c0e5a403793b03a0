"""How all pictures look: colours, axes without junk, labels that fit, numbers as people write them."""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from lm_synth_assets.schema.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 9.0
"""Inches."""

INK: Final = "#1a1b1c"
"""Text, axes and what is expected; on a page, the colour of its text."""

SEEN: Final = "#D55E00"
OTHER: Final = "#0072B2"
"""What is in the data: vermillion and blue of Okabe and Ito, which colour-blind people tell apart, and which
stand out from white and from black, the first also from a band, 3 to 1 at least.
"""

BAND: Final[dict[str, Any]] = {"color": INK, "alpha": 0.12, "linewidth": 0}
"""What is expected, or the range that it is expected in."""

DOT: Final[dict[str, Any]] = {"color": SEEN, "marker": "o", "markersize": 7, "linewidth": 0}
LINE: Final[dict[str, Any]] = {"color": INK, "linewidth": 1.5}

STYLE: Final[dict[str, Any]] = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": 0.16,
    "grid.linewidth": 0.8,
    "text.color": INK,
    # Names may hold dollars.
    "text.parse_math": False,
    "font.size": 10,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "legend.loc": "upper left",
    "legend.borderaxespad": 0,
    "legend.borderpad": 0,
    "legend.columnspacing": 2.4,
    "svg.fonttype": "none",
}
"""Settings of matplotlib, on top of its own defaults."""

MOST_ROWS: Final = 40
"""A list of names is cut here."""

_ROW, _ABOVE, _BELOW, _NOTE = 0.27, 0.78, 0.65, 1.1
_LONGEST_NAME = 2.9
"""Inches, as all sizes here."""


def panel(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a place given in inches from the lower left corner."""
    across, up = figure.get_size_inches()
    axes = figure.add_axes((left / across, bottom / up, width / across, height / up))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(as_number)
    return axes


def rows(figure: Figure, names: Sequence[str], notes: Sequence[str], heading: str) -> Axes:
    """Axes with a row for each name, the first on top, and a note at its end, under a heading.

    Sets the height of the figure, with room for a legend above, and for an axis and its label below.
    """
    labels = [short(name) for name in names]
    left = 0.25 + max(map(_inches, labels))
    width, height = WIDTH - left - _NOTE, _ROW * len(names)
    figure.set_size_inches(WIDTH, _ABOVE + height + _BELOW)
    axes = panel(figure, left, _BELOW, width, height)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), labels)
    axes.grid(axis="x")
    for row, note in enumerate(notes):
        write(
            figure, WIDTH - 0.2, _BELOW + height - (row + 0.5) * _ROW, note, ha="right", va="center_baseline"
        )
    write(figure, WIDTH - 0.2, _BELOW + height + 0.1, heading, ha="right", fontweight="bold")
    return axes


def left_out(all_of: pd.DataFrame, drawn: pd.DataFrame, noun: str) -> str:
    """What to add where a picture has fewer rows than its numbers."""
    more = len(all_of) - len(drawn)
    return f"; {count(more, f'smaller {noun}')} not drawn" if more else ""


def write(figure: Figure, left: float, bottom: float, text: str, **how: Any) -> None:
    """Text on a figure at a place given in inches."""
    across, up = figure.get_size_inches()
    figure.text(left / across, bottom / up, text, **how)


def legend(figure: Figure, marks: dict[str, Any]) -> None:
    """What the marks mean, in one line above all axes: by meaning, what is drawn, or several of that.

    From the left, where a narrow screen begins.
    """
    from matplotlib.legend_handler import HandlerTuple

    figure.legend(
        list(marks.values()),
        list(marks),
        ncols=len(marks),
        bbox_to_anchor=(0.2 / WIDTH, 1 - 0.1 / figure.get_figheight()),
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
    )


def months(axes: Axes, first: pd.Timestamp, *, named: bool = True) -> None:
    """An axis of the days of a year from its first, with a line where a month begins, and their names."""
    from matplotlib.collections import LineCollection

    starts = (pd.date_range(first, periods=13, freq="MS") - first).days.to_numpy()
    axes.set_xlim(0, starts[-1])
    axes.set_xticks((starts[1:] + starts[:-1]) / 2 if named else [], calendar.month_abbr[1:] if named else [])
    lines = [[(start, 0.0), (start, 1.0)] for start in starts]
    grid = {"color": INK, "alpha": STYLE["grid.alpha"], "linewidth": STYLE["grid.linewidth"], "zorder": 0}
    axes.add_collection(LineCollection(lines, transform=axes.get_xaxis_transform(), **grid), autolim=False)


def as_number(value: float, _: object = None) -> str:
    """A number as it stands on an axis."""
    return f"{value:,.10g}"


def as_day(day: pd.Timestamp) -> str:
    """A day within a year that is known: 9 November."""
    return f"{day.day} {day:%B}"


def shown(text: str) -> str:
    """Text in one line, without letters that cannot be shown."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def short(text: str, longest: float = _LONGEST_NAME) -> str:
    """Text in one line that is not too long (inches)."""
    line = shown(text)
    if _inches(line) <= longest:
        return line
    kept = bisect_right(range(len(line)), longest, key=lambda letters: _inches(f"{line[:letters]}…")) - 1
    return f"{line[:kept].rstrip()}…"


def _inches(text: str) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    points, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=10), ismath=False)
    return float(points) / 72


def count(number: int, noun: str) -> str:
    """A number of things: 1 visit, 1,200 visits."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def of_all(part: int, whole: int) -> str:
    """How many of a number of things: all 21, 20 of 21."""
    return f"all {whole:,}" if part == whole else f"{part:,} of {whole:,}"


def share(part: float, whole: float) -> str:
    """A part of a whole in %."""
    return f"{100 * part / whole:.1f}%" if whole else "none"


def change(before: float, after: float) -> str:
    """How much more or less there is, in %; a dash where there was nothing."""
    return signed_percent(100 * (after / before - 1)) if before else "–"


def signed_percent(value: float) -> str:
    """A difference in % with its sign, which is left out where it rounds to nothing."""
    shown = f"{value:+z.1f}%"
    return "0.0%" if shown == "+0.0%" else shown


def poisson_interval(expected: Floats) -> tuple[Floats, Floats]:
    """The range that 95% of Poisson counts with these means lie in, at its ends whole numbers.

    By their square root, whose variance is 1/4.
    Source: M. S. Bartlett, Supplement to the Journal of the Royal Statistical Society 3 (1936).
    """
    root = np.sqrt(expected)
    return np.floor(np.maximum(root - 0.98, 0.0) ** 2), np.ceil((root + 0.98) ** 2)
