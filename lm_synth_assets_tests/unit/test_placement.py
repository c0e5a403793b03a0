"""Placement: whoever starts with clashes ends without, and what may not move stays."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lm_synth_assets.simulation.placement import Contacts, NoRoom, overlapping, settle

Ints = NDArray[np.int64]

YEAR = 20_000


def clashes(patient: Ints, start: Ints, duration: Ints, gap: int) -> bool:
    """Whether two contacts of one patient are closer than the gap: the slow way."""
    for who in set(patient.tolist()):
        own = sorted((start[i], start[i] + duration[i]) for i in np.flatnonzero(patient == who))
        if any(later < end + gap for (_, end), (later, _) in pairwise(own)):
            return True
    return False


@st.composite
def contacts(draw: st.DrawFn) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """Contacts of up to four patients: some stand still, apart from each other, and some may move."""
    rows = []
    for who in range(draw(st.integers(1, 4))):
        reached = 0
        for wait, length in draw(st.lists(st.tuples(st.integers(50, 900), st.integers(1, 600)), max_size=3)):
            rows.append((who, reached + wait, length, False))
            reached += wait + length
        for begin, length in draw(
            st.lists(st.tuples(st.integers(0, 4_000), st.integers(1, 600)), max_size=6)
        ):
            rows.append((who, begin, length, True))
    rows = draw(st.permutations(rows))
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    patient, start, duration, movable = columns
    return *(np.array(column, dtype=np.int64) for column in (patient, start, duration)), np.array(
        movable, dtype=bool
    )


@given(rows=contacts(), gap=st.integers(0, 50), seed=st.integers(0, 2**32))
def test_settled_contacts_keep_apart_and_the_immovable_stay(rows: tuple, gap: int, seed: int) -> None:
    patient, start, duration, movable = rows
    rng = np.random.default_rng(seed)
    before = start.copy()
    settled = settle(
        Contacts(patient, start, duration), gap, movable, lambda some: rng.integers(0, YEAR, len(some))
    )
    assert not clashes(patient, settled, duration, gap)
    assert (settled[~movable] == start[~movable]).all()
    assert (start == before).all(), "the given times are left as they were"


@given(rows=contacts(), gap=st.integers(0, 50))
def test_something_must_move_exactly_where_contacts_clash(rows: tuple, gap: int) -> None:
    patient, start, duration, movable = rows
    moves = overlapping(Contacts(patient, start, duration), gap, movable)
    assert moves.any() == clashes(patient, start, duration, gap)
    assert not moves[~movable].any()


def test_who_does_not_clash_is_not_moved() -> None:
    patient, start, duration = np.array([0, 0, 1]), np.array([0, 100, 50]), np.array([100, 10, 100])
    settled = settle(Contacts(patient, start, duration), 0, np.ones(3, dtype=bool), _never_called)
    assert settled.tolist() == [0, 100, 50]


def _never_called(some: Ints) -> Ints:
    raise AssertionError(f"asked to move {some}")


def test_of_two_that_clash_the_later_moves() -> None:
    patient, start, duration = np.array([0, 0]), np.array([50, 0]), np.array([10, 100])
    both = np.array([True, True])
    assert overlapping(Contacts(patient, start, duration), 0, both).tolist() == [True, False]


def test_the_earlier_moves_if_only_it_may() -> None:
    patient, start, duration = np.array([0, 0]), np.array([50, 0]), np.array([10, 100])
    assert overlapping(Contacts(patient, start, duration), 0, np.array([False, True])).tolist() == [
        False,
        True,
    ]


def test_a_long_contact_clashes_with_more_than_its_neighbour() -> None:
    patient, start, duration = np.zeros(3, dtype=np.int64), np.array([0, 10, 50]), np.array([100, 5, 5])
    assert overlapping(Contacts(patient, start, duration), 0, np.ones(3, dtype=bool)).tolist() == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(("gap", "clash"), [(20, False), (21, True)])
def test_contacts_closer_than_the_gap_clash(gap: int, clash: bool) -> None:
    patient, start, duration = np.zeros(2, dtype=np.int64), np.array([0, 120]), np.array([100, 10])
    assert overlapping(Contacts(patient, start, duration), gap, np.ones(2, dtype=bool)).any() == clash


def test_contacts_before_the_start_of_the_year_count_too() -> None:
    patient, start, duration = np.array([3, 3]), np.array([-5_000, 10]), np.array([5_100, 10])
    assert overlapping(Contacts(patient, start, duration), 0, np.array([False, True])).tolist() == [
        False,
        True,
    ]


def test_a_rearrangement_takes_place_before_and_after_each_round() -> None:
    patient, start, duration = np.zeros(2, dtype=np.int64), np.array([500, 100]), np.array([10, 10])
    settled = settle(Contacts(patient, start, duration), 0, np.ones(2, dtype=bool), _never_called, np.sort)
    assert settled.tolist() == [100, 500]


def test_two_immovable_contacts_that_overlap_are_an_error() -> None:
    patient, start, duration = np.zeros(2, dtype=np.int64), np.array([0, 50]), np.array([100, 100])
    with pytest.raises(RuntimeError, match="may not move overlap"):
        settle(Contacts(patient, start, duration), 0, np.zeros(2, dtype=bool), _never_called)


def test_no_room_is_an_error_that_says_what_to_do() -> None:
    patient, start, duration = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64), np.full(3, 60)
    rng = np.random.default_rng(0)
    with pytest.raises(
        NoRoom, match=r"^the contacts of some patients \(1\) do not fit .* Lower the rates\.$"
    ):
        settle(
            Contacts(patient, start, duration),
            0,
            np.ones(3, dtype=bool),
            lambda some: rng.integers(0, 100, len(some)),
            remedy="Lower the rates.",
        )


def test_nothing_to_place_is_no_problem() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert len(settle(Contacts(none, none, none), 0, none.astype(bool), _never_called)) == 0
