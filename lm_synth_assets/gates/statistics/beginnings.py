"""The gate on when stays begin that no ED visit and no transfer begins."""

from __future__ import annotations

import calendar

import numpy as np
import pandas as pd

from lm_synth_assets.gates.counts import counted
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import days_of, stays_of
from lm_synth_assets.model.arrivals import hour_weights, shares
from lm_synth_assets.model.calendar import DAY, HOUR
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.simulation.arrivals import timetable

_HOURS = DAY // HOUR
_MONTHS, _WEEKDAYS = list(calendar.month_name)[1:], list(calendar.day_name)
_TIMES = [*_MONTHS, *_WEEKDAYS, *(f"{hour:02}:00-{hour:02}:59" for hour in range(_HOURS))]


def direct_admissions(tables: Tables, region: Region) -> Verdict:
    """Direct admissions follow their rhythm over months, weekdays and hours, at each site and program.

    Only those of patients with nothing else that could have moved them: another direct stay, or one under
    way on 1 January.
    """
    stays, units = stays_of(tables, region), units_of(region)
    days = days_of(region)
    others = stays.per_patient(stays.direct | ~stays.of_the_year)[stays.patient] > 1
    within = (stays.admitted >= 0) & (stays.admitted < len(days) * DAY)
    which = np.flatnonzero(stays.direct & ~others & within)
    unit, admitted = stays.unit[which], stays.admitted[which]
    rhythms, programs, sites = list(region.rhythms), list(region.programs), list(region.sites)
    rhythm = np.array([rhythms.index(unit.stays.direct_rhythm) for unit in units])[unit]
    program = np.array([programs.index(unit.program) for unit in units])[unit]
    drawn_from = rhythm * len(sites) + stays.people.home[stays.patient[which]]
    chances = _chances(region)
    day, hour = admitted // DAY, admitted % DAY // HOUR
    month, weekday = days.month.to_numpy()[day] - 1, days.dayofweek.to_numpy()[day]
    times = np.stack([month, len(_MONTHS) + weekday, len(_MONTHS) + len(_WEEKDAYS) + hour])
    cells = [
        _cells(labels, group, drawn_from, chances, times)
        for labels, group in (
            (["all"], np.zeros(len(which), dtype=np.int64)),
            ([f"rhythm {name}" for name in rhythms], rhythm),
            (programs, program),
            (sites, stays.site[which]),
        )
    ]
    return counted(pd.concat(cells, ignore_index=True), "direct admissions")


def _chances(region: Region) -> Floats:
    """P(each of `_TIMES`) of an admission (rhythms x sites, times), by month, by weekday and by hour."""
    table = timetable(region)
    by_day = np.diff(table.days, prepend=0.0)
    hours = shares(hour_weights(region))
    closed = by_day[..., table.closed].sum(axis=-1)[..., None]
    by_hour = hours[:, None, 1] * closed + hours[:, None, 0] * (1 - closed)
    days = days_of(region)
    in_month = days.month.to_numpy()[:, None] == np.arange(1, len(_MONTHS) + 1)
    on_weekday = days.dayofweek.to_numpy()[:, None] == np.arange(len(_WEEKDAYS))
    return np.concatenate([by_day @ in_month, by_day @ on_weekday, by_hour], axis=-1).reshape(-1, len(_TIMES))


def _cells(labels: list[str], group: Ints, drawn_from: Ints, chances: Floats, times: Ints) -> pd.DataFrame:
    """Expected and observed admissions by group and time; `times` has the indexes of each one's times."""
    shape = len(labels), len(chances)
    drawn = np.bincount(group * shape[1] + drawn_from, minlength=shape[0] * shape[1]).reshape(shape)
    cell = group * len(_TIMES) + times
    return pd.DataFrame(
        {
            "cell": [f"{label}, {time}" for label in labels for time in _TIMES],
            "expected": (drawn @ chances).ravel(),
            "observed": np.bincount(cell.ravel(), minlength=shape[0] * len(_TIMES)),
        }
    )
