"""Inpatient stays: the planned stays, joined to the ED encounters that began them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.model.frailty import recover_frailty
from lm_synth_assets.model.people import patient_numbers, people_of
from lm_synth_assets.model.units import units_of
from lm_synth_assets.model.visits import expected_visits
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
from lm_synth_assets.simulation.arrivals import timetable
from lm_synth_assets.simulation.stay_plan import HUNDREDTH, plan_stays
from lm_synth_assets.simulation.streams import Streams
from lm_synth_assets.simulation.tables.columns import categorical


def ip_stays(region: Region, patients: pd.DataFrame, ed_encounters: pd.DataFrame) -> pd.DataFrame:
    """ip_stays from patients and ed_encounters: one row a stay, in order of admission.

    A patient's first, second, ... admission through the ED, by time, starts the spell planned for it, when
    the ED visit ends (and after the way to another site where the own one lacks the subprogram).
    """
    people = people_of(patients, region.run.reference_date)
    streams = Streams(region.run.seed)
    admissions = ed_encounters.loc[
        ed_encounters["dispo"] == ADMITTED, ["encounter_id", "patient_id", "departure_ts"]
    ]
    number = patient_numbers(admissions["patient_id"])
    order = np.argsort(number, kind="stable")
    per_patient = np.bincount(number, minlength=len(people))
    spells, stays = plan_stays(
        region,
        people,
        recover_frailty(expected_visits(region, people), patients["expected_ed_rate"].to_numpy()),
        patients["ed_visits_year"].to_numpy(dtype=np.int64),
        per_patient,
        timetable(region, streams),
        streams,
    )
    year = np.datetime64(f"{region.run.start_year}-01-01", "s")
    left_ed = (admissions["departure_ts"].to_numpy().astype("datetime64[s]") - year).astype(np.int64)
    from_ed = spells.slot >= 0
    start = spells.start.copy()
    start[from_ed] = left_ed[order]
    encounter = np.zeros(len(start), dtype=np.int64)
    encounter[from_ed] = admissions["encounter_id"].to_numpy()[order]

    admit = start[stays.spell] + stays.offset
    patient = spells.patient[stays.spell]
    by_time = np.lexsort((patient, admit))
    stay_id = np.empty(len(admit), dtype=np.int64)
    stay_id[by_time] = np.arange(1, len(admit) + 1)
    before = np.where(stays.first, 0, np.append(0, stay_id[:-1])[: len(stay_id)])
    encounter_of_stay = np.where(stays.first, encounter[stays.spell], 0)
    route = _routes(spells.by_ed[stays.spell], stays.first)
    unit = spells.unit[stays.spell]
    units = units_of(region)
    program = np.array([u.program_id for u in units])[unit]
    subprogram = np.array([u.subprogram_id for u in units])[unit]
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
            "admit_route": categorical(route, ADMIT_ROUTES),
            "ed_encounter_id": _or_null(encounter_of_stay),
            "transfer_from_stay_id": _or_null(before),
        }
    )
    return frame.take(by_time).reset_index(drop=True)


def _routes(by_ed: Mask, first: Mask) -> Ints:
    ed, direct, transfer = map(ADMIT_ROUTES.index, (ROUTE_ED, ROUTE_DIRECT, ROUTE_TRANSFER))
    return np.where(first, np.where(by_ed, ed, direct), transfer)


def _or_null(numbers: Ints) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(numbers, numbers == 0)
