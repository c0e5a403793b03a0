"""Arrivals by ED subservice, day and hour: those that the timetable gives, and those that are stored."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.views import Visits
from lm_synth_assets.model.arrivals import arrivals_by_hour, visits_by_rhythm
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import ADMITTED, DISPOSITIONS, ED_SUBSERVICES, GENDERS, OLDEST_AGE
from lm_synth_assets.simulation.arrivals import timetable

HOURS = DAY // HOUR
"""Hours of a day."""


def days_of(region: Region) -> pd.DatetimeIndex:
    """The days of the start year."""
    year = region.run.start_year
    return pd.date_range(f"{year}-01-01", f"{year}-12-31")


def expected_arrivals(visits: Visits, region: Region, day_shares: Floats | None = None) -> Floats:
    """Expected arrivals of these visits (ED subservice, day, hour).

    `day_shares` (rhythm, site, day): without them, those of the timetable, day effects included.
    """
    if day_shares is None:
        times = timetable(region)
        day_shares = np.diff(times.days, prepend=0.0)
    return arrivals_by_hour(region, _by_rhythm(visits, region), day_shares)


def _by_rhythm(visits: Visits, region: Region) -> Floats:
    """Visits by the rhythm that they follow (rhythm, ED subservice, site)."""
    shape = (OLDEST_AGE + 1, len(GENDERS), len(ED_SUBSERVICES), len(region.sites))
    admitted = visits.disposition == DISPOSITIONS.index(ADMITTED)
    patient = visits.patient[admitted]
    cell = (
        visits.people.age[patient],
        visits.people.gender[patient],
        visits.service[admitted],
        visits.site[admitted],
    )
    admissions = np.bincount(np.ravel_multi_index(cell, shape, mode="clip"), minlength=int(np.prod(shape)))
    return visits_by_rhythm(region, visits_by_site(visits, region), admissions.reshape(shape))


def visits_by_site(visits: Visits, region: Region) -> Ints:
    """Visits (ED subservice, site)."""
    shape = len(ED_SUBSERVICES), len(region.sites)
    cell = visits.service * shape[1] + visits.site
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)


def observed_arrivals(visits: Visits, region: Region) -> Ints:
    """Arrivals (ED subservice, day, hour); those outside the year are for `arrivals_in_year` to see."""
    days = len(days_of(region))
    inside = (visits.day >= 0) & (visits.day < days)
    shape = (len(ED_SUBSERVICES), days, HOURS)
    where = visits.service[inside], visits.day[inside], visits.second[inside] // HOUR
    return np.bincount(np.ravel_multi_index(where, shape), minlength=int(np.prod(shape))).reshape(shape)
