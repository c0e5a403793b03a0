"""All gates in their order, and choosing some of them by name."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from lm_synth_assets.errors import UnknownGate
from lm_synth_assets.gates import (
    arrivals,
    dimensions,
    ed_use,
    emergency,
    hospital_use,
    inpatient,
    manifest,
    patient_flow,
    patients,
    population,
    projections,
    shape,
    transfers,
    triage,
    volumes,
)
from lm_synth_assets.gates.fidelity import fidelity_gates
from lm_synth_assets.gates.gate import GATES, Gate
from lm_synth_assets.gates.structure import STRUCTURAL_GATES
from lm_synth_assets.schema.catalogue import TABLES

SUBJECTS = (
    dimensions,
    population,
    projections,
    patients,
    volumes,
    emergency,
    ed_use,
    arrivals,
    triage,
    inpatient,
    patient_flow,
    transfers,
    hospital_use,
    shape,
    manifest,
)
"""The modules whose import registers the statistical gates."""


def all_gates(*, fidelity: bool = False) -> list[Gate]:
    """Every gate, those of one table together, in the order of the tables; those of fidelity if asked for."""
    position = {name: index for index, name in enumerate(TABLES)}
    gates = [*STRUCTURAL_GATES, *GATES, *(fidelity_gates() if fidelity else ())]
    return sorted(gates, key=lambda gate: position[gate.table])


def chosen_gates(gates: Sequence[Gate], patterns: Sequence[str]) -> list[Gate]:
    """The gates that any of the patterns names: a table, a gate, or table.gate, with * for any letters.

    All of them where there are no patterns. Raises UnknownGate for a pattern that names none.
    """
    for pattern in patterns:
        if not any(_named(gate, pattern) for gate in gates):
            tables = ", ".join(dict.fromkeys(gate.table for gate in gates))
            raise UnknownGate(
                f"no gate is called '{pattern}'; name a table ({tables}), a gate such as marginals, or "
                "both such as patients.marginals, with * for any letters"
            )
    return [gate for gate in gates if not patterns or any(_named(gate, pattern) for pattern in patterns)]


def _named(gate: Gate, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (gate.table, gate.name, gate.full_name))
