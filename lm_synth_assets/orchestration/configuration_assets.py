"""The configuration in the graph: external assets, whose values people edit in YAML."""

import dagster as dg

from lm_synth_assets.orchestration.provenance import ASSETS, GROUP, asset_keys
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run


def configuration() -> list[dg.AssetSpec]:
    """Runs record the values that they use in these assets, so that a change shows what is out of date."""
    return [
        dg.AssetSpec(key, group_name=GROUP, description="\n\n".join(map(_description, parts)))
        for parts in ASSETS.values()
        for key in asset_keys(parts)
    ]


def _description(part: str) -> str:
    """The description of a part, from the models of the configuration."""
    if part in Run.model_fields:
        return f"`{part}` of a run: {Run.model_fields[part].description}."
    return f"Section `{part}`: {Region.model_fields[part].description}."
