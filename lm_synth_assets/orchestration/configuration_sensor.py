"""The sensor that keeps the data up to date with their configuration."""

import json
from collections.abc import Mapping

import dagster as dg

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.orchestration import provenance
from lm_synth_assets.orchestration.assets import MADE_FROM
from lm_synth_assets.orchestration.checks import gates_by_check
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.run_resource import requested, run_config
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.simulation.catalogue import GATES, PARTS, part_values

SENSOR = "configuration_changed"

CHANGED_TAG = "lm_synth/changed"
"""The tag that names the parts of the configuration that have changed."""

_SECONDS = 30
_DONE = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


def configuration_changed(settings: Settings) -> dg.SensorDefinition:
    """Watch the configuration file of the settings, and the files that it names; off until turned on."""

    @dg.sensor(
        name=SENSOR,
        job_name=REGENERATE,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=f"Makes again what depends on the changes in {settings.config.name}, and no more.",
    )
    def changed_since(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        request = requested({"config": str(settings.config)})
        parts = part_values(request.region)
        wanted = provenance.part_versions(parts)
        known = json.loads(context.cursor) if context.cursor else None
        if known == wanted:
            return dg.SkipReason(f"{settings.config.name} has not changed")
        if waiting := _unfinished(context.instance):
            return dg.SkipReason(f"waits for the end of run {waiting}")
        provenance.record(context.instance, parts)
        changed = [part for part in PARTS if known and known.get(part) != wanted[part]]
        stale = out_of_date(context.instance, wanted)
        if not stale:
            return dg.SensorResult(
                skip_reason="the stored tables follow from this configuration", cursor=json.dumps(wanted)
            )
        return dg.SensorResult([_request(settings, stale, changed)], cursor=json.dumps(wanted))

    return changed_since


def out_of_date(instance: dg.DagsterInstance, parts: Mapping[str, str]) -> list[str]:
    """The stored assets whose data would differ if they were made from parts of these versions."""
    wanted = provenance.data_versions(MADE_FROM, parts)
    stored = provenance.stored_versions(instance, [dg.AssetKey(name) for name in wanted])
    return [name for name in wanted if stored.get(dg.AssetKey(name), wanted[name]) != wanted[name]]


def _request(settings: Settings, assets: list[str], changed: list[str]) -> dg.RunRequest:
    """A run that makes some assets and runs their gates, or after a change of thresholds every gate."""
    return dg.RunRequest(
        run_config=run_config(str(settings.config)),
        tags={CHANGED_TAG: ", ".join(changed) or "before the sensor was turned on"},
        asset_selection=[dg.AssetKey(name) for name in assets],
        asset_check_keys=list(gates_by_check(all_gates())) if GATES in changed else None,
    )


def _unfinished(instance: dg.DagsterInstance) -> str | None:
    """The id of a run that has not ended, so that its data are not known yet."""
    filters = dg.RunsFilter(statuses=[status for status in dg.DagsterRunStatus if status not in _DONE])
    run = next(iter(instance.get_run_ids(filters, limit=1)), None)
    return run[:8] if run else None
