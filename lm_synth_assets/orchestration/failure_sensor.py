"""What to say of a run that has failed: which gates, which steps, and where to look."""

import dagster as dg

from lm_synth_assets.orchestration.dagster_internals import (
    DagsterEvent,
    RunFailureReason,
    SerializableErrorInfo,
)

SENSOR = "tell_what_failed"

_TOLD = {
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.RUN_FAILURE,
}
_GATE_STOPPED_IT = "DagsterAssetCheckFailedError"


def what_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """The blocking gates that did not pass and the steps that failed; or why the run came to no step."""
    events = [record.event_log_entry.dagster_event for record in _records(instance, run.run_id)]
    lines = [line for event in events if event is not None for line in _lines(event)]
    return "\n".join([f"{run.job_name} failed (/runs/{run.run_id}):", *dict.fromkeys(lines)])


def _records(instance: dg.DagsterInstance, run_id: str) -> list[dg.EventLogRecord]:
    return list(instance.get_records_for_run(run_id, of_type=_TOLD).records)


def _lines(event: DagsterEvent) -> list[str]:
    if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        found = event.asset_check_evaluation_data
        if found.passed or found.severity is not dg.AssetCheckSeverity.ERROR:
            return []
        table, told = found.asset_key.path[-1], found.metadata
        return [
            f"- gate {table}.{found.check_name}: expected {told['expected'].value}; observed "
            f"{told['observed'].value} (/assets/{table}?view=checks&checkDetail={found.check_name})"
        ]
    if event.event_type is dg.DagsterEventType.RUN_FAILURE:
        failed = event.job_failure_data
        if failed.failure_reason is RunFailureReason.STEP_FAILURE:
            return []
        return [f"- the run: {_cause(failed.error) if failed.error else event.message}"]
    error = event.step_failure_data.error
    if error is None or error.cls_name == _GATE_STOPPED_IT:
        return []
    return [f"- step {event.step_key}: {_cause(error)}"]


def _cause(error: SerializableErrorInfo) -> str:
    """What the innermost of an error's causes says."""
    while error.cause is not None:
        error = error.cause
    return error.message.strip()


@dg.run_failure_sensor(
    name=SENSOR,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Writes to its log which gates and steps made a run fail, and where to look.",
)
def tell_what_failed(context: dg.RunFailureSensorContext) -> None:
    """One message for each failed run."""
    context.log.error(what_failed(context.instance, context.dagster_run))
