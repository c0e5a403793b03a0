"""The distribution of whole stays: what the configuration implies for a mixture of cases, and its scatter."""

from typing import Any

import numpy as np
import pytest

from lm_synth_assets.model.length_shares import (
    CaseMix,
    Mixture,
    median_days,
    quantile_days,
    scatter,
    shares_within,
)
from lm_synth_assets.model.lengths import lognormal_length
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS
from lm_synth_assets.simulation.lengths import lengths
from lm_synth_assets.simulation.streams import Streams
from lm_synth_assets_tests.support.datasets import retuned

UNIT = 0
"""General Medicine."""


def mix(count: int, age: str = "75-84", *, last: bool = True, cap: float = 365.0) -> CaseMix:
    whole = np.full(count, UNIT)
    return CaseMix(whole, np.full(count, AGE_GROUPS.index(age)), np.full(count, last), np.full(count, cap))


def both(one: CaseMix, other: CaseMix) -> CaseMix:
    return CaseMix(
        np.append(one.unit, other.unit),
        np.append(one.age_group, other.age_group),
        np.append(one.last, other.last),
        np.append(one.cap, other.cap),
    )


def median(region: Region, stays: CaseMix) -> float:
    return float(median_days(region, Mixture.of(stays, len(units_of(region))))[UNIT])


def drawn(region: Region, stays: CaseMix) -> np.ndarray:
    """Lengths that the simulation draws for these stays, in days."""
    rng = Streams(7).generator("test")
    return lengths(region, stays.unit, stays.age_group, stays.last, stays.cap, rng)[0] / 100


def inpatient(**changes: Any) -> dict[str, Any]:
    return {"inpatient": changes}


def test_without_alc_the_median_is_that_of_the_lognormal_below_the_cap(region: Region) -> None:
    stays = units_of(region)[UNIT].stays
    expected = stays.median_days * region.inpatient.los_age_factor["75-84"]
    assert median(region, mix(3, last=False)) == pytest.approx(expected, rel=0.001)
    short = lognormal_length(np.array([0.5]), np.array([expected]), np.array([stays.sigma]), np.array([6.0]))
    assert median(region, mix(3, last=False, cap=6.0)) == pytest.approx(short[0], rel=1e-6)


MIXTURES = {
    "as configured": {},
    "ALC for all": inpatient(alc={"probability": {"75-84": 1.0}}),
    "ALC for every second": inpatient(alc={"probability": {"75-84": 0.4}}),
    "floor of eight days": inpatient(los_floor_days=8.0),
    "floor above ALC stays": inpatient(los_floor_days=20.0, alc={"median_days": 2.0, "sigma": 0.1}),
    "stays next to nothing": inpatient(los_age_factor={"75-84": 0.001}),
    "lengths that differ widely": {
        "programs": {"Medicine": {"subprograms": {"General Medicine": {"stays": {"sigma": 2.5}}}}}
    },
}


@pytest.mark.parametrize("changes", MIXTURES.values(), ids=MIXTURES)
@pytest.mark.parametrize("cap", [365.0, 45.0])
def test_the_median_is_that_of_what_is_drawn(region: Region, changes: dict[str, Any], cap: float) -> None:
    # The sampling error of a median of 40,000 stays is below 1% here: 3% is three standard errors.
    changed = retuned(region, changes)
    stays = both(mix(30_000, cap=cap), mix(10_000, "25-44", last=False, cap=cap))
    assert median(changed, stays) == pytest.approx(np.median(drawn(changed, stays)), rel=0.03, abs=0.006)


def test_a_quantile_has_its_share_below_it(region: Region) -> None:
    stays = both(mix(3), mix(1, "25-44", last=False))
    mixture = Mixture.of(stays, len(units_of(region)))
    for share in (0.1, 0.5, 0.9):
        days = quantile_days(region, mixture, np.full(mixture.units, share))
        within = mixture.by_unit(shares_within(region, mixture.cases, days[mixture.cases.unit]).all)
        assert within[UNIT] == pytest.approx(share, abs=1e-6)


def test_nothing_is_outside_the_range_of_all_lengths(region: Region) -> None:
    mixture = Mixture.of(mix(3), len(units_of(region)))
    assert quantile_days(region, mixture, np.full(mixture.units, -0.1))[UNIT] == 0
    assert quantile_days(region, mixture, np.full(mixture.units, 1.1))[UNIT] == np.inf


def test_stays_of_one_case_without_alc_leave_nothing_to_chance(region: Region) -> None:
    one = Mixture.of(mix(5, last=False), len(units_of(region)))
    assert scatter(region, one, median_days(region, one))[UNIT] == pytest.approx(0, abs=1e-12)


def test_the_share_within_the_median_scatters_as_drawn_lengths_do(region: Region) -> None:
    # Of 400 data sets: a variance is then known to 7%. ALC falls at equal steps, so chance does less.
    changed = retuned(region, inpatient(alc={"probability": {"75-84": 0.3}}))
    stays = both(mix(50), mix(50, "0-4", last=False))
    mixture = Mixture.of(stays, len(units_of(region)))
    days = median_days(changed, mixture)
    observed = []
    for seed in range(400):
        rng = Streams(seed).generator("test")
        los, _ = lengths(changed, stays.unit, stays.age_group, stays.last, stays.cap, rng)
        observed.append((los / 100 <= days[UNIT]).mean())
    variance = scatter(changed, mixture, days)[UNIT]
    assert 0.3 * variance < 100 * np.var(observed) < 1.15 * variance
