"""What the events of a run say, as data: tables written, and why a step or the run failed."""

from collections.abc import Sequence
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import dagster as dg

from lm_synth_assets.dataset.outcome import StoredTable
from lm_synth_assets.errors import UserError
from lm_synth_assets.orchestration.dagster_internals import DagsterEvent, SerializableErrorInfo
from lm_synth_assets.orchestration.io_manager import REMOVED
from lm_synth_assets.schema.catalogue import TABLES

if TYPE_CHECKING:
    from lm_synth_assets.storage.store import ReadableStore


class GatesFailed(dg.Failure):
    """A step whose blocking gates did not pass: what each compared, and where to look.

    Raised before Dagster raises its own error, which names the checks only.
    """

    def __init__(self, failures: Sequence[str]) -> None:
        super().__init__("\n".join(failures), allow_retries=False)


CHECK_FAILED = GatesFailed.__name__
"""The error of such a step in events; the results of its checks say more."""

_INTERRUPTS = ("KeyboardInterrupt", "DagsterExecutionInterruptedError")
_OURS = "lm_synth_assets."


def metadata_of(materialization: dg.AssetMaterialization) -> dict[str, Any]:
    """The values of a materialization's metadata."""
    return {key: value.value for key, value in materialization.metadata.items()}


def stored_table(materialization: dg.AssetMaterialization, store: "ReadableStore") -> StoredTable:
    """The table that a materialization by the IO manager has written."""
    metadata = metadata_of(materialization)
    name = materialization.asset_key.path[-1]
    return StoredTable(
        name=name,
        rows=metadata["dagster/row_count"],
        bytes=metadata["bytes"],
        location=store.location(TABLES[name]),
        removed={
            name.removeprefix(REMOVED): count for name, count in metadata.items() if name.startswith(REMOVED)
        },
    )


def error_of(event: DagsterEvent) -> SerializableErrorInfo | None:
    """The error of a failed step or run."""
    return event.step_failure_data.error if event.is_step_failure else event.job_failure_data.error


def is_interrupt(event: DagsterEvent) -> bool:
    """Whether the run ended because the user interrupted it."""
    error = error_of(event) if event.is_run_failure else None
    return error is not None and error.cls_name in _INTERRUPTS


def is_usage_error(event: DagsterEvent) -> bool:
    """Whether a step or the run failed for something that the user has to change in the configuration."""
    error = _explaining(event)
    if error is None or not error.message.startswith(_OURS):
        return False
    error_class = resolve_name(error.message.partition(": ")[0])
    return issubclass(error_class, UserError) and error_class.exit_code == UserError.exit_code


def _explaining(event: DagsterEvent) -> SerializableErrorInfo | None:
    """The outermost error of this package behind a failure, or else the innermost of all.

    Dagster keeps an error as text that starts with the module and name of its class.
    """
    error = error_of(event)
    while error is not None and error.cause is not None and not error.message.startswith(_OURS):
        error = error.cause
    return error


def reason(event: DagsterEvent) -> str:
    """Why a step or the run failed; empty for a failed check.

    Taken from the outermost error of this package, which explains those behind it, or else from the innermost
    of all.
    """
    error = _explaining(event)
    if error is None or error.cls_name == CHECK_FAILED:
        return ""
    _, _, message = error.message.partition(": ")
    text = message.strip() if error.message.startswith(_OURS) else f"{error.cls_name}: {message.strip()}"
    return text if event.step_key is None else f"{event.step_key}: {text}"
