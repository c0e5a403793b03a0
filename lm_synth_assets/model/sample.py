"""The size of the sample: patients by cell, and residents that each stands for."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from lm_synth_assets.errors import CapacityError
from lm_synth_assets.model.population import residents
from lm_synth_assets.model.proportions import largest_remainder
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import AGE_BANDS, AGE_GROUPS, GENDERS


def sample_sizes(region: Region) -> Ints:
    """Patients in each (LHA, age group, gender), in proportion to the residents.

    Raises CapacityError where a cell cannot hold that many different dates of birth.
    """
    population = residents(region, region.run.start_year)
    sizes = _split(population, region.run.patients)
    if region.privacy.unique_quasi_identifiers:
        days = np.array([len(weights) for weights in birth_day_weights(region)])[None, :, None]
        if (sizes > days).any():
            area, age, gender = np.unravel_index(np.argmax(sizes / days), sizes.shape)
            raise CapacityError(
                f"{region.run.patients:,} patients are too many for unique quasi-identifiers: the cell "
                f"{list(region.lhas)[area]} x {AGE_GROUPS[age]} x {GENDERS[gender]} needs "
                f"{sizes[area, age, gender]:,} different dates of birth and has {days[0, age, 0]:,}. "
                f"Ask for at most {_most_patients(population, days, region.run.patients):,} patients, or set "
                "privacy.unique_quasi_identifiers: false in the configuration."
            )
    return sizes


def _split(population: Ints, total: int) -> Ints:
    """`total` patients split in proportion to the residents (LHA, age group, gender)."""
    return largest_remainder(population.ravel().astype(float), total).reshape(population.shape)


def _most_patients(population: Ints, days: Ints, too_many: int) -> int:
    """The largest number of patients for which every cell still has enough days."""
    fits, fails = 0, too_many
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if (_split(population, middle) > days).any():
            fails = middle
        else:
            fits = middle
    return fits


def sampling_weight(region: Region) -> float:
    """Residents that one patient stands for, four decimals."""
    return round(int(residents(region, region.run.start_year).sum()) / region.run.patients, 4)


def birth_day_weights(region: Region) -> list[Floats]:
    """For each age group the relative frequency of each possible birth day (days,), counted back from the
    latest.

    All days of an age group are equally likely, but for the oldest, of whom fewer are left each year.
    """
    weights = []
    for band in AGE_BANDS:
        first, last = birth_range(region.run.reference_date, band.first_age, band.last_age)
        years_on = np.arange(last - first) / 365.25
        decline = region.population.oldest_decline if band.label == AGE_GROUPS[-1] else 0.0
        weights.append((1 - decline) ** years_on)
    return weights


def birth_gaps(region: Region, most: int, *, distinct: bool) -> Floats:
    """The chance that two patients of an age group were born 0, 1, ... `most` days apart (age groups, days).

    `distinct`: they may not have the same date of birth.
    """
    shares = [weights / weights.sum() for weights in birth_day_weights(region)]
    chances = np.array(
        [
            [(share**2).sum(), *(2 * (share[:-days] * share[days:]).sum() for days in range(1, most + 1))]
            for share in shares
        ]
    )
    if distinct:
        chances /= 1 - chances[:, :1]
        chances[:, 0] = 0.0
    return chances


def birth_range(reference: date, first_age: int, last_age: int) -> tuple[int, int]:
    """Days before the reference date, from (included) and to (excluded), of the births of some ages."""
    # Somebody whose birthday is the reference date itself is a full year older that day.
    latest = _years_before(reference, first_age)
    earliest = _years_before(reference, last_age + 1) + timedelta(days=1)
    first = (reference - latest).days if first_age else 1
    return first, (reference - earliest).days + 1


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)
