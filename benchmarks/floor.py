"""Dagster's own floor: the same definitions and the same run, with recipes that make empty tables, gates that
evaluate nothing, and an empty report. Usage, from the project: python -m benchmarks.floor FOLDER.
"""

import sys
from collections.abc import Mapping

import pandas as pd

from lm_synth_assets.dataset.outcome import Outcome, unseen
from lm_synth_assets.gates.gate import Gate, StoredTables, Verdict
from lm_synth_assets.orchestration.runs import generate
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.report import report
from lm_synth_assets.report.content import Content
from lm_synth_assets.report.identity import Identity
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.catalogue import RECIPES, Recipe
from lm_synth_assets.storage.frames import pandas_dtypes

PASSED = Verdict(True, "", "")


def empty_assets() -> None:
    """Let every recipe make its table without rows."""
    table_of = {recipe: TABLES[name] for name, recipe in RECIPES.items()}

    def no_rows(recipe: Recipe, region: Region, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        dtypes = pandas_dtypes(table_of[recipe])
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})

    Recipe.__call__ = no_rows  # type: ignore[method-assign, assignment]


def empty_report() -> None:
    """Put an empty page in the place of the quality report."""
    nothing = Content(Outcome(), Identity(False, [], "", "", [], ""), [], [], [], "")
    report.quality_report = lambda *arguments: report.Report("", nothing)


def idle_gates() -> None:
    """Let every gate pass without being evaluated."""

    def passed(gate: Gate, tables: StoredTables, region: Region) -> Verdict:
        return PASSED

    Gate.evaluate = passed  # type: ignore[method-assign, assignment]


def run(request: RunRequest, folder: str) -> None:
    """Make and store everything once. Exits where the run has not passed, or a gate was evaluated."""
    outcome = generate(request, "csv", folder, unseen)
    assert all(result.expected == PASSED.expected for result in outcome.gates)
    if not outcome.passed:
        raise SystemExit("\n".join(outcome.errors))


def main(folder: str) -> None:
    """Run everything once, as `lm-synth generate --with-ed --with-ip --quiet` does."""
    empty_assets()
    empty_report()
    idle_gates()
    run(RunRequest.read(None, with_ed=True, with_ip=True), folder)


if __name__ == "__main__":
    main(sys.argv[1])
