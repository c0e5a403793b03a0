"""Keeping every patient in one place at a time: finding contacts that overlap, and moving them.

A contact is a visit or a hospital spell: a patient, a start and a duration, in seconds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lm_synth_assets.schema.arrays import Ints, Mask

_MOST_ROUNDS = 1_000


def overlapping(patient: Ints, start: Ints, duration: Ints, gap: int, movable: Mask) -> Mask:
    """Contacts that must move (contacts,): of each two that overlap, the later, or the earlier if only that
    one may. Contacts closer than `gap` seconds count as overlapping.

    Raises RuntimeError when two that may not move overlap.
    """
    order = np.lexsort((start, patient))
    who, begin = patient[order], start[order]
    end = begin + duration[order] + gap
    # A running maximum that starts afresh with each patient, because later patients lie far above.
    lift = who * (int(end.max(initial=0)) - int(begin.min(initial=0)) + 1)
    latest = np.maximum.accumulate(end + lift)
    holder = np.maximum.accumulate(np.where(end + lift == latest, np.arange(len(order)), 0))
    clash = np.flatnonzero((who[1:] == who[:-1]) & (begin[1:] + lift[1:] < latest[:-1])) + 1
    later, earlier = order[clash], order[holder[clash - 1]]
    if not (movable[later] | movable[earlier]).all():
        raise RuntimeError("two contacts of one patient that may not move overlap")
    moves = np.zeros(len(order), dtype=bool)
    moves[np.where(movable[later], later, earlier)] = True
    return moves


def settle(
    patient: Ints,
    start: Ints,
    duration: Ints,
    gap: int,
    movable: Mask,
    redraw: Callable[[Ints], Ints],
    rearrange: Callable[[Ints], Ints] = lambda start: start,
) -> Ints:
    """Start times without overlap: contacts that clash are drawn anew until none does.

    `redraw` gives new times for the contacts at some positions; `rearrange` may reorder all times after each
    round. Raises RuntimeError when contacts that may not move overlap, or room cannot be found.
    """
    start = rearrange(start.copy())
    busy = _with_several(patient)
    for _ in range(_MOST_ROUNDS):
        moving = busy[overlapping(patient[busy], start[busy], duration[busy], gap, movable[busy])]
        if not len(moving):
            return start
        start[moving] = redraw(moving)
        start = rearrange(start)
        touched = np.isin(patient[busy], np.unique(patient[moving]))
        busy = busy[touched]
    raise RuntimeError(f"no room in the year for {len(moving)} contacts of patients who have too many")


def _with_several(patient: Ints) -> Ints:
    counts = np.bincount(patient)
    return np.flatnonzero(counts[patient] > 1)
