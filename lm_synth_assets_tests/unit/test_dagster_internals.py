"""What is used of Dagster's private modules: for what, that it still works, and that nothing else is used."""

import ast
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

import lm_synth_assets
from lm_synth_assets.orchestration import dagster_internals
from lm_synth_assets.orchestration.dagster_internals import (
    DATA_VERSION_TAG,
    MAX_RETRIES_TAG,
    DagsterEvent,
    EventLogEntry,
    ExecutionPlan,
    LocalComputeLogManager,
    PlanOrchestrationContext,
    RetryMode,
    RunFailureReason,
    SerializableErrorInfo,
    StepDependencyConfig,
    UnresolvedAssetJobDefinition,
    cron_string_iterator,
    is_valid_cron_string,
)

PACKAGE = Path(lm_synth_assets.__file__).parent
PRIVATE = ("dagster._", "dagster_shared")


@dg.asset
def fails() -> dg.MaterializeResult[None]:
    raise ZeroDivisionError("division by zero")


@dg.asset
def versioned() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(data_version=dg.DataVersion("one"))


def imported_by(path: Path) -> set[str]:
    """The modules that a file imports from."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    froms = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return froms | {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}


def test_no_other_module_imports_from_private_modules() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(module.startswith(PRIVATE) for module in imported_by(path))
    }
    assert users == {"orchestration/dagster_internals.py"}


def test_every_name_is_tested_here() -> None:
    assert set(dagster_internals.__all__) <= globals().keys()


def test_data_version_tag_holds_the_version_of_a_materialization() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([versioned], instance=instance)
        event = instance.get_latest_materialization_event(versioned.key)
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.tags is not None
    assert event.asset_materialization.tags[DATA_VERSION_TAG] == "one"


def test_max_retries_tag_is_the_documented_one() -> None:
    assert MAX_RETRIES_TAG == "dagster/max_retries"


def test_events_of_a_failed_run_say_why() -> None:
    entries: list[EventLogEntry] = []
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.Definitions(assets=[fails]).resolve_implicit_global_asset_job_def()
        run_id = str(uuid.uuid4())
        instance.add_event_listener(run_id, entries.append)
        job.execute_in_process(instance=instance, run_id=run_id, raise_on_error=False)
    events = [entry.dagster_event for entry in entries if entry.dagster_event is not None]
    assert all(isinstance(event, DagsterEvent) for event in events)
    [step] = [event for event in events if event.event_type is dg.DagsterEventType.STEP_FAILURE]
    error = step.step_failure_data.error
    assert isinstance(error, SerializableErrorInfo)
    assert error.cause is not None
    assert (error.cause.cls_name, error.cause.message) == (
        "ZeroDivisionError",
        "ZeroDivisionError: division by zero\n",
    )
    [run] = [event for event in events if event.event_type is dg.DagsterEventType.RUN_FAILURE]
    assert run.job_failure_data.failure_reason is RunFailureReason.STEP_FAILURE


@dg.asset(required_resource_keys={"shelf"})
def placed() -> None:
    pass


class WatchedExecutor(dg.Executor):
    """Notes what Dagster hands to an executor."""

    def __init__(self, inner: dg.Executor, handed: list[object]) -> None:
        self.inner = inner
        self.handed = handed

    @property
    def retries(self) -> RetryMode:
        return self.inner.retries

    @property
    def step_dependency_config(self) -> StepDependencyConfig:
        return self.inner.step_dependency_config

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[DagsterEvent]:
        self.handed += [plan_context, execution_plan, plan_context.job.get_definition().resource_defs]
        yield from self.inner.execute(plan_context, execution_plan)


HANDED: list[object] = []


def watched_job() -> dg.JobDefinition:
    inner = dg.in_process_executor.executor_creation_fn
    assert inner is not None
    return dg.Definitions(
        assets=[placed],
        resources={"shelf": dg.ResourceDefinition.none_resource()},
        jobs=[dg.define_asset_job("watched")],
        executor=dg.ExecutorDefinition(
            "watched",
            config_schema={"retries": dg.Field(dict, default_value={"enabled": {}})},
            executor_creation_fn=lambda context: WatchedExecutor(inner(context), HANDED),
        ),
    ).resolve_job_def("watched")


def test_an_executor_is_handed_the_run_its_steps_and_its_resources() -> None:
    HANDED.clear()
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.execute_job(dg.reconstructable(watched_job), instance)
    context, plan, resources = HANDED
    assert isinstance(context, PlanOrchestrationContext)
    assert isinstance(plan, ExecutionPlan)
    assert isinstance(resources, dict)
    assert (context.run_id, plan.step_keys_to_execute) == (result.run_id, ["placed"])
    assert "shelf" in resources


def test_the_logs_of_an_instance_with_a_folder_are_files_in_it(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        logs = instance.compute_log_manager
        assert isinstance(logs, LocalComputeLogManager)
        path = Path(logs.get_captured_local_path(["ours", "page"], "html"))
    assert tmp_path in path.parents
    assert path.parts[-2:] == ("ours", "page.html")


def test_a_job_over_a_selection_has_the_type_that_definitions_take() -> None:
    assert isinstance(dg.define_asset_job("everything"), UnresolvedAssetJobDefinition)


@pytest.mark.parametrize(("text", "valid"), [("0 5 * * 1", True), ("every day", False)])
def test_cron_strings_are_checked(text: str, valid: bool) -> None:
    assert is_valid_cron_string(text) is valid


def test_ticks_of_a_cron_string_follow_each_other() -> None:
    ticks = cron_string_iterator(0, "0 5 * * 1", "UTC")
    assert [next(ticks) for _ in range(2)] == [
        datetime.fromisoformat(f"1970-01-{day}T05:00:00+00:00") for day in ("05", "12")
    ]
