"""All gates in their order, and how to select some of them by name.

To add a gate, write its function in `gates/statistics` or its SQL in `gates/rules`, and declare it in the
module of its table in `gates/declared`.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from lm_synth_assets.errors import UnknownGate
from lm_synth_assets.gates.declared.dimensions import DIMENSIONS
from lm_synth_assets.gates.declared.emergency import ED_ENCOUNTERS
from lm_synth_assets.gates.declared.fidelity import fidelity_gates
from lm_synth_assets.gates.declared.inpatient import IP_STAYS
from lm_synth_assets.gates.declared.manifest import DATASET_MANIFEST
from lm_synth_assets.gates.declared.people import PATIENTS
from lm_synth_assets.gates.declared.projections import ED_PROJECTION
from lm_synth_assets.gates.declared.reference import REFERENCE
from lm_synth_assets.gates.declared.structure import STRUCTURE
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.schema.catalogue import TABLES

GATES = (
    *STRUCTURE,
    *DIMENSIONS,
    *REFERENCE,
    *PATIENTS,
    *ED_ENCOUNTERS,
    *IP_STAYS,
    *ED_PROJECTION,
    *DATASET_MANIFEST,
)
"""Every gate but those of fidelity. `all_gates` puts those of one table together."""


def all_gates(*, fidelity: bool = False) -> list[Gate]:
    """Every gate in the order of the tables, structure first; with `fidelity` also those of sdmetrics.

    Raises FidelityUnavailable where these are asked for and sdmetrics is not installed.
    """
    position = {name: index for index, name in enumerate(TABLES)}
    gates = [*GATES, *(fidelity_gates() if fidelity else ())]
    return sorted(gates, key=lambda gate: position[gate.table])


def chosen_gates(gates: Sequence[Gate], patterns: Sequence[str]) -> list[Gate]:
    """The gates that match any pattern: a table, a gate, or table.gate, with * for any letters.

    All of them where there are no patterns. Raises UnknownGate for a pattern that matches none.
    """
    for pattern in patterns:
        if not any(_matches(gate, pattern) for gate in gates):
            tables = ", ".join(dict.fromkeys(gate.table for gate in gates))
            raise UnknownGate(
                f"no gate is called '{pattern}'; name a table ({tables}), a gate such as marginals, or "
                "both such as patients.marginals, with * for any letters"
            )
    return [gate for gate in gates if not patterns or any(_matches(gate, pattern) for pattern in patterns)]


def _matches(gate: Gate, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (gate.table, gate.name, gate.full_name))
