"""The configuration in the graph: an asset for each of its parts, made outside of Dagster, by an editor."""

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
    if part in Run.model_fields:
        return f"`{part}` of a run: {Run.model_fields[part].description}."
    return f"Section `{part}`: {Region.model_fields[part].description}."
