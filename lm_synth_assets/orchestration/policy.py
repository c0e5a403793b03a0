"""Policy of the assets: owners, tags, kinds, code version and freshness, mapped over all specs at once."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.provenance import GROUP
from lm_synth_assets.version import __version__

OWNERS = ["team:lm-synth"]
TAGS = {"data": "synthetic"}


def with_policy(assets: Iterable[Any], freshness: dg.FreshnessPolicy) -> list[Any]:
    """The assets and specs with their policy; `freshness` is that of the report, which comes last."""

    def applied(spec: dg.AssetSpec) -> dg.AssetSpec:
        return spec.replace_attributes(
            owners=OWNERS,
            tags={**spec.tags, **TAGS},
            kinds=_kinds(spec),
            code_version=None if spec.group_name == GROUP else __version__,
            freshness_policy=freshness if spec.key.path == [REPORT] else None,
        )

    return list(dg.map_asset_specs(applied, list(assets)))


def _kinds(spec: dg.AssetSpec) -> set[str]:
    if spec.group_name == GROUP:
        return {"yaml"}
    return {"python", "html"} if spec.key.path == [REPORT] else {"python", "pandas"}
