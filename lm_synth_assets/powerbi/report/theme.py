"""The report's theme: the colours of the quality report's pictures, which colour-blind people tell apart."""

from __future__ import annotations

from typing import Any, Final

from lm_synth_assets.report.pictures.style import INK, OTHER, SEEN

NAME: Final = "lm_synth.json"

DATA_COLOURS: Final = (OTHER, SEEN, "#009E73", "#E69F00", "#56B4E9", "#CC79A7", INK, "#7F7F7F")
"""Of Okabe and Ito but for the last two; without their yellow, which is hardly seen on white."""


def theme() -> dict[str, Any]:
    """The content of the theme's file."""
    return {
        "name": "lm_synth",
        "dataColors": list(DATA_COLOURS),
        "foreground": INK,
        "background": "#FFFFFF",
        "tableAccent": OTHER,
        "good": "#009E73",
        "neutral": "#E69F00",
        "bad": SEEN,
        "maximum": OTHER,
        "center": "#FFFFFF",
        "minimum": SEEN,
        "textClasses": {
            "title": {"fontFace": "Segoe UI Semibold", "fontSize": 11, "color": INK},
            "label": {"fontFace": "Segoe UI", "fontSize": 10, "color": INK},
            "callout": {"fontFace": "Segoe UI", "fontSize": 20, "color": INK},
        },
    }
