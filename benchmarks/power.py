"""How often gates fail on good data, and how much damage they let pass: `python -m benchmarks.power`.

Writes docs/gate-power.md. False alarms are counted over data sets of 50,000 and of 5,000 patients; the
smallest shift is the least of its sizes that a gate sees in at least 95% of the trials; and damages that are
hardly seen at 50,000 patients are tried on data sets of other sizes.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.shift import Shift
from benchmarks.shifts import SHIFTS
from benchmarks.subtle_shifts import BY_SIZE
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned

PATIENTS = 50_000
SEEDS = {PATIENTS: 200, 5_000: 100}
"""Seeds whose data sets are made and checked, by the number of patients."""

DATA_SETS, PLACES = 20, 3
SEEN = 0.95
SETS_BY_SIZE = 7
SIZES = (5_000, 20_000, PATIENTS, 100_000, 200_000, 400_000)
"""Patients of the data sets in which damages of a given size are tried."""

_MOST_UNIQUE = 200_000
"""Above these patients, the default region has not enough dates of birth for unique quasi-identifiers."""

PAGE = Path(__file__).parents[1] / "docs" / "gate-power.md"
KINDS: dict[str, Sequence[Shift]] = {"of all sizes": SHIFTS, "of one size": BY_SIZE}
"""The shifts that are tried: by name, since a process cannot be sent a function within a function."""

GATES = {gate.full_name: gate for gate in all_gates()}


def good(seed: int, patients: int = PATIENTS) -> tuple[Region, Tables]:
    """The data set of a seed."""
    region = load_region()
    if patients > _MOST_UNIQUE:
        region = retuned(region, {"privacy": {"unique_quasi_identifiers": False}})
    region = region.with_run(patients=patients, seed=seed)
    return region, make_tables(region)


def false_alarms(patients: int, seed: int) -> list[str]:
    """The gates that the data set of a seed does not pass; prints what they say."""
    region, tables = good(seed, patients)
    stored = StoredTables.of(tables)
    verdicts = ((name, gate.evaluate(stored, region)) for name, gate in GATES.items())
    failed = [(name, verdict) for name, verdict in verdicts if not verdict.passed]
    for name, verdict in failed:
        print(
            f"{patients} patients, seed {seed}: {name}: {verdict.observed}; expected {verdict.expected}",
            flush=True,
        )
    return [name for name, _ in failed]


def seen_of(kind: str, patients: int, seed: int) -> Counter[tuple[int, float]]:
    """In how many places of one data set each shift (its number, its size) is seen.

    The least size is sought by halving: a gate that sees a shift is taken to see each larger one.
    """
    region, tables = good(seed, patients)
    seen: Counter[tuple[int, float]] = Counter()
    for number, shift in enumerate(KINDS[kind]):
        for place in range(PLACES):
            sees = partial(is_seen, shift, tables, region, [seed, number, place])
            least = bisect_left(shift.sizes, True, key=sees)
            seen.update((number, size) for size in shift.sizes[least:])
    return seen


def is_seen(shift: Shift, tables: Tables, region: Region, place: list[int], size: float) -> bool:
    """Whether a gate sees a shift of a size in good tables, at a place drawn by its numbers.

    The place is the same for all sizes, so that a larger shift is the smaller one and more.
    """
    stored = StoredTables.of(tables | shift.change(tables, size, np.random.default_rng(place)))
    return not GATES[shift.gate].evaluate(stored, region).passed


def smallest_seen(number: int, shift: Shift, seen: Counter[tuple[int, float]]) -> str:
    """The smallest shift that is nearly always seen, in words."""
    least = SEEN * DATA_SETS * PLACES
    sizes = [size for size in shift.sizes if seen[number, size] >= least]
    return shift.words.format(f"{sizes[0]:g}" if sizes else f"over {shift.sizes[-1]:g}")


def fewest_patients(number: int, shift: Shift, seen: dict[int, Counter[tuple[int, float]]]) -> str:
    """The fewest patients from which a shift is nearly always seen, in words."""
    least = SEEN * SETS_BY_SIZE * PLACES
    sizes = [patients for patients in SIZES if seen[patients][number, shift.sizes[0]] >= least]
    return f"{sizes[0]:,}" if sizes else f"over {SIZES[-1]:,}"


def page(
    alarms: dict[int, Counter[str]],
    seen: Counter[tuple[int, float]],
    by_size: dict[int, Counter[tuple[int, float]]],
) -> str:
    """The page of all results."""
    sets = " and ".join(f"{seeds} data sets of {patients:,} patients" for patients, seeds in SEEDS.items())
    lines = [
        "# What the gates see",
        "",
        f"Measured by `make power` on the default region, {sets}.",
        "",
        "- False alarms: data sets that a gate did not pass although nobody had damaged them, of "
        + " and of ".join(
            f"{seeds} of {patients:,} patients (seeds from 0)" for patients, seeds in SEEDS.items()
        )
        + ".",
        "- Smallest shift: the least damage of its kind that the gate saw in at least 95% of "
        f"{DATA_SETS * PLACES} trials ({DATA_SETS} data sets of {PATIENTS:,} patients, {PLACES} places in "
        "each, drawn by their rows). It is sought by halving: a gate that sees a shift is taken to see each "
        "larger one.",
        "- Gates that are not listed look for exceptions and see every single one; none gave a false alarm.",
        "",
        f"| gate | severity | false alarms at {' and at '.join(f'{size:,}' for size in SEEDS)} | "
        "smallest shift seen |",
        "|---|---|---:|---|",
    ]
    for name, gate in GATES.items():
        counted = " and ".join(f"{alarms[size][name]} of {seeds}" for size, seeds in SEEDS.items())
        shifts = [
            smallest_seen(number, shift, seen) for number, shift in enumerate(SHIFTS) if shift.gate == name
        ]
        if shifts or any(alarms[size][name] for size in SEEDS):
            severity = "ERROR" if gate.blocking else "WARN"
            lines.append(f"| {name} | {severity} | {counted} | {'; '.join(shifts) or '-'} |")
    total = sum(sum(counter.values()) for counter in alarms.values())
    verdicts = sum(SEEDS.values()) * len(GATES)
    lines += [
        "",
        f"All {len(GATES)} gates together: {total} of {verdicts:,} verdicts on good data were false alarms.",
        "",
        "## From which size",
        "",
        f"Some damages hardly show in {PATIENTS:,} patients. Below are the fewest patients, of "
        f"{', '.join(f'{size:,}' for size in SIZES)}, in which the gate saw each in at least 95% of "
        f"{SETS_BY_SIZE * PLACES} trials.",
        "",
        "| gate | damage | patients |",
        "|---|---|---:|",
    ]
    lines += [
        f"| {shift.gate} | {shift.words} | {fewest_patients(number, shift, by_size)} |"
        for number, shift in enumerate(BY_SIZE)
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the page."""
    with ProcessPoolExecutor() as pool:
        alarms = {
            patients: Counter(
                name for names in pool.map(partial(false_alarms, patients), range(seeds)) for name in names
            )
            for patients, seeds in SEEDS.items()
        }
        seen = _sum(pool.map(partial(seen_of, "of all sizes", PATIENTS), range(1_000, 1_000 + DATA_SETS)))
        by_size = {
            patients: _sum(
                pool.map(partial(seen_of, "of one size", patients), range(2_000, 2_000 + SETS_BY_SIZE))
            )
            for patients in SIZES
        }
    PAGE.write_text(page(alarms, seen, by_size), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def _sum(counters: Iterable[Counter[tuple[int, float]]]) -> Counter[tuple[int, float]]:
    total: Counter[tuple[int, float]] = Counter()
    for counter in counters:
        total.update(counter)
    return total


if __name__ == "__main__":
    main()
