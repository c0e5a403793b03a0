"""From a frame to bytes: pictures as PNG for Dagster's UI, and as SVG inside a page.

The same frame gives the same bytes, whatever the settings of matplotlib on the machine.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lm_synth_assets.report.pictures.picture import Picture
from lm_synth_assets.report.pictures.style import STYLE, WIDTH
from lm_synth_assets.report.pictures.svg_element import element_of
from lm_synth_assets.schema.vocabulary import DISCLAIMER

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 100


def png(picture: Picture, frame: pd.DataFrame) -> bytes:
    """The picture on white, 900 pixels wide."""
    from PIL import Image, PngImagePlugin

    drawn, file = io.BytesIO(), io.BytesIO()
    with _drawn(picture, frame) as figure:
        figure.savefig(drawn, format="png", facecolor="white", pil_kwargs={"compress_level": 0})
    about = PngImagePlugin.PngInfo()
    about.add_text("Title", picture.title)
    about.add_text("Description", DISCLAIMER)
    # There are few colours: with a palette the picture takes a third of the bytes.
    image = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(file, "png", optimize=True, pnginfo=about)
    return file.getvalue()


def svg(picture: Picture, frame: pd.DataFrame) -> str:
    """The picture as an element of an HTML page: as wide as there is room, without background.

    Text, axes and grid have the colour of the page's text, and its font. Meant for 600 pixels and more.
    """
    file = io.StringIO()
    nothing_about = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with _drawn(picture, frame) as figure:
        figure.savefig(file, format="svg", metadata=nothing_about)
    return element_of(file.getvalue(), picture.name, picture.title, picture.describe(frame))


def _cache() -> Path:
    """A folder in the virtual environment, or else among temporary files."""
    if sys.prefix != sys.base_prefix and os.access(sys.prefix, os.W_OK):
        return Path(sys.prefix) / ".matplotlib"
    return Path(tempfile.gettempdir()) / f"lm-synth-matplotlib-{getattr(os, 'getuid', int)()}"


@contextmanager
def _drawn(picture: Picture, frame: pd.DataFrame) -> Iterator[Figure]:
    """The picture drawn, while matplotlib is set to save it."""
    # Its fonts take seconds to list, so that the list is kept; but nothing belongs in the home folder.
    os.environ["MPLCONFIGDIR"] = os.environ.get("MPLCONFIGDIR") or str(_cache())
    import matplotlib
    from matplotlib.figure import Figure

    settings: dict[Any, Any] = {**matplotlib.rcParamsDefault, **STYLE, "svg.hashsalt": picture.name}
    # To choose one loads it, and figures do not need it.
    del settings["backend"]
    with (
        matplotlib.rc_context(settings),
        warnings.catch_warnings(),
    ):
        # A letter that the font has not is a box in a PNG; a page has other fonts.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=(WIDTH, 5), dpi=_DOTS_PER_INCH)
        picture.draw(figure, frame)
        yield figure
