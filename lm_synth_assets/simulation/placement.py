"""Keeping every patient in one place at a time: finding contacts that overlap, and moving them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lm_synth_assets.errors import CapacityError
from lm_synth_assets.schema.arrays import Ints, Mask

_MOST_ROUNDS = 1_000
"""Redraws before giving up. Ten are many for a configuration whose contacts fit the year."""


class NoRoom(CapacityError):
    """The configuration gives some patients more contacts than fit the year one after the other."""


@dataclass(frozen=True)
class Contacts:
    """Visits or hospital spells, one array entry each; times in seconds since 1 January of the start year."""

    patient: Ints
    start: Ints
    duration: Ints

    def __len__(self) -> int:
        return len(self.patient)

    def __add__(self, more: Contacts) -> Contacts:
        """These contacts and then the others."""
        return Contacts(
            np.append(self.patient, more.patient),
            np.append(self.start, more.start),
            np.append(self.duration, more.duration),
        )

    def take(self, which: Ints | Mask) -> Contacts:
        """Some of these contacts, in the given order."""
        return Contacts(self.patient[which], self.start[which], self.duration[which])


def overlapping(contacts: Contacts, gap: int, movable: Mask) -> Mask:
    """Contacts that must move (contacts,): of each two that overlap, the later, or the earlier if only that
    one may. Contacts closer than `gap` seconds count as overlapping.

    Raises RuntimeError when two that may not move overlap.
    """
    order = np.lexsort((contacts.start, contacts.patient))
    patient, start = contacts.patient[order], contacts.start[order]
    end = start + contacts.duration[order] + gap
    # A running maximum that starts afresh with each patient, because later patients lie far above.
    lift = patient * (int(end.max(initial=0)) - int(start.min(initial=0)) + 1)
    latest = np.maximum.accumulate(end + lift)
    holder = np.maximum.accumulate(np.where(end + lift == latest, np.arange(len(order)), 0))
    clash = np.flatnonzero((patient[1:] == patient[:-1]) & (start[1:] + lift[1:] < latest[:-1])) + 1
    later, earlier = order[clash], order[holder[clash - 1]]
    if not (movable[later] | movable[earlier]).all():
        raise RuntimeError("two contacts of one patient that may not move overlap")
    moves = np.zeros(len(order), dtype=bool)
    moves[np.where(movable[later], later, earlier)] = True
    return moves


def settle(
    contacts: Contacts,
    gap: int,
    movable: Mask,
    redraw: Callable[[Ints], Ints],
    rearrange: Callable[[Ints], Ints] = lambda start: start,
    remedy: str = "",
) -> Ints:
    """Start times without overlap (contacts,): contacts that clash are drawn anew until none does.

    `gap` seconds lie between contacts. `redraw` gives new times for the contacts at some positions;
    `rearrange` may reorder all times after each round; `remedy` says what a user can do if there is no room.
    Raises NoRoom when that is so, and RuntimeError when contacts that may not move overlap.
    """
    start = rearrange(contacts.start.copy())
    busy = _with_several(contacts.patient)
    moving = busy[:0]
    for _ in range(_MOST_ROUNDS):
        placed = replace(contacts, start=start).take(busy)
        moving = busy[overlapping(placed, gap, movable[busy])]
        if not len(moving):
            return start
        start[moving] = redraw(moving)
        start = rearrange(start)
        busy = busy[np.isin(contacts.patient[busy], np.unique(contacts.patient[moving]))]
    patients = len(np.unique(contacts.patient[moving]))
    raise NoRoom(
        f"the contacts of some patients ({patients:,}) do not fit the year one after the other. {remedy}"
    )


def _with_several(patient: Ints) -> Ints:
    """Positions of the contacts of patients who have more than one."""
    counts = np.bincount(patient)
    return np.flatnonzero(counts[patient] > 1)
