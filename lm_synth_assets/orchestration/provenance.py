"""The configuration as assets, and versions of data as Dagster records them.

A part is one field of `run`, or one section of the file. Parts after whose change the same tables are out of
date share an asset, upstream of the tables that read one of them, so that the graph shows what is out of date
as precisely as if each had its own.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dagster import AssetKey, AssetMaterialization, DagsterInstance, MetadataValue

from lm_synth_assets.orchestration.dagster_internals import DATA_VERSION_TAG
from lm_synth_assets.simulation.catalogue import PARTS
from lm_synth_assets.simulation.provenance import part_versions

GROUP = "yaml"
"""Sorts behind all other groups, and its assets behind all tables, which people look for first."""

_TOGETHER = {
    "sample": ("patients", "seed", "privacy"),
    "years": ("start_year", "years", "calendar"),
    "contents": ("with_ed", "with_ip"),
    "residents": ("age_profiles", "population"),
    "care": ("rhythms", "ed_rhythms", "inpatient"),
}
_ALONE = (part for part in PARTS if part not in sum(_TOGETHER.values(), ()))

ASSETS: dict[str, tuple[str, ...]] = {**_TOGETHER, **{part: (part,) for part in _ALONE}}
"""The parts of each asset, by its name."""

_ASSET_OF = {part: AssetKey([GROUP, name]) for name, parts in ASSETS.items() for part in parts}


def asset_keys(parts: tuple[str, ...]) -> list[AssetKey]:
    """The assets that stand for some parts."""
    return list(dict.fromkeys(_ASSET_OF[part] for part in parts))


def stored_versions(instance: DagsterInstance, keys: list[AssetKey]) -> dict[AssetKey, str]:
    """Latest recorded data version per asset; assets without one are omitted."""
    versions = {}
    for record in instance.get_asset_records(keys):
        last = record.asset_entry.last_materialization
        tags = (last.asset_materialization.tags if last and last.asset_materialization else None) or {}
        if DATA_VERSION_TAG in tags:
            versions[record.asset_entry.asset_key] = tags[DATA_VERSION_TAG]
    return versions


def record(instance: DagsterInstance, values: Mapping[str, Any]) -> None:
    """Record the assets of the configuration with a part whose value Dagster does not know yet."""
    versions = part_versions(values)
    known = stored_versions(instance, asset_keys(PARTS))
    for parts in ASSETS.values():
        [key] = asset_keys(parts)
        version = hashlib.sha256("".join(versions[part] for part in parts).encode()).hexdigest()
        if known.get(key) != version:
            shown = {part: _shown(values[part]) for part in parts}
            instance.report_runless_asset_event(
                AssetMaterialization(key, metadata=shown, tags={DATA_VERSION_TAG: version})
            )


def _shown(value: Any) -> MetadataValue:
    return MetadataValue.json(value) if isinstance(value, dict) else MetadataValue.text(json.dumps(value))
