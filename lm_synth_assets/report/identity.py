"""What a data set says it is, how to make it again, and the configuration that it is held to."""

from pathlib import PurePath
from typing import NamedTuple

import pandas as pd
import yaml

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.report.grids import of_frame
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.tables.dataset_manifest import dataset_manifest

_WIDTH = 100
_DECISIVE = {
    "config_hash": "The data were made with another configuration than the one shown here",
    "package_version": "The data were made with another version of lm-synth than the one that made this page",
}
"""What decides on the bytes besides the options of the command."""


class Told(NamedTuple):
    """One thing that a manifest tells."""

    name: str
    value: str
    meaning: str


class Identity(NamedTuple):
    """What a data set is.

    `manifest` is the stored one, or where there is none (`stored` is false) what the configuration
    describes. `command` makes the data set again, if there are no `doubts`. `configuration` is the effective
    one as YAML, with the coverage matrix summed up by site.
    """

    stored: bool
    manifest: list[Told]
    config: str
    command: str
    doubts: list[str]
    configuration: str


def identity(request: RunRequest, stored: pd.DataFrame | None) -> Identity:
    """What the data set of a run is, of which `stored` is the manifest: one row, or None."""
    described = dataset_manifest(request.region)
    found = described if stored is None else stored
    name = PurePath(request.config).name
    return Identity(
        stored=stored is not None,
        manifest=_told(found),
        config=name,
        command=request.command(),
        doubts=[
            f"{words} ({column} {str(here)[:12]}, and {str(there)[:12]} in the manifest)."
            for column, words in _DECISIVE.items()
            if (here := described[column].iloc[0]) != (there := found[column].iloc[0])
        ],
        configuration=_as_yaml(request.region),
    )


def _told(found: pd.DataFrame) -> list[Told]:
    columns = TABLES["dataset_manifest"].columns
    values = of_frame(found[[column.name for column in columns]]).rows[0]
    return [
        Told(column.name, value, column.comment or "") for column, value in zip(columns, values, strict=True)
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
