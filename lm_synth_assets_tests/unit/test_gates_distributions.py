"""Values are compared with their distributions so that good data fail as rarely as is stated."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.distributions import (
    Distributions,
    Grouping,
    Quantity,
    chance_of,
    distributed,
    groups_of,
)
from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.model.spans import Span
from lm_synth_assets.schema.arrays import Floats

TRIALS = 4_000
STATED = 0.05
AT_MOST = STATED + 5 * np.sqrt(STATED * (1 - STATED) / TRIALS)
"""What five standard errors allow: exceeded once in 3.5 million if the chance is as stated."""


def rounded(values: Floats, width: float) -> Span:
    """Where numbers from 0 to 1 lie that are rounded down to this width."""
    if not width:
        return Span(values, np.nextafter(values, 1))
    below = np.floor(values / width) * width
    return Span(below, np.minimum(below + width, 1))


def judged(values: Floats, groups: int = 3, stratified: bool = False) -> Verdict:
    """The verdict on numbers from 0 to 1."""
    group = np.arange(len(values)) % groups
    grouping = Grouping([f"group {number}" for number in range(groups)], group, stratified)
    return distributed([Quantity("share", rounded(values, 0), [grouping])], "rows")


def trials(values: Floats, width: float = 0.0) -> pd.DataFrame:
    """The statistics of each row of numbers (trials, values)."""
    group = np.repeat(np.arange(len(values)), values.shape[1])
    labels = [f"trial {number}" for number in range(len(values))]
    return groups_of(Quantity("share", rounded(values.ravel(), width), [Grouping(labels, group)]))


def reached(compared: pd.DataFrame) -> list[float]:
    """The shares of trials whose distance and whose shift have a chance below STATED."""
    distance, shift, rows = (compared[name].to_numpy(float) for name in ("distance", "shift", "rows"))
    return [float((chance < STATED).mean()) for chance in chance_of(distance, shift, rows)]


@pytest.mark.parametrize("rows", [1, 3, 30, 300])
@pytest.mark.parametrize("width", [0.0, 0.01, 0.3])
def test_chance_goes_as_far_as_is_stated_no_more_often_than_stated(rows: int, width: float) -> None:
    compared = trials(np.random.default_rng(rows).random((TRIALS, rows)), width)
    assert max(reached(compared)) <= AT_MOST


def test_chance_goes_nearly_as_often_as_stated_where_rows_are_many() -> None:
    distance, shift = reached(trials(np.random.default_rng(5).random((TRIALS, 300))))
    # The bound of the distance is close; that of the mean is one of Chernoff's, which are not.
    assert distance > STATED / 2
    assert shift > STATED / 20


def test_values_chosen_from_stratified_ones_scatter_less() -> None:
    rng = np.random.default_rng(6)
    strata = (np.argsort(rng.random((TRIALS, 100)), axis=1) + rng.random((TRIALS, 100))) / 100
    assert max(reached(trials(strata[:, :50]))) < STATED / 2


class TestDistributed:
    def test_stratified_values_always_pass(self) -> None:
        rng = np.random.default_rng(1)
        for rows in (1, 2, 7, 400):
            values = (rng.permutation(rows) + rng.random(rows)) / rows
            assert judged(values, groups=1, stratified=True).passed

    def test_one_stratified_value_elsewhere_does_not(self) -> None:
        values = (np.arange(100) + 0.5) / 100
        values[10] = 0.75
        assert not judged(values, groups=1, stratified=True).passed

    def test_names_the_group_and_the_direction(self) -> None:
        values = np.random.default_rng(2).random(3_000)
        values[1::3] **= 1.3
        verdict = judged(values)
        assert verdict.offending["row"].tolist() == ["group 1"]
        assert "share, group 1, 1,000 rows, mostly low, KS distance: " in verdict.observed

    def test_a_value_that_cannot_be_fails(self) -> None:
        values = np.random.default_rng(2).random(300)
        span = Span(values, values + 1e-9)
        assert distributed([Quantity("share", span, [Grouping(["all"], np.zeros(300, int))])], "rows").passed
        span.upto[7] = span.below[7]
        verdict = distributed([Quantity("share", span, [Grouping(["all"], np.zeros(300, int))])], "rows")
        assert not verdict.passed
        assert verdict.observed == ("share, impossible values of 300 rows: 1, expected 0; p = 0")

    def test_a_spread_that_has_changed_about_the_same_middle_fails(self) -> None:
        values = 0.5 + (np.random.default_rng(3).random(900) - 0.5) / 2
        assert not judged(values).passed

    def test_no_rows_are_no_finding(self) -> None:
        assert judged(np.zeros(0)).passed

    def test_shares_its_chance_out_over_all_comparisons(self) -> None:
        # Two statistics of each of three groups of 100 rows, all of them far too low.
        span = rounded(np.full(300, 0.1), 0)
        groups = [Grouping(["a", "b", "c"], np.arange(300) % 3)]
        probability = Distributions([Quantity("share", span, groups)]).groups["probability"]
        assert probability.tolist() == pytest.approx([6 * 2 * np.exp(-200 * 0.9**2)] * 3, rel=1e-3)
