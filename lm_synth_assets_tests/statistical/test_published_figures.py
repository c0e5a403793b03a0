"""The default configuration keeps its targets, and says why each figure is outside what was published.

Targets and accepted limits allow for four standard errors of as many patients drawn at random, so that one
fails by chance less than once in 16,000 seeds; the seeds are fixed.
"""

import pytest

from lm_synth_assets.dataset.figures.catalogue import PUBLISHED
from lm_synth_assets.dataset.figures.comparison import Comparison, Verdict, by_kind, compare_tables
from lm_synth_assets.region.files import load_region
from lm_synth_assets_tests.support.datasets import make_tables, retuned


def comparisons(patients: int, seed: int) -> list[Comparison]:
    region = load_region().with_run(patients=patients, seed=seed)
    return compare_tables(make_tables(region), region)


@pytest.mark.parametrize("seed", [42, 1, 2**40])
def test_the_default_data_set_meets_its_targets_and_explains_its_figures(seed: int) -> None:
    compared = comparisons(50_000, seed)
    assert [one.figure.name for one in compared if one.failed] == []
    published, targets = by_kind(compared).values()
    assert {one.verdict for one in targets} == {Verdict.MET}
    assert all(one.reason for one in published if one.verdict is Verdict.OUTSIDE)


@pytest.mark.parametrize("patients", [300, 2_000, 6_000, 12_000])
def test_a_small_data_set_neither_fails_nor_claims(patients: int) -> None:
    compared = comparisons(patients, 42)
    assert [one.figure.name for one in compared if one.failed] == []
    few = [one for one in compared if one.verdict is Verdict.TOO_FEW]
    assert len(few) > len(compared) / 3
    assert all(one.patients_needed is not None and one.patients_needed > patients for one in few)


def test_a_larger_data_set_tells_more() -> None:
    few = [
        sum(one.verdict is Verdict.TOO_FEW for one in comparisons(patients, 42))
        for patients in (2_000, 10_000, 50_000)
    ]
    assert few == sorted(few, reverse=True)
    assert len(set(few)) == len(few)


@pytest.mark.slow
def test_the_largest_data_set_explains_every_figure() -> None:
    compared = comparisons(237_000, 42)
    assert [one.figure.name for one in compared if one.failed] == []
    few = {one.figure.name for one in compared if one.verdict is Verdict.TOO_FEW}
    assert few == {"left without being seen, % of Pediatric ED visits", "ALC share of days, %"}
    assert len(compared) > len(PUBLISHED)


def test_a_region_that_is_retuned_misses_the_figures_that_it_moves() -> None:
    changes = {"ed": {"frailty_shape": 5.0}, "inpatient": {"alc": {"median_days": 30}}}
    region = retuned(load_region(), changes)
    failed = {one.figure.name for one in compare_tables(make_tables(region), region) if one.failed}
    assert {"people with any ED visit, %", "four visits and more, % of users"} <= failed
    assert "all ED visits per 1,000" not in failed
