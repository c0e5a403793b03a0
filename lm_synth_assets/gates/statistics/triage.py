"""Gates on how urgent ED visits are and how they end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import within_chance
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import Visits, visits_of
from lm_synth_assets.model.triage import ACUITIES, acuity_shares, disposition_chances
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import (
    AGE_GROUPS,
    DISPOSITIONS,
    ED_SUBSERVICES,
)

_LEVELS = tuple(str(level) for level in range(1, ACUITIES + 1))


def acuity_mix(tables: Tables, region: Region) -> Verdict:
    """Acuity is distributed as configured for the subservice and the patient's age."""
    counted = visits_by_kind(visits_of(tables, region))
    given = counted.sum(axis=(2, 3))
    shares = acuity_shares(region)
    return _mix("acuity", _LEVELS, given, shares, counted.sum(axis=(1, 3)), region)


def disposition_mix(tables: Tables, region: Region) -> Verdict:
    """Dispositions are distributed as configured for subservice, acuity and the patient's age."""
    # What no acuity leads to cannot be said; `acuity_mix` sees those visits.
    counted = visits_by_kind(visits_of(tables, region))[:, :, : len(_LEVELS)]
    given = counted.sum(axis=3)
    chances = disposition_chances(region, given)
    return _mix("disposition", DISPOSITIONS, given, chances, counted.sum(axis=(1, 2)), region)


def visits_by_kind(visits: Visits) -> Ints:
    """Counts (ED subservice, age group, acuity, disposition); the last of the latter two is none at all."""
    shape = (len(ED_SUBSERVICES), len(AGE_GROUPS), len(_LEVELS) + 1, len(DISPOSITIONS) + 1)
    where = (visits.service, visits.people.age_group[visits.patient], visits.acuity, visits.disposition)
    return np.bincount(np.ravel_multi_index(where, shape), minlength=int(np.prod(shape))).reshape(shape)


def _mix(
    column: str, labels: Sequence[str], given: Ints, chances: Floats, observed: Ints, region: Region
) -> Verdict:
    """Compare visits by ED subservice and category, the last of which is none at all.

    `given` (ED subservice, ...) are the visits that have the same `chances` (ED subservice, ..., category);
    `observed` (ED subservice, category and none). Each visit is a free draw.
    """
    between = tuple(range(1, given.ndim))
    expected = (given[..., None] * chances).sum(axis=between)
    variance = (given[..., None] * chances * (1 - chances)).sum(axis=between)
    nothing = np.zeros((len(ED_SUBSERVICES), 1))
    expected, variance = np.hstack([expected, nothing]), np.hstack([variance, nothing])
    compared = pd.DataFrame(
        {
            "ed_subservice": np.repeat(ED_SUBSERVICES, expected.shape[1]),
            column: np.tile([*labels, "none"], len(ED_SUBSERVICES)),
            "expected": expected.ravel(),
            "observed": observed.ravel(),
            "variance": variance.ravel(),
        }
    )
    return within_chance(compared, region.gates.mix_tolerance_pct, "visits", region)
