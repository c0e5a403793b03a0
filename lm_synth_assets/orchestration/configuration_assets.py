"""The configuration in the graph: an external asset for each of its parts, which people edit."""

import dagster as dg

from lm_synth_assets.orchestration.provenance import GROUP, part_key
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.simulation.catalogue import PARTS


def configuration() -> list[dg.AssetSpec]:
    """Every part. Runs record the value that they use, so that a change shows what is out of date."""
    return [
        dg.AssetSpec(
            part_key(part),
            group_name=GROUP,
            description=_description(part),
        )
        for part in PARTS
    ]


def _description(part: str) -> str:
    """The description of a part, from the models of the configuration."""
    if part in Run.model_fields:
        return f"`{part}` of a run: {Run.model_fields[part].description}."
    return f"Section `{part}`: {Region.model_fields[part].description}."
