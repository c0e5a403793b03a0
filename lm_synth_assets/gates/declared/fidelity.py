"""The gates of fidelity: scores of sdmetrics, an optional extra that the other gates do without."""

import sys
from importlib.util import find_spec

from lm_synth_assets.errors import FidelityUnavailable
from lm_synth_assets.gates.gate import Gate

_TABLES = ("patients", "ed_encounters", "ip_stays")

_THRESHOLD = (
    "at least the score of another replicate less {gates.fidelity_margin:g} less {gates.standard_errors:g} "
    "standard errors"
)


def _gate(table: str, name: str, description: str, formula: str) -> Gate:
    return Gate(
        table=table,
        name=name,
        description=description,
        formula=formula,
        threshold=_THRESHOLD,
        decided_by=("gates.fidelity_patients",),
        function="statistics.fidelity:scores",
        arguments=(table, name),
        reads=() if table == "patients" else ("patients",),
        blocking=False,
    )


def _gates(table: str) -> tuple[Gate, ...]:
    return (
        _gate(
            table,
            "column_shapes",
            "Each column is distributed as in a replicate (sdmetrics).",
            "KSComplement of each quantity, TVComplement of each category, of the data and a replicate",
        ),
        _gate(
            table,
            "column_pair_trends",
            "Each pair of columns goes together as in a replicate (sdmetrics).",
            "ContingencySimilarity of each pair of columns, quantities in tenths, of data and a replicate",
        ),
        _gate(
            table,
            "detection",
            "A classifier cannot tell rows from those of a replicate (sdmetrics).",
            "1 - mean of max(0, 2 AUC - 1) over three folds of a gradient-boosted classifier that is to tell "
            "the data from a replicate",
        ),
    )


FIDELITY = tuple(gate for table in _TABLES for gate in _gates(table))
"""The gates of sdmetrics. None of them blocks."""


def available() -> bool:
    """Whether sdmetrics is installed."""
    return find_spec("sdmetrics") is not None


def require_sdmetrics() -> None:
    """Raises FidelityUnavailable, with what to do about it, where sdmetrics is not installed."""
    if not available():
        raise FidelityUnavailable(
            "the fidelity gates need sdmetrics, which is not installed. To install it: "
            f"{sys.executable} -m pip install 'lm-synth-assets[fidelity]'. It is optional because sdmetrics "
            "(MIT licence) needs copulas, which is under the Business Source License."
        )


def fidelity_gates() -> tuple[Gate, ...]:
    """The gates of fidelity. Raises FidelityUnavailable where sdmetrics is not installed."""
    require_sdmetrics()
    return FIDELITY
