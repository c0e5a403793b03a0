"""The sensor that lets the data follow their configuration: what depends on an edit is made, and no more."""

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
"""The tag by which a run says which parts of the configuration had changed."""

_SECONDS = 30
_DONE = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


def configuration_changed(settings: Settings) -> dg.SensorDefinition:
    """Looks at the configuration file of the settings, and the files that it names; off until turned on."""

    @dg.sensor(
        name=SENSOR,
        job_name=REGENERATE,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=f"Makes again what depends on what was changed in {settings.config.name}, and no more.",
    )
    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        request = requested({"config": str(settings.config)})
        parts = part_values(request.region)
        wanted = provenance.part_versions(parts)
        known = json.loads(context.cursor) if context.cursor else None
        if known == wanted:
            return dg.SkipReason(f"{settings.config.name} is as it was")
        if waiting := _unfinished(context.instance):
            return dg.SkipReason(f"waits for the end of run {waiting}")
        provenance.record(context.instance, parts)
        changed = [part for part in PARTS if known and known.get(part) != wanted[part]]
        stale = out_of_date(context.instance, wanted)
        if not stale:
            return dg.SensorResult(
                skip_reason="all that is stored follows from this configuration", cursor=json.dumps(wanted)
            )
        return dg.SensorResult([_request(settings, stale, changed)], cursor=json.dumps(wanted))

    return look


def out_of_date(instance: dg.DagsterInstance, parts: Mapping[str, str]) -> list[str]:
    """The assets whose data are there, and would be others with parts of these versions."""
    wanted = provenance.data_versions(MADE_FROM, parts)
    stored = provenance.stored_versions(instance, [dg.AssetKey(name) for name in wanted])
    return [name for name in wanted if stored.get(dg.AssetKey(name), wanted[name]) != wanted[name]]


def _request(settings: Settings, assets: list[str], changed: list[str]) -> dg.RunRequest:
    """A run that makes some assets and looks at their gates, or with other thresholds at every gate."""
    return dg.RunRequest(
        run_config=run_config(str(settings.config)),
        tags={CHANGED_TAG: ", ".join(changed) or "before the sensor was turned on"},
        asset_selection=[dg.AssetKey(name) for name in assets],
        asset_check_keys=list(gates_by_check(all_gates())) if GATES in changed else None,
    )


def _unfinished(instance: dg.DagsterInstance) -> str | None:
    """A run that is not at its end: what it stores is not known yet."""
    filters = dg.RunsFilter(statuses=[status for status in dg.DagsterRunStatus if status not in _DONE])
    run = next(iter(instance.get_run_ids(filters, limit=1)), None)
    return run[:8] if run else None
