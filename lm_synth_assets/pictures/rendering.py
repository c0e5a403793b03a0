"""From a frame to bytes: pictures as PNG for Dagster's UI, and as SVG inside a page.

The same frame gives the same bytes, whatever the settings of matplotlib on the machine.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pandas as pd

from lm_synth_assets.pictures.picture import Picture
from lm_synth_assets.pictures.style import STYLE, WIDTH
from lm_synth_assets.pictures.svg_element import element_of
from lm_synth_assets.vocabulary import DISCLAIMER

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 100


def png(picture: Picture, frame: pd.DataFrame) -> bytes:
    """The picture on white, 900 pixels wide."""
    file = io.BytesIO()
    about = {"Software": None, "Title": picture.title, "Description": DISCLAIMER}
    with _drawn(picture, frame) as figure:
        figure.savefig(file, format="png", facecolor="white", metadata=about)
    return file.getvalue()


def svg(picture: Picture, frame: pd.DataFrame) -> str:
    """The picture as an element of an HTML page: as wide as there is room, without background.

    Text, axes and grid have the colour of the page's text, and its font. Meant for 600 pixels and more.
    """
    file = io.StringIO()
    nothing_about = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with _drawn(picture, frame) as figure:
        figure.savefig(file, format="svg", metadata=nothing_about)
    return element_of(file.getvalue(), picture.name, picture.title, picture.tell(frame))


@contextmanager
def _drawn(picture: Picture, frame: pd.DataFrame) -> Iterator[Figure]:
    """The picture drawn, while matplotlib is set to save it."""
    import matplotlib
    from matplotlib.figure import Figure

    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"}
    with (
        matplotlib.rc_context({**defaults, **STYLE, "svg.hashsalt": picture.name}),
        warnings.catch_warnings(),
    ):
        # A letter that the font has not is a box in a PNG; a page has other fonts.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=(WIDTH, 5), dpi=_DOTS_PER_INCH)
        picture.draw(figure, frame)
        yield figure
