"""Hospital spells and their stays as arrays: what a plan of stays is made of.

A stay is the time in one unit of one site, from admission to discharge: a row of ip_stays. A spell is one or
more stays in a row, of one patient in one unit: a first stay, and those that a transfer and a return add.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from lm_synth_assets.model.calendar import DAY
from lm_synth_assets.schema.arrays import Ints, Mask
from lm_synth_assets.simulation.placement import Contacts

HUNDREDTH = DAY // 100
"""Seconds in a hundredth of a day, the unit in which lengths of stay are kept."""


class Origin(IntEnum):
    """How a spell came into the start year."""

    UNDER_WAY = 0
    """It began in the year before and lasts into this one."""
    THROUGH_ED = 1
    """An ED visit of the year begins it."""
    DIRECT = 2
    """It begins in the year, without an ED visit."""


@dataclass(frozen=True)
class Spells:
    """One array entry a spell; those through the ED are in order of patient."""

    patient: Ints
    """Position in the panel."""
    origin: Ints
    """An `Origin`."""
    via_ed: Mask
    """Spells that an ED visit began, also one of the year before."""
    unit: Ints
    """Position in `units_of`."""
    start: Ints
    """Seconds since 1 January of the start year. 0 for spells through the ED until `started` is called."""
    duration: Ints
    """Seconds from the start to the last discharge, with the time on the way between sites."""

    def contacts(self, which: Mask) -> Contacts:
        """Some of the spells as contacts."""
        return Contacts(self.patient[which], self.start[which], self.duration[which])

    def started(self, origin: Origin, start: Ints) -> Spells:
        """The spells with the start of those of an origin."""
        starts = self.start.copy()
        starts[self.origin == origin] = start
        return replace(self, start=starts)


@dataclass(frozen=True)
class Stays:
    """One array entry a stay, in order of spell and then of time."""

    spell: Ints
    """Position among the spells."""
    site: Ints
    first: Mask
    """Whether the stay is the first of its spell."""
    los: Ints
    """Length of stay, ALC included, in hundredths of days."""
    alc: Ints
    """Its ALC part, in hundredths of days."""
    offset: Ints
    """Seconds from the spell's start to admission."""


class StayPlan(NamedTuple):
    """The spells of a year and their stays."""

    spells: Spells
    stays: Stays

    def followed_by(self, more: StayPlan) -> StayPlan:
        """The plan with more spells after its own."""
        one, other = self.spells, more.spells
        count = len(one.patient)
        spells = Spells(
            np.append(one.patient, other.patient),
            np.append(one.origin, other.origin),
            np.append(one.via_ed, other.via_ed),
            np.append(one.unit, other.unit),
            np.append(one.start, other.start),
            np.append(one.duration, other.duration),
        )
        stays = Stays(
            np.append(self.stays.spell, more.stays.spell + count),
            np.append(self.stays.site, more.stays.site),
            np.append(self.stays.first, more.stays.first),
            np.append(self.stays.los, more.stays.los),
            np.append(self.stays.alc, more.stays.alc),
            np.append(self.stays.offset, more.stays.offset),
        )
        return StayPlan(spells, stays)


def last_of_spell(first: Mask) -> Mask:
    """Which stays end their spell (stays,): those before a first one, and the very last."""
    return np.append(first[1:], True)[: len(first)]
