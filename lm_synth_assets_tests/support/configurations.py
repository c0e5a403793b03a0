"""What the tests of configurations share: names in the defaults, and the coverage matrix with a change."""

from collections.abc import Callable

from lm_synth_assets.region.files import CONFIG_FOLDER

SITES = "LM-SNW, LM-BLH, LM-SLM, LM-MSC, LM-OTB, LM-BRC, LM-DFT, LM-STG, LM-SRC, LM-GRS, LM-FGH, LM-GPK"
AGES = "0-4, 5-14, 15-24, 25-44, 45-64, 65-74, 75-84, 85+"

NUMBER = "must be a number, at least 0 and at most 50000"
PATIENTS = "must be a whole number, at least 1 and at most 9999999"
SHARE = "must be a number, at least 0 and at most 1"
STORABLE = "double quotes, backslashes, line breaks and other control characters"

Complaints = Callable[[str | bytes], list[str]]
"""Gives the lines that are said about a file my.yaml, or my.csv, with some content."""
OverlayComplaints = Callable[[str], list[str]]
"""Gives the lines that are said about some text, from line 2 of my.yaml on, over the defaults."""


def coverage(old: str = "", new: str = "") -> str:
    """The default coverage matrix, with one change."""
    text = (CONFIG_FOLDER / "coverage_matrix.csv").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)
