"""The sensors that report a failed run: which gates and steps failed, with the page of each."""

import html
import json
import urllib.request

import dagster as dg

from lm_synth_assets.orchestration.dagster_internals import (
    DagsterEvent,
    RunFailureReason,
    SerializableErrorInfo,
)
from lm_synth_assets.orchestration.events import CHECK_FAILED
from lm_synth_assets.orchestration.settings import Settings

SENSOR = "report_failures"
EMAIL_SENSOR = "report_failures_by_email"

_SECONDS = 10

_EVENTS = {
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
    if event.event_type is dg.DagsterEventType.RUN_FAILURE:
        failed = event.job_failure_data
        if failed.failure_reason is RunFailureReason.STEP_FAILURE:
            return []
        return [f"- the run: {_cause(failed.error) if failed.error else event.message}"]
    error = event.step_failure_data.error
    if error is not None and error.cls_name == CHECK_FAILED:
        gates = event.step_failure_data.user_failure_data
        return [f"- gate {line}" for line in ((gates and gates.description) or "").splitlines()]
    return [f"- step {event.step_key}: {_cause(error)}"] if error else []


def _cause(error: SerializableErrorInfo) -> str:
    """The message of the innermost cause of an error."""
    while error.cause is not None:
        error = error.cause
    return error.message.strip()


def failure_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """The sensor that reports failed runs to its log and to a webhook, and one that sends e-mail if set up.

    Both are off until turned on. Raises ConfigError where the settings of e-mail are incomplete.
    """

    @dg.run_failure_sensor(
        name=SENSOR,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Reports which gates and steps made a run fail, with a link to each: in its log"
        + (", and to the webhook in LM_SYNTH_NOTIFY_WEBHOOK." if settings.notify_webhook else "."),
    )
    def report(context: dg.RunFailureSensorContext) -> None:
        message = what_failed(context.instance, context.dagster_run)
        context.log.error(message)
        if settings.notify_webhook:
            post(settings.notify_webhook.get_secret_value(), message)

    return [report, *_email_sensor(settings)]


def _email_sensor(settings: Settings) -> list[dg.SensorDefinition]:
    mail = settings.mail()
    if mail is None:
        return []
    return [
        dg.make_email_on_run_failure_sensor(
            email_from=mail.sender,
            email_to=mail.recipients,
            email_password=mail.password.get_secret_value(),
            email_subject_fn=lambda context: f"lm-synth: {context.dagster_run.job_name} failed",
            email_body_fn=lambda context: _as_html(what_failed(context.instance, context.dagster_run)),
            smtp_host=mail.host,
            smtp_type=mail.security,
            name=EMAIL_SENSOR,
            default_status=dg.DefaultSensorStatus.STOPPED,
        )
    ]


def post(url: str, message: str) -> None:
    """Send a message to a webhook as JSON with the field `text`, as Slack, Teams and Mattermost take it.

    Raises OSError where it cannot be delivered, without the address, which often holds a key.
    """
    body = json.dumps({"text": message}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):
            return
    except OSError as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise OSError(f"the webhook in LM_SYNTH_NOTIFY_WEBHOOK was not reached: {reason}") from None


def _as_html(message: str) -> str:
    return f"<pre>{html.escape(message)}</pre>"
