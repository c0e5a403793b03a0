"""Random streams: found by name, alike for ever, independent of each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm_synth_assets.simulation.streams import Streams

NAMES = st.lists(st.text("abcdefgh ", min_size=1, max_size=8) | st.integers(0, 3000), min_size=1, max_size=4)


@given(seed=st.integers(0, 2**63 - 1), name=NAMES)
def test_the_same_name_gives_the_same_numbers(seed: int, name: list[str | int]) -> None:
    first, second = (Streams(seed).generator(*name).random(5) for _ in range(2))
    assert (first == second).all()


def test_a_stream_begins_anew_whatever_was_drawn_from_it_or_from_others() -> None:
    streams = Streams(1)
    fresh = streams.generator("patients", "dob").random(3)
    streams.generator("patients", "dob").random(1_000)
    streams.generator("visits", 2025).random(1_000)
    assert (streams.generator("patients", "dob").random(3) == fresh).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param((1, ("ed", 2025)), (1, ("ed", 2026)), id="another year"),
        pytest.param((1, ("ed", 2025)), (1, ("stays", 2025)), id="another asset"),
        pytest.param((1, ("ed", 2025)), (2, ("ed", 2025)), id="another seed"),
        pytest.param((1, ("ed", 2025)), (1 + 2**32, ("ed", 2025)), id="a seed that differs above 32 bits"),
        pytest.param((1, ("a", "b")), (1, ("b", "a")), id="another order of the parts"),
        pytest.param((1, ("a", "b")), (1, ("a",)), id="one part fewer"),
        pytest.param((0, ("a",)), (0, ("",)), id="an empty name"),
    ],
)
def test_another_name_or_seed_gives_unrelated_numbers(one: tuple, other: tuple) -> None:
    first, second = (Streams(seed).generator(*name).standard_normal(10_000) for seed, name in (one, other))
    # Fixed names: the correlation of unrelated numbers is 0 +- 0.01, so 0.05 is five standard errors.
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
    assert not np.isin(first, second).any()


def test_the_first_numbers_never_change() -> None:
    """Every data set ever made depends on them: a change here changes them all."""
    streams = Streams(42)
    whole = streams.generator("patients", "dob").integers(0, 2**32, 4)
    assert whole.tolist() == [2027747420, 39486296, 2673985325, 2962914384]
    real = streams.generator("stays", "plan", 2025).random(2)
    assert real.tolist() == [0.7090178598820923, 0.7058141332301086]
