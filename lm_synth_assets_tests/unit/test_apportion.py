"""Rounding that keeps totals, and drawing that keeps shares.

Amounts drawn by hypothesis are whole sixteenths, so that sums are exact and "within one" means just that.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lm_synth_assets.model.proportions import cumulative, largest_remainder, raked
from lm_synth_assets.simulation.apportion import (
    chosen,
    controlled_rounding,
    draw_rows,
    share_out,
    stratified_uniforms,
    systematic,
    systematic_rows,
)

Floats = NDArray[np.float64]

AMOUNTS = st.integers(0, 200).map(lambda sixteenths: sixteenths / 16)
LISTS = st.lists(AMOUNTS, min_size=1, max_size=30).map(np.array)
WEIGHTS = LISTS.filter(lambda weights: weights.sum() > 0)
SEEDS = st.integers(0, 2**32)


def tables(most_rows: int = 6, most_columns: int = 6) -> st.SearchStrategy[Floats]:
    shapes = st.tuples(st.integers(1, most_rows), st.integers(1, most_columns))
    return shapes.flatmap(
        lambda shape: st.lists(AMOUNTS, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
            lambda cells: np.array(cells).reshape(shape)
        )
    )


def off_by_less_than_one_in_every_run(whole: NDArray[np.int64], expected: Floats) -> bool:
    """Whether the sums over all runs of neighbours differ by less than one."""
    error = np.concatenate(([0.0], np.cumsum(whole) - np.cumsum(expected)))
    return bool(error.max() - error.min() < 1 + 1e-9)


class TestLargestRemainder:
    @given(weights=WEIGHTS, total=st.integers(0, 10_000_000))
    def test_parts_sum_to_the_total_and_lie_within_one_of_their_share(
        self, weights: Floats, total: int
    ) -> None:
        parts = largest_remainder(weights, total)
        assert parts.sum() == total
        assert (np.abs(parts - weights / weights.sum() * total) < 1 + 1e-6).all()
        assert (parts[weights == 0] == 0).all()

    def test_whole_shares_are_kept(self) -> None:
        assert largest_remainder(np.array([1.0, 2.0, 3.0]), 60).tolist() == [10, 20, 30]

    def test_the_largest_remainders_are_rounded_up(self) -> None:
        assert largest_remainder(np.array([0.4, 1.7, 0.9]), 3).tolist() == [0, 2, 1]

    def test_ties_go_to_the_earlier_part(self) -> None:
        assert largest_remainder(np.array([1.0, 1.0, 1.0]), 2).tolist() == [1, 1, 0]

    def test_rows_are_split_one_by_one(self) -> None:
        weights = np.array([[1.0, 3.0], [1.0, 1.0]])
        assert largest_remainder(weights, 5).tolist() == [[1, 4], [3, 2]]


class TestSystematic:
    @given(expected=LISTS, seed=SEEDS)
    def test_any_run_of_neighbours_is_off_by_less_than_one(self, expected: Floats, seed: int) -> None:
        assert off_by_less_than_one_in_every_run(systematic(expected, np.random.default_rng(seed)), expected)

    @given(expected=tables(), seed=SEEDS)
    def test_tables_are_taken_row_after_row(self, expected: Floats, seed: int) -> None:
        whole = systematic(expected, np.random.default_rng(seed))
        assert whole.shape == expected.shape
        assert off_by_less_than_one_in_every_run(whole.ravel(), expected.ravel())

    def test_is_unbiased(self) -> None:
        expected = np.array([0.2, 0.5, 0.05, 1.6])
        rng = np.random.default_rng(1)
        mean = np.mean([systematic(expected, rng) for _ in range(10_000)], axis=0)
        # Seed fixed. A cell's standard error is at most 0.005; five of them, one seed in 400,000 would fail.
        assert np.abs(mean - expected).max() < 0.025


class TestSystematicRows:
    @given(expected=tables(), seed=SEEDS, data=st.data())
    def test_rows_sum_to_their_totals(self, expected: Floats, seed: int, data: st.DataObject) -> None:
        totals = np.array(
            data.draw(st.lists(st.integers(0, 50), min_size=len(expected), max_size=len(expected)))
        )
        whole = systematic_rows(expected, totals, np.random.default_rng(seed))
        sums = expected.sum(axis=1)
        assert whole.sum(axis=1).tolist() == np.where(sums > 0, totals, 0).tolist()
        assert (whole >= 0).all()
        assert (whole[expected == 0] == 0).all()
        for row, parts in enumerate(whole):
            if sums[row]:
                assert off_by_less_than_one_in_every_run(parts, expected[row] * totals[row] / sums[row])

    def test_a_row_that_expects_nothing_gets_nothing(self) -> None:
        whole = systematic_rows(np.zeros((1, 3)), np.array([7]), np.random.default_rng(0))
        assert whole.tolist() == [[0, 0, 0]]

    def test_cells_that_expect_nothing_get_nothing_even_at_the_end(self) -> None:
        expected = np.tile([0.0, 0.1, 0.2, 0.0, 0.0], (2_000, 1))
        whole = systematic_rows(expected, np.full(2_000, 1), np.random.default_rng(0))
        assert whole[:, [0, 3, 4]].sum() == 0
        assert (whole.sum(axis=1) == 1).all()


class TestChosen:
    @given(
        probability=st.lists(st.integers(0, 16).map(lambda n: n / 16), min_size=1, max_size=40).map(np.array),
        seed=SEEDS,
        data=st.data(),
    )
    def test_any_run_in_the_given_order_holds_its_share(
        self, probability: Floats, seed: int, data: st.DataObject
    ) -> None:
        order = np.array(data.draw(st.permutations(range(len(probability)))))
        picked = chosen(probability, order, np.random.default_rng(seed))
        assert off_by_less_than_one_in_every_run(picked[order].astype(int), probability[order])
        assert not picked[probability == 0].any()
        assert picked[probability == 1].all()


class TestControlledRounding:
    @given(expected=tables(5, 5), seed=SEEDS)
    def test_cells_and_all_sums_are_off_by_less_than_one(self, expected: Floats, seed: int) -> None:
        error = controlled_rounding(expected, np.random.default_rng(seed)) - expected
        assert np.abs(error).max() < 1
        assert np.abs(error.sum(axis=0)).max() < 1
        assert np.abs(error.sum(axis=1)).max() < 1
        assert abs(error.sum()) < 1

    def test_a_whole_table_stays_as_it_is(self) -> None:
        expected = np.array([[1.0, 0.0], [3.0, 12.0]])
        assert (controlled_rounding(expected, np.random.default_rng(0)) == expected).all()

    def test_is_unbiased(self) -> None:
        expected = np.array([[0.3, 0.25, 1.9], [0.1, 0.62, 0.05], [2.5, 0.0, 0.41]])
        rng = np.random.default_rng(1)
        mean = np.mean([controlled_rounding(expected, rng) for _ in range(3_000)], axis=0)
        # Seed fixed. A cell's standard error is at most 0.0091; five of them, one seed in 200,000 would fail.
        assert np.abs(mean - expected).max() < 0.046


class TestRaked:
    @given(weights=st.lists(st.integers(1, 160), min_size=12, max_size=12), scale=st.integers(1, 50))
    def test_has_the_margins_of_any_other_full_table(self, weights: list[int], scale: int) -> None:
        wanted = np.roll(np.array(weights, dtype=float), 5).reshape(3, 4) * scale
        rows, columns = wanted.sum(axis=1), wanted.sum(axis=0)
        found = raked(np.array(weights, dtype=float).reshape(3, 4), rows, columns)
        assert np.allclose(found.sum(axis=1), rows)
        assert np.allclose(found.sum(axis=0), columns, rtol=0.01)

    def test_keeps_the_odds_between_cells(self) -> None:
        table = np.array([[8.0, 2.0], [1.0, 4.0]])
        found = raked(table, np.array([6.0, 9.0]), np.array([7.0, 8.0]))
        odds = found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0])
        assert odds == pytest.approx(16)

    def test_leaves_empty_cells_empty_and_keeps_to_the_rows_where_margins_cannot_be_met(self) -> None:
        found = raked(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([3.0, 2.0]), np.array([1.0, 4.0]))
        assert found.tolist() == [[3.0, 0.0], [0.0, 0.0]]


class TestShareOut:
    @given(data=st.data(), seed=SEEDS)
    def test_keeps_the_totals_and_gives_nothing_to_weight_zero(self, data: st.DataObject, seed: int) -> None:
        sizes = data.draw(st.lists(st.integers(0, 6), min_size=1, max_size=8).filter(any))
        group = np.repeat(np.arange(len(sizes)), sizes)
        weights = np.array(
            data.draw(st.lists(AMOUNTS, min_size=len(group), max_size=len(group))), dtype=float
        )
        can_take = np.bincount(group, weights, minlength=len(sizes)) > 0
        amounts = np.array([data.draw(st.integers(0, 30)) if able else 0 for able in can_take])
        counts = share_out(amounts, group, weights, np.random.default_rng(seed))
        assert np.bincount(group, counts, minlength=len(sizes)).tolist() == amounts.tolist()
        assert (counts[weights == 0] == 0).all()

    @pytest.mark.parametrize("weights", [[1.0, 0.0], [1.0]], ids=["all weights are 0", "no members"])
    def test_refuses_an_amount_that_nobody_can_take(self, weights: list[float]) -> None:
        group = np.arange(len(weights))
        with pytest.raises(ValueError, match="no member who could take it"):
            share_out(np.array([3, 1]), group, np.array(weights), np.random.default_rng(0))

    def test_gives_in_proportion_to_weight(self) -> None:
        weights = np.array([1.0, 3.0, 6.0, 5.0, 5.0])
        amounts = np.array([100_000, 100_000])
        counts = share_out(amounts, np.array([0, 0, 0, 1, 1]), weights, np.random.default_rng(1))
        # Seed fixed. The standard error of a share is at most 0.0016; five of them.
        assert np.abs(counts / 100_000 - [0.1, 0.3, 0.6, 0.5, 0.5]).max() < 0.008


class TestDrawRows:
    CHANCES = cumulative(np.array([[0.0, 1.0, 3.0, 0.0], [2.0, 0.0, 0.0, 2.0], [0.0, 0.0, 5.0, 0.0]]))

    @given(row=st.integers(0, 2), sixteenths=st.integers(0, 15))
    def test_never_draws_a_column_without_a_chance(self, row: int, sixteenths: int) -> None:
        column = draw_rows(self.CHANCES, np.array([row]), np.array([sixteenths / 16]))[0]
        assert np.diff(self.CHANCES[row], prepend=0)[column] > 0

    def test_draws_columns_in_proportion_to_their_weights(self) -> None:
        uniform = (np.arange(1_000) + 0.5) / 1_000
        drawn = [draw_rows(self.CHANCES, np.full(1_000, row), uniform) for row in range(3)]
        counts = [np.bincount(columns, minlength=4).tolist() for columns in drawn]
        assert counts == [[0, 250, 750, 0], [500, 0, 0, 500], [0, 0, 1_000, 0]]

    def test_cumulative_chances_end_at_one(self) -> None:
        assert (self.CHANCES[:, -1] == 1).all()


@given(sizes=st.lists(st.integers(0, 12), min_size=1, max_size=6), seed=SEEDS)
def test_stratified_uniforms_put_one_number_into_each_stratum_of_a_group(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    uniform = stratified_uniforms(group, rng)
    assert ((uniform >= 0) & (uniform < 1)).all()
    for number, size in enumerate(sizes):
        strata = np.floor(np.sort(uniform[group == number]) * size + 1e-9)
        assert strata.tolist() == list(range(size))


def test_stratified_uniforms_come_in_random_order() -> None:
    uniform = stratified_uniforms(np.zeros(2_000, dtype=np.int64), np.random.default_rng(1))
    # Seed fixed. The correlation with the position has a standard error of 0.022.
    assert abs(np.corrcoef(uniform, np.arange(2_000))[0, 1]) < 0.11
