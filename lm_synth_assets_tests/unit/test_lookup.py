"""Looking up at which position of a table a row stands."""

import pandas as pd
import pytest

from lm_synth_assets.model.lookup import positions


@pytest.mark.parametrize("dtype", ["string[pyarrow]", "object", "category"])
def test_the_position_is_that_of_the_first_equal_value_or_minus_one(dtype: str) -> None:
    wanted = pd.Series(["b", "a", "z", "b"], dtype=dtype)
    among = pd.Series(["a", "b", "b"], dtype="string[pyarrow]")
    assert positions(wanted, among).tolist() == [1, 0, -1, 1]


def test_numbers_are_found_whatever_their_size() -> None:
    assert positions(pd.Series([3, 5], dtype="int32"), pd.Series([5, 4, 3], dtype="int64")).tolist() == [2, 0]


def test_a_null_is_nowhere() -> None:
    wanted = pd.Series([1, None], dtype="Int64")
    assert positions(wanted, pd.Series([1, 2], dtype="Int64")).tolist() == [0, -1]


def test_nothing_is_found_in_nothing() -> None:
    none = pd.Series([], dtype="string[pyarrow]")
    assert positions(none, none).tolist() == []
