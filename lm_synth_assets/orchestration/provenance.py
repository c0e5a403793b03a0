"""The configuration as assets, and versions of data as Dagster records them.

A part is one field of `run`, or one section of the file. Each is a partition of an asset, upstream of the
tables that read it, so that the graph has one asset for each area and still shows exactly what an edit puts
out of date.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

import dagster as dg

from lm_synth_assets.orchestration.dagster_internals import DATA_VERSION_TAG
from lm_synth_assets.simulation.provenance import part_versions

GROUP = "yaml"
"""Sorts behind all other groups, and its assets behind all tables, which people look for first."""

ASSETS: dict[str, tuple[str, ...]] = {
    "demography": ("lhas", "population", "age_profiles"),
    "emergency": ("ed", "ed_rhythms", "rhythms", "scenarios"),
    "inpatient": ("inpatient",),
    "platform": (
        *("patients", "seed", "start_year", "years", "with_ed", "with_ip", "privacy"),
        *("sites", "programs", "coverage_matrix", "calendar", "gates"),
    ),
}
"""By area, the parts that are partitions of its asset."""

KEYS = {area: dg.AssetKey([GROUP, area]) for area in ASSETS}


def depends_on(parts: Collection[str]) -> list[dg.AssetDep]:
    """The dependencies on the assets that some parts are partitions of: on these parts, and no others."""
    return [
        dg.AssetDep(KEYS[area], partition_mapping=dg.SpecificPartitionsPartitionMapping(read))
        for area, known in ASSETS.items()
        if (read := [part for part in known if part in parts])
    ]


def stored_versions(instance: dg.DagsterInstance, keys: list[dg.AssetKey]) -> dict[dg.AssetKey, str]:
    """Latest recorded data version per table or report; those without one are omitted."""
    versions = {}
    for record in instance.get_asset_records(keys):
        last = record.asset_entry.last_materialization
        tags = (last.asset_materialization.tags if last and last.asset_materialization else None) or {}
        if DATA_VERSION_TAG in tags:
            versions[record.asset_entry.asset_key] = tags[DATA_VERSION_TAG]
    return versions


def record(instance: dg.DagsterInstance, values: Mapping[str, Any]) -> None:
    """Record the parts of a configuration whose value Dagster does not know yet.

    Twice: what is out of date follows from observations of external assets, and their pages show
    materializations. A run takes the last of these for what it has used, so it comes last.
    """
    versions = part_versions(values)
    for area, parts in ASSETS.items():
        for part in parts:
            if _recorded_version(instance, KEYS[area], part) != versions[part]:
                for event in (dg.AssetObservation, dg.AssetMaterialization):
                    instance.report_runless_asset_event(
                        event(
                            KEYS[area],
                            partition=part,
                            metadata={part: _shown(values[part])},
                            tags={DATA_VERSION_TAG: versions[part]},
                        )
                    )


def _recorded_version(instance: dg.DagsterInstance, key: dg.AssetKey, part: str) -> str | None:
    """The version that a part has, as Dagster knows it: of an external asset, that of an observation."""
    only = dg.AssetRecordsFilter(asset_key=key, asset_partitions=[part])
    for known in instance.fetch_observations(only, limit=1).records:
        observation = known.asset_observation
        return observation.tags.get(DATA_VERSION_TAG) if observation else None
    return None


def _shown(value: Any) -> dg.MetadataValue[Any]:
    return (
        dg.MetadataValue.json(value) if isinstance(value, dict) else dg.MetadataValue.text(json.dumps(value))
    )
