"""The patients: a stratified sample of the residents at the reference date, each with a home facility.

Rows are in order of LHA, age group, gender and date of birth; the position in that order is the number in
the patient's id, which is how the later tables find their patients again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from lm_synth_assets.model.frailty import recover_frailty
from lm_synth_assets.model.people import People, patient_ids
from lm_synth_assets.model.proportions import largest_remainder
from lm_synth_assets.model.sample import birth_day_weights, birth_range, sample_sizes, sampling_weight
from lm_synth_assets.model.visits import expected_visits, planned_volumes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import (
    AGE_BANDS,
    AGE_GROUPS,
    ED_SUBSERVICES,
    GENDERS,
)
from lm_synth_assets.simulation.streams import Streams
from lm_synth_assets.simulation.tables.columns import categorical
from lm_synth_assets.simulation.visits import visit_counts


def patients(region: Region) -> pd.DataFrame:
    """patients: one row a person of the sample.

    Raises CapacityError as `sample_sizes` does.
    """
    sizes = sample_sizes(region)
    streams = Streams(region.run.seed)
    lha, age, gender = (np.repeat(axis.ravel(), sizes.ravel()) for axis in np.indices(sizes.shape))
    born = _birth_days(region, sizes, streams.generator("patients", "dob"))
    home = _home_sites(region, lha, streams.generator("patients", "home"))
    shape = region.ed.frailty_shape
    frailty = streams.generator("patients", "frailty").standard_gamma(shape, len(lha)) / shape
    people = People(lha, age, gender, home, born, region.run.reference_date)
    base = expected_visits(region, people)
    # At least the smallest rate that is stored: nobody who could come is out of reach of a visit.
    expected = np.maximum(np.round(base.sum(axis=1) * frailty, 4), np.where(base.any(axis=1), 0.0001, 0.0))
    counts = visit_counts(
        region, people, base, recover_frailty(base, expected), planned_volumes(region), streams
    )
    total = region.run.patients
    return pd.DataFrame(
        {
            "patient_id": patient_ids(total),
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


def _primary(base: Floats, counts: Ints) -> Ints:
    """The subservice with the most visits; of equals, and of none, the one with the highest expected rate."""
    tie_break = base / (1 + base.max())
    return np.argmax(counts + tie_break, axis=1)


def _birth_days(region: Region, sizes: Ints, rng: np.random.Generator) -> Ints:
    """Days between birth and the reference date, youngest last, cell by cell in order.

    Without replacement inside LHA x gender (age groups do not overlap) when quasi-identifiers are unique.
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
