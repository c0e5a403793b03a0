"""Evaluating the gates of a stored data set, whoever made or changed it."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.dataset.outcome import Outcome, Progress, unseen
from lm_synth_assets.dataset.state import state_of
from lm_synth_assets.gates.catalogue import all_gates, chosen_gates


def evaluate(
    data_set: DataSet,
    patterns: Sequence[str] = (),
    *,
    fidelity: bool = False,
    progress: Progress = unseen,
) -> Outcome:
    """Evaluate all gates of a data set, or those that `patterns` name; with `fidelity` also sdmetrics' ones.

    Raises UnknownGate for a pattern that names no gate, FidelityUnavailable where sdmetrics is not installed.
    """
    gates = chosen_gates(all_gates(fidelity=fidelity), patterns)
    due = [gate for gate in gates if not data_set.lacks(gate)]
    outcome = Outcome(left_out=data_set.left_out)
    by_table = [(table, list(group)) for table, group in groupby(due, attrgetter("table"))]
    for done, (table, gates_of_table) in enumerate(by_table, start=1):
        outcome.gates += map(data_set.evaluate, gates_of_table)
        progress(done, len(by_table), table)
    outcome.state = state_of(data_set, outcome.gates)
    return outcome
