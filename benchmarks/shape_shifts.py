"""Shifts of shapes: of lengths, ages, rates and times, of who comes often, and of transfers."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.shift import PERCENT, Change, Shift, of_place, some_of
from lm_synth_assets.schema.vocabulary import FROM_AGE, PEDIATRIC_ED, ROUTE_DIRECT, UNDER_AGE
from lm_synth_assets_tests.support.datasets import Tables

_DAY = pd.Timedelta(days=1)


def _age_at_visits(tables: Tables) -> pd.Series:
    """The age in years, at the end of the year, of the patient of each visit."""
    visits, patients = tables["ed_encounters"], tables["patients"]
    born = visits["patient_id"].map(patients.set_index("patient_id")["dob"])
    return visits["arrival_ts"].dt.year - born.dt.year


def other_subservice(to_pediatric: bool) -> Change:
    """A percentage of the children's visits to Pediatric ED goes elsewhere, or of the adults' goes there."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        visits, age = tables["ed_encounters"].copy(), _age_at_visits(tables)
        pediatric = visits["ed_subservice"] == PEDIATRIC_ED
        who = ~pediatric & (age > FROM_AGE) if to_pediatric else pediatric & (age < UNDER_AGE)
        chosen = some_of(visits.index[who], size, rng)
        elsewhere = visits.loc[~pediatric, "ed_subservice"].iloc[0]
        visits.loc[chosen, "ed_subservice"] = PEDIATRIC_ED if to_pediatric else elsewhere
        return {"ed_encounters": visits}

    return change


def away_from_home(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the patients of the default site of their LHA has another home facility."""
    patients = tables["patients"].copy()
    default = patients["lha_id"].map(tables["dim_lha"].set_index("lha_id")["default_site_id"])
    chosen = some_of(patients.index[patients["facility_home_id"] == default], size, rng)
    sites = tables["dim_site"]["site_id"].max()
    patients.loc[chosen, "facility_home_id"] = patients.loc[chosen, "facility_home_id"] % sites + 1
    return {"patients": patients}


def born_early(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of one age group is as old as the oldest of the group in the table."""
    patients = tables["patients"].copy()
    group = of_place(patients, "age_group", rng)
    patients.loc[some_of(patients.index[group], size, rng), "dob"] = patients.loc[group, "dob"].min()
    return {"patients": patients}


def evened(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """The expected ED rates of one age group are so many percent nearer to their mean."""
    patients = tables["patients"].copy()
    group = of_place(patients, "age_group", rng)
    rate = patients.loc[group, "expected_ed_rate"]
    patients.loc[group, "expected_ed_rate"] = (rate + (rate.mean() - rate) * size / 100).round(4)
    return {"patients": patients}


def evened_days(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of one subservice's visits is dealt out to the days of its month in turn."""
    visits = tables["ed_encounters"].copy()
    own = some_of(visits.index[of_place(visits, "ed_subservice", rng)], size, rng).sort_values()
    day = visits.loc[own, "arrival_ts"].dt
    turn = visits.loc[own].groupby(day.month).cumcount() % day.days_in_month
    move = (turn + 1 - day.day) * _DAY
    for column in ("arrival_ts", "departure_ts"):
        visits.loc[own, column] += move
    return {"ed_encounters": visits.assign(arrival_date=visits["arrival_ts"].dt.normalize())}


def come_once(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of repeat visits is given to patients of the same area, facility, age group and gender."""
    visits, patients = tables["ed_encounters"].copy(), tables["patients"]
    by = ["lha_id", "facility_home_id", "age_group", "gender"]
    cell = patients.set_index("patient_id").groupby(by, observed=True).ngroup()
    alike = patients.groupby(cell.to_numpy())["patient_id"].agg(list)
    chosen = some_of(visits.index[visits["patient_id"].duplicated()], size, rng)
    cells = visits.loc[chosen, "patient_id"].map(cell)
    visits.loc[chosen, "patient_id"] = [rng.choice(alike[number]) for number in cells]
    return {"ed_encounters": visits}


def later_in_hours(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of one subservice's visits comes in the middle of the busiest hour of the day."""
    visits = tables["ed_encounters"].copy()
    own = some_of(visits.index[of_place(visits, "ed_subservice", rng)], size, rng)
    busiest = visits["arrival_ts"].dt.hour.mode().iloc[0]
    move = visits.loc[own, "arrival_ts"].dt.normalize() + pd.Timedelta(hours=busiest + 0.5)
    move -= visits.loc[own, "arrival_ts"]
    for column in ("arrival_ts", "departure_ts"):
        visits.loc[own, column] += move
    return {"ed_encounters": visits}


def shuffled(table: str, column: str) -> Change:
    """A percentage of the values of a column changes rows, so that what goes with them is lost."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        frame = tables[table].copy()
        rows = some_of(frame.index, size, rng)
        frame.loc[rows, column] = frame.loc[rng.permutation(rows), column].to_numpy()
        return {table: frame}

    return change


def visits_last(by: str) -> Change:
    """The visits of one value of a column are so many percent longer."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        visits = tables["ed_encounters"].copy()
        own = of_place(visits, by, rng)
        length = (visits.loc[own, "departure_ts"] - visits.loc[own, "arrival_ts"]) * (1 + size / 100)
        visits.loc[own, "departure_ts"] = visits.loc[own, "arrival_ts"] + length.dt.round("s")
        return {"ed_encounters": visits}

    return change


def _moved_stays(tables: Tables, rows: pd.Index, by: pd.Series) -> Tables:
    stays = tables["ip_stays"].copy()
    for column in ("admit_ts", "discharge_ts"):
        stays.loc[rows, column] += by
    return {"ip_stays": stays.assign(admit_date=stays["admit_ts"].dt.normalize())}


def direct_at_night(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of direct admissions begins twelve hours later or earlier, on the same day."""
    stays = tables["ip_stays"]
    rows = some_of(stays.index[_direct(stays)], size, rng)
    hours = np.where(stays.loc[rows, "admit_ts"].dt.hour < 12, 12, -12)
    by = pd.Series(pd.to_timedelta(hours, unit="h"), index=rows)
    return _moved_stays(tables, rows, by)


def direct_in_january(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of direct admissions begins in January."""
    stays = tables["ip_stays"]
    rows = some_of(stays.index[_direct(stays)], size, rng)
    by = (stays.loc[rows, "admit_ts"].dt.dayofyear - 1) // 28 * -28 * _DAY
    return _moved_stays(tables, rows, by)


def _direct(stays: pd.DataFrame) -> pd.Series:
    this_year = stays["admit_ts"].dt.year == stays["admit_ts"].dt.year.mode().iloc[0]
    return (stays["admit_route"] == ROUTE_DIRECT) & stays["transfer_from_stay_id"].isna() & this_year


def _under_way(stays: pd.DataFrame) -> pd.Series:
    return stays["admit_ts"].dt.year < stays["admit_ts"].dt.year.mode().iloc[0]


def not_under_way(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the stays under way on 1 January is missing."""
    stays = tables["ip_stays"]
    return {"ip_stays": stays.drop(index=some_of(stays.index[_under_way(stays)], size, rng))}


def lately_begun(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the stays under way on 1 January began in the last two days of December."""
    stays = tables["ip_stays"]
    rows = some_of(stays.index[_under_way(stays)], size, rng)
    admitted = stays.loc[rows, "admit_ts"]
    new_year = pd.Timestamp(int(admitted.dt.year.max()) + 1, 1, 1)
    late = (new_year - admitted).dt.total_seconds() % (2 * _DAY).total_seconds()
    return _moved_stays(tables, rows, (new_year - pd.to_timedelta(late.round(), unit="s")) - admitted)


def longer_parts(part: Callable[[pd.DataFrame], pd.Series], by: str | None) -> Change:
    """The acute or the ALC parts of stays, of one value of a column or of all, are so many percent longer."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        stays = tables["ip_stays"].copy()
        own = of_place(stays, by, rng) if by else pd.Series(True, index=stays.index)
        more = (part(stays) * size / 100).round(2).where(own, 0.0)
        stays["los_days"] = (stays["los_days"] + more).round(2)
        if part is alc:
            stays["alc_days"] = (stays["alc_days"] + more).round(2)
        return {"ip_stays": stays}

    return change


def acute(stays: pd.DataFrame) -> pd.Series:
    """The acute days of each stay."""
    return stays["los_days"] - stays["alc_days"]


def alc(stays: pd.DataFrame) -> pd.Series:
    """The ALC days of each stay."""
    return stays["alc_days"]


def not_transferred(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of transfers is recorded as a direct admission."""
    stays = tables["ip_stays"].copy()
    rows = some_of(stays.index[stays["transfer_from_stay_id"].notna()], size, rng)
    stays.loc[rows, "admit_route"] = ROUTE_DIRECT
    stays.loc[rows, "transfer_from_stay_id"] = pd.NA
    return {"ip_stays": stays}


SHAPE_SHIFTS = (
    Shift(
        "patients.cross_lha_care",
        "{}% of those treated at the default site of their LHA have another home facility",
        PERCENT,
        away_from_home,
    ),
    Shift("patients.age_shape", "{}% of one age group as old as the oldest of it", PERCENT, born_early),
    Shift(
        "patients.expected_rate_shape",
        "expected rates of one age group {}% nearer to their mean",
        PERCENT,
        evened,
    ),
    Shift(
        "ed_encounters.daily_counts",
        "{}% of one subservice's visits dealt out evenly to the days of the month",
        PERCENT,
        evened_days,
    ),
    Shift(
        "ed_encounters.children_go_to_pediatric_ed",
        "{}% of the children's visits to Pediatric ED made elsewhere",
        PERCENT,
        other_subservice(to_pediatric=False),
    ),
    Shift(
        "ed_encounters.adults_stay_out_of_pediatric_ed",
        "{}% of the adults' visits made to Pediatric ED",
        PERCENT,
        other_subservice(to_pediatric=True),
    ),
    Shift(
        "ed_encounters.visits_per_person",
        "{}% of repeat visits made by others of their area, facility, age group and gender",
        PERCENT,
        come_once,
    ),
    Shift(
        "ed_encounters.visit_lengths",
        "visits of one disposition {}% longer",
        PERCENT,
        visits_last("dispo"),
    ),
    Shift(
        "ed_encounters.visit_lengths",
        "visits to one subservice {}% longer",
        PERCENT,
        visits_last("ed_subservice"),
    ),
    Shift(
        "ed_encounters.arrival_shape",
        "{}% of one subservice's visits come in the middle of the busiest hour",
        PERCENT,
        later_in_hours,
    ),
    Shift(
        "ed_encounters.correlations",
        "lengths of {}% of the visits are those of others",
        PERCENT,
        shuffled("ed_encounters", "departure_ts"),
    ),
    Shift(
        "ed_encounters.associations",
        "dispositions of {}% of the visits are those of others",
        PERCENT,
        shuffled("ed_encounters", "dispo"),
    ),
    Shift(
        "ip_stays.direct_admissions",
        "{}% of the direct admissions twelve hours off",
        PERCENT,
        direct_at_night,
    ),
    Shift(
        "ip_stays.direct_admissions", "{}% of the direct admissions in January", PERCENT, direct_in_january
    ),
    Shift(
        "ip_stays.census_on_1_january",
        "{}% of the stays under way on 1 January missing",
        PERCENT,
        not_under_way,
    ),
    Shift(
        "ip_stays.time_under_way",
        "{}% of the stays under way on 1 January begun in the last two days",
        PERCENT,
        lately_begun,
    ),
    Shift("ip_stays.los_shape", "acute days of all stays {}% longer", PERCENT, longer_parts(acute, None)),
    Shift(
        "ip_stays.los_shape",
        "acute days of one program's stays {}% longer",
        PERCENT,
        longer_parts(acute, "program_id"),
    ),
    Shift("ip_stays.alc_days", "ALC days {}% longer", PERCENT, longer_parts(alc, None)),
    Shift(
        "ip_stays.stay_associations",
        "routes of {}% of the stays are those of others",
        PERCENT,
        shuffled("ip_stays", "admit_route"),
    ),
    Shift(
        "ip_stays.transfers_by_program",
        "{}% of the transfers recorded as direct admissions",
        PERCENT,
        not_transferred,
    ),
)
"""One or more for each gate on a shape, on when stays begin, and on who comes."""
