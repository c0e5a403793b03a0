"""Policy of the assets, mapped over all specs at once: owners, tags, kinds, code version, freshness, code."""

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dagster as dg

import lm_synth_assets
from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.provenance import GROUP
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.region.files import DEFAULT_CONFIG
from lm_synth_assets.schema.catalogue import DECLARED_IN
from lm_synth_assets.simulation.catalogue import RECIPES
from lm_synth_assets.version import __version__

PACKAGE = Path(lm_synth_assets.__file__).parent

AREAS = {
    "patients": "demography",
    "population": "demography",
    "emergency": "emergency",
    "rates": "emergency",
    "projections": "emergency",
    "inpatient": "inpatient",
}
"""By group, the area of the health region that owns its assets."""

PLATFORM = "platform"
"""The area of all other groups: dimensions, configuration, manifest and report."""

TAGS = {"data": "synthetic"}


def with_policy(assets: Iterable[Any], settings: Settings, freshness: dg.FreshnessPolicy) -> list[Any]:
    """The assets and specs with their policy."""

    def applied(spec: dg.AssetSpec) -> dg.AssetSpec:
        edited = spec.group_name == GROUP
        area = spec.key.path[-1] if edited else AREAS.get(spec.group_name or "", PLATFORM)
        return spec.replace_attributes(
            owners=[f"team:{area}"],
            tags={**spec.tags, **TAGS, "area": area},
            kinds=_kinds(spec, settings.storage),
            code_version=None if edited else __version__,
            freshness_policy=None if edited else freshness,
            metadata={**spec.metadata, "dagster/code_references": _sources(spec)},
        )

    with warnings.catch_warnings():
        # Code references are marked as beta; expected, so the warning is silenced.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return _linked(list(dg.map_asset_specs(applied, list(assets))), settings)


def _linked(assets: list[Any], settings: Settings) -> list[Any]:
    """The assets, with links to the repository instead of local files where the settings name one."""
    if settings.git_url is None:
        return assets
    return list(
        dg.link_code_references_to_git(
            assets,
            git_url=settings.git_url,
            git_branch=settings.git_branch,
            file_path_mapping=dg.AnchorBasedFilePathMapping(
                local_file_anchor=PACKAGE, file_anchor_path_in_repository=PACKAGE.name
            ),
        )
    )


def _kinds(spec: dg.AssetSpec, storage: str) -> set[str]:
    if spec.group_name == GROUP:
        return {"yaml"}
    return {"python", "html" if spec.key.path == [REPORT] else storage}


def _sources(spec: dg.AssetSpec) -> dg.CodeReferencesMetadataValue:
    """The files that say how an asset is made, and what its columns are. Imports none of what computes."""
    name = spec.key.path[-1]
    if spec.group_name == GROUP:
        files = {"default configuration": DEFAULT_CONFIG}
    elif name in RECIPES:
        files = {
            "how it is made": _file_of(RECIPES[name].module),
            "its declaration": _file_of(DECLARED_IN[name]),
        }
    else:
        files = {"how it is made": _file_of("lm_synth_assets.report.report")}
    return dg.CodeReferencesMetadataValue(
        code_references=[
            dg.LocalFileCodeReference(file_path=str(path), label=label) for label, path in files.items()
        ]
    )


def _file_of(module: str) -> Path:
    return PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")
