"""How often gates fail on good data, and how much damage they let pass: `python -m benchmarks.power SEEDS`.

Writes docs/gate-power.md. False alarms are counted over SEEDS data sets of 50,000 patients; the smallest
shift is the least of its sizes that a gate sees in at least 95 % of the trials.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.shifts import SHIFTS, Shift
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.datasets import Tables, make_tables

PATIENTS = 50_000
DATA_SETS, PLACES = 20, 3
SEEN = 0.95
PAGE = Path(__file__).parents[1] / "docs" / "gate-power.md"
GATES = {gate.full_name: gate for gate in all_gates()}


def good(seed: int, patients: int = PATIENTS) -> tuple[Region, Tables]:
    """The data set of a seed."""
    region = load_region().with_run(patients=patients, seed=seed)
    return region, make_tables(region)


def false_alarms(seed: int) -> list[str]:
    """The gates that the data set of a seed does not pass, with what they say."""
    region, tables = good(seed)
    stored = StoredTables.of(tables)
    looked = ((name, gate.evaluate(stored, region)) for name, gate in GATES.items())
    failed = [(name, verdict) for name, verdict in looked if not verdict.passed]
    for name, verdict in failed:
        print(f"seed {seed}: {name}: {verdict.observed}; expected {verdict.expected}", flush=True)
    return [name for name, _ in failed]


def shifts_seen(seed: int) -> Counter[tuple[int, float]]:
    """In how many places of one data set each shift (its number, its size) is seen."""
    region, tables = good(seed)
    seen: Counter[tuple[int, float]] = Counter()
    for number, shift in enumerate(SHIFTS):
        gate = GATES[shift.gate]
        for place in range(PLACES):
            for size in shift.sizes:
                # The same place for all sizes: a larger shift is the smaller one and more.
                rng = np.random.default_rng([seed, number, place])
                stored = StoredTables.of(tables | shift.change(tables, size, rng))
                seen[number, size] += not gate.evaluate(stored, region).passed
    return seen


def smallest_seen(number: int, shift: Shift, seen: Counter[tuple[int, float]]) -> str:
    """The smallest shift that is nearly always seen, in words."""
    least = SEEN * DATA_SETS * PLACES
    sizes = [size for size in shift.sizes if seen[number, size] >= least]
    return shift.words.format(f"{sizes[0]:g}" if sizes else f"over {shift.sizes[-1]:g}")


def page(seeds: int, alarms: Counter[str], seen: Counter[tuple[int, float]]) -> str:
    """The page of both results."""
    shifts = {shift.gate: smallest_seen(number, shift, seen) for number, shift in enumerate(SHIFTS)}
    lines = [
        "# What the gates see",
        "",
        f"Measured by `python -m benchmarks.power {seeds}` on the default region of {PATIENTS:,} patients.",
        "",
        f"- False alarms: of the data sets of {seeds} seeds (0 to {seeds - 1}), those that a gate did not "
        "pass although nobody had damaged them.",
        "- Smallest shift: the least damage of its kind that the gate saw in at least 95 % of "
        f"{DATA_SETS * PLACES} trials ({DATA_SETS} data sets, {PLACES} places in each, drawn by their "
        "rows).",
        "- Gates that are not listed look for exceptions and see every single one; none gave a false alarm.",
        "",
        "| gate | severity | false alarms | smallest shift seen |",
        "|---|---|---:|---|",
    ]
    for name, gate in GATES.items():
        if name in shifts or alarms[name]:
            severity = "ERROR" if gate.blocking else "WARN"
            lines.append(f"| {name} | {severity} | {alarms[name]} of {seeds} | {shifts.get(name, '-')} |")
    total = f"{sum(alarms.values())} of {seeds * len(GATES):,}"
    lines += ["", f"All {len(GATES)} gates together: {total} verdicts on good data were false alarms."]
    return "\n".join(lines) + "\n"


def main(seeds: int) -> None:
    """Measure and write the page."""
    with ProcessPoolExecutor() as pool:
        alarms = Counter(name for names in pool.map(false_alarms, range(seeds)) for name in names)
        seen = _sum(pool.map(shifts_seen, range(1_000, 1_000 + DATA_SETS)))
    PAGE.write_text(page(seeds, alarms, seen), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def _sum(counters: Iterable[Counter[tuple[int, float]]]) -> Counter[tuple[int, float]]:
    total: Counter[tuple[int, float]] = Counter()
    for counter in counters:
        total.update(counter)
    return total


if __name__ == "__main__":
    main(int(sys.argv[1]))
