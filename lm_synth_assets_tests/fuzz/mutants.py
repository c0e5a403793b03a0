"""Mutants: the default configuration with one to three of its numbers changed within what is allowed.

Each must be refused in words or make data that pass all gates. The thresholds of the gates stay as they are:
whoever asks for less than chance allows must expect failures.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lm_synth_assets.region.limits import JsonSchema, limits_at, limits_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.fuzz.retunings import DEFAULTS

_KEPT = ("gates", "privacy", "coverage_matrix")
"""Sections without numbers that data follow from."""

_RUN = ("start_year", "years")
"""The fields of a run that are changed; others say how much is made, not what."""

_SUMS: Mapping[str, float] = {
    "age_profiles": 100,
    "gender_weights": 1,
    "acuity_pct": 100,
    "program_mix_pct": 100,
}
"""Tables whose rows add up to a number."""

_FARTHEST = 20
"""Values that have no upper limit are multiplied by this at most."""

Path = tuple[str | int, ...]


class Leaf(NamedTuple):
    """A number of the configuration: its path, and the JSON Schema that limits it."""

    path: Path
    limits: JsonSchema


def leaves() -> list[Leaf]:
    """Every number of the default configuration that data follow from."""
    numbers = _leaves(DEFAULTS, limits_of(Region.__name__), ())
    return [
        leaf
        for leaf in numbers
        if leaf.path[0] not in _KEPT and (leaf.path[0] != "run" or leaf.path[1] in _RUN)
    ]


def _leaves(value: Any, limits: JsonSchema, path: Path) -> Iterator[Leaf]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, limits_at(limits, (key,)), (*path, key))
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from _leaves(below, limits_at(limits, (position,)), (*path, position))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Leaf(path, limits)


def mutant(seed: int, all_leaves: Sequence[Leaf]) -> tuple[dict[str, Any], str]:
    """The values of a mutated configuration, and what was changed, in words."""
    rng = np.random.default_rng([seed, 2_025])
    values, words = _copied(DEFAULTS), []
    sections = sorted({leaf.path[:2] for leaf in all_leaves}, key=str)
    for _ in range(int(rng.integers(1, 4))):
        section = sections[int(rng.integers(len(sections)))]
        inside = [leaf for leaf in all_leaves if leaf.path[:2] == section]
        leaf = inside[int(rng.integers(len(inside)))]
        row = values
        for key in leaf.path[:-1]:
            row = row[key]
        row[leaf.path[-1]] = _changed(row[leaf.path[-1]], leaf.limits, rng)
        total = next((_SUMS[str(key)] for key in leaf.path if key in _SUMS), None)
        if total is not None:
            _level(row, leaf.path[-1], total)
        words.append(f"{'.'.join(map(str, leaf.path))}: {row[leaf.path[-1]]:g}")
    return values, ", ".join(words)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(below) for key, below in value.items()}
    return list(value) if isinstance(value, list) else value


def _changed(value: float, limits: JsonSchema, rng: np.random.Generator) -> float:
    """Another value: an edge of what is allowed, a multiple, or any."""
    low = limits.get("minimum", limits.get("exclusiveMinimum", 0))
    high = limits.get("maximum", limits.get("exclusiveMaximum", max(_FARTHEST * abs(value), 1)))
    kind = int(rng.integers(6))
    chosen = [low, high, value * 0.1, value * 0.5, value * rng.uniform(1, 5), rng.uniform(low, high)][kind]
    inset = 1e-3 * (high - low)
    least = low + inset if "exclusiveMinimum" in limits else low
    most = high - inset if "exclusiveMaximum" in limits else high
    within = float(min(max(chosen, least), most))
    return round(within) if isinstance(value, int) and limits.get("type") == "integer" else round(within, 4)


def _level(row: Any, changed: str | int, total: float) -> None:
    """Scale the other values of a row so that it adds up again."""
    row[changed] = min(row[changed], total)
    others = [key for key in (row if isinstance(row, dict) else range(len(row))) if key != changed]
    rest = sum(row[key] for key in others)
    for position, key in enumerate(others):
        share = row[key] / rest if rest else float(position == 0)
        row[key] = (total - row[changed]) * share
