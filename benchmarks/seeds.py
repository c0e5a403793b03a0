"""How often each gate fails over many seeds: `python -m benchmarks.seeds PATIENTS SEEDS`, from the project.

A gate that fails on data nobody has damaged is a false alarm.
"""

import sys
from collections import Counter

from lm_synth_assets.config_files import load_region
from lm_synth_assets.gates.checks import all_gates
from lm_synth_assets_tests.datasets import make_tables


def main(patients: int, seeds: int) -> None:
    """Print each seed whose data fails a gate, and how often each gate failed."""
    failures: Counter[str] = Counter()
    for seed in range(seeds):
        region = load_region().with_run(patients=patients, seed=seed)
        tables = make_tables(region)
        verdicts = [(f"{gate.table}.{gate.name}", gate.judge(tables, region)) for gate in all_gates()]
        failed = [(name, verdict) for name, verdict in verdicts if not verdict.passed]
        failures.update(name for name, _ in failed)
        for name, verdict in failed:
            print(f"seed {seed}: {name}: {verdict.observed} in place of {verdict.expected}", flush=True)
    found = dict(failures) or "none failed"
    print(f"{patients:,} patients, {seeds} seeds, {len(all_gates())} gates: {found}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
