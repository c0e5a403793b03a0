"""Frailty: how the visits of people with the same rates fall on them."""

import numpy as np
import pytest

from lm_synth_assets.model.frailty import recover_frailty, repeat_visits, share_with


@pytest.mark.parametrize("shape", [0.05, 0.55, 5.0])
def test_visits_are_spread_as_dealing_out_in_proportion_to_frailty_spreads_them(shape: float) -> None:
    rng = np.random.default_rng(3)
    size, total, samples = 6, 9, 200_000
    frailty = rng.standard_gamma(shape, (samples, size)) + 1e-300
    counts = rng.multinomial(total, frailty / frailty.sum(axis=1, keepdims=True))
    repeats = (counts * (counts - 1)).sum(axis=1)
    mean, variance = repeat_visits(np.array([float(total)]), np.array([float(size)]), shape)
    assert mean[0] == pytest.approx(repeats.mean(), rel=0.02)
    assert variance[0] == pytest.approx(repeats.var(), rel=0.05)
    for number in range(4):
        share = share_with(number, np.array([float(total)]), np.array([float(size)]), shape)
        assert share[0] == pytest.approx((counts == number).mean(), abs=0.005)


def test_one_who_is_alone_has_all_the_visits() -> None:
    total, alone = np.array([3.0]), np.array([1.0])
    assert repeat_visits(total, alone, 0.55)[0] == pytest.approx(6)
    assert repeat_visits(total, alone, 0.55)[1] == pytest.approx(0, abs=1e-9)
    assert share_with(3, total, alone, 0.55) == pytest.approx(1, abs=1e-6)


def test_frailty_is_recovered_from_the_stored_rate() -> None:
    base = np.array([[0.3, 0.0, 0.1], [0.2, 0.2, 0.0], [0.0, 0.0, 0.0]])
    assert recover_frailty(base, np.array([0.8, 0.1, 0.0])).tolist() == pytest.approx([2.0, 0.25, 1.0])
