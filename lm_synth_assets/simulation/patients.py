"""The patients: a stratified sample of the residents at the reference date, each with a home facility.

Rows are in order of LHA, age group, gender and date of birth; the position in that order is the number in
the patient's id, which is how the later tables find their patients again.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lm_synth_assets.config import Region
from lm_synth_assets.random_streams import Streams
from lm_synth_assets.simulation.apportion import Floats, Ints, largest_remainder
from lm_synth_assets.simulation.columns import categorical
from lm_synth_assets.simulation.people import People
from lm_synth_assets.simulation.population import residents
from lm_synth_assets.simulation.visits import expected_visits, frailty_of, planned_volumes, visit_counts
from lm_synth_assets.vocabulary import AGE_BANDS, AGE_GROUPS, ED_SUBSERVICES, GENDERS


class CapacityError(Exception):
    """More patients are asked for than can have distinct quasi-identifiers."""


def sample_sizes(region: Region) -> Ints:
    """Patients in each (LHA, age group, gender), in proportion to the residents.

    Raises CapacityError where a cell cannot hold that many different dates of birth.
    """
    population = residents(region, region.run.start_year)
    sizes = _split(population, region.run.patients)
    if region.privacy.unique_quasi_identifiers:
        days = np.array([len(weights) for weights in _birth_day_weights(region)])[None, :, None]
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


def generate_patients(region: Region, streams: Streams) -> pd.DataFrame:
    """patients: one row a person of the sample.

    Raises CapacityError as `sample_sizes` does.
    """
    sizes = sample_sizes(region)
    lha, age, gender = (np.repeat(axis.ravel(), sizes.ravel()) for axis in np.indices(sizes.shape))
    born = _birth_days(region, sizes, streams.generator("patients", "dob"))
    home = _home_sites(region, lha, streams.generator("patients", "home"))
    shape = region.ed.frailty_shape
    frailty = streams.generator("patients", "frailty").standard_gamma(shape, len(lha)) / shape
    people = People(lha, age, gender, home, born, region.run.reference_date)
    base = expected_visits(region, people)
    # At least the smallest rate that is stored: nobody who could come is out of reach of a visit.
    expected = np.maximum(np.round(base.sum(axis=1) * frailty, 4), np.where(base.any(axis=1), 0.0001, 0.0))
    counts = visit_counts(region, people, base, frailty_of(base, expected), planned_volumes(region), streams)
    total = region.run.patients
    return pd.DataFrame(
        {
            "patient_id": _ids(total),
            "lha_id": (lha + 1).astype(np.int32),
            "facility_home_id": (home + 1).astype(np.int32),
            "age_group": categorical(age, AGE_GROUPS),
            "gender": categorical(gender, GENDERS),
            "dob": (np.datetime64(region.run.reference_date, "D") - born).astype("datetime64[ns]"),
            "primary_ed_subservice": categorical(_primary(base, counts), ED_SUBSERVICES),
            "expected_ed_rate": expected,
            "ed_visits_year": counts.sum(axis=1).astype(np.int32),
            "sampling_weight": np.full(total, sampling_weight(region)),
        }
    )


def _ids(total: int) -> pd.Series:
    number = pc.utf8_lpad(pa.array(np.arange(1, total + 1)).cast(pa.string()), 7, "0")
    return pd.Series(pc.binary_join_element_wise("P", number, ""), dtype="string[pyarrow]")


def sampling_weight(region: Region) -> float:
    """Residents that one patient stands for, four decimals."""
    return round(int(residents(region, region.run.start_year).sum()) / region.run.patients, 4)


def _primary(base: Floats, counts: Ints) -> Ints:
    """The subservice with the most visits; of equals, and of none, the one with the highest expected rate."""
    tie_break = base / (1 + base.max())
    return np.argmax(counts + tie_break, axis=1)


def _birth_day_weights(region: Region) -> list[Floats]:
    """For each age group the relative frequency of each possible birth day, counted back from the latest.

    All days of an age group are equally likely, but for the oldest, of whom fewer are left each year.
    """
    weights = []
    for band in AGE_BANDS:
        first, last = _birth_range(region.run.reference_date, band.first_age, band.last_age)
        years_on = np.arange(last - first) / 365.25
        decline = region.population.oldest_decline if band.label == AGE_GROUPS[-1] else 0.0
        weights.append((1 - decline) ** years_on)
    return weights


def _birth_range(reference: date, first_age: int, last_age: int) -> tuple[int, int]:
    """Days before the reference date, from (included) and to (excluded), of the births of some ages."""
    # Somebody whose birthday is the reference date itself is a full year older that day.
    latest = _years_before(reference, first_age)
    earliest = _years_before(reference, last_age + 1) + timedelta(days=1)
    first = (reference - latest).days if first_age else 1
    return first, (reference - earliest).days + 1


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


def _birth_days(region: Region, sizes: Ints, rng: np.random.Generator) -> Ints:
    """Days between birth and the reference date, youngest last, cell by cell in order.

    Without replacement inside LHA x gender (age groups do not overlap) when quasi-identifiers are unique.
    """
    replace = not region.privacy.unique_quasi_identifiers
    shares = [weights / weights.sum() for weights in _birth_day_weights(region)]
    reference = region.run.reference_date
    offsets = [_birth_range(reference, band.first_age, band.last_age)[0] for band in AGE_BANDS]
    days = []
    for area, age, gender in np.ndindex(sizes.shape):
        size = sizes[area, age, gender]
        even = age < len(AGE_BANDS) - 1
        drawn = rng.choice(len(shares[age]), size, replace=replace, p=None if even else shares[age])
        days.append(np.sort(drawn)[::-1] + offsets[age])
    return np.concatenate(days)


def _home_sites(region: Region, lha: Ints, rng: np.random.Generator) -> Ints:
    """Each patient's home facility as an index into the sites.

    The area's share that goes elsewhere is taken at equal steps from its patients, who stand in order of age
    and gender, so that those who leave carry the age mix of their area; so is each destination's share of
    them. (Drawn at random, the movers' ages alone break a 5 % volume gate for one seed in six.)
    """
    sites = list(region.sites)
    home = np.empty(len(lha), dtype=np.int64)
    for index, area in enumerate(region.lhas.values()):
        here = np.flatnonzero(lha == index)
        home[here] = sites.index(area.default_site)
        movers = here[_equal_steps(len(here), area.leaves_pct / 100, rng)]
        if len(movers):
            weights = np.array(list(area.goes_to.values()), dtype=float)
            counts = largest_remainder(weights, len(movers))
            home[movers] = _spread([sites.index(code) for code in area.goes_to], counts)
    return home


def _equal_steps(length: int, share: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    points = np.floor(np.arange(1, length + 1) * share + rng.random())
    return np.flatnonzero(np.diff(points, prepend=0) > 0)


def _spread(values: list[int], counts: Ints) -> Ints:
    """Each value as often as its count says, interleaved as evenly as can be."""
    position = np.concatenate([(np.arange(count) + 0.5) / count for count in counts if count])
    return np.repeat(values, counts)[np.argsort(position, kind="stable")]
