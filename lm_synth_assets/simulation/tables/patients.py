"""patients: one row a person of the sample, in the order of the panel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.model.people import patient_ids
from lm_synth_assets.model.sample import sampling_weight
from lm_synth_assets.model.visits import planned_volumes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES, GENDERS
from lm_synth_assets.simulation.panel import draw_panel
from lm_synth_assets.simulation.tables.columns import categorical
from lm_synth_assets.simulation.visits import visit_counts


def patients(region: Region) -> pd.DataFrame:
    """patients: one row a person of the sample.

    Raises CapacityError as `sample_sizes` does.
    """
    panel = draw_panel(region)
    people = panel.people
    counts = visit_counts(region, panel, planned_volumes(region))
    return pd.DataFrame(
        {
            "patient_id": patient_ids(len(people)),
            "lha_id": (people.lha + 1).astype(np.int32),
            "facility_home_id": (people.home + 1).astype(np.int32),
            "age_group": categorical(people.age_group, AGE_GROUPS),
            "gender": categorical(people.gender, GENDERS),
            "dob": (np.datetime64(people.reference_date, "D") - people.days_old).astype("datetime64[ns]"),
            "primary_ed_subservice": categorical(_primary(panel.base, counts), ED_SUBSERVICES),
            "expected_ed_rate": panel.expected_ed_rate,
            "ed_visits_year": counts.sum(axis=1).astype(np.int32),
            "sampling_weight": np.full(len(people), sampling_weight(region)),
        }
    )


def _primary(base: Floats, counts: Ints) -> Ints:
    """The subservice with the most visits; of equals, and of none, the one with the highest expected rate.

    `base` are expected and `counts` drawn visits (patients, ED subservices); returns indexes (patients,).
    """
    tie_break = base / (1 + base.max())
    return np.argmax(counts + tie_break, axis=1)
