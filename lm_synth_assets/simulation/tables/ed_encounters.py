"""ed_encounters: one row an ED visit of the start year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.errors import UserError
from lm_synth_assets.model.visits import planned_volumes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import DISPOSITIONS, ED_SUBSERVICES
from lm_synth_assets.simulation.emergency import ed_year
from lm_synth_assets.simulation.panel import panel_of
from lm_synth_assets.simulation.tables.columns import categorical
from lm_synth_assets.simulation.visits import visit_counts


class OtherPatients(UserError):
    """The patients table is not the one that this configuration and seed make."""


def ed_encounters(region: Region, patients: pd.DataFrame) -> pd.DataFrame:
    """ed_encounters from the patients table, in order of arrival.

    Raises OtherPatients when the visits drawn are not those of `ed_visits_year`, and NoRoom when some of them
    do not fit the year.
    """
    panel = panel_of(region, patients)
    counts = visit_counts(region, panel, planned_volumes(region))
    if (counts.sum(axis=1) != patients["ed_visits_year"].to_numpy()).any():
        raise OtherPatients(
            "patients.ed_visits_year is not what this configuration and seed give: "
            "make patients again with them"
        )
    visits, arrival = ed_year(region, panel, counts)
    order = np.lexsort((visits.service, visits.patient, arrival))
    start = np.datetime64(region.run.reference_date, "s")
    arrival_ts = (start + arrival[order]).astype("datetime64[ns]")
    return pd.DataFrame(
        {
            "encounter_id": np.arange(1, len(order) + 1),
            "patient_id": patients["patient_id"].array.take(visits.patient[order]),
            "facility_id": (visits.site[order] + 1).astype(np.int32),
            "ed_subservice": categorical(visits.service[order], ED_SUBSERVICES),
            "arrival_ts": arrival_ts,
            "acuity": pd.array(visits.acuity[order] + 1, dtype="Int8"),
            "dispo": categorical(visits.disposition[order], DISPOSITIONS),
            "arrival_date": arrival_ts.astype("datetime64[D]").astype("datetime64[ns]"),
            "departure_ts": (start + arrival[order] + visits.duration[order]).astype("datetime64[ns]"),
        }
    )
