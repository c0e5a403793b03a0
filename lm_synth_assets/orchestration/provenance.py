"""The parts of a configuration as assets, and versions of data as Dagster records them.

A part is one field of `run`, or one section of the file. Each is an asset of its own, upstream of the tables
that read it, so that a change of it shows which tables are out of date.
"""

import json
from collections.abc import Mapping
from typing import Any

from dagster import AssetKey, AssetMaterialization, DagsterInstance, MetadataValue

from lm_synth_assets.orchestration.dagster_internals import DATA_VERSION_TAG
from lm_synth_assets.simulation.catalogue import PARTS
from lm_synth_assets.simulation.provenance import part_versions

GROUP = "configuration"


def part_key(part: str) -> AssetKey:
    """The asset that stands for a part."""
    return AssetKey([GROUP, part])


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
    """Record the parts of the configuration whose values Dagster does not know yet."""
    known = stored_versions(instance, [part_key(part) for part in PARTS])
    for part, version in part_versions(values).items():
        key = part_key(part)
        if known.get(key) != version:
            instance.report_runless_asset_event(
                AssetMaterialization(
                    key, metadata={"value": _shown(values[part])}, tags={DATA_VERSION_TAG: version}
                )
            )


def _shown(value: Any) -> MetadataValue:
    return MetadataValue.json(value) if isinstance(value, dict) else MetadataValue.text(json.dumps(value))
