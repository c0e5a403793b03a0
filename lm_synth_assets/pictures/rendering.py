"""From a frame to bytes: pictures as PNG for Dagster's UI, and as SVG inside a page. The same to the byte."""

import io

import pandas as pd

from lm_synth_assets.pictures.picture import Picture


def png(picture: Picture, frame: pd.DataFrame) -> bytes:
    """The picture on white, 900 pixels wide."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), dpi=100)
    picture.draw(figure, frame)
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()


def svg(picture: Picture, frame: pd.DataFrame) -> str:
    """The picture as an element of a page."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), dpi=100)
    picture.draw(figure, frame)
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    text = file.getvalue()
    return text[text.index("<svg") :]
