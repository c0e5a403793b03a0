"""When people come: days and times of day drawn from the configured rhythms, and visits fitted around beds.

Times are whole seconds since the start of the year's 1 January, on a local clock without daylight saving.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lm_synth_assets.model.arrivals import closed_days, day_weights, ed_rhythms, hour_weights
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.model.memo import memoised
from lm_synth_assets.model.proportions import cumulative
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.simulation.apportion import draw_rows
from lm_synth_assets.simulation.placement import Contacts, settle
from lm_synth_assets.simulation.spells import Origin, Spells
from lm_synth_assets.simulation.streams import Generator, Streams
from lm_synth_assets.simulation.visits import Visits

_TOO_MANY_ADMISSIONS = (
    "Lower ed.rates_per_1000, ed.admission, inpatient.los_cap_days, the subprograms' median_days or "
    "ed.gap_hours, or raise ed.frailty_shape, which shares the visits out more evenly."
)
_TOO_MANY_VISITS = (
    "Lower ed.rates_per_1000, ed.visit_hours or ed.gap_hours, or raise ed.frailty_shape, which shares the "
    "visits out more evenly."
)


@dataclass(frozen=True)
class Timetable:
    """The chances of every day and hour of one year, ready to draw from.

    `names` are the rhythms; `days` (rhythms, sites, days) and `hours` (rhythms, 2, 24) hold cumulative
    chances that end at 1; `closed` (days,) marks Sundays and statutory holidays, which have the second row
    of `hours`.
    """

    names: tuple[str, ...]
    days: Floats
    hours: Floats
    closed: Mask

    def draw(self, rhythm: Ints, site: Ints, rng: Generator) -> Ints:
        """A time for each arrival, given the index of its rhythm and of its site (arrivals,)."""
        sites, length = self.days.shape[1:]
        day = draw_rows(self.days.reshape(-1, length), rhythm * sites + site, rng.random(len(site)))
        hour_row = rhythm * 2 + self.closed[day]
        hour = draw_rows(self.hours.reshape(-1, 24), hour_row, rng.random(len(site)))
        return day * DAY + hour * HOUR + rng.integers(0, HOUR, len(rhythm))


@memoised
def timetable(region: Region) -> Timetable:
    """The timetable of the start year, its day effects included."""
    year = region.run.start_year
    usual = day_weights(region)
    shocks = _day_shocks(
        region, usual.shape[1], Streams(region.run.seed).generator("arrivals", "day effects", year)
    )
    spread = np.array([rhythm.day_sd for rhythm in region.rhythms.values()])[:, None, None]
    days = usual[:, None] * np.exp(spread * shocks)
    return Timetable(
        tuple(region.rhythms), cumulative(days), cumulative(hour_weights(region)), closed_days(region)
    )


def _day_shocks(region: Region, length: int, rng: Generator) -> Floats:
    """Standard normal AR(1) shocks (sites, days), part of which all sites have in common."""
    memory, shared = region.calendar.day_effect_memory, region.calendar.day_effect_shared
    series = rng.standard_normal((1 + len(region.sites), length))
    series[:, 1:] *= np.sqrt(1 - memory**2)
    for day in range(1, length):
        series[:, day] += memory * series[:, day - 1]
    return np.sqrt(shared) * series[:1] + np.sqrt(1 - shared) * series[1:]


def arrivals_of(region: Region, visits: Visits, spells: Spells, rng: Generator) -> Ints:
    """Arrival of each visit (visits,): first those that lead to a bed, apart from all beds, then the others.

    The spells through the ED are, in order of patient, those that the admitted visits begin: each patient's
    first admission begins the first of their spells. Raises NoRoom where some do not fit the year.
    """
    times = timetable(region)
    through_ed = spells.origin == Origin.THROUGH_ED
    admitted = np.flatnonzero(visits.admitted)
    others = np.flatnonzero(~visits.admitted)
    rhythm = _rhythms(region, visits, admitted, spells.unit[through_ed])
    gap = gap_seconds(region)

    def draw(some: Ints) -> Ints:
        return times.draw(rhythm[some], visits.site[some], rng)

    arrival = draw(np.arange(len(visits)))

    def apart(some: Ints, duration: Ints, fixed: Contacts, in_order: bool, remedy: str) -> Contacts:
        """Some visits with what follows from them, placed apart from each other and from what is fixed.

        `in_order`: a patient's visits stay in order of time, whichever of them is moved.
        """
        moving = Contacts(visits.patient[some], arrival[some], duration)
        count = len(moving)

        def rearrange(start: Ints) -> Ints:
            ordered = start.copy()
            ordered[:count] = start[:count][np.lexsort((start[:count], moving.patient))]
            return ordered

        start = settle(
            moving + fixed,
            gap,
            np.arange(count + len(fixed)) < count,
            lambda which: draw(some[which]),
            rearrange if in_order else lambda start: start,
            remedy,
        )
        return Contacts(moving.patient, start[:count], duration)

    in_bed = spells.contacts(~through_ed)
    admission = visits.duration[admitted] + spells.duration[through_ed]
    admissions = apart(admitted, admission, in_bed, True, _TOO_MANY_ADMISSIONS)
    arrival[admitted] = admissions.start
    arrival[others] = apart(
        others, visits.duration[others], in_bed + admissions, False, _TOO_MANY_VISITS
    ).start
    return arrival


def gap_seconds(region: Region) -> int:
    """The least time between two contacts of a patient, in seconds."""
    return round(region.ed.gap_hours * HOUR)


def _rhythms(region: Region, visits: Visits, admitted: Ints, unit: Ints) -> Ints:
    """The index of the rhythm that each visit follows (visits,): that of its subservice, or of the unit that
    it leads to (admitted,) where that has one.
    """
    names = list(region.rhythms)
    rhythm = ed_rhythms(region)[visits.service]
    for index, stays in enumerate(unit.stays for unit in units_of(region)):
        if stays.ed_rhythm:
            rhythm[admitted[unit == index]] = names.index(stays.ed_rhythm)
    return rhythm
