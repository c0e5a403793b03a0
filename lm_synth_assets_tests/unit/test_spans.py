"""Where lengths lie in their distributions: uniform for what is drawn, whatever floor and cap do."""

import numpy as np
import pytest

from lm_synth_assets.gates.distributions import Grouping, Quantity, groups_of
from lm_synth_assets.model.calendar import HOUR
from lm_synth_assets.model.lengths import alc_chances
from lm_synth_assets.model.spans import Span, acute_span, alc_span, length_span
from lm_synth_assets.model.triage import chances_but_for_death
from lm_synth_assets.model.units import units_of
from lm_synth_assets.model.visit_hours import longest_seconds, visit_span
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, DIED, DISPOSITIONS, ED_SUBSERVICES
from lm_synth_assets.simulation.lengths import lengths
from lm_synth_assets_tests.support.datasets import retuned

STAYS = 600


def farthest(span: Span, group: Ints) -> Floats:
    """The distance of each group from the uniform distribution, in rows."""
    labels = [str(number) for number in range(group.max() + 1)]
    groups = groups_of(Quantity("length", span, [Grouping(labels, group)]))
    assert (groups["impossible"] == 0).all()
    return (groups["distance"] * groups["rows"]).to_numpy()


def all_sigmas(region: Region, sigma: float) -> Region:
    stays = {"stays": {"sigma": sigma}}
    programs: dict[str, dict] = {}
    for unit in units_of(region):
        programs.setdefault(unit.program, {"subprograms": {}})["subprograms"][unit.name] = stays
    return retuned(region, {"programs": programs, "inpatient": {"alc": {"sigma": sigma}}})


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "inpatient",
    [
        pytest.param({}, id="as configured"),
        pytest.param({"los_floor_days": 30}, id="the highest floor"),
        pytest.param({"los_cap_days": 30}, id="the lowest cap"),
        pytest.param({"los_floor_days": 0.333, "los_cap_days": 30.777}, id="limits between hundredths"),
        pytest.param({"los_age_factor": dict.fromkeys(AGE_GROUPS, 0.001)}, id="all at the floor"),
        pytest.param({"los_age_factor": dict.fromkeys(AGE_GROUPS, 10.0)}, id="many at the cap"),
        pytest.param({"alc": {"probability": dict.fromkeys(AGE_GROUPS, 0.5)}}, id="much ALC"),
        pytest.param({"alc": {"median_days": 200}}, id="long ALC"),
    ],
)
@pytest.mark.parametrize("sigma", [None, 0.0, 0.01, 2.5])
def test_lengths_of_stays_fill_their_distributions_evenly(
    region: Region, inpatient: dict, sigma: float | None, seed: int
) -> None:
    """They are drawn over stratified uniforms: no group of n is more than 1/n apart, whatever the seed."""
    region = retuned(region if sigma is None else all_sigmas(region, sigma), {"inpatient": inpatient})
    units, rng = units_of(region), np.random.default_rng(seed)
    unit, age_group = rng.integers(0, len(units), STAYS), rng.integers(0, len(AGE_GROUPS), STAYS)
    cap = rng.choice([30.0, 90.0, 270.0, region.inpatient.los_cap_days], STAYS)
    cap = np.minimum(cap, region.inpatient.los_cap_days)
    los, alc = lengths(region, unit, age_group, np.ones(STAYS, dtype=bool), cap, rng)
    waiting = np.flatnonzero(alc)
    acute = acute_span(region, units, (los - alc) / 100, unit, age_group, alc / 100, cap)
    assert farthest(acute, unit).max() <= 1 + 1e-6
    if alc_chances(region, units)[unit, age_group].sum() > 1:
        span = alc_span(region, alc[waiting] / 100, cap[waiting])
        assert farthest(span, np.zeros(len(waiting), dtype=np.int64)).max() <= 1 + 1e-6


def test_a_length_beyond_the_limits_is_impossible() -> None:
    days = np.array([0.2, 0.25, 3.0, 30.0, 30.1])
    same = [np.full(5, value) for value in (3.0, 0.8, 0.25, 30.0)]
    for drawn in (True, False):
        below, upto = length_span(days, 0.01, *same, drawn=drawn)
        assert (upto > below).tolist() == [False, True, True, True, False]
        assert below[1] == 0
        assert upto[3] == 1


@pytest.mark.parametrize("longest", [0.01, 2.0, 1.23456, 120.0])
def test_visits_of_the_longest_and_shortest_length_reach_the_ends(region: Region, longest: float) -> None:
    region = retuned(region, {"ed": {"longest_visit_hours": longest}})
    seconds = np.array([58, 60, longest_seconds(region), longest_seconds(region) + 2])
    nothing = np.zeros(4, dtype=np.int64)
    span = visit_span(region, seconds, nothing, nothing, nothing, nothing)
    assert span.below[1] == 0
    assert span.upto[2] == 1
    assert (span.upto > span.below).tolist() == [False, True, True, False]


def test_a_visit_that_ends_in_death_lasts_as_one_of_the_others(region: Region) -> None:
    """At acuity 1 to Adult ED some would have been transferred, most discharged, and hardly any have left."""
    chances = chances_but_for_death(region)
    assert chances.sum(axis=-1) == pytest.approx(np.ones(chances.shape[:-1]))
    service, age, acuity = ED_SUBSERVICES.index("Adult ED"), 4, 0
    seconds = np.full(len(DISPOSITIONS), 4 * HOUR)
    same = [np.full(len(DISPOSITIONS), value) for value in (service, age, acuity)]
    span = visit_span(region, seconds, *same, np.arange(len(DISPOSITIONS)))
    mixed = (chances[service, age, acuity] * span.below).sum()
    assert span.below[DISPOSITIONS.index(DIED)] == pytest.approx(mixed)
