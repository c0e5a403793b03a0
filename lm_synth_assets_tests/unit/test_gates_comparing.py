"""A comparison by cells names the worst cell, in numbers as people read them."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.comparing import number, within


def cells(expected: list[float], observed: list[float]) -> pd.DataFrame:
    names = [f"Site {letter}" for letter in "ABCDEFG"][: len(expected)]
    return pd.DataFrame({"site": names, "year": 2025, "expected": expected, "observed": observed})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (177217.9, "177,217.90"),
        (3.156222634, "3.16"),
        (0.9734462475, "0.973"),
        (1088496.0, "1,088,496"),
        (-12.5, "-12.50"),
        (0.0, "0"),
        (np.nan, "no row"),
    ],
)
def test_numbers_have_as_many_digits_as_people_read(value: float, shown: str) -> None:
    assert number(value) == shown


class TestWithin:
    def test_names_the_worst_cell_by_what_is_no_measurement(self) -> None:
        verdict = within(cells([10.0, 20.0], [10.25, 23.0]).assign(share=0.5), 1.0, "visits")
        assert (verdict.expected, verdict.observed) == (
            "20 visits",
            "23 in the worst of 2 cells: site Site B, year 2025",
        )
        assert verdict.offending["site"].tolist() == ["Site B"]

    def test_measures_each_cell_by_its_own_tolerance(self) -> None:
        verdict = within(cells([10.0, 20.0], [12.0, 23.0]), np.array([1.0, 5.0]), "visits")
        assert "Site A" in verdict.observed
        assert not verdict.passed

    @pytest.mark.parametrize("side", ["expected", "observed"])
    def test_a_cell_that_only_one_side_has_is_outside_however_much_is_tolerated(self, side: str) -> None:
        compared = cells([10.0, 20.0], [10.0, 20.0])
        compared.loc[1, side] = np.nan
        verdict = within(compared, 1e12, "visits")
        assert not verdict.passed
        assert verdict.offending["site"].tolist() == ["Site B"]
        assert "no row" in (verdict.expected if side == "expected" else verdict.observed)

    def test_tolerates_what_sums_of_floats_are_off_by(self) -> None:
        assert within(cells([0.3], [0.1 + 0.2]), 0.0, "visits").passed

    def test_no_cells_are_no_finding(self) -> None:
        assert within(cells([], []), 0.0, "visits").passed
