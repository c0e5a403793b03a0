"""A gate's verdict as a result for people: its mark, and its offending rows as text."""

from dataclasses import dataclass
from enum import StrEnum

from lm_synth_assets.gates.gate import Gate, Verdict

MOST_ROWS = 10
"""As many offending rows are shown."""


class Mark(StrEnum):
    """What a gate's verdict means for the data set."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class GateResult:
    """What a gate has found; `offending` holds some rows that show the breach, as a Markdown table."""

    table: str
    gate: str
    description: str
    formula: str
    blocking: bool
    mark: Mark
    expected: str
    observed: str
    threshold: str
    offending: str

    @property
    def passed(self) -> bool:
        """Whether the gate has looked and found nothing."""
        return self.mark is Mark.PASS


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
    if not verdict.evaluated:
        return Mark.NOT_JUDGED
    if verdict.passed:
        return Mark.PASS
    return Mark.FAIL if gate.blocking else Mark.WARN
