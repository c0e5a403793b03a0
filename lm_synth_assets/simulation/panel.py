"""The panel: the patients of the sample, with date of birth, home facility and frailty.

Patients stand in order of LHA, age group, gender and date of birth. A patient's position in that order is
the number in their id, by which tables made later find their patients again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from lm_synth_assets.model.frailty import recover_frailty
from lm_synth_assets.model.people import People, people_of
from lm_synth_assets.model.proportions import largest_remainder
from lm_synth_assets.model.rates import LEAST_RATE, RATE_DECIMALS
from lm_synth_assets.model.sample import birth_day_weights, birth_range, sample_sizes
from lm_synth_assets.model.visits import expected_visits
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import AGE_BANDS
from lm_synth_assets.simulation.streams import Generator, Streams


@dataclass(frozen=True)
class Panel:
    """The patients, with what their ED use follows from."""

    people: People
    base: Floats
    """Expected ED visits per year from the rates, frailty apart (patients, ED subservices)."""
    expected_ed_rate: Floats
    """Expected ED visits per year, frailty included (patients,), rounded as the patients table stores it."""

    def __len__(self) -> int:
        return len(self.people)

    @cached_property
    def frailty(self) -> Floats:
        """Each patient's factor on visits and stays, mean 1 (patients,).

        From the rounded rate, so that it is the same whether the panel was drawn or read from its table.
        """
        return recover_frailty(self.base, self.expected_ed_rate)


def draw_panel(region: Region) -> Panel:
    """The patients of a region's run.

    Raises CapacityError as `sample_sizes` does.
    """
    streams = Streams(region.run.seed)
    sizes = sample_sizes(region)
    lha, age, gender = (np.repeat(axis.ravel(), sizes.ravel()) for axis in np.indices(sizes.shape))
    born = _birth_days(region, sizes, streams.generator("patients", "dob"))
    home = _home_sites(region, lha, streams.generator("patients", "home"))
    people = People(lha, age, gender, home, born, region.run.reference_date)
    shape = region.ed.frailty_shape
    frailty = streams.generator("patients", "frailty").standard_gamma(shape, len(lha)) / shape
    base = expected_visits(region, people)
    rate = np.round(base.sum(axis=1) * frailty, RATE_DECIMALS)
    return Panel(people, base, np.maximum(rate, np.where(base.any(axis=1), LEAST_RATE, 0.0)))


def panel_of(region: Region, patients: pd.DataFrame) -> Panel:
    """The panel that a patients table holds."""
    people = people_of(patients, region.run.reference_date)
    return Panel(people, expected_visits(region, people), patients["expected_ed_rate"].to_numpy(np.float64))


def _birth_days(region: Region, sizes: Ints, rng: Generator) -> Ints:
    """Days from birth to the reference date (patients,), youngest last in each cell, cell by cell.

    `sizes` (LHA, age group, gender) are patients. Drawn without replacement where quasi-identifiers have to
    be unique; that is enough, since the age groups of an LHA and gender share no day of birth.
    """
    replace = not region.privacy.unique_quasi_identifiers
    shares = [weights / weights.sum() for weights in birth_day_weights(region)]
    reference = region.run.reference_date
    offsets = [birth_range(reference, band.first_age, band.last_age)[0] for band in AGE_BANDS]
    days = []
    for area, age, gender in np.ndindex(sizes.shape):
        size = sizes[area, age, gender]
        even = age < len(AGE_BANDS) - 1
        drawn = rng.choice(len(shares[age]), size, replace=replace, p=None if even else shares[age])
        days.append(np.sort(drawn)[::-1] + offsets[age])
    return np.concatenate(days)


def _home_sites(region: Region, lha: Ints, rng: Generator) -> Ints:
    """The index of each patient's home facility among the sites (patients,).

    The area's share that goes elsewhere is taken at equal steps from its patients, who stand in order of age
    and gender, so that those who leave carry the age mix of their area; so is each destination's share of
    them. (Drawn at random, the movers' ages alone break a 5% volume gate for one seed in six.)
    """
    sites = list(region.sites)
    home = np.empty(len(lha), dtype=np.int64)
    for index, area in enumerate(region.lhas.values()):
        residents = np.flatnonzero(lha == index)
        home[residents] = sites.index(area.default_site)
        movers = residents[_equal_steps(len(residents), area.leaves_pct / 100, rng)]
        if len(movers):
            weights = np.array(list(area.goes_to.values()), dtype=float)
            counts = largest_remainder(weights, len(movers))
            home[movers] = _spread([sites.index(code) for code in area.goes_to], counts)
    return home


def _equal_steps(length: int, share: float, rng: Generator) -> Ints:
    """Positions below `length`, this share of them, at equal steps from a random start."""
    points = np.floor(np.arange(1, length + 1) * share + rng.random())
    return np.flatnonzero(np.diff(points, prepend=0) > 0)


def _spread(values: list[int], counts: Ints) -> Ints:
    """Each value as often as its count says, interleaved as evenly as possible."""
    position = np.concatenate([(np.arange(count) + 0.5) / count for count in counts if count])
    return np.repeat(values, counts)[np.argsort(position, kind="stable")]
