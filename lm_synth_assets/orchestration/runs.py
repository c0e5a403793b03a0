"""Making a data set: one Dagster run in this process, its progress, and its outcome as data."""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from lm_synth_assets.dataset.outcome import Outcome, Progress, StoredTable
from lm_synth_assets.errors import ConfigError, UserError
from lm_synth_assets.gates.registry import all_gates
from lm_synth_assets.gates.results import GateResult, Mark
from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.dagster_internals import DagsterEvent, EventLogEntry
from lm_synth_assets.orchestration.io_manager import REMOVED
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.catalogue import tables_left_out
from lm_synth_assets.storage.formats import FORMATS, open_store

_NO_REPORT = "not made; `lm-synth report {options}` makes it of what is stored"

_GATES = {(gate.table, gate.name): gate for gate in all_gates()}


def generate(request: RunRequest, storage: str, place: str, progress: Progress) -> Outcome:
    """Make and check every table that the run asks for, and beside files the quality report.

    Raises StorageError, before any work, where nothing can be written there.
    """
    store = open_store(storage, place)
    store.check(writing=True)
    left_out = tables_left_out(request.region.run)
    made = [name for name in TABLES if name not in left_out]
    reports = [REPORT] if FORMATS[storage].is_files else []
    outcome = _run(request, storage, place, [*made, *reports], progress)
    for name in left_out:
        reason = "not asked for"
        if store.exists(TABLES[name]):
            reason += (
                f"; {store.location(TABLES[name])} is from an earlier run and does not belong to this one"
            )
        outcome.left_out[name] = reason
    if not outcome.report:
        outcome.left_out[REPORT] = _NO_REPORT.format(
            options=f"--in {place}" if FORMATS[storage].is_files else f"--format {storage} --to FILE"
        )
    return outcome


def _run(
    request: RunRequest,
    storage: str,
    place: str,
    assets: Sequence[str],
    progress: Progress,
) -> Outcome:
    """Make some assets, and check those that are tables."""
    selection = dg.AssetSelection.assets(*(dg.AssetKey(name) for name in assets))
    steps = len(assets) + sum(name in TABLES for name in assets)
    settings = Settings.model_validate(
        {
            "storage": storage,
            "config": request.config,
            "out" if FORMATS[storage].is_files else "mysql_url": place,
        }
    )
    job = dg.define_asset_job("lm_synth", selection=selection)
    definitions = build_defs(settings, request, jobs=[job])
    outcome = Outcome()
    done = 0
    interrupted = False

    def listen(entry: EventLogEntry) -> None:
        nonlocal done, interrupted
        event = entry.dagster_event
        if event is None:
            return
        _note(event, outcome)
        interrupted = interrupted or _is_interrupt(event)
        if event.is_step_success or event.is_step_failure:
            done += 1
            progress(done, steps, event.step_key or "")

    run_id = str(uuid.uuid4())
    with _instance() as instance:
        instance.add_event_listener(run_id, listen)
        definitions.resolve_job_def("lm_synth").execute_in_process(
            instance=instance,
            run_id=run_id,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    if interrupted:
        # Dagster takes an interrupt for a failure like any other.
        raise KeyboardInterrupt
    found = {(result.table, result.gate): result for result in outcome.gates}
    due = [name for name, gate in _GATES.items() if gate.table in assets]
    outcome.gates = [found[gate] for gate in due if gate in found]
    outcome.not_run = [".".join(gate) for gate in due if gate not in found]
    return outcome


def _instance() -> dg.DagsterInstance:
    """With DAGSTER_HOME, runs show up in that instance's history; without it, nothing is kept of them."""
    home = os.environ.get("DAGSTER_HOME")
    if not home:
        return dg.DagsterInstance.ephemeral()
    if not Path(home).expanduser().is_absolute() or not Path(home).expanduser().is_dir():
        raise ConfigError(f"environment: DAGSTER_HOME: must be the absolute path of a folder; found '{home}'")
    return dg.DagsterInstance.get()


def _is_interrupt(event: DagsterEvent) -> bool:
    error = event.job_failure_data.error if event.is_run_failure else None
    return error is not None and error.cls_name in ("KeyboardInterrupt", "DagsterExecutionInterruptedError")


def _note(event: DagsterEvent, outcome: Outcome) -> None:
    """Take down what an event tells of tables, gates and errors."""
    if event.is_step_materialization:
        written = event.step_materialization_data.materialization
        told: dict[str, Any] = {key: value.value for key, value in written.metadata.items()}
        if written.asset_key.path[-1] == REPORT:
            outcome.report = told["path"]
            return
        outcome.tables.append(
            StoredTable(
                name=written.asset_key.path[-1],
                rows=told["dagster/row_count"],
                bytes=told["bytes"],
                location=told["path"],
                removed={
                    name.removeprefix(REMOVED): count
                    for name, count in told.items()
                    if name.startswith(REMOVED)
                },
            )
        )
    elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        found = event.asset_check_evaluation_data
        text: dict[str, Any] = {key: value.value for key, value in found.metadata.items()}
        gate = _GATES[found.asset_key.path[-1], found.check_name]
        outcome.gates.append(
            GateResult(
                table=gate.table,
                gate=gate.name,
                description=gate.description,
                formula=gate.formula,
                blocking=gate.blocking,
                mark=Mark(text.pop("mark")),
                offending=text.pop("offending rows", ""),
                **text,
            )
        )
    elif event.is_step_failure or event.is_run_failure:
        _add_error(outcome, _reason(event))


def _add_error(outcome: Outcome, message: str) -> None:
    """Add an error, unless there is nothing to tell or a step has told it already."""
    if message and not any(message in known for known in outcome.errors):
        outcome.errors.append(message)


def _our_errors(kind: type[UserError] = UserError) -> set[str]:
    """The names of all error classes that explain themselves."""
    return {kind.__name__}.union(*map(_our_errors, kind.__subclasses__()))


def _reason(event: DagsterEvent) -> str:
    """The cause of a failure in words; nothing for a failed gate, which speaks for itself.

    That is the outermost error of ours, which explains those behind it, or else the innermost of all.
    """
    error = event.step_failure_data.error if event.is_step_failure else event.job_failure_data.error
    if error is None or error.cls_name == "DagsterAssetCheckFailedError":
        return ""
    ours = _our_errors()
    while error.cause is not None and error.cls_name not in ours:
        error = error.cause
    # Dagster keeps an error as text that starts with the module and name of its class.
    _, _, message = error.message.partition(": ")
    words = message.strip() if error.cls_name in ours else f"{error.cls_name}: {message.strip()}"
    return words if event.step_key is None else f"{event.step_key}: {words}"
