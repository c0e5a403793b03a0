"""Shifts of margins: rows lost, moved or relabelled in one cell, by how much a gate lets pass.

Sizes are in the unit of the shift. Those that leave every margin as it is are in `subtle_shifts`; those of
shapes are in `shape_shifts`.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.shape_shifts import SHAPE_SHIFTS
from benchmarks.shift import MINUTES, PERCENT, Change, Shift
from benchmarks.subtle_shifts import SUBTLE_SHIFTS
from lm_synth_assets_tests.support.datasets import Tables


def lost(table: str, columns: list[str]) -> Change:
    """A percentage of the rows of one cell of some columns is missing."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        frame = tables[table]
        cell = frame.groupby(columns, observed=True).ngroup().to_numpy()
        # The place of a row chosen at random: large cells come up more often, as they do in accidents.
        inside = np.flatnonzero(cell == cell[rng.integers(len(cell))])
        gone = rng.permutation(inside)[: round(len(inside) * size / 100)]
        return {table: frame.drop(index=frame.index[gone])}

    return change


def moved(table: str, column: str, within: list[str]) -> Change:
    """A percentage of the rows of one cell has the next value of `column`."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        frame = tables[table].copy()
        cell = frame.groupby([*within, column], observed=True).ngroup().to_numpy()
        inside = np.flatnonzero(cell == cell[rng.integers(len(cell))])
        some = frame.index[rng.permutation(inside)[: round(len(inside) * size / 100)]]
        values = sorted(frame[column].dropna().unique())
        here = frame[column].iloc[inside[0]]
        frame.loc[some, column] = values[(values.index(here) + 1) % len(values)]
        return {table: frame}

    return change


def given_away(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the visits of one area's patients belongs to patients of the next area."""
    visits, patients = tables["ed_encounters"].copy(), tables["patients"]
    area = visits["patient_id"].map(patients.set_index("patient_id")["lha_id"]).to_numpy()
    here = area[rng.integers(len(area))]
    own = visits.index[area == here]
    some = rng.permutation(own)[: round(len(own) * size / 100)]
    others = patients.loc[patients["lha_id"] == here % patients["lha_id"].max() + 1, "patient_id"]
    visits.loc[some, "patient_id"] = others.sample(len(some), replace=True, random_state=rng).to_numpy()
    return {"ed_encounters": visits}


def later(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """The clock of one subservice is so many minutes fast."""
    visits = tables["ed_encounters"].copy()
    service = visits["ed_subservice"].iloc[rng.integers(len(visits))]
    mine = visits["ed_subservice"] == service
    ahead = pd.Timedelta(minutes=size)
    for column in ("arrival_ts", "departure_ts"):
        visits.loc[mine, column] += ahead
    visits["arrival_date"] = visits["arrival_ts"].dt.normalize()
    return {"ed_encounters": visits}


def fewer_at(part: Callable[[pd.Series], pd.Series]) -> Change:
    """A percentage of one subservice's visits in one hour, weekday or month is missing."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        visits = tables["ed_encounters"]
        cell = visits.groupby([visits["ed_subservice"], part(visits["arrival_ts"])], observed=True).ngroup()
        inside = np.flatnonzero(cell == cell.iloc[rng.integers(len(cell))])
        gone = rng.permutation(inside)[: round(len(inside) * size / 100)]
        return {"ed_encounters": visits.drop(index=visits.index[gone])}

    return change


def scaled(table: str, column: str, by: str) -> Change:
    """A number is so many percent higher in one cell."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        frame = tables[table].copy()
        here = frame[by].iloc[rng.integers(len(frame))]
        frame.loc[frame[by] == here, column] *= 1 + size / 100
        return {table: frame}

    return change


def acute_again(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of one program's ALC stays is recorded as acute to the end."""
    stays = tables["ip_stays"].copy()
    alc = stays.index[stays["alc_flag"]]
    here = stays.loc[alc[int(rng.integers(len(alc)))], "program_id"]
    own = alc[stays.loc[alc, "program_id"] == here]
    some = rng.permutation(own)[: round(len(own) * size / 100)]
    stays.loc[some, "alc_flag"] = False
    stays.loc[some, "alc_days"] = 0.0
    return {"ip_stays": stays}


def direct_instead(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the stays that came through the ED is recorded as direct."""
    stays = tables["ip_stays"].copy()
    through = stays.index[stays["admit_route"] == "ED"]
    some = rng.permutation(through)[: round(len(through) * size / 100)]
    stays.loc[some, "admit_route"] = "direct"
    return {"ip_stays": stays}


SHIFTS = (
    Shift(
        "patients.marginals",
        "{}% of one LHA x age group x gender recorded as the next gender",
        PERCENT,
        moved("patients", "gender", ["lha_id", "age_group"]),
    ),
    Shift(
        "patients.home_facilities",
        "{}% of one LHA x home facility sent to the next facility",
        PERCENT,
        moved("patients", "facility_home_id", ["lha_id"]),
    ),
    Shift(
        "patients.expected_rates_reconcile",
        "expected rates of one LHA {}% higher",
        PERCENT,
        scaled("patients", "expected_ed_rate", "lha_id"),
    ),
    Shift(
        "ed_encounters.volumes_by_site",
        "{}% of one facility x subservice's visits missing",
        PERCENT,
        lost("ed_encounters", ["facility_id", "ed_subservice"]),
    ),
    Shift(
        "ed_encounters.volumes_by_catchment",
        "{}% of one area's visits given to patients of another",
        PERCENT,
        given_away,
    ),
    Shift(
        "ed_encounters.hour_profile",
        "{}% of one subservice's visits of one hour of day missing",
        PERCENT,
        fewer_at(lambda time: time.dt.hour),
    ),
    Shift(
        "ed_encounters.weekday_profile",
        "{}% of one subservice's visits of one weekday missing",
        PERCENT,
        fewer_at(lambda time: time.dt.dayofweek),
    ),
    Shift(
        "ed_encounters.month_profile",
        "{}% of one subservice's visits of one month missing",
        PERCENT,
        fewer_at(lambda time: time.dt.month),
    ),
    Shift("ed_encounters.clock", "clock of one subservice {} minutes fast", MINUTES, later),
    Shift(
        "ed_encounters.acuity_mix",
        "{}% of one subservice x acuity triaged one level on",
        PERCENT,
        moved("ed_encounters", "acuity", ["ed_subservice"]),
    ),
    Shift(
        "ed_encounters.disposition_mix",
        "{}% of one subservice x disposition recorded as another",
        PERCENT,
        moved("ed_encounters", "dispo", ["ed_subservice"]),
    ),
    Shift(
        "ip_stays.admissions_through_ed",
        "{}% of the admissions through the ED recorded as direct",
        PERCENT,
        direct_instead,
    ),
    Shift("ip_stays.alc_mix", "{}% of one program's ALC stays recorded as acute", PERCENT, acute_again),
    Shift(
        "ip_stays.stays_by_program",
        "{}% of one program's stays missing",
        PERCENT,
        lost("ip_stays", ["program_id"]),
    ),
    Shift(
        "ip_stays.los_medians",
        "stays of one subprogram {}% longer",
        PERCENT,
        scaled("ip_stays", "los_days", "subprogram_key"),
    ),
    *SUBTLE_SHIFTS,
    *SHAPE_SHIFTS,
)
