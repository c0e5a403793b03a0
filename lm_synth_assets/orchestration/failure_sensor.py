"""The sensor that describes a failed run: which gates and steps failed, and the page of each."""

import dagster as dg

from lm_synth_assets.orchestration.dagster_internals import (
    DagsterEvent,
    RunFailureReason,
    SerializableErrorInfo,
)
from lm_synth_assets.orchestration.events import CHECK_FAILED

SENSOR = "tell_what_failed"

_EVENTS = {
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.RUN_FAILURE,
}


def what_failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """The blocking gates that did not pass and the steps that failed; or why the run reached no step."""
    events = [record.event_log_entry.dagster_event for record in _records(instance, run.run_id)]
    lines = [line for event in events if event is not None for line in _lines(event)]
    return "\n".join([f"{run.job_name} failed (/runs/{run.run_id}):", *dict.fromkeys(lines)])


def _records(instance: dg.DagsterInstance, run_id: str) -> list[dg.EventLogRecord]:
    return list(instance.get_records_for_run(run_id, of_type=_EVENTS).records)


def _lines(event: DagsterEvent) -> list[str]:
    if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        check = event.asset_check_evaluation_data
        if check.passed or check.severity is not dg.AssetCheckSeverity.ERROR:
            return []
        table, metadata = check.asset_key.path[-1], check.metadata
        return [
            f"- gate {table}.{check.check_name}: expected {metadata['expected'].value}; observed "
            f"{metadata['observed'].value} (/assets/{table}?view=checks&checkDetail={check.check_name})"
        ]
    if event.event_type is dg.DagsterEventType.RUN_FAILURE:
        failed = event.job_failure_data
        if failed.failure_reason is RunFailureReason.STEP_FAILURE:
            return []
        return [f"- the run: {_cause(failed.error) if failed.error else event.message}"]
    error = event.step_failure_data.error
    if error is None or error.cls_name == CHECK_FAILED:
        return []
    return [f"- step {event.step_key}: {_cause(error)}"]


def _cause(error: SerializableErrorInfo) -> str:
    """The message of the innermost cause of an error."""
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
