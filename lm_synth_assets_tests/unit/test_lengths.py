"""Lengths of stay as expected: medians and ALC by unit and age group, and lognormals with an end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm_synth_assets.model.lengths import (
    acute_median_days,
    alc_chances,
    lognormal_length,
    lognormal_share,
    parts_of_cap,
)
from lm_synth_assets.model.units import Unit, units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS
from lm_synth_assets_tests.support.datasets import retuned


@pytest.fixture(scope="module")
def units(region: Region) -> list[Unit]:
    return units_of(region)


def test_medians_are_those_of_the_unit_times_the_factor_of_the_age(region: Region, units: list[Unit]) -> None:
    medians = acute_median_days(region, units)
    for row, unit in zip(medians, units, strict=True):
        factors = [region.inpatient.los_age_factor[age] for age in AGE_GROUPS]
        assert row.tolist() == pytest.approx([unit.stays.median_days * factor for factor in factors])


def test_alc_is_as_likely_as_its_program_and_the_age_make_it(region: Region, units: list[Unit]) -> None:
    chances = alc_chances(region, units)
    for row, unit in zip(chances, units, strict=True):
        by_age = [region.inpatient.alc.probability[age] for age in AGE_GROUPS]
        assert row.tolist() == pytest.approx([unit.alc_factor * chance for chance in by_age])


def test_alc_is_certain_at_most(region: Region) -> None:
    often = retuned(
        region,
        {
            "inpatient": {"alc": {"probability": {"85+": 0.9}}},
            "programs": {name: {"alc_factor": 2.0} for name in region.programs},
        },
    )
    assert alc_chances(often, units_of(often)).max() == 1


def test_the_parts_of_the_cap_add_up_to_it() -> None:
    cap = np.array([30.0, 365.0])
    acute, alc = parts_of_cap(cap)
    assert (acute + alc).tolist() == pytest.approx(cap.tolist())
    assert (acute < alc).all()


SHARE = st.floats(0.001, 0.999)
DAYS = st.floats(0.1, 50)
SIGMA = st.floats(0.05, 2)


@given(share=SHARE, median=DAYS, sigma=SIGMA)
def test_a_length_has_the_share_below_it_that_it_was_made_for(
    share: float, median: float, sigma: float
) -> None:
    far = np.array([1e12])
    length = lognormal_length(np.array([share]), np.array([median]), np.array([sigma]), far)
    assert lognormal_share(length, np.array([median]), sigma)[0] == pytest.approx(share, abs=1e-9)


@given(share=SHARE, median=DAYS, sigma=SIGMA, longest=DAYS)
def test_no_length_is_above_the_longest(share: float, median: float, sigma: float, longest: float) -> None:
    length = lognormal_length(np.array([share]), np.array([median]), np.array([sigma]), np.array([longest]))
    assert 0 < length[0] <= longest


@given(median=DAYS, longest=DAYS)
def test_half_of_what_is_left_below_the_longest_lies_below_the_middle(median: float, longest: float) -> None:
    sigma = 0.8
    middle = lognormal_length(np.array([0.5]), np.array([median]), np.array([sigma]), np.array([longest]))
    below = lognormal_share(np.append(middle, longest), np.full(2, median), sigma)
    assert below[0] == pytest.approx(below[1] / 2, abs=1e-9)


def test_without_spread_every_length_is_the_median() -> None:
    share = np.array([0.01, 0.5, 0.99])
    lengths = lognormal_length(share, np.full(3, 4.0), np.zeros(3), np.full(3, 100.0))
    assert lengths.tolist() == pytest.approx([4.0] * 3)


def test_a_length_of_nothing_has_nothing_below_it() -> None:
    assert lognormal_share(np.array([0.0]), np.array([4.0]), 0.8)[0] < 1e-12
