"""The executors: Dagster's own, which hold the lock of the storage for the length of a run that writes.

The lock is held by the process of the run. Steps in processes of their own do not take it. A run that would
overwrite files of other programs is refused before its first step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from multiprocessing import get_all_start_methods
from typing import TYPE_CHECKING

import dagster as dg

from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.io_manager import IO_MANAGER
from lm_synth_assets.orchestration.run_resource import not_retried
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.formats import FILE_FORMATS
from lm_synth_assets.storage.record import REPORT_FILE

if TYPE_CHECKING:
    from lm_synth_assets.orchestration.dagster_internals import (
        DagsterEvent,
        ExecutionPlan,
        PlanOrchestrationContext,
        RetryMode,
        StepDependencyConfig,
    )
    from lm_synth_assets.storage.store import TableStore

# Where the system can fork, a step's process starts from one that has loaded everything: half the time.
_EVERYTHING = [
    "lm_synth_assets.definitions",
    "lm_synth_assets.report.pictures.registry",
    *(row.opener.partition(":")[0] for row in FILE_FORMATS.values() if row.is_installed),
]
_START: dict[str, dict[str, list[str]]] = (
    {"forkserver": {"preload_modules": _EVERYTHING}}
    if "forkserver" in get_all_start_methods()
    else {"spawn": {}}
)


class LockingExecutor(dg.Executor):
    """An executor that lets one run at a time write to where the settings store tables."""

    def __init__(self, inner: dg.Executor, settings: Settings) -> None:
        self._inner = inner
        self._settings = settings

    @property
    def retries(self) -> RetryMode:
        """As the executor that does the work."""
        return self._inner.retries

    @property
    def step_dependency_config(self) -> StepDependencyConfig:
        """As the executor that does the work."""
        return self._inner.step_dependency_config

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[DagsterEvent]:
        """Execute the steps of a run, under the lock if one of them stores a table.

        Raises BeingWritten, and FilesInTheWay.
        """
        # Imported lazily: not needed to load definitions.
        from lm_synth_assets.storage.formats import open_store
        from lm_synth_assets.storage.run_lock import Writer

        if IO_MANAGER not in plan_context.job.get_definition().resource_defs:
            yield from self._inner.execute(plan_context, execution_plan)
            return
        store = open_store(self._settings.storage, self._settings.location)
        lock = store.run_lock
        steps = execution_plan.step_keys_to_execute
        if any(step in TABLES for step in steps):
            writer = Writer.of_this_process(f"Dagster run {plan_context.run_id}", plan_context.run_id)
            with lock.held_by(writer, plan_context.log.warning):
                self._refuse_strangers(store, steps, plan_context)
                yield from self._inner.execute(plan_context, execution_plan)
            return
        if other := lock.holder():
            plan_context.log.warning(f"{lock.location} is being written by {other}")
        self._refuse_strangers(store, steps, plan_context)
        yield from self._inner.execute(plan_context, execution_plan)

    def _refuse_strangers(
        self, store: TableStore, steps: Sequence[str], plan_context: PlanOrchestrationContext
    ) -> None:
        """Raise FilesInTheWay where a step would overwrite a file of another program."""
        # Imported lazily: not needed to load definitions.
        from lm_synth_assets.storage.errors import FilesInTheWay
        from lm_synth_assets.storage.files.sniffing import companion_problem

        written = {store.file_name(TABLES[step]) for step in steps if step in TABLES}
        strangers = {name: problem for name, problem in store.strangers().items() if name in written}
        if REPORT in steps and (problem := companion_problem(self._settings.out / REPORT_FILE)):
            strangers[REPORT_FILE] = problem
        if strangers:
            not_retried(plan_context.instance, plan_context.run_id)
            raise FilesInTheWay(self._settings.out, strangers)


def executor(settings: Settings) -> dg.ExecutorDefinition:
    """The executor that the settings name, with the lock of where they store tables."""
    inner = EXECUTORS[settings.executor]
    create = inner.executor_creation_fn
    assert create is not None
    return dg.ExecutorDefinition(
        name=inner.name,
        config_schema=inner.config_schema,  # type: ignore[arg-type]
        requirements=inner.get_requirements,
        executor_creation_fn=lambda context: LockingExecutor(create(context), settings),
        description=inner.description,
    )


EXECUTORS: dict[str, dg.ExecutorDefinition] = {
    "in_process": dg.in_process_executor,
    "multiprocess": dg.multiprocess_executor.configured({"start_method": _START}),
}
"""By the name that the setting `executor` has."""
