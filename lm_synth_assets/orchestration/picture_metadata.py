"""The pictures of a data set as metadata of the report's asset, for Dagster's UI."""

from __future__ import annotations

import base64

from dagster import MetadataValue

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.gates.gate import Unreadable


def pictures(data_set: DataSet) -> dict[str, MetadataValue]:
    """By title, the pictures whose tables can be read."""
    # Imported lazily: not needed to load definitions.
    from lm_synth_assets.report.pictures.registry import PICTURES
    from lm_synth_assets.report.pictures.rendering import png

    metadata: dict[str, MetadataValue] = {}
    for picture in PICTURES:
        if {picture.table, *picture.reads} & data_set.left_out.keys():
            continue
        try:
            numbers = picture.measure(data_set.tables, data_set.region)
        except Unreadable:
            continue
        image = base64.b64encode(png(picture, numbers)).decode()
        metadata[picture.title] = MetadataValue.md(
            f"![{picture.title}](data:image/png;base64,{image})\n\n{picture.describe(numbers)}"
        )
    return metadata
