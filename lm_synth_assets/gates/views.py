"""The stored tables as gates compute with them: arrays, joined by position, of the year that was simulated.

Looking up text takes longer than most gates, so each join is computed once for a data set.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.special as sc

from lm_synth_assets.gates.gate import Tables, Unreadable
from lm_synth_assets.model.calendar import DAY
from lm_synth_assets.model.length_shares import CaseMix
from lm_synth_assets.model.lengths import longest_days
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.model.people import People, people_of
from lm_synth_assets.model.rates import LEAST_RATE
from lm_synth_assets.model.triage import ACUITIES
from lm_synth_assets.model.units import Unit, units_of
from lm_synth_assets.model.visits import expected_visits
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask
from lm_synth_assets.schema.vocabulary import ADMIT_ROUTES, DISPOSITIONS, ED_SUBSERVICES, ROUTE_DIRECT
from lm_synth_assets.simulation.streams import Streams

NO_ACUITY = ACUITIES
NO_DISPOSITION = len(DISPOSITIONS)
"""The index of a null, one after those of the values."""


def referred(tables: Tables, table: str, column: str, parent: str, target: str) -> Ints:
    """The position in `parent` of the row that each row of a table refers to; -1 where there is none."""
    return tables.cached(
        ("referred", table, column, parent, target),
        lambda: positions(tables[table][column], tables[parent][target]),
    )


def patient_of(tables: Tables, table: str) -> Ints:
    """The position in patients of the patient of each row of a table; -1 where there is no such patient."""
    return referred(tables, table, "patient_id", "patients", "patient_id")


def people_in(tables: Tables, region: Region) -> People:
    """The patients as arrays. Raises Unreadable where an area or a facility is not one of the region."""
    day = region.run.reference_date
    return tables.cached(("people", day), lambda: _people(tables, region))


def _people(tables: Tables, region: Region) -> People:
    people = people_of(tables["patients"], region.run.reference_date)
    # What gates count by area and facility would otherwise have as many cells as the highest number.
    if not (known(people.lha, len(region.lhas)) & known(people.home, len(region.sites))).all():
        raise Unreadable("patients has areas or facilities that are not there (see patients.foreign_keys)")
    return people


def known(index: Ints, count: int) -> Mask:
    """Which indexes are those of one of `count` things."""
    return (index >= 0) & (index < count)


def frailty_share(tables: Tables, region: Region) -> Floats:
    """The share of people who are less frail than each patient (patients,); -1 where no visit is expected.

    A stored rate stands for all that are rounded to it: its position among them is drawn.
    Source: P. K. Dunn and G. K. Smyth, J. Comput. Graph. Stat. 5 (1996), randomized quantile residuals.
    """
    key = ("frailty", region.run.seed, region.run.reference_date)
    return tables.cached(key, lambda: _frailty_share(tables, region))


def _frailty_share(tables: Tables, region: Region) -> Floats:
    patients = tables["patients"]
    base = expected_visits(region, people_in(tables, region)).sum(axis=1)
    stored, shape = patients["expected_ed_rate"].to_numpy(), region.ed.frailty_shape
    position = Streams(region.run.seed).generator("gates", "expected_rate_shape").random(len(stored))
    lowest = np.where(stored > 1.5 * LEAST_RATE, stored - LEAST_RATE / 2, 0.0)
    scale = np.divide(shape, base, out=np.zeros_like(base), where=base > 0)
    low = sc.gammainc(shape, lowest * scale)
    high = sc.gammainc(shape, (stored + LEAST_RATE / 2) * scale)
    return np.where(base > 0, low + (high - low) * position, -1.0)


@dataclass(frozen=True)
class Visits:
    """One array entry a visit, in the order of ed_encounters; groups and places as indexes from 0.

    Visits of nobody who is a patient, or at no site, are left out: they are for `foreign_keys` to see.
    """

    people: People
    row: Ints
    """Position in ed_encounters."""
    patient: Ints
    """Position in patients."""
    site: Ints
    service: Ints
    acuity: Ints
    """From 0 (level 1) to 4 (level 5), or NO_ACUITY."""
    disposition: Ints
    """Index of the disposition, or NO_DISPOSITION."""
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
    return tables.cached(("visits", region.run.reference_date), lambda: _visits(tables, region))


def _visits(tables: Tables, region: Region) -> Visits:
    frame, patient = tables["ed_encounters"], patient_of(tables, "ed_encounters")
    site = frame["facility_id"].to_numpy(np.int64) - 1
    row = np.flatnonzero((patient >= 0) & known(site, len(region.sites)))
    start = np.datetime64(region.run.reference_date, "s")
    arrival = (frame["arrival_ts"].to_numpy().astype("datetime64[s]") - start).astype(np.int64)
    disposition = frame["dispo"].cat.codes.to_numpy().astype(np.int64)
    return Visits(
        people=people_in(tables, region),
        row=row,
        patient=patient[row],
        site=site[row],
        service=frame["ed_subservice"].cat.codes.to_numpy().astype(np.int64)[row],
        acuity=frame["acuity"].fillna(NO_ACUITY + 1).to_numpy(np.int64)[row] - 1,
        disposition=np.where(disposition < 0, NO_DISPOSITION, disposition)[row],
        arrival=arrival[row],
    )


def visits_by_site(visits: Visits, region: Region) -> Ints:
    """Visits (ED subservice, site)."""
    shape = len(ED_SUBSERVICES), len(region.sites)
    cell = visits.service * shape[1] + visits.site
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)


def days_of(region: Region) -> pd.DatetimeIndex:
    """The days of the start year."""
    year = region.run.start_year
    return pd.date_range(f"{year}-01-01", f"{year}-12-31")


def continued(tables: Tables) -> Ints:
    """The position of the stay that each stay continues; -1 where it continues none."""
    return referred(tables, "ip_stays", "transfer_from_stay_id", "ip_stays", "stay_id")


def unit_of(stays: pd.DataFrame, units: list[Unit]) -> Ints:
    """The index of each stay's subprogram among those with inpatient stays; -1 where it is none of them."""
    keys = [unit.subprogram_key for unit in units]
    return positions(stays["subprogram_key"], pd.Series(keys, dtype=stays["subprogram_key"].dtype))


def of_the_year(stays: pd.DataFrame, region: Region) -> Mask:
    """Which stays began in the start year, or later at the end of a spell that did."""
    return (stays["admit_ts"] >= pd.Timestamp(region.run.reference_date)).to_numpy()


@dataclass(frozen=True)
class StayRows:
    """One array entry a stay, in the order of ip_stays; groups and places as indexes from 0.

    Stays of nobody who is a patient, at no site, or in no unit are left out: other gates see them.
    """

    people: People
    row: Ints
    """Position in ip_stays."""
    patient: Ints
    """Position in patients."""
    unit: Ints
    site: Ints
    route: Ints
    of_the_year: Mask
    """The others were under way on 1 January."""
    first: Mask
    """Stays that follow no transfer."""
    admitted: Ints
    """Seconds from the start of the year's 1 January to admission."""
    los: Floats
    """Length of stay in days, ALC included."""
    alc: Floats
    """ALC days."""

    @cached_property
    def direct(self) -> Mask:
        """Stays that begin a spell of the year without an ED visit."""
        return self.of_the_year & self.first & (self.route == ADMIT_ROUTES.index(ROUTE_DIRECT))

    def per_patient(self, which: Mask) -> Ints:
        """How many of some stays each patient has (patients,)."""
        return np.bincount(self.patient[which], minlength=len(self.people))


def stays_of(tables: Tables, region: Region) -> StayRows:
    """The stays of a data set, from ip_stays and patients."""
    return tables.cached(("stay rows", region.run.reference_date), lambda: _stays(tables, region))


def _stays(tables: Tables, region: Region) -> StayRows:
    frame, patient = tables["ip_stays"], patient_of(tables, "ip_stays")
    unit = unit_of(frame, units_of(region))
    site = frame["facility_id"].to_numpy(np.int64) - 1
    row = np.flatnonzero((patient >= 0) & (unit >= 0) & known(site, len(region.sites)))
    frame = frame.iloc[row]
    start = np.datetime64(region.run.reference_date, "s")
    return StayRows(
        people=people_in(tables, region),
        row=row,
        patient=patient[row],
        unit=unit[row],
        site=site[row],
        route=frame["admit_route"].cat.codes.to_numpy().astype(np.int64),
        of_the_year=of_the_year(frame, region),
        first=frame["transfer_from_stay_id"].isna().to_numpy(),
        admitted=(frame["admit_ts"].to_numpy().astype("datetime64[s]") - start).astype(np.int64),
        los=frame["los_days"].to_numpy(np.float64),
        alc=frame["alc_days"].to_numpy(np.float64),
    )


def contacts_in_year(tables: Tables, region: Region) -> Ints:
    """The ED visits and direct admissions of each patient in the year (patients,)."""
    stays = stays_of(tables, region)
    visits = tables["patients"]["ed_visits_year"].to_numpy(np.int64)
    return visits + stays.per_patient(stays.direct)


@dataclass(frozen=True)
class StaysOfTheYear:
    """The stays that began in the start year, of patients and in subprograms that are known."""

    row: Ints
    """Position in ip_stays."""
    patient: Ints
    """Position in patients."""
    mix: CaseMix


def stays_of_the_year(tables: Tables, region: Region) -> StaysOfTheYear:
    """The stays whose length gates compare, with what it depends on."""
    return tables.cached(
        ("stays of the year", region.run.reference_date), lambda: _stays_of_the_year(tables, region)
    )


def _stays_of_the_year(tables: Tables, region: Region) -> StaysOfTheYear:
    stays, frame = stays_of(tables, region), tables["ip_stays"]
    under_way = stays.per_patient(~stays.of_the_year)
    cap = longest_days(
        region,
        contacts_in_year(tables, region) + under_way,
        stays.per_patient(stays.of_the_year),
        np.flatnonzero(under_way),
    )
    row, patient, unit = (part[stays.of_the_year] for part in (stays.row, stays.patient, stays.unit))
    last = positions(frame["stay_id"], frame["transfer_from_stay_id"])[row] < 0
    age_group = stays.people.age_group[patient]
    return StaysOfTheYear(row, patient, CaseMix(unit, age_group, last, cap[patient]))
