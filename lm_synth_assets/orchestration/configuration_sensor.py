"""The sensor that keeps the data up to date with their configuration.

Its cursor holds the versions of the parts that it last asked for. A run that it asks for has a tag with their
hash, so that a run that failed or was cancelled is asked for again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping

import dagster as dg

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.orchestration import provenance
from lm_synth_assets.orchestration.assets import MADE_FROM
from lm_synth_assets.orchestration.checks import gates_by_check
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.report_asset import VERDICT
from lm_synth_assets.orchestration.run_resource import requested, run_config
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.simulation.catalogue import GATES, PARTS, part_values
from lm_synth_assets.simulation.provenance import data_versions, part_versions

SENSOR = "configuration_changed"

CHANGED_TAG = "lm_synth/changed"
"""The tag that names the parts of the configuration that have changed."""

CONFIGURATION_TAG = "lm_synth/configuration"
"""The tag that identifies the configuration that a run of the sensor is for."""

ATTEMPTS = 2
"""How many runs the sensor asks for until one of a configuration succeeds."""

_SECONDS = 30
_FAILED = (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
_UNDER_WAY = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.MANAGED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
"""Not NOT_STARTED: a run that was created and never launched would keep the sensor waiting for ever."""


def configuration_changed(settings: Settings) -> dg.SensorDefinition:
    """Watch the configuration file of the settings, and the files that it names; off until turned on."""

    @dg.sensor(
        name=SENSOR,
        job_name=REGENERATE,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description=f"Rebuilds only the tables affected by edits to {settings.config.name}.",
    )
    def changed_since(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        request = requested({"config": str(settings.config)})
        parts = part_values(request.region)
        wanted = part_versions(parts)
        known = json.loads(context.cursor) if context.cursor else None
        if waiting := next(_under_way(context), None):
            return dg.SkipReason(f"waits for the end of run {waiting}")
        failed = _failed_runs(context.instance, wanted)
        if known == wanted and not failed:
            return dg.SkipReason(f"{settings.config.name} has not changed")
        provenance.record(context.instance, parts)
        stale = out_of_date(context.instance, wanted)
        if not stale:
            return dg.SensorResult(
                skip_reason="the stored tables follow from this configuration", cursor=json.dumps(wanted)
            )
        if known == wanted and len(failed) >= ATTEMPTS:
            return dg.SkipReason(
                f"{', '.join(stale)} do not follow from {settings.config.name}: {len(failed)} runs for it "
                f"failed, the last is {failed[0]}. Mend the cause, then materialize them, or edit the file"
            )
        changed = [part for part in PARTS if known and known.get(part) != wanted[part]]
        return dg.SensorResult([_request(settings, stale, changed, wanted)], cursor=json.dumps(wanted))

    return changed_since


def out_of_date(instance: dg.DagsterInstance, parts: Mapping[str, str]) -> list[str]:
    """The stored assets whose data would differ if they were made from parts of these versions."""
    wanted = data_versions(MADE_FROM, parts)
    stored = provenance.stored_versions(instance, [dg.AssetKey(name) for name in wanted])
    return [name for name in wanted if stored.get(dg.AssetKey(name), wanted[name]) != wanted[name]]


def _request(
    settings: Settings, assets: list[str], changed: list[str], wanted: Mapping[str, str]
) -> dg.RunRequest:
    """A run that makes some assets and runs their gates, or after a change of thresholds every gate."""
    return dg.RunRequest(
        run_config=run_config(str(settings.config)),
        tags={
            CHANGED_TAG: ", ".join(changed) or "before the sensor was turned on, or a run that failed",
            CONFIGURATION_TAG: _identity(wanted),
        },
        asset_selection=[dg.AssetKey(name) for name in assets],
        asset_check_keys=[*gates_by_check(all_gates()), VERDICT] if GATES in changed else None,
    )


def _identity(parts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _failed_runs(instance: dg.DagsterInstance, wanted: Mapping[str, str]) -> list[str]:
    """The runs for a configuration since the last one that succeeded, the newest first: short ids."""
    failed = []
    for run in instance.get_runs(dg.RunsFilter(tags={CONFIGURATION_TAG: _identity(wanted)})):
        if run.status is dg.DagsterRunStatus.SUCCESS:
            break
        if run.status in _FAILED:
            failed.append(run.run_id[:8])
    return failed


def _under_way(context: dg.SensorEvaluationContext) -> Iterator[str]:
    """The runs of this project that have not ended, so that their data are not known yet: short ids.

    Runs of another code location do not count. One that was started without a code location, as by
    `dagster asset materialize`, may write these tables.
    """
    location = context.code_location_origin
    for run in context.instance.get_runs(dg.RunsFilter(statuses=list(_UNDER_WAY))):
        origin = run.remote_job_origin
        theirs = origin and location and origin.repository_origin.code_location_origin != location
        if not theirs:
            yield run.run_id[:8]
