"""Twenty assets that do nothing, run in one process: what Dagster itself costs.

Usage, from the project: dagster asset materialize --select '*' -m benchmarks.empty_assets.
"""

import dagster as dg


def _empty(name: str) -> dg.AssetsDefinition:
    @dg.asset(name=name)
    def compute() -> None:
        """Nothing."""

    return compute


defs = dg.Definitions(
    assets=[_empty(f"empty_{number}") for number in range(20)], executor=dg.in_process_executor
)
