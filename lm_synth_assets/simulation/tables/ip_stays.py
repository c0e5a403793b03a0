"""ip_stays: one row an inpatient stay."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.model.people import patient_numbers
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints, Mask
from lm_synth_assets.schema.identifiers import subprogram_key
from lm_synth_assets.schema.vocabulary import (
    ADMIT_ROUTES,
    ADMITTED,
    ROUTE_DIRECT,
    ROUTE_ED,
    ROUTE_TRANSFER,
)
from lm_synth_assets.simulation.inpatient import Admissions, hospital_year
from lm_synth_assets.simulation.panel import panel_of
from lm_synth_assets.simulation.spells import HUNDREDTH, Origin
from lm_synth_assets.simulation.tables.columns import categorical


def ip_stays(region: Region, patients: pd.DataFrame, ed_encounters: pd.DataFrame) -> pd.DataFrame:
    """ip_stays from patients and ed_encounters, in order of admission.

    Raises NoRoom when a patient's direct stays do not fit the year.
    """
    year = np.datetime64(region.run.reference_date, "s")
    visits = ed_encounters.loc[
        ed_encounters["dispo"] == ADMITTED, ["encounter_id", "patient_id", "departure_ts"]
    ]
    departure = (visits["departure_ts"].to_numpy().astype("datetime64[s]") - year).astype(np.int64)
    admissions = Admissions(patient_numbers(visits["patient_id"]), departure)
    spells, stays, admission = hospital_year(
        region, panel_of(region, patients), patients["ed_visits_year"].to_numpy(dtype=np.int64), admissions
    )
    spell, first = stays.spell, stays.first
    patient, admit = spells.patient[spell], spells.start[spell] + stays.offset
    by_time = np.lexsort((patient, admit))
    stay_id = np.empty(len(admit), dtype=np.int64)
    stay_id[by_time] = np.arange(1, len(admit) + 1)
    through_ed = spells.origin == Origin.THROUGH_ED
    encounter = np.zeros(len(spells.patient), dtype=np.int64)
    encounter[through_ed] = visits["encounter_id"].to_numpy()[admission]
    units = units_of(region)
    program = np.array([unit.program_id for unit in units])[spells.unit[spell]]
    subprogram = np.array([unit.subprogram_id for unit in units])[spells.unit[spell]]
    admit_ts = (year + admit).astype("datetime64[ns]")
    frame = pd.DataFrame(
        {
            "stay_id": stay_id,
            "patient_id": patients["patient_id"].array.take(patient),
            "facility_id": (stays.site + 1).astype(np.int32),
            "program_id": program.astype(np.int32),
            "subprogram_id": subprogram.astype(np.int32),
            "admit_ts": admit_ts,
            "discharge_ts": (year + admit + stays.los * HUNDREDTH).astype("datetime64[ns]"),
            "los_days": stays.los / 100,
            "alc_flag": stays.alc > 0,
            "subprogram_key": subprogram_key(program, subprogram).astype(np.int32),
            "admit_date": admit_ts.astype("datetime64[D]").astype("datetime64[ns]"),
            "alc_days": stays.alc / 100,
            "admit_route": categorical(_routes(spells.via_ed[spell], first), ADMIT_ROUTES),
            "ed_encounter_id": _known(encounter[spell], first & through_ed[spell]),
            "transfer_from_stay_id": _known(np.roll(stay_id, 1), ~first),
        }
    )
    return frame.take(by_time).reset_index(drop=True)


def _routes(via_ed: Mask, first: Mask) -> Ints:
    """The index of the admit_route of each stay (stays,)."""
    ed, direct, transfer = map(ADMIT_ROUTES.index, (ROUTE_ED, ROUTE_DIRECT, ROUTE_TRANSFER))
    return np.where(first, np.where(via_ed, ed, direct), transfer)


def _known(numbers: Ints, known: Mask) -> pd.arrays.IntegerArray:
    """The numbers where they are known, and null elsewhere."""
    return pd.arrays.IntegerArray(np.where(known, numbers, 0), ~known)
