"""Making a data set: one Dagster run in this process, its progress, and its outcome as data."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import dagster as dg

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.dataset.outcome import Outcome, Progress
from lm_synth_assets.dataset.state import state_of
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.orchestration import events
from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.checks import gates_by_check
from lm_synth_assets.orchestration.dagster_internals import DagsterEvent, EventLogEntry
from lm_synth_assets.orchestration.settings import Settings, dagster_home, read_settings
from lm_synth_assets.region.run_request import FIELDS, RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.catalogue import RECIPES, tables_left_out
from lm_synth_assets.storage.errors import FilesInTheWay, TablesWouldStay
from lm_synth_assets.storage.formats import FORMATS, is_url, open_store
from lm_synth_assets.storage.run_lock import Writer

_JOB = "lm_synth"
_NO_REPORT = "not made; `lm-synth report {options}` makes it of what is stored"


def generate(
    request: RunRequest,
    storage: str,
    location: str,
    progress: Progress,
    *,
    replace: bool = False,
    partition_by: Sequence[str] = (),
) -> Outcome:
    """Make and check every table that the run asks for, and beside files the quality report.

    No other run can write there meanwhile. With `replace`, stored tables that the run does not make are
    removed once it has made its own, and before it lists them. Raises, before any work, StorageError where
    nothing can be written or another run writes, FilesInTheWay, and TablesWouldStay.
    """
    store = open_store(storage, location, partition_by)
    store.check(writing=True)
    writer = Writer.of_this_process("`lm-synth generate`")
    with store.run_lock.held_by(writer):
        if replace:
            store.overrule()
        elif strangers := store.strangers():
            raise FilesInTheWay(Path(location), strangers)
        staying = [name for name in tables_left_out(request.region.run) if store.exists(TABLES[name])]
        if staying and not replace:
            options = [FIELDS[needed].option for name in staying if (needed := RECIPES[name].needs)]
            raise TablesWouldStay(store.run_lock.location, staying, options)
        # Each after those that refer to it.
        data_set = DataSet(store, request, obsolete=staying[::-1])
        outcome = _generated(data_set, storage, location, partition_by, writer, progress)
        for name in staying:
            if not data_set.is_stored(name):
                outcome.left_out[name] += "; that of an earlier run was removed"
    return outcome


def _generated(
    data_set: DataSet,
    storage: str,
    location: str,
    partition_by: Sequence[str],
    writer: Writer,
    progress: Progress,
) -> Outcome:
    left_out = data_set.not_asked_for
    made = [name for name in TABLES if name not in left_out]
    reports = [] if is_url(location) else [REPORT]
    settings = Settings.model_validate(
        {
            "storage": storage,
            "partition_by": partition_by,
            "config": data_set.request.config,
            (FORMATS[storage].url_setting if is_url(location) else "out"): location,
        }
    )
    outcome = _run(settings, data_set, [*made, *reports], writer.run, progress)
    outcome.left_out.update(dict.fromkeys(left_out, "not requested"))
    if not outcome.report:
        outcome.left_out[REPORT] = _NO_REPORT.format(
            options=f"--format {storage} --to FILE" if is_url(location) else f"--in {location}"
        )
    return outcome


def _run(
    settings: Settings, data_set: DataSet, assets: Sequence[str], run_id: str, progress: Progress
) -> Outcome:
    """Make some assets, and check those that are tables."""
    selection = dg.AssetSelection.assets(*(dg.AssetKey(name) for name in assets))
    steps = len(assets) + sum(name in TABLES for name in assets)
    definitions = build_defs(settings, data_set, jobs=[dg.define_asset_job(_JOB, selection=selection)])
    gates = gates_by_check(all_gates())
    outcome = Outcome()
    done = 0
    interrupted = False

    def listen(entry: EventLogEntry) -> None:
        nonlocal done, interrupted
        event = entry.dagster_event
        if event is None:
            return
        _record(event, data_set, gates, outcome)
        interrupted = interrupted or events.is_interrupt(event)
        if event.is_step_success or event.is_step_failure:
            done += 1
            progress(done, steps, event.step_key or "")

    with _instance(settings) as instance:
        instance.add_event_listener(run_id, listen)
        definitions.resolve_job_def(_JOB).execute_in_process(
            instance=instance,
            run_id=run_id,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    if interrupted:
        # Dagster treats an interrupt as a failure like any other.
        raise KeyboardInterrupt
    results = {f"{result.table}.{result.gate}": result for result in outcome.gates}
    due = [
        gate.full_name
        for gate in all_gates()
        if gate.table in assets and not set(data_set.absent(gate)) - set(assets)
    ]
    outcome.gates = [results[name] for name in due if name in results]
    outcome.not_run = [name for name in due if name not in results]
    outcome.state = state_of(data_set, outcome.gates)
    return outcome


def _instance(settings: Settings) -> dg.DagsterInstance:
    """That of DAGSTER_HOME where the run makes its tables, so that it knows of them; else a temporary one.

    Tables elsewhere are not those that Dagster shows.
    """
    if dagster_home() and read_settings().same_tables(settings):
        return dg.DagsterInstance.get()
    return dg.DagsterInstance.ephemeral()


def _record(
    event: DagsterEvent,
    data_set: DataSet,
    gates: Mapping[dg.AssetCheckKey, Sequence[Gate]],
    outcome: Outcome,
) -> None:
    """Add to the outcome what an event says of tables, gates and errors."""
    if event.is_step_materialization:
        materialization = event.step_materialization_data.materialization
        if materialization.asset_key.path[-1] == REPORT:
            outcome.report = events.metadata_of(materialization)["path"]
        else:
            outcome.tables.append(events.stored_table(materialization, data_set.store))
    elif event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        check = event.asset_check_evaluation_data
        # The verdict of the report is no gate: the outcome has one of its own.
        for gate in gates.get(dg.AssetCheckKey(check.asset_key, check.check_name), ()):
            if gate.full_name in data_set.results:
                outcome.gates.append(data_set.results[gate.full_name])
    elif event.is_step_failure or event.is_run_failure:
        message = events.reason(event)
        # A step's error is repeated by the run.
        if message and not any(message in known for known in outcome.errors):
            outcome.errors.append(message)
            outcome.usage_error |= events.is_usage_error(event)
