"""The configuration in the graph: an asset for each of its parts, made outside of Dagster, by an editor."""

from inspect import getdoc

import dagster as dg

from lm_synth_assets.orchestration.provenance import GROUP, part_key
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.simulation.catalogue import PARTS


def configuration() -> list[dg.AssetSpec]:
    """Every part. Runs tell which value they use, so that a changed one shows what is out of date."""
    return [
        dg.AssetSpec(
            part_key(part),
            group_name=GROUP,
            description=_description(part),
        )
        for part in PARTS
    ]


def _description(part: str) -> str:
    """What the models say of a part."""
    if part in Region.model_fields:
        field = Region.model_fields[part]
        return f"Section `{part}`: {field.description or getdoc(field.annotation)}"
    return f"`{part}` of a run: {Run.model_fields[part].description}"
