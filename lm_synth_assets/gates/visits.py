"""The stored ED visits as arrays, which is what gates compute with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lm_synth_assets.gates.gate import Tables
from lm_synth_assets.gates.joined import patient_of, people_in
from lm_synth_assets.model.calendar import DAY
from lm_synth_assets.model.people import People
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints


@dataclass(frozen=True)
class Visits:
    """One array entry a visit, in the order of ed_encounters; groups and places as indexes from 0.

    Visits of nobody who is a patient are left out: they are for `foreign_keys` to see.
    """

    people: People
    row: Ints
    """Position in ed_encounters."""
    patient: Ints
    """Position in patients."""
    site: Ints
    service: Ints
    acuity: Ints
    """From 0 (level 1) to 4 (level 5); 5 where there is none."""
    disposition: Ints
    """Index of the disposition; 5 where there is none."""
    arrival: Ints
    """Seconds since the start of the year's 1 January."""

    @cached_property
    def per_patient(self) -> Ints:
        """Visits of each patient (patients,)."""
        return np.bincount(self.patient, minlength=len(self.people))

    @cached_property
    def day(self) -> Ints:
        """Day of the year of each arrival, from 0."""
        return self.arrival // DAY

    @cached_property
    def second(self) -> Ints:
        """Seconds from midnight to each arrival."""
        return self.arrival % DAY


def visits_of(tables: Tables, region: Region) -> Visits:
    """The visits of a data set, from ed_encounters and patients."""
    return tables.kept(("visits", region.run.reference_date), lambda: _visits(tables, region))


def _visits(tables: Tables, region: Region) -> Visits:
    frame, patient = tables["ed_encounters"], patient_of(tables, "ed_encounters")
    row = np.flatnonzero(patient >= 0)
    start = np.datetime64(region.run.reference_date, "s")
    arrival = (frame["arrival_ts"].to_numpy().astype("datetime64[s]") - start).astype(np.int64)
    disposition = frame["dispo"].cat.codes.to_numpy().astype(np.int64)
    return Visits(
        people=people_in(tables, region),
        row=row,
        patient=patient[row],
        site=frame["facility_id"].to_numpy(np.int64)[row] - 1,
        service=frame["ed_subservice"].cat.codes.to_numpy().astype(np.int64)[row],
        acuity=frame["acuity"].fillna(6).to_numpy(np.int64)[row] - 1,
        disposition=np.where(disposition < 0, 5, disposition)[row],
        arrival=arrival[row],
    )
