"""The gates as Dagster asset checks: one multi-check an asset, so that each table is read once."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    MetadataValue,
    multi_asset_check,
)

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.declared.fidelity import fidelity_gates
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.gates.results import GateResult
from lm_synth_assets.orchestration.io_manager import IO_MANAGER

if TYPE_CHECKING:
    from lm_synth_assets.dataset.dataset import DataSet


def table_checks(*, fidelity: bool) -> list[AssetChecksDefinition]:
    """One multi-check for each table, and with `fidelity` one more for each table that it compares."""
    kinds = {"gates": all_gates(), "fidelity": fidelity_gates() if fidelity else []}
    return [
        _checks_of(table, f"{table}_{kind}", list(own))
        for kind, gates in kinds.items()
        for table, own in groupby(gates, attrgetter("table"))
    ]


def _checks_of(table: str, name: str, gates: list[Gate]) -> AssetChecksDefinition:
    @multi_asset_check(
        name=name,
        specs=[
            AssetCheckSpec(
                gate.name,
                asset=table,
                description=f"{gate.description} Looked at: {gate.formula}.",
                blocking=gate.blocking,
                additional_deps=sorted(gate.reads),
            )
            for gate in gates
        ],
        # So that the UI can execute each of them by itself.
        can_subset=True,
        required_resource_keys={IO_MANAGER},
    )
    def check(
        context: AssetCheckExecutionContext,
    ) -> Iterator[AssetCheckResult]:
        # Not as inputs: that a stored table breaks its declaration is a result, not an error.
        data_set: DataSet = getattr(context.resources, IO_MANAGER).data_set
        selected = {key.name for key in context.op_execution_context.selected_asset_check_keys}
        for gate in gates:
            if gate.name in selected:
                yield _result(gate, data_set.evaluate(gate))

    return check


def _result(gate: Gate, result: GateResult) -> AssetCheckResult:
    metadata: dict[str, MetadataValue] = {
        "expected": MetadataValue.text(result.expected),
        "observed": MetadataValue.text(result.observed),
        "threshold": MetadataValue.text(result.threshold),
        "mark": MetadataValue.text(result.mark.value),
    }
    if result.offending:
        metadata["offending rows"] = MetadataValue.md(result.offending)
    return AssetCheckResult(
        check_name=gate.name,
        passed=result.passed,
        severity=AssetCheckSeverity.ERROR if gate.blocking else AssetCheckSeverity.WARN,
        metadata=metadata,
    )
