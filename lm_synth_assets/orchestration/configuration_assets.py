"""The configuration in the graph: external assets, whose values people edit in YAML."""

import dagster as dg

from lm_synth_assets.orchestration.provenance import ASSETS, GROUP, KEYS
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run


def configuration() -> list[dg.AssetSpec]:
    """Runs record the values that they use in these assets, so that a change shows what is out of date."""
    return [
        dg.AssetSpec(
            KEYS[area],
            group_name=GROUP,
            partitions_def=dg.StaticPartitionsDefinition(parts),
            description="\n".join(map(_description, parts)),
        )
        for area, parts in ASSETS.items()
    ]


def _description(part: str) -> str:
    """A line of Markdown about a part, from the models of the configuration."""
    if part in Run.model_fields:
        return f"- `{part}` of a run: {Run.model_fields[part].description}."
    return f"- Section `{part}`: {Region.model_fields[part].description}."
