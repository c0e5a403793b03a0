"""Any sensible retuning passes its own gates, or is refused in words before anything is made.

`make test` runs every tenth retuning and every tenth of 40 mutants, `make test-all` the others too, each with
one of three seeds; `make fuzz` runs every retuning with all three seeds, and a thousand mutants. Seeds are
fixed, so a run either always passes or always fails.
"""

from typing import Any

import pytest

from lm_synth_assets.errors import CapacityError, ConfigError
from lm_synth_assets_tests.fuzz.configurations import SEEDS, mutation, retuning
from lm_synth_assets_tests.fuzz.mutants import leaves, mutant
from lm_synth_assets_tests.fuzz.retunings import DEFAULTS, REFUSED, RETUNINGS
from lm_synth_assets_tests.support.datasets import overlaid
from lm_synth_assets_tests.support.verdicts import failures, region_of

EVERY = 10
"""Of the retunings, and of the mutants, one in so many runs in `make test`."""

MUTANTS = 40


def _some_are_slow(names: list[Any]) -> list[Any]:
    return [
        name if position % EVERY == 0 else pytest.param(name, marks=pytest.mark.slow)
        for position, name in enumerate(names)
    ]


SEED_OF = {name: SEEDS[position % len(SEEDS)] for position, name in enumerate(RETUNINGS)}


@pytest.mark.parametrize("name", _some_are_slow(list(RETUNINGS)))
def test_a_retuning_passes_its_own_gates(name: str) -> None:
    trial = retuning(name, SEED_OF[name])
    assert (trial.outcome, trial.said) == ("passed", [])


@pytest.mark.parametrize("seed", _some_are_slow(list(range(MUTANTS))))
def test_a_mutant_is_refused_in_words_or_passes_its_own_gates(seed: int) -> None:
    trial = mutation(seed)
    assert trial.outcome in ("passed", "refused"), (trial.name, trial.said)


def test_a_median_between_two_stays_may_be_as_far_off_as_both_of_their_strata_reach() -> None:
    trial = mutation(406)
    assert trial.outcome == "passed", (trial.name, trial.said)


@pytest.mark.parametrize("name", REFUSED)
def test_a_contradiction_is_refused_with_the_keys_that_decide(name: str) -> None:
    changes, words = REFUSED[name]
    with pytest.raises((ConfigError, CapacityError)) as caught:
        region_of(overlaid(DEFAULTS, changes))
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["50 stays a year for girls", "50 visits a year for old men"])
def test_the_rate_that_is_advised_leaves_room(name: str) -> None:
    changes, _ = REFUSED[name]
    with pytest.raises(CapacityError) as caught:
        region_of(overlaid(DEFAULTS, changes))
    path, _, rest = str(caught.value).partition(": is ")
    advised = float(rest.partition("lower it to ")[2].partition(", or raise")[0].replace(",", ""))
    *sections, last = path.split(".")
    fitting: dict[str, Any] = {last: advised}
    for section in reversed(sections):
        fitting = {section: fitting}
    assert failures(region_of(overlaid(DEFAULTS, {**fitting, "run": {"patients": 5_000, "years": 2}}))) == []


def test_there_are_at_least_sixty_retunings() -> None:
    assert len(RETUNINGS) >= 60


def test_mutants_differ_from_the_default_configuration_and_from_each_other() -> None:
    all_leaves = leaves()
    mutants = [mutant(seed, all_leaves)[0] for seed in range(20)]
    assert all(values != DEFAULTS for values in mutants)
    assert all(mutants[0] != values for values in mutants[1:])
