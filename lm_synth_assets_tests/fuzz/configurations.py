"""Retunings and mutants of the configuration at full size: `make fuzz`.

`python -m lm_synth_assets_tests.fuzz.configurations MUTANTS` runs every retuning with three seeds and that
many mutants, and ends with exit code 1 if one is neither refused in words nor passes its own gates.
"""

import sys
import warnings
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any, NamedTuple

from lm_synth_assets.errors import CapacityError, ConfigError
from lm_synth_assets_tests.fuzz.mutants import Leaf, leaves, mutant
from lm_synth_assets_tests.fuzz.retunings import DEFAULTS, RETUNINGS, merged
from lm_synth_assets_tests.support.datasets import overlaid
from lm_synth_assets_tests.support.verdicts import failures, region_of

SEEDS = (1, 2, 3)
RETUNED_RUN = {"patients": 3_000, "years": 2}
MUTATED_PATIENTS, MUTATED_YEARS = 1_500, 5


class Trial(NamedTuple):
    """What became of a configuration: `passed`, `refused`, `failed` or `crashed`, and what was said."""

    name: str
    outcome: str
    said: list[str]


def retuned_values(name: str, seed: int) -> dict[str, Any]:
    """The values of a retuning with the sample of the trials."""
    return overlaid(DEFAULTS, merged({"run": RETUNED_RUN}, RETUNINGS[name], {"run": {"seed": seed}}))


def tried(name: str, values: Mapping[str, Any]) -> Trial:
    """Make the data of these values and evaluate all gates on them. A warning of a library is a crash."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            said = failures(region_of(values))
        except (ConfigError, CapacityError) as error:
            return Trial(name, "refused", [str(error)])
        except Exception as error:
            return Trial(name, "crashed", [f"{type(error).__name__}: {error}"])
    return Trial(name, "failed" if said else "passed", said)


@cache
def _leaves() -> list[Leaf]:
    return leaves()


def retuning(name: str, seed: int) -> Trial:
    """One retuning with one seed."""
    return tried(f"{name}, seed {seed}", retuned_values(name, seed))


_ABOUT_THE_CONFIGURATION = "ed_baseline_rates.rates_by_age"
"""A warning, never a failure: it tells of rates that are unlike those of real regions."""


def mutation(seed: int) -> Trial:
    """One mutant, which its seed gives."""
    values, words = mutant(seed, _leaves())
    run = values["run"]
    run.update(patients=MUTATED_PATIENTS, seed=seed, years=min(run["years"], MUTATED_YEARS))
    trial = tried(f"mutant {seed}: {words}", values)
    if trial.outcome == "failed" and all(line.startswith(_ABOUT_THE_CONFIGURATION) for line in trial.said):
        return trial._replace(outcome="passed")
    return trial


def main(mutants: int) -> int:
    """Run all; print what is neither refused nor passes, and how many trials had which outcome."""
    outcomes: dict[str, Counter[str]] = {"retunings": Counter(), "mutants": Counter()}
    with ProcessPoolExecutor() as pool:
        pairs = [(name, seed) for name in RETUNINGS for seed in SEEDS]
        trials = {
            "retunings": pool.map(retuning, *zip(*pairs, strict=True)),
            "mutants": pool.map(mutation, range(mutants)),
        }
        for kind, results in trials.items():
            for trial in results:
                outcomes[kind][trial.outcome] += 1
                # A retuning that is refused is no sensible one.
                if trial.outcome in ("failed", "crashed") or (
                    kind == "retunings" and trial.outcome == "refused"
                ):
                    print(f"{trial.outcome.upper()} {trial.name}: {'; '.join(trial.said)}", flush=True)
    for kind, counted in outcomes.items():
        print(f"{kind}: {', '.join(f'{number} {outcome}' for outcome, number in sorted(counted.items()))}")
    wrong = sum(counted["failed"] + counted["crashed"] for counted in outcomes.values())
    return int(wrong + outcomes["retunings"]["refused"] > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
