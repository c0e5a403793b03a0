"""The gates as Dagster asset checks: one multi-check an asset, so that each table is read once."""

from collections.abc import Iterator
from itertools import chain, groupby
from operator import attrgetter

import pandas as pd
from dagster import (
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetIn,
    MetadataValue,
    multi_asset_check,
)

from lm_synth_assets.gates import emergency, inpatient, manifest, patients, population, shape
from lm_synth_assets.gates.gate import GATES, Gate, Verdict
from lm_synth_assets.gates.structure import STRUCTURAL_GATES
from lm_synth_assets.generation import Generation
from lm_synth_assets.schema import TABLES

SUBJECTS = (population, patients, emergency, inpatient, shape, manifest)
"""The modules whose import registers the statistical gates."""

_MOST_ROWS = 10


def all_gates() -> list[Gate]:
    """Every gate, those of one table together."""
    position = {name: index for index, name in enumerate(TABLES)}
    return sorted([*STRUCTURAL_GATES, *GATES], key=lambda gate: position[gate.table])


def table_checks(*, stopping: bool = True) -> list[AssetChecksDefinition]:
    """One multi-check for each table. Unless they are `stopping`, a blocking gate that fails only says so."""
    by_table = groupby(all_gates(), attrgetter("table"))
    return [_checks_of(table, list(gates), stopping) for table, gates in by_table]


def _checks_of(table: str, gates: list[Gate], stopping: bool) -> AssetChecksDefinition:
    names = sorted({table, *chain.from_iterable(gate.reads for gate in gates)})

    @multi_asset_check(
        name=f"{table}_gates",
        specs=[
            AssetCheckSpec(
                gate.name,
                asset=table,
                description=gate.description,
                blocking=gate.blocking and stopping,
                additional_deps=sorted(gate.reads),
            )
            for gate in gates
        ],
        ins={name: AssetIn(name) for name in names},
    )
    def check(generation: Generation, **tables: pd.DataFrame) -> Iterator[AssetCheckResult]:
        for gate in gates:
            yield _result(gate, gate.judge(tables, generation.region))

    return check


def _result(gate: Gate, verdict: Verdict) -> AssetCheckResult:
    metadata: dict[str, MetadataValue] = {
        "expected": MetadataValue.text(verdict.expected),
        "observed": MetadataValue.text(verdict.observed),
        "threshold": MetadataValue.text(verdict.threshold),
    }
    if len(verdict.offending):
        rows = verdict.offending.head(_MOST_ROWS).to_markdown(index=False)
        metadata["offending rows"] = MetadataValue.md(rows)
    return AssetCheckResult(
        check_name=gate.name,
        passed=bool(verdict.passed),
        severity=AssetCheckSeverity.ERROR if gate.blocking else AssetCheckSeverity.WARN,
        metadata=metadata,
    )
