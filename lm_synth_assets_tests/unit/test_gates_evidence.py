"""Counts are compared with what is expected of them so that good data fail as often as stated, and no more.

Each test of a rate draws 400 tables or more with a fixed seed and allows five standard errors.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates import counts as counts_module
from lm_synth_assets.gates.counts import (
    Cells,
    Counts,
    Groups,
    counted,
    independent,
    outcomes,
    part_of_stratum,
    poisson_cumulants,
)
from lm_synth_assets.gates.evidence import Sums, weighed
from lm_synth_assets.gates.limits import FALSE_ALARM
from lm_synth_assets.schema.arrays import Floats, Ints

DRAWS = 400


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expectations are exact, so that rates of false alarms show."""
    monkeypatch.setattr(counts_module, "MISFIT", 0.0)


def counts(observed: Ints, expected: Floats, *, fixed: bool = True) -> Counts:
    rows, cells = observed.shape
    return Counts(
        "rows",
        [f"row {row}" for row in range(rows)],
        [f"cell {cell}" for cell in range(cells)],
        observed,
        expected,
        fixed,
    )


def least(draw: Callable[[np.random.Generator], Counts]) -> Floats:
    """The three smallest probabilities of each of many tables (tables, levels)."""
    rng = np.random.default_rng(1)
    return np.array([[part.min() / 3 for part in draw(rng).probabilities] for _ in range(DRAWS)])


@pytest.mark.parametrize(
    ("rows", "cells", "total"), [(1, 5, 40), (12, 24, 100), (36, 53, 30), (3, 60, 3_000), (200, 2, 60)]
)
@pytest.mark.parametrize("shape", ["even", "steep"])
def test_chance_fails_as_often_as_stated(rows: int, cells: int, total: int, shape: str) -> None:
    share = np.ones(cells) if shape == "even" else np.exp(-np.linspace(0, 5, cells))
    share /= share.sum()
    found = least(
        lambda rng: counts(rng.multinomial(total, share, rows), np.full((rows, cells), total * share))
    )
    for limit in (0.1, 0.02):
        reach = limit + 5 * np.sqrt(limit * (1 - limit) / DRAWS)
        assert ((found < limit).mean(axis=0) <= reach).all()
    if rows * cells * total > 10_000:
        # The table as a whole is not only safe, but exact.
        assert 0.3 < (found[:, 0] < 0.5).mean() < 0.7


@pytest.mark.parametrize("mean", [0.01, 0.4, 3.0, 60.0])
def test_poisson_counts_fail_as_often_as_stated(mean: float) -> None:
    expected = np.full((10, 30), mean)
    found = least(lambda rng: counts(rng.poisson(expected), expected, fixed=False))
    assert ((found < 0.02).mean(axis=0) <= 0.02 + 5 * np.sqrt(0.02 / DRAWS)).all()


def test_cumulants_of_the_deviance_are_those_of_its_distribution() -> None:
    rng = np.random.default_rng(1)
    for mean in (0.05, 1.0, 8.0, 300.0):
        drawn = rng.poisson(mean, 200_000)
        deviance = 2 * (np.where(drawn > 0, drawn * np.log(np.maximum(drawn, 1) / mean), 0.0) - drawn + mean)
        first, second, _ = poisson_cumulants(np.array([mean]))[:, 0]
        assert first == pytest.approx(deviance.mean(), rel=0.02)
        assert second == pytest.approx(deviance.var(), rel=0.04)


class TestFindings:
    def test_name_the_cell(self) -> None:
        observed = np.full((4, 6), 50)
        observed[2, 3], observed[2, 4] = 100, 0
        verdict = weighed([counts(observed, np.full((4, 6), 50.0))], "rows")
        assert not verdict.passed
        cells = verdict.offending.set_index(["row", "cell"])
        assert cells.loc[("row 2", "cell 3"), "observed"] == 100
        assert ("row 2", "all") in cells.index
        assert "row 1" not in set(verdict.offending["row"])
        assert verdict.offending["probability"].is_monotonic_increasing

    def test_see_many_small_deviations_together(self) -> None:
        expected = np.full((30, 30), 50.0)
        observed = np.where(np.indices((30, 30)).sum(axis=0) % 2, 58, 42)
        verdict = weighed([counts(observed, expected)], "rows")
        assert verdict.offending[["row", "cell"]].to_numpy().tolist() == [["all", "all"]]

    def test_are_none_where_counts_are_as_expected(self) -> None:
        verdict = weighed([counts(np.full((3, 5), 20), np.full((3, 5), 20.0))], "rows")
        assert verdict.passed
        assert verdict.offending.empty

    def test_see_what_is_impossible(self) -> None:
        expected = np.array([[50.0, 50.0, 0.0]])
        assert weighed([counts(np.array([[50, 50, 0]]), expected)], "rows").passed
        assert not weighed([counts(np.array([[50, 49, 1]]), expected)], "rows").passed

    def test_need_more_the_more_is_compared(self) -> None:
        observed, expected = np.array([[136, 64]]), np.array([[100.0, 100.0]])
        table = counts(observed, expected)
        assert FALSE_ALARM / 100 < table.least < FALSE_ALARM
        same = counts(np.array([[100, 100]]), expected)
        assert not weighed([table], "rows").passed
        assert weighed([table, *[same] * 1_000], "rows").passed

    def test_are_none_where_nothing_is_compared(self) -> None:
        assert weighed([], "rows").passed


class TestSums:
    def test_fail_at_most_as_often_as_stated(self) -> None:
        rng = np.random.default_rng(1)
        for terms in (3, 100):
            drawn = rng.choice([-1.0, 1.0], (DRAWS, terms, 10)).sum(axis=1)
            one = np.ones(10)
            chances = [Sums("sums", ["row"] * 10, sums, one * terms, one, one).least for sums in drawn]
            assert np.mean(np.array(chances) < 0.1) <= 0.1

    def test_see_what_lies_far_off(self) -> None:
        one = np.ones(2)
        verdict = weighed(
            [Sums("minutes", ["a", "b"], np.array([1.0, -90.0]), one * 100, one, one * 2)], "clocks"
        )
        assert verdict.offending[["row", "observed"]].to_numpy().tolist() == [["b", -180.0]]


def cells(expected: Sequence[float], observed: Sequence[float]) -> pd.DataFrame:
    names = [f"cell {number}" for number in range(len(expected))]
    return pd.DataFrame({"cell": names, "expected": expected, "observed": observed})


def test_the_worst_is_the_smallest_part_that_fails_by_itself() -> None:
    """A table whose total is as expected fails as a whole, too; the cell says where."""
    observed = np.full((3, 4), 50)
    observed[1, 2], observed[1, 3] = 0, 100
    compared = counts(observed, np.full((3, 4), 50.0))
    assert compared.probabilities[0].item() < FALSE_ALARM
    assert compared.worst == "rows, row 1, cell 2: 0, expected 50"
    alike = counts(np.full((3, 4), 50), np.full((3, 4), 50.0))
    assert alike.least > FALSE_ALARM


class TestCounted:
    @pytest.mark.parametrize("mean", [0.01, 1.0, 40.0])
    def test_fails_cells_of_good_data_no_more_often_than_stated(self, mean: float) -> None:
        drawn = np.random.default_rng(int(mean)).poisson(mean, 4_000)
        compared = Cells("rows", ["cell"] * 4_000, drawn, np.full(4_000, mean))
        rare = (compared.probabilities < 0.05 * 4_000).mean()
        assert rare <= 0.05 + 5 * np.sqrt(0.05 * 0.95 / 4_000)

    def test_sees_too_many_and_too_few(self) -> None:
        verdict = counted(cells([50.0, 50.0, 50.0], [0.0, 51.0, 150.0]), "rows")
        assert verdict.offending["cell"].tolist() == ["cell 2", "cell 0"]
        assert verdict.observed.startswith("rows, cell 2: 150, expected 50; p = ")

    def test_tolerates_nothing_where_nothing_is_expected(self) -> None:
        assert not counted(cells([0.0, 10.0], [1.0, 10.0]), "rows").passed
        assert counted(cells([0.0, 10.0], [0.0, 10.0]), "rows").passed

    def test_no_cells_are_no_finding(self) -> None:
        assert counted(cells([], []), "rows").passed


def test_outcomes_add_up_the_chances_of_each_row() -> None:
    groups = Groups("site", ("a", "b"), np.array([0, 0, 1, 5]))
    chances = np.array([[0.2, 0.8], [0.4, 0.6], [1.0, 0.0], [0.5, 0.5]])
    table = outcomes("acuity", groups, ("low", "high"), np.array([0, 1, 0, 1]), chances)
    assert table.expected == pytest.approx(np.array([[0.6, 1.4], [1.0, 0.0]]))
    assert table.observed.tolist() == [[1, 1], [1, 0]]


def test_independence_is_inside_strata() -> None:
    # Longer in stratum 1, which group b has more of: no link inside a stratum.
    groups = Groups("site", ("a", "b"), np.array([0, 0, 0, 1, 0, 1, 1, 1]))
    stratum, outcome = np.array([0, 0, 0, 0, 1, 1, 1, 1]), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    table = independent("length", groups, ("short", "long"), outcome, stratum, 2)
    assert table.observed == pytest.approx(table.expected)


def test_parts_of_a_stratum_are_in_order_and_of_one_size() -> None:
    values = np.array([5, 1, 3, 9, 7, 2, 8, 6, 10, 4, 100, 100])
    stratum = np.array([0] * 10 + [1] * 2)
    assert part_of_stratum(values, stratum, 5).tolist() == [2, 0, 1, 4, 3, 0, 3, 2, 4, 1, 2, 2]
    assert part_of_stratum(values[:0], stratum[:0], 5).tolist() == []
