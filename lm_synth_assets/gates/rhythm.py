"""Arrivals by ED subservice, day and hour: those that the timetable gives, and those that are stored."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.visits import Visits
from lm_synth_assets.model.admissions import stay_rates
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import ADMITTED, DISPOSITIONS, ED_SUBSERVICES
from lm_synth_assets.simulation.arrivals import Timetable, timetable
from lm_synth_assets.simulation.streams import Streams

HOURS = DAY // HOUR
"""Hours of a day."""


def days_of(region: Region) -> pd.DatetimeIndex:
    """The days of the start year."""
    year = region.run.start_year
    return pd.date_range(f"{year}-01-01", f"{year}-12-31")


def expected_arrivals(visits: Visits, region: Region) -> Floats:
    """Arrivals that the timetable gives these visits (ED subservice, day, hour)."""
    times = timetable(region, Streams(region.run.seed))
    by_day = np.einsum("rsi,rid->srd", _by_rhythm(visits, region, times), np.diff(times.days, prepend=0.0))
    by_hour = np.diff(times.hours, prepend=0.0)[:, times.closed.astype(int)]
    return np.einsum("srd,rdh->sdh", by_day, by_hour)


def _by_rhythm(visits: Visits, region: Region, times: Timetable) -> Floats:
    """Visits by the rhythm that they come by (rhythm, ED subservice, site).

    That of the subservice, but for the share of the admissions that goes to units with a rhythm of their own.
    """
    services, sites = len(ED_SUBSERVICES), len(region.sites)
    usual = [times.names.index(region.ed_rhythms[name]) for name in ED_SUBSERVICES]
    cell = visits.service * sites + visits.site
    by_rhythm = np.zeros((len(times.names), services, sites))
    by_rhythm[usual, range(services)] = np.bincount(cell, minlength=services * sites).reshape(services, sites)
    admitted = visits.disposition == DISPOSITIONS.index(ADMITTED)
    who = visits.patient[admitted]
    own = _own_rhythms(region, times)[visits.people.age[who], visits.people.gender[who]]
    for rhythm in np.flatnonzero(own.any(axis=0)):
        moved = np.bincount(cell[admitted], own[:, rhythm], minlength=services * sites)
        by_rhythm[rhythm] += moved.reshape(services, sites)
        by_rhythm[usual, range(services)] -= moved.reshape(services, sites)
    return by_rhythm


def _own_rhythms(region: Region, times: Timetable) -> Floats:
    """The share of ED admissions to units with each rhythm of their own (age, gender, rhythm)."""
    rates = stay_rates(region)
    through_ed = rates.via_ed.sum(axis=-1, keepdims=True)
    weights = np.where(through_ed > 0, rates.via_ed, rates.all)
    sums = weights.sum(axis=-1, keepdims=True)
    shares = np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)
    rhythm = [unit.stays.ed_rhythm for unit in units_of(region)]
    return shares @ np.array([[own == name for name in times.names] for own in rhythm], dtype=float)


def observed_arrivals(visits: Visits, region: Region) -> Ints:
    """Arrivals (ED subservice, day, hour); those outside the year are for `arrivals_in_year` to see."""
    days = len(days_of(region))
    inside = (visits.day >= 0) & (visits.day < days)
    shape = (len(ED_SUBSERVICES), days, HOURS)
    where = visits.service[inside], visits.day[inside], visits.second[inside] // HOUR
    return np.bincount(np.ravel_multi_index(where, shape), minlength=int(np.prod(shape))).reshape(shape)
