"""Running the assets and gates in this process, and telling what came of it.

Here belongs what the commands share with nothing else: one Dagster run, its progress, its outcome as data.
How that is shown is `console`.
"""

import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.events.log import EventLogEntry

from lm_synth_assets.acceptance import Comparison
from lm_synth_assets.acceptance import compare as published_figures
from lm_synth_assets.build import build_defs
from lm_synth_assets.config import Region
from lm_synth_assets.config_files import ConfigError
from lm_synth_assets.gates.checks import all_gates
from lm_synth_assets.generation import Generation
from lm_synth_assets.schema import TABLES
from lm_synth_assets.settings import Settings
from lm_synth_assets.simulation.patients import CapacityError
from lm_synth_assets.storage.errors import MissingTable, StorageError
from lm_synth_assets.storage.publishing import check_folder
from lm_synth_assets.storage.stores import STORES, TableStore, open_store

EMERGENCY_TABLES = ("ed_encounters",)
INPATIENT_TABLES = ("ip_stays",)


@dataclass(frozen=True)
class StoredTable:
    """A table that a run has written."""

    name: str
    rows: int
    bytes: int
    location: str


@dataclass(frozen=True)
class GateResult:
    """What a gate has found."""

    table: str
    gate: str
    passed: bool
    blocking: bool
    expected: str
    observed: str
    threshold: str
    offending: str


@dataclass
class Outcome:
    """What a run has come to.

    `not_run` are gates that were due but could not be looked at, `left_out` the tables that it did not make
    or look at, with the reason.
    """

    tables: list[StoredTable] = field(default_factory=list)
    gates: list[GateResult] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every blocking gate that was due has passed."""
        gates_passed = all(result.passed for result in self.gates if result.blocking)
        return gates_passed and not self.errors and not self.not_run


Progress = Callable[[int, int, str], None]
"""Told how many of how many steps are done, and what happened last."""


def generate(
    config: str,
    region: Region,
    out: Path,
    storage: str,
    tables_left_out: Sequence[str],
    progress: Progress,
) -> Outcome:
    """Make and check every table but those left out.

    Raises StorageError, before any work, where the folder cannot be written to.
    """
    check_folder(out)
    made = [name for name in TABLES if name not in tables_left_out]
    outcome = _run(config, Generation.of(config, region), out, storage, made, progress, make=True)
    store = open_store(storage, out)
    for name in tables_left_out:
        reason = "not asked for"
        if store.exists(TABLES[name]):
            reason += (
                f"; {store.location(TABLES[name])} is from an earlier run and does not belong to this one"
            )
        outcome.left_out[name] = reason
    return outcome


def validate(
    config: str,
    folder: Path,
    storage: str | None,
    thresholds: dict[str, float | None],
    progress: Progress,
) -> Outcome:
    """Check the stored tables of a folder; what was generated is read from their manifest.

    Raises StorageError where the folder holds no data set, ConfigError where its manifest cannot be used or
    it holds two data sets and no format is given.
    """
    storage = storage or _format_of(folder)
    store = open_store(storage, folder)
    generation = _generation_of(config, store, thresholds)
    optional = (*EMERGENCY_TABLES, *INPATIENT_TABLES)
    absent = [name for name in optional if not store.exists(TABLES[name])]
    missing = [name for name in TABLES if name not in optional and not store.exists(TABLES[name])]
    looked_at = [name for name in TABLES if name not in (*absent, *missing)]
    outcome = _run(config, generation, folder, storage, looked_at, progress, make=False)
    for name in missing:
        _add_error(outcome, str(MissingTable(name, store.location(TABLES[name]))))
    outcome.left_out = dict.fromkeys(absent, "not there")
    return outcome


def compare(config: str, folder: Path, storage: str | None) -> list[Comparison]:
    """The published figures as a stored data set has them.

    Raises StorageError where a table that they need is not there, ConfigError as `validate` does.
    """
    store = open_store(storage or _format_of(folder), folder)
    region = _generation_of(config, store, {}).region
    tables = {name: store.read(TABLES[name]) for name in ("patients", "ed_encounters", "ip_stays")}
    return published_figures(tables, region)


def _generation_of(config: str, store: TableStore, thresholds: dict[str, float | None]) -> Generation:
    """The run that a stored data set came from, by its manifest. Raises ConfigError where that is no run."""
    table = TABLES["dataset_manifest"]
    manifest = store.read(table)
    if len(manifest) != 1:
        raise ConfigError(f"{store.location(table)}: must have one row; has {len(manifest)}")
    told = {name: int(manifest[name].iloc[0]) for name in ("patients", "seed", "start_year", "years")}
    fields: dict[str, Any] = {**told, **thresholds}
    generation = Generation(config=config, **fields)
    try:
        generation.load()
    except (ConfigError, CapacityError) as error:
        raise ConfigError(f"{store.location(table)}: {error}") from None
    return generation


def _format_of(folder: Path) -> str:
    """The format in which a folder holds a data set."""
    manifest = TABLES["dataset_manifest"]
    found = [name for name in STORES if open_store(name, folder).exists(manifest)]
    if len(found) > 1:
        raise ConfigError(f"{folder} holds data sets in {' and '.join(found)}: choose one with --format")
    if not found:
        raise MissingTable(manifest.name, str(folder / f"{manifest.name}.csv"))
    return found[0]


def _run(
    config: str,
    generation: Generation,
    folder: Path,
    storage: str,
    tables: Sequence[str],
    progress: Progress,
    *,
    make: bool,
) -> Outcome:
    """Check some tables, and before that make them if told so."""
    keys = [dg.AssetKey(name) for name in tables]
    selection = dg.AssetSelection.assets(*keys) if make else dg.AssetSelection.checks_for_assets(*keys)
    steps = len(tables) * (2 if make else 1)
    settings = Settings.model_validate({"storage": storage, "out": folder, "config": config})
    job = dg.define_asset_job("lm_synth", selection=selection)
    # What is made depends on what was made before; what is there already can all be looked at.
    definitions = build_defs(settings, generation, jobs=[job], stopping_gates=make)
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
    due = [(gate.table, gate.name) for gate in all_gates() if gate.table in tables]
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
        outcome.tables.append(
            StoredTable(
                name=written.asset_key.path[-1],
                rows=told["dagster/row_count"],
                bytes=told["bytes"],
                location=told["path"],
            )
        )
    elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        found = event.asset_check_evaluation_data
        text: dict[str, Any] = {key: value.value for key, value in found.metadata.items()}
        outcome.gates.append(
            GateResult(
                table=found.asset_key.path[-1],
                gate=found.check_name,
                passed=found.passed,
                blocking=found.severity == dg.AssetCheckSeverity.ERROR,
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


_OURS = (StorageError, ConfigError)


def _reason(event: DagsterEvent) -> str:
    """The cause of a failure in words; nothing for a failed gate, which speaks for itself.

    That is the outermost error of ours, which explains those behind it, or else the innermost of all.
    """
    error = event.step_failure_data.error if event.is_step_failure else event.job_failure_data.error
    if error is None or error.cls_name == "DagsterAssetCheckFailedError":
        return ""
    ours = {kind.__name__ for base in _OURS for kind in (base, *base.__subclasses__())}
    while error.cause is not None and error.cls_name not in ours:
        error = error.cause
    # Dagster keeps an error as text that starts with the module and name of its class.
    _, _, message = error.message.partition(": ")
    words = message.strip() if error.cls_name in ours else f"{error.cls_name}: {message.strip()}"
    return words if event.step_key is None else f"{event.step_key}: {words}"
