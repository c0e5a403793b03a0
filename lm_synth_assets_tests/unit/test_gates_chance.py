"""Comparisons with a known chance of a false alarm: they keep to it, and name what is wrong."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates import chance
from lm_synth_assets.gates.chance import (
    Grouping,
    Quantity,
    counted,
    distributed,
    groups_of,
    reach_of_chance,
)
from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.gates.limits import FALSE_ALARM
from lm_synth_assets.model.spans import Span
from lm_synth_assets.schema.arrays import Floats

STATISTICS = "distance", "shift"
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


@pytest.mark.parametrize("rows", [1, 3, 30, 300])
@pytest.mark.parametrize("width", [0.0, 0.01, 0.3])
def test_chance_goes_as_far_as_is_stated_no_more_often_than_stated(rows: int, width: float) -> None:
    compared = trials(np.random.default_rng(rows).random((TRIALS, rows)), width)
    for column, limit in zip(STATISTICS, reach_of_chance(np.array(rows), STATED), strict=True):
        assert (compared[column].abs() > limit).mean() <= AT_MOST


def test_chance_goes_nearly_as_often_as_stated_where_rows_are_many() -> None:
    compared = trials(np.random.default_rng(5).random((TRIALS, 300)))
    limits = reach_of_chance(np.array(300), STATED)
    reached = [(compared[name].abs() > limit).mean() for name, limit in zip(STATISTICS, limits, strict=True)]
    # The bound of the distance is close; that of the mean is one of Chernoff's, which are not.
    assert reached[0] > STATED / 2
    assert reached[1] > STATED / 20


def test_values_chosen_from_stratified_ones_scatter_less() -> None:
    rng = np.random.default_rng(6)
    strata = (np.argsort(rng.random((TRIALS, 100)), axis=1) + rng.random((TRIALS, 100))) / 100
    compared = trials(strata[:, :50])
    for column, limit in zip(STATISTICS, reach_of_chance(np.array(50), STATED), strict=True):
        assert (compared[column].abs() > limit).mean() < STATED / 2


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
        assert verdict.offending["group"].tolist() == ["group 1"]
        assert "too low: share of group 1 (1,000 rows)" in verdict.observed

    def test_a_value_that_cannot_be_fails(self) -> None:
        values = np.random.default_rng(2).random(300)
        span = Span(values, values + 1e-9)
        assert distributed([Quantity("share", span, [Grouping(["all"], np.zeros(300, int))])], "rows").passed
        span.upto[7] = span.below[7]
        verdict = distributed([Quantity("share", span, [Grouping(["all"], np.zeros(300, int))])], "rows")
        assert not verdict.passed
        assert verdict.observed == "1 impossible values: share of all (300 rows)"

    def test_a_spread_that_has_changed_about_the_same_middle_fails(self) -> None:
        values = 0.5 + (np.random.default_rng(3).random(900) - 0.5) / 2
        assert not judged(values).passed

    def test_no_rows_are_no_finding(self) -> None:
        assert judged(np.zeros(0)).passed

    def test_shares_its_chance_out_over_all_comparisons(self) -> None:
        # Two statistics of each of three groups of 100 rows, all of them far too low.
        limits = judged(np.full(300, 0.1)).offending["limit"]
        assert limits.tolist() == pytest.approx([np.sqrt(np.log(2 * 6 / FALSE_ALARM) / 200)] * 3, rel=1e-6)


def cells(expected: Sequence[float], observed: Sequence[float]) -> pd.DataFrame:
    names = [f"cell {number}" for number in range(len(expected))]
    return pd.DataFrame({"cell": names, "expected": expected, "observed": observed})


class TestCounted:
    @pytest.mark.parametrize("mean", [0.01, 1.0, 40.0])
    def test_fails_cells_of_good_data_no_more_often_than_stated(
        self, monkeypatch: pytest.MonkeyPatch, mean: float
    ) -> None:
        monkeypatch.setattr(chance, "FALSE_ALARM", STATED * TRIALS)
        draws = np.random.default_rng(int(mean)).poisson(mean, TRIALS)
        verdict = counted(cells([mean] * TRIALS, draws.tolist()), "rows")
        assert len(verdict.offending) / TRIALS <= AT_MOST

    def test_sees_too_many_and_too_few(self) -> None:
        verdict = counted(cells([50.0, 50.0, 50.0], [0.0, 51.0, 150.0]), "rows")
        assert verdict.offending["cell"].tolist() == ["cell 0", "cell 2"]
        assert verdict.observed == "150 in the worst of 3 cells"

    def test_tolerates_nothing_where_nothing_is_expected(self) -> None:
        assert not counted(cells([0.0, 10.0], [1.0, 10.0]), "rows").passed
        assert counted(cells([0.0, 10.0], [0.0, 10.0]), "rows").passed

    def test_no_cells_are_no_finding(self) -> None:
        assert counted(cells([], []), "rows").passed
