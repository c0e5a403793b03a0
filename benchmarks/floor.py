"""Dagster's own floor: the same definitions and the same run, with assets that make nothing and gates that
look at nothing. Usage: floor.py FOLDER.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from lm_synth_assets.dataset.outcome import Outcome
from lm_synth_assets.gates import gate, structure
from lm_synth_assets.orchestration import table_asset
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.frames import pandas_dtypes

PASSED = gate.Verdict(True, "", "")


def empty_assets() -> None:
    """Put an empty frame in the place of what every asset computes, before the assets are defined."""
    original = table_asset.table_asset

    def with_empty(group: str, *names: Iterable[str], **more: Iterable[str]) -> Callable[..., Any]:
        def build(compute: Callable[..., pd.DataFrame]) -> Any:
            @functools.wraps(compute)
            def empty(*args: object, **inputs: object) -> pd.DataFrame:
                dtypes = pandas_dtypes(TABLES[compute.__name__])
                return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})

            return original(group, *names, **more)(empty)

        return build

    table_asset.table_asset = with_empty


def empty_report() -> None:
    """Put an empty page in the place of the quality report."""
    from lm_synth_assets.report import report

    report.quality_report = lambda *what: report.Report("", Outcome())


def idle_gates() -> None:
    """Let every gate pass without a look, before the checks are defined."""
    from lm_synth_assets.gates import registry

    assert registry.SUBJECTS
    for gates in (gate.GATES, structure.STRUCTURAL_GATES):
        gates[:] = [replace(one, judge=lambda tables, region: PASSED) for one in gates]


def main(folder: str) -> None:
    """Run everything once, as `lm-synth generate --with-ed --with-ip --quiet` does."""
    empty_assets()
    empty_report()
    idle_gates()
    from lm_synth_assets.orchestration.runs import generate
    from lm_synth_assets.region.files import DEFAULT_CONFIG, load_region

    outcome = generate(str(DEFAULT_CONFIG), load_region(), "csv", folder, (), lambda done, steps, last: None)
    if not outcome.passed:
        raise SystemExit("\n".join(outcome.errors))


if __name__ == "__main__":
    main(sys.argv[1])
