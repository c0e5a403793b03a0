"""The graph that Dagster sees, as data: what people and other code locations refer to.

Run as a program, it prints what `graph.json` keeps, so that a change of the graph shows in a commit.
"""

import json
from typing import Any

import dagster as dg
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings


def graph() -> dict[str, Any]:
    """Every asset with its checks, every job, schedule and sensor."""
    definitions = build_defs(Settings(), fidelity=True)
    assets = [each for each in definitions.assets or () if isinstance(each, dg.AssetsDefinition)]
    checks = [spec for each in (*(definitions.asset_checks or ()), *assets) for spec in each.check_specs]
    return {
        "assets": {
            spec.key.to_user_string(): _asset(
                spec, [check for check in checks if check.asset_key == spec.key]
            )
            for spec in sorted(definitions.resolve_all_asset_specs(), key=lambda spec: spec.key.path)
        },
        "jobs": [job.name for job in definitions.jobs or ()],
        "schedules": [schedule.name for schedule in definitions.schedules or ()],
        "sensors": [sensor.name for sensor in definitions.sensors or ()],
    }


def _dependency(dep: dg.AssetDep) -> str:
    """The key of what an asset depends on, with the partitions if it has some."""
    parts = getattr(dep.partition_mapping, "partition_keys", ())
    return dep.asset_key.to_user_string() + (f": {', '.join(parts)}" if parts else "")


def _asset(spec: dg.AssetSpec, checks: list[dg.AssetCheckSpec]) -> dict[str, Any]:
    return {
        "group": spec.group_name,
        "deps": sorted(map(_dependency, spec.deps)),
        "kinds": sorted(spec.kinds),
        "owners": list(spec.owners),
        "tags": {name: value for name, value in sorted(spec.tags.items()) if not name.startswith("dagster/")},
        "code_version": spec.code_version,
        "automation": spec.automation_condition.get_label() if spec.automation_condition else None,
        "freshness": _freshness(spec.freshness_policy),
        "checks": {check.name: "blocking" if check.blocking else "warning" for check in checks},
    }


def _freshness(policy: dg.FreshnessPolicy | None) -> dict[str, str] | None:
    if not isinstance(policy, TimeWindowFreshnessPolicy):
        return None
    windows = {"warn": policy.warn_window, "fail": policy.fail_window}
    return {name: str(window.to_timedelta()) for name, window in windows.items() if window is not None}


def as_json() -> str:
    """The graph as it is kept."""
    return json.dumps(graph(), indent=1) + "\n"


if __name__ == "__main__":
    print(as_json(), end="")
