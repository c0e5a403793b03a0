"""A gate's verdict as a result for people: its mark, and its offending rows as text."""

from lm_synth_assets.gates.gate import Gate, Verdict
from lm_synth_assets.outcome import GateResult, Mark

MOST_ROWS = 10
"""As many offending rows are shown."""


def result_of(gate: Gate, verdict: Verdict) -> GateResult:
    """The result of a gate with this verdict."""
    rows = verdict.offending
    return GateResult(
        table=gate.table,
        gate=gate.name,
        description=gate.description,
        formula=gate.formula,
        blocking=gate.blocking,
        mark=_mark(gate, verdict),
        expected=verdict.expected,
        observed=verdict.observed,
        threshold=verdict.threshold,
        offending=rows.head(MOST_ROWS).to_markdown(index=False) if len(rows) else "",
    )


def _mark(gate: Gate, verdict: Verdict) -> Mark:
    if not verdict.judged:
        return Mark.NOT_JUDGED
    if verdict.passed:
        return Mark.PASS
    return Mark.FAIL if gate.blocking else Mark.WARN
