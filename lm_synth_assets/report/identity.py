"""The identity of a data set: its manifest, the command that makes it again, and its configuration."""

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

import pandas as pd
import yaml

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.report.grids import of_frame
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.tables.dataset_manifest import manifest_of

_WIDTH = 100
_DECISIVE = {
    "config_hash": "The data were made with another configuration than {config}: "
    "name theirs with `lm-synth report --config FILE`",
    "package_version": "The data were made with another version of lm-synth than the one that made this "
    "page: install theirs",
}
"""Manifest columns, other than run options, that determine the output."""


class ManifestEntry(NamedTuple):
    """One column of a manifest."""

    name: str
    value: str
    meaning: str


class Identity(NamedTuple):
    """What a data set is.

    `manifest` is the stored one, or where there is none (`stored` is false) what the configuration
    describes. `command` makes the data set again; it is empty where `doubts` say why nothing here can.
    `configuration` is the effective one as YAML, with the coverage matrix summed up by site.
    """

    stored: bool
    manifest: list[ManifestEntry]
    config: str
    command: str
    doubts: list[str]
    configuration: str


def identity(request: RunRequest, stored: pd.DataFrame | None, options: Sequence[str] = ()) -> Identity:
    """The identity of the data set of a run; `stored` is its manifest, a frame of one row, or None.

    `options` are those of the command that give the format in which the data set is stored.
    """
    described = manifest_of(request.region, TABLES)
    manifest = described if stored is None else stored
    name = PurePath(request.config).name
    doubts = [
        f"{doubt.format(config=name)} "
        f"({column} {str(expected)[:12]}, and {str(actual)[:12]} in the manifest)."
        for column, doubt in _DECISIVE.items()
        if (expected := described[column].iloc[0]) != (actual := manifest[column].iloc[0])
    ]
    if not Path(request.config).is_file():
        doubts.append(f"The configuration {name} is not there any more.")
    return Identity(
        stored=stored is not None,
        manifest=_entries(manifest),
        config=name,
        command="" if doubts else request.command(*options),
        doubts=doubts,
        configuration=_as_yaml(request.region),
    )


def _entries(manifest: pd.DataFrame) -> list[ManifestEntry]:
    columns = TABLES["dataset_manifest"].columns
    values = of_frame(manifest[[column.name for column in columns]]).rows[0]
    return [
        ManifestEntry(column.name, value, column.comment or "")
        for column, value in zip(columns, values, strict=True)
    ]


def _as_yaml(region: Region) -> str:
    sections = region.model_dump(mode="json", by_alias=True, exclude_none=True)
    sections["coverage_matrix"] = _coverage(region)
    return yaml.dump(
        sections,
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=_WIDTH,
    )


def _coverage(region: Region) -> dict[str, str]:
    """How many of the subprograms each site offers."""
    offered = [sites for program in region.coverage_matrix.values() for sites in program.values()]
    return {
        site: f"{sum(sites[site] for sites in offered)} of {len(offered)} subprograms"
        for site in region.sites
    }
