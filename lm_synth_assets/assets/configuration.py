"""The configuration in the graph: an asset for each of its parts, made outside of Dagster, by an editor."""

from inspect import getdoc

import dagster as dg

from lm_synth_assets.assets.table_asset import OWNERS, TAGS
from lm_synth_assets.config import Region, Run
from lm_synth_assets.generation import Generation
from lm_synth_assets.provenance import GROUP, PARTS, part_key


def configuration() -> list[dg.AssetSpec]:
    """Every part. Runs tell which value they use, so that a changed one shows what is out of date."""
    return [
        dg.AssetSpec(
            part_key(part),
            group_name=GROUP,
            description=_description(part),
            kinds={"yaml"},
            owners=OWNERS,
            tags=TAGS,
        )
        for part in PARTS
    ]


def _description(part: str) -> str:
    """What the models say of a part."""
    if part in Region.model_fields:
        field = Region.model_fields[part]
        return f"Section `{part}`: {field.description or getdoc(field.annotation)}"
    model = Run if part in Run.model_fields else Generation
    return f"`{part}` of a run: {model.model_fields[part].description}"
