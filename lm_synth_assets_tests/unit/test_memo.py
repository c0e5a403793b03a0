"""What several tables follow from is computed once in a process, and nothing shows that it was."""

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.model import memo
from lm_synth_assets.model.memo import forget, memoised
from lm_synth_assets.model.people import People
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.datasets import retuned

DRAWN = ["patients", "ed_encounters", "ip_stays"]


@pytest.fixture(autouse=True)
def cold() -> Iterator[None]:
    forget()
    yield
    forget()


class TestMemoised:
    @pytest.fixture
    def calls(self) -> list[tuple]:
        return []

    @pytest.fixture
    def function(self, calls: list[tuple]) -> Callable[..., np.ndarray]:
        @memoised
        def compute(*arguments: object) -> np.ndarray:
            calls.append(arguments)
            return np.zeros(3)

        return compute

    def people(self, home: int = 0) -> People:
        zero = np.zeros(1, dtype=np.int64)
        return People(zero, zero, zero, zero + home, zero, date(2025, 1, 1))

    def test_is_computed_once_for_equal_arguments(
        self, function: Callable[..., np.ndarray], calls: list[tuple], region: Region
    ) -> None:
        first = function(region, self.people(), np.arange(3), 1)
        again = function(region.model_copy(deep=True), self.people(), np.arange(3), 1)
        assert again is first
        assert len(calls) == 1

    def test_is_computed_anew_for_any_other_argument(
        self, function: Callable[..., np.ndarray], calls: list[tuple], region: Region
    ) -> None:
        different = [
            (region, self.people(), np.arange(3), 1),
            (region.with_run(seed=7), self.people(), np.arange(3), 1),
            (retuned(region, {"ed": {"gap_hours": 5.0}}), self.people(), np.arange(3), 1),
            (region, self.people(home=1), np.arange(3), 1),
            (region, self.people(), np.arange(3) + 1, 1),
            (region, self.people(), np.arange(3).astype(float), 1),
            (region, self.people(), np.arange(3)[:, None], 1),
            (region, self.people(), np.arange(3), 2),
            (region, self.people(), np.arange(3), 1, np.zeros(0)),
        ]
        for arguments in different:
            function(*arguments)
        assert len(calls) == len(different)

    def test_two_functions_do_not_share_results(self) -> None:
        @memoised
        def one(number: int) -> int:
            return number + 1

        @memoised
        def two(number: int) -> int:
            return number + 2

        assert (one(1), two(1), one(number=1)) == (2, 3, 2)

    def test_shared_arrays_cannot_be_changed(self, function: Callable[..., np.ndarray]) -> None:
        with pytest.raises(ValueError, match="read-only"):
            function(1)[0] = 5

    def test_keeps_the_last_results_only(
        self, function: Callable[..., np.ndarray], calls: list[tuple], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(memo, "_MOST_RESULTS", 2)
        for number in (1, 2, 3, 3, 2, 1):
            function(number)
        assert [number for (number,) in calls] == [1, 2, 3, 1]

    def test_an_error_is_not_kept(self) -> None:
        answers = iter([ValueError("once"), 5])

        @memoised
        def compute(number: int) -> int:
            answer = next(answers)
            if isinstance(answer, ValueError):
                raise answer
            return answer

        with pytest.raises(ValueError, match="once"):
            compute(1)
        assert compute(1) == 5

    def test_what_it_cannot_tell_apart_is_refused(self, function: Callable[..., np.ndarray]) -> None:
        with pytest.raises(TypeError, match="DataFrame cannot be an argument"):
            function(pd.DataFrame())
