"""What assets are made from: the parts of a configuration, and versions of data, as Dagster records them.

A part is one field of `run`, or one section of the file. Each is an asset of its own, upstream of the tables
that read it, so that a change of it shows which tables are out of date. The version of an asset's data is a
hash of all that the data follow from. The data are not read: the same causes give the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from dagster import AssetKey, AssetMaterialization, DagsterInstance, MetadataValue

from lm_synth_assets.orchestration.dagster_internals import DATA_VERSION_TAG
from lm_synth_assets.simulation.catalogue import PARTS
from lm_synth_assets.version import __version__

GROUP = "configuration"


class MadeFrom(NamedTuple):
    """What an asset follows from: parts of the configuration, and other assets."""

    parts: tuple[str, ...]
    parents: tuple[str, ...]


def part_key(part: str) -> AssetKey:
    """The asset that stands for a part."""
    return AssetKey([GROUP, part])


def part_versions(values: Mapping[str, Any]) -> dict[str, str]:
    """The version of every part: equal where the values are."""
    return {part: _hash(values[part]) for part in PARTS}


def data_versions(made_from: Mapping[str, MadeFrom], parts: Mapping[str, str]) -> dict[str, str]:
    """The version of the data of every asset that is made from parts of these versions."""

    @cache
    def version(name: str) -> str:
        causes = made_from[name]
        return _hash(
            [
                __version__,
                name,
                {part: parts[part] for part in sorted(causes.parts)},
                {parent: version(parent) for parent in sorted(causes.parents)},
            ]
        )

    return {name: version(name) for name in made_from}


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


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
