"""The gates as Dagster asset checks: one op a table.

Exact gates share two checks, `structure` and `rules`, which name each of them. A statistical gate is a check
of its own, with a history.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    multi_asset_check,
)

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.declared.fidelity import fidelity_gates
from lm_synth_assets.gates.declared.structure import STRUCTURAL
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.gates.results import GateResult
from lm_synth_assets.orchestration.events import GatesFailed
from lm_synth_assets.orchestration.io_manager import IO_MANAGER, POOL
from lm_synth_assets.text import in_markdown

if TYPE_CHECKING:
    from lm_synth_assets.dataset.dataset import DataSet

STRUCTURE = "structure"
"""The asset check of a table's structural gates."""

RULES = "rules"
"""The asset check of a table's other exact gates."""

OFFENDING = "offending"
"""The metadata that count the rows or cells that breach a gate: a number, which Dagster plots over runs."""


def gates_by_check(gates: Iterable[Gate]) -> dict[AssetCheckKey, list[Gate]]:
    """The gates that each asset check evaluates, in their order."""
    checks: dict[AssetCheckKey, list[Gate]] = {}
    for gate in gates:
        checks.setdefault(AssetCheckKey(AssetKey(gate.table), check_of(gate)), []).append(gate)
    return checks


def check_of(gate: Gate) -> str:
    """The name of the asset check that evaluates a gate."""
    if gate.name in STRUCTURAL:
        return STRUCTURE
    return gate.name if gate.statistical else RULES


def table_checks(*, fidelity: bool) -> list[AssetChecksDefinition]:
    """The checks of each table, and with `fidelity` more of each table that it compares."""
    kinds: dict[str, Iterable[Gate]] = {
        "gates": all_gates(),
        "fidelity": fidelity_gates() if fidelity else (),
    }
    definitions = []
    for kind, gates in kinds.items():
        by_table: dict[AssetKey, dict[str, list[Gate]]] = {}
        for key, together in gates_by_check(gates).items():
            by_table.setdefault(key.asset_key, {})[key.name] = together
        definitions += [
            _checks_of(table, f"{table.to_user_string()}_{kind}", checks)
            for table, checks in by_table.items()
        ]
    return definitions


def _checks_of(table: AssetKey, name: str, checks: dict[str, list[Gate]]) -> AssetChecksDefinition:
    @multi_asset_check(
        name=name,
        specs=[
            AssetCheckSpec(
                check,
                asset=table,
                description="\n\n".join(map(_description, gates)),
                blocking=any(gate.blocking for gate in gates),
                additional_deps=sorted({parent for gate in gates for parent in gate.reads}),
            )
            for check, gates in checks.items()
        ],
        # So that the UI can execute each of them by itself.
        can_subset=True,
        required_resource_keys={IO_MANAGER},
        pool=POOL,
    )
    def check(
        context: AssetCheckExecutionContext,
    ) -> Iterator[AssetCheckResult]:
        # Not as inputs: that a stored table breaks its declaration is a result, not an error.
        data_set: DataSet = getattr(context.resources, IO_MANAGER).data_set
        selected = {key.name for key in context.op_execution_context.selected_asset_check_keys}
        stopping: list[str] = []
        for check_name, gates in checks.items():
            if check_name in selected:
                due = [gate for gate in gates if not data_set.absent(gate)]
                lacking = sorted({name for gate in gates for name in data_set.absent(gate)})
                results = [data_set.evaluate(gate) for gate in due]
                stopping += [_failure(check_name, one) for one in results if one.blocking and not one.passed]
                yield _result(check_name, results) if results else _left_out(check_name, lacking)
        if stopping:
            raise GatesFailed(stopping)

    return check


def _failure(check: str, result: GateResult) -> str:
    """What a gate expected and observed, and the page of its check."""
    return f"{result.full_name}: {result.comparison} ({page_of(result.table, check)})"


def page_of(asset: str, check: str) -> str:
    """The path of an asset check in the UI."""
    return f"/assets/{asset}?view=checks&checkDetail={check}"


def _description(gate: Gate) -> str:
    return f"{gate.description} Compared: {gate.formula}."


def _result(check: str, results: Sequence[GateResult]) -> AssetCheckResult:
    """The result of a check that evaluates some gates: an error where one that blocks has not passed."""
    failed = [result for result in results if not result.passed]
    blocking = any(result.blocking for result in failed or results)
    exact = check in (STRUCTURE, RULES)
    return AssetCheckResult(
        check_name=check,
        passed=not failed,
        severity=AssetCheckSeverity.ERROR if blocking else AssetCheckSeverity.WARN,
        # Dagster renders it as Markdown.
        description=in_markdown(_summary(results) if exact else results[0].comparison),
        metadata=_metadata_of_rules(results) if exact else _metadata(results[0]),
    )


def _left_out(check: str, lacking: Sequence[str]) -> AssetCheckResult:
    """The result of a check whose gates need tables that the data set is without."""
    return AssetCheckResult(
        check_name=check,
        passed=True,
        severity=AssetCheckSeverity.WARN,
        description=f"left out: this data set is without {', '.join(lacking)}",
    )


def _metadata(result: GateResult) -> dict[str, MetadataValue]:
    """What was compared: numbers, whose history Dagster draws, where the gate has them; otherwise text."""
    texts = {"expected": result.expected, "observed": result.observed, "threshold": result.threshold}
    metadata: dict[str, MetadataValue] = {
        **{name: MetadataValue.text(text) for name, text in texts.items()},
        **{name: MetadataValue.float(_rounded(number)) for name, number in result.numbers.items()},
        OFFENDING: MetadataValue.int(result.offending.total),
    }
    if result.decided_by:
        metadata["decided by"] = MetadataValue.text(", ".join(result.decided_by))
    if result.offending.total:
        metadata["offending rows"] = MetadataValue.md(result.offending.markdown())
    return metadata


def _rounded(number: float) -> float:
    """Six digits, as people read; JSON results have all of them."""
    return float(f"{number:.6g}")


def _summary(results: Sequence[GateResult]) -> str:
    """The exact gates of a check: those that failed with what they compared, or the names of all."""
    failed = [f"{result.gate}: {result.comparison}" for result in results if not result.passed]
    return "; ".join(failed) or f"{', '.join(result.gate for result in results)} hold"


def _metadata_of_rules(results: Sequence[GateResult]) -> dict[str, MetadataValue]:
    """How many gates failed, on how many rows, and an entry for each gate with what it compared."""
    metadata: dict[str, MetadataValue] = {
        "failed": MetadataValue.int(sum(not result.passed for result in results)),
        OFFENDING: MetadataValue.int(sum(result.offending.total for result in results)),
    }
    for result in results:
        metadata[result.gate] = MetadataValue.text(f"{result.mark.value}: {result.comparison}")
        if result.offending.total:
            metadata[f"{result.gate}: offending rows"] = MetadataValue.md(result.offending.markdown())
    return metadata
