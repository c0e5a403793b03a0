"""Every name that comes from a private module of Dagster, with what it is for.

Dagster may move or change these in any release; a test says what each is used for and that it still works.
"""

from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.events import DagsterEvent, RunFailureReason
from dagster._core.events.log import EventLogEntry
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.execution.step_dependency_config import StepDependencyConfig
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.tags import MAX_RETRIES_TAG
from dagster._utils.schedules import cron_string_iterator, is_valid_cron_string
from dagster_shared.error import SerializableErrorInfo

__all__ = [
    "DATA_VERSION_TAG",
    "MAX_RETRIES_TAG",
    "DagsterEvent",
    "EventLogEntry",
    "ExecutionPlan",
    "LocalComputeLogManager",
    "PlanOrchestrationContext",
    "RetryMode",
    "RunFailureReason",
    "SerializableErrorInfo",
    "StepDependencyConfig",
    "UnresolvedAssetJobDefinition",
    "cron_string_iterator",
    "is_valid_cron_string",
]
