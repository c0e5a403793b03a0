"""The result of a gate that passed, which tests replace field by field."""

from lm_synth_assets.gates.results import GateResult, Mark

PASSED = GateResult(
    table="patients",
    gate="marginals",
    description="Patients are the residents' share.",
    formula="patients = residents / weight",
    blocking=True,
    mark=Mark.PASS,
    expected="10 patients",
    observed="10 patients",
    threshold="5%",
    decided_by=("gates.marginal_tolerance_pct", "population"),
)
