"""Gates on fine structure: days of birth, minutes, seconds and last digits, and rows that copy others.

What is expected is evenness: every second of an hour is as likely as any other, whatever else is true.
"""

from __future__ import annotations

import calendar

import numpy as np
import pandas as pd

from lm_synth_assets.gates.counts import Counts
from lm_synth_assets.gates.evidence import Evidence, weighed
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import people_in, unit_of, visits_of
from lm_synth_assets.model.calendar import HOUR, MINUTE
from lm_synth_assets.model.lengths import hundredths_from
from lm_synth_assets.model.people import People
from lm_synth_assets.model.rates import LEAST_RATE
from lm_synth_assets.model.sample import birth_day_weights, birth_gaps, birth_range
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import AGE_BANDS, AGE_GROUPS, GENDERS

_CLOSE = 7
"""Days between the births of two patients of whom one may be a copy of the other."""

_TELLING_RATE = 100 * LEAST_RATE
"""Visits per year: expected rates from this are so many that few patients share one."""

_SMOOTH = 0.2
"""Days by which lengths of a subprogram have to differ for their hundredths to be even."""


def fine_structure_of_patients(tables: Tables, region: Region) -> Verdict:
    """Dates of birth are spread evenly over days, months and years, and no patients are near copies."""
    people = people_in(tables, region)
    if not len(people):
        return weighed([], "patients")
    rate = tables["patients"]["expected_ed_rate"].to_numpy(float)
    return weighed([*_births(people, region), *_near_copies(people, rate, region)], "patients")


def _births(people: People, region: Region) -> list[Evidence]:
    """Births by age group and day of the month, weekday, month, year and last digit of the year."""
    today, groups = pd.Timestamp(people.reference_date), len(AGE_GROUPS)
    weights = birth_day_weights(region)
    age_group = np.repeat(np.arange(groups), [len(days) for days in weights])
    share = np.concatenate([days / days.sum() for days in weights])
    first = [birth_range(people.reference_date, band.first_age, band.last_age)[0] for band in AGE_BANDS]
    days_old = np.concatenate(
        [np.arange(len(days)) + start for days, start in zip(weights, first, strict=True)]
    )
    days, born = (today - pd.to_timedelta(old, unit="D") for old in (days_old, people.days_old))
    sizes = np.bincount(people.age_group, minlength=groups)
    years = range(days[-1].year, today.year)
    evidence: list[Evidence] = []
    for part, labels, of_day, of_patient in (
        ("day of the month", [f"day {day}" for day in range(1, 32)], days.day - 1, born.day - 1),
        ("weekday", list(calendar.day_name), days.dayofweek, born.dayofweek),
        ("month", list(calendar.month_name)[1:], days.month - 1, born.month - 1),
        ("last digit of the year", [f"digit {digit}" for digit in range(10)], days.year % 10, born.year % 10),
        ("year", [f"year {year}" for year in years], days.year - years[0], born.year - years[0]),
    ):
        count = len(labels)
        cell = people.age_group * count + np.clip(of_patient.to_numpy(), 0, count - 1)
        observed = np.bincount(cell, minlength=groups * count).reshape(groups, count)
        shares = np.bincount(age_group * count + of_day.to_numpy(), share, groups * count)
        expected = sizes[:, None] * np.asarray(shares, dtype=float).reshape(groups, count)
        evidence += [
            Counts(f"births by age group and {part}", AGE_GROUPS, labels, observed, expected),
            Counts(f"births by {part}", ("all",), labels, observed.sum(0)[None], expected.sum(0)[None]),
        ]
    return evidence


def _near_copies(people: People, rate: Floats, region: Region) -> list[Evidence]:
    """Pairs of patients born within days of each other: of one area and gender, and of one expected rate."""
    gaps = birth_gaps(region, _CLOSE, distinct=region.privacy.unique_quasi_identifiers)
    groups = len(AGE_GROUPS)
    cell = people.cell
    of_age = np.arange(int(cell.max()) + 1) // len(GENDERS) % groups
    close = np.array([_pairs(cell, people.days_old, days) for days in range(_CLOSE + 1)])
    expected = _all_pairs(np.bincount(cell)) @ gaps[of_age]
    days_apart = [f"{days} days apart" for days in range(_CLOSE + 1)]
    same_area = Counts(
        "pairs of patients of one area and gender, by their births",
        ("pairs",),
        days_apart,
        np.diff(close, prepend=0)[None],
        expected[None],
        fixed=False,
    )
    # Of patients of one rate, the date of birth says nothing of each other.
    some = rate >= _TELLING_RATE
    level = np.unique(np.rint(rate[some] / LEAST_RATE), return_inverse=True)[1]
    same = (level * groups + people.age_group[some]) * len(GENDERS) + people.gender[some]
    alike, same = np.unique(same, return_inverse=True)
    of_age = alike // len(GENDERS) % groups
    pairs = np.bincount(of_age, _all_pairs(np.bincount(same)), groups)
    born = np.datetime64(people.reference_date, "D") - people.days_old[some]
    birthday = (born - born.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    # Of two areas, two patients may have the same date of birth.
    within = birth_gaps(region, _CLOSE, distinct=False).sum(axis=1)
    return [
        same_area,
        _pairs_against(
            "patients of one expected ED rate, born within a week",
            _pairs(same, people.days_old[some], _CLOSE),
            pairs @ within,
        ),
        _pairs_against(
            "patients of one expected ED rate, born on one day of the year",
            _pairs(same, birthday, 0),
            pairs.sum() / 365.25,
        ),
    ]


def fine_structure_of_visits(tables: Tables, region: Region) -> Verdict:
    """Arrivals and departures fall evenly on minutes and seconds, and no visits are copies of others."""
    visits = visits_of(tables, region)
    if not len(visits.row):
        return weighed([], "visits")
    frame = tables["ed_encounters"].iloc[visits.row]
    length = _seconds(frame["departure_ts"]) - _seconds(frame["arrival_ts"])
    arrival = visits.arrival
    return weighed(
        [
            *_clock_times({"arrival": arrival, "departure": arrival + length}),
            *_copies("visits", arrival, length),
        ],
        "visits",
    )


def fine_structure_of_stays(tables: Tables, region: Region) -> Verdict:
    """Admissions and discharges fall evenly on minutes, seconds and hundredths of days; none is a copy."""
    frame, units = tables["ip_stays"], units_of(region)
    # A transfer follows the stay before at once.
    frame = frame[frame["transfer_from_stay_id"].isna().to_numpy() & frame["discharge_ts"].notna().to_numpy()]
    if not len(frame):
        return weighed([], "stays")
    admission, discharge = _seconds(frame["admit_ts"]), _seconds(frame["discharge_ts"])
    hundredths = np.rint(frame["los_days"].to_numpy(float) * 100).astype(np.int64)
    unit = unit_of(frame, units)
    spread = np.array([unit.stays.sigma * unit.stays.median_days for unit in units])
    smooth = (
        (spread[unit] >= _SMOOTH)
        & ~frame["alc_flag"].to_numpy(dtype=bool)
        & (hundredths > hundredths_from(region.inpatient.los_floor_days))
    )
    digits = np.bincount(hundredths[smooth] % 10, minlength=10)
    last_digit = Counts(
        "LOS by last digit",
        ("hundredths of days",),
        [f"digit {digit}" for digit in range(10)],
        digits[None],
        np.full((1, 10), digits.sum() / 10),
    )
    times = _clock_times({"admission": admission, "discharge": discharge})
    return weighed([*times, last_digit, *_copies("stays", admission, hundredths)], "stays")


def _seconds(times: pd.Series) -> Ints:
    """Seconds since 1 January 1970."""
    return times.to_numpy().astype("datetime64[s]").astype(np.int64)


def _clock_times(times: dict[str, Ints]) -> list[Evidence]:
    """Times by minute and second, and by the last digit of both."""
    evidence: list[Evidence] = []
    for what, time in times.items():
        for name, count, value in (
            ("minute", 60, time // MINUTE % 60),
            ("second", 60, time % 60),
            ("last digit of the minute", 10, time // MINUTE % 10),
            ("last digit of the second", 10, time % 10),
        ):
            cells = [f"{name} {value}" for value in range(count)]
            observed = np.bincount(value, minlength=count)[None]
            expected = np.full((1, count), len(time) / count)
            evidence.append(Counts(f"{what} by {name}", ("all",), cells, observed, expected))
    return evidence


def _copies(what: str, start: Ints, length: Ints) -> list[Evidence]:
    """Pairs of rows that begin at the same second: of the day, of the year, or of an hour with one length.

    Given the hour of each, and the length, the seconds are even: one pair in 3,600 shares its own.
    """
    hour, second = start // HOUR, start % HOUR
    keys = {
        "at the same second of the day": hour % 24,
        "at the same second of the year": hour - hour.min(),
        "of the same minute, second and length": np.unique(length, return_inverse=True)[1],
    }
    return [
        _pairs_against(f"{what} {name}", _pairs(key, second, 0), _all_pairs(np.bincount(key)).sum() / HOUR)
        for name, key in keys.items()
    ]


def _pairs_against(of: str, observed: int, expected: float) -> Counts:
    return Counts(
        f"pairs of {of}", ("all",), ("pairs",), np.array([[observed]]), np.array([[expected]]), fixed=False
    )


def _all_pairs(sizes: Ints) -> Floats:
    """Pairs in groups of these sizes (groups,)."""
    return sizes * (sizes - 1) / 2


def _pairs(group: Ints, values: Ints, apart: int) -> int:
    """Pairs of one group whose values are at most so far apart."""
    lift = int(values.max(initial=0)) - int(values.min(initial=0)) + apart + 1
    ordered = np.sort(group * lift + values - values.min(initial=0))
    upto = np.searchsorted(ordered, ordered + apart, side="right")
    return int((upto - np.arange(1, len(ordered) + 1)).sum())
