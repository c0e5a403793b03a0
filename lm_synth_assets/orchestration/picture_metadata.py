"""The pictures of a data set as metadata of the report's asset, for Dagster's UI."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import NamedTuple

from dagster import MetadataValue

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.gates.gate import Unreadable


class Drawn(NamedTuple):
    """A picture of the stored tables, as PNG, with the sentence below it."""

    title: str
    png: bytes
    sentence: str


def drawn(data_set: DataSet) -> Iterator[Drawn]:
    """The pictures whose tables can be read."""
    # Imported lazily: not needed to load definitions.
    from lm_synth_assets.report.pictures.registry import PICTURES
    from lm_synth_assets.report.pictures.rendering import png

    for picture in PICTURES:
        if {picture.table, *picture.reads} & data_set.left_out.keys():
            continue
        try:
            numbers = picture.measure(data_set.tables, data_set.region)
        except Unreadable:
            continue
        yield Drawn(picture.title, png(picture, numbers), picture.describe(numbers))


def as_markdown(picture: Drawn) -> MetadataValue:
    """A picture as metadata."""
    image = base64.b64encode(picture.png).decode()
    return MetadataValue.md(f"![{picture.title}](data:image/png;base64,{image})\n\n{picture.sentence}")
