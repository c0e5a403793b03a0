"""Shifts that nearly keep the region's margins: of one site, area or day, of links, and copies."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.shift import MINUTES, PERCENT, ROWS, Change, Shift, of_place, some_of
from lm_synth_assets.model.calendar import statutory_holidays
from lm_synth_assets.schema.vocabulary import ADMITTED, DIED, DISCHARGED
from lm_synth_assets_tests.support.datasets import Tables

_DAY = pd.Timedelta(days=1)


def _later(visits: pd.DataFrame, rows: pd.Index, by: pd.Timedelta | pd.Series) -> Tables:
    """Some visits later by so much, with their day and their end."""
    copy = visits.copy()
    for column in ("arrival_ts", "departure_ts"):
        copy.loc[rows, column] = copy.loc[rows, column] + by
    return {"ed_encounters": copy.assign(arrival_date=copy["arrival_ts"].dt.normalize())}


def _of_patients(tables: Tables, table: str, column: str) -> pd.Series:
    return tables[table]["patient_id"].map(tables["patients"].set_index("patient_id")[column])


def clock_of_a_site(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """The clock of one site is so many minutes fast from April to September."""
    visits = tables["ed_encounters"]
    summer = visits["arrival_ts"].dt.month.between(4, 9)
    return _later(
        visits, visits.index[of_place(visits, "facility_id", rng) & summer], pd.Timedelta(minutes=size)
    )


def week_of_a_site(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of one site's visits of one week is entered a week later."""
    visits = tables["ed_encounters"]
    week = (visits["arrival_ts"].dt.dayofyear - 1) // 7
    own = visits.index[of_place(visits, "facility_id", rng) & week.eq(rng.integers(1, 50))]
    return _later(visits, some_of(own, size, rng), 7 * _DAY)


def holiday(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the visits of one statutory holiday is entered on the day after."""
    visits = tables["ed_encounters"]
    year = int(visits["arrival_date"].dt.year.mode().iloc[0])
    day = pd.Timestamp(rng.choice(np.array(list(statutory_holidays(year)), dtype=object)))
    return _later(visits, some_of(visits.index[visits["arrival_date"] == day], size, rng), _DAY)


def busy_christmas(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """Christmas Day has so many percent more visits, of other days of December."""
    visits = tables["ed_encounters"]
    day = visits["arrival_date"]
    christmas = pd.Timestamp(int(day.dt.year.mode().iloc[0]), 12, 25)
    count = round(day.eq(christmas).sum() * size / 100)
    others = visits.index[day.dt.month.eq(12) & day.lt(christmas)]
    moved = others[rng.permutation(len(others))[:count]]
    return _later(visits, moved, christmas - day[moved])


def day_of_a_site(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of one site's visits of one day is entered on the day after."""
    visits = tables["ed_encounters"]
    day = visits["arrival_ts"].dt.dayofyear.eq(rng.integers(10, 350))
    return _later(visits, some_of(visits.index[of_place(visits, "facility_id", rng) & day], size, rng), _DAY)


def longer_visits(by: str) -> Change:
    """The visits of one value of a column, of visits or of patients, are so many percent longer."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        visits = tables["ed_encounters"]
        frame = visits if by in visits else pd.DataFrame({by: _of_patients(tables, "ed_encounters", by)})
        length = (visits["departure_ts"] - visits["arrival_ts"]) * (1 + size / 100)
        longer = visits["arrival_ts"] + length.dt.round("s")
        return {
            "ed_encounters": visits.assign(
                departure_ts=visits["departure_ts"].where(~of_place(frame, by, rng), longer)
            )
        }

    return change


def sent_home(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of one site's admissions is sent home."""
    visits = tables["ed_encounters"].copy()
    own = visits.index[visits["dispo"].eq(ADMITTED) & of_place(visits, "facility_id", rng)]
    visits.loc[some_of(own, size, rng), "dispo"] = DISCHARGED
    return {"ed_encounters": visits}


def deaths_elsewhere(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the deaths in EDs is entered at one site, for visits of the same acuity."""
    visits = tables["ed_encounters"].copy()
    site = of_place(visits, "facility_id", rng)
    for rows in visits.groupby("acuity").groups.values():
        some = visits.loc[rows]
        died = some_of(some.index[some["dispo"].eq(DIED) & ~site[rows]], size, rng)
        instead = some.index[some["dispo"].eq(DISCHARGED) & site[rows]][: len(died)]
        visits.loc[died[: len(instead)], "dispo"] = DISCHARGED
        visits.loc[instead, "dispo"] = DIED
    return {"ed_encounters": visits}


def visits_of_another_gender(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the visits of one age group's women is given to men of their area and facility."""
    visits, patients = tables["ed_encounters"].copy(), tables["patients"]
    by = ["lha_id", "facility_home_id"]
    group = patients[of_place(patients, "age_group", rng)]
    women = group[group["gender"] == "Female"].set_index("patient_id")[by]
    men = group[group["gender"] == "Male"].groupby(by)["patient_id"].agg(list)
    some = some_of(visits.index[visits["patient_id"].isin(women.index)], size, rng)
    cells = women.loc[visits.loc[some, "patient_id"]].itertuples(index=False)
    given = [
        rng.choice(men.get(tuple(cell), [patient]))
        for cell, patient in zip(cells, visits.loc[some, "patient_id"], strict=True)
    ]
    visits.loc[some, "patient_id"] = given
    return {"ed_encounters": visits}


def rounded(table: str, column: str, to: str) -> Change:
    """A percentage of the times of a column is rounded; their seconds stay."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        frame = tables[table].copy()
        some = some_of(frame.index, size, rng)
        seconds = pd.to_timedelta(frame.loc[some, column].dt.second, unit="s")
        frame.loc[some, column] = frame.loc[some, column].dt.floor(to) + seconds
        return {table: frame}

    return change


def copied(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """So many visits in a row are those of others, a week and three hours later."""
    visits = tables["ed_encounters"].copy()
    first, other = rng.permutation(len(visits) // 3)[:2] + np.array([0, len(visits) // 2])
    for column in ("arrival_ts", "departure_ts"):
        times = visits[column].iloc[first : first + int(size)] + pd.Timedelta(days=7, hours=3)
        visits.loc[visits.index[other : other + int(size)], column] = times.to_numpy()
    return {"ed_encounters": visits}


def born_on_the_first(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the patients is said to be born on the first of their month."""
    patients = tables["patients"].copy()
    some = some_of(patients.index, size, rng)
    patients.loc[some, "dob"] = patients.loc[some, "dob"].dt.to_period("M").dt.to_timestamp()
    return {"patients": patients}


def copied_patients(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """So many patients have the expected rate of the one before in the table, and are a day older."""
    patients = tables["patients"].copy()
    rows = rng.permutation(len(patients) - 1)[: int(size)] + 1
    patients.loc[rows, "expected_ed_rate"] = patients["expected_ed_rate"].to_numpy()[rows - 1]
    patients.loc[rows, "dob"] = (patients["dob"] - _DAY).to_numpy()[rows - 1]
    return {"patients": patients}


def rates_of_a_gender(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """The expected rates of one gender in one age group are so many percent higher."""
    patients = tables["patients"]
    own = of_place(patients, "gender", rng) & of_place(patients, "age_group", rng)
    raised = (patients["expected_ed_rate"] * (1 + size / 100)).round(4)
    return {"patients": patients.assign(expected_ed_rate=patients["expected_ed_rate"].where(~own, raised))}


def longer_stays(which: Callable[[Tables, np.random.Generator], pd.Series]) -> Change:
    """The acute stays of some are so many percent longer."""

    def change(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
        stays = tables["ip_stays"]
        own = which(tables, rng) & ~stays["alc_flag"]
        longer = (stays["los_days"] * (1 + size / 100)).round(2)
        return {"ip_stays": stays.assign(los_days=stays["los_days"].where(~own, longer))}

    return change


def half_days(tables: Tables, size: float, rng: np.random.Generator) -> Tables:
    """A percentage of the lengths of stay is rounded to half a day."""
    stays = tables["ip_stays"].copy()
    some = some_of(stays.index, size, rng)
    stays.loc[some, "los_days"] = (stays.loc[some, "los_days"] * 2).round().clip(lower=1) / 2
    return {"ip_stays": stays}


def _of_a_site(tables: Tables, rng: np.random.Generator) -> pd.Series:
    return of_place(tables["ip_stays"], "facility_id", rng)


def _of_a_gender(tables: Tables, rng: np.random.Generator) -> pd.Series:
    return of_place(pd.DataFrame({"gender": _of_patients(tables, "ip_stays", "gender")}), "gender", rng)


SUBTLE_SHIFTS = (
    Shift(
        "patients.links",
        "expected rates of one gender in one age group {}% higher",
        PERCENT,
        rates_of_a_gender,
    ),
    Shift(
        "patients.fine_structure",
        "{}% said to be born on the first of their month",
        PERCENT,
        born_on_the_first,
    ),
    Shift("patients.fine_structure", "{} patients copied, a day older", ROWS, copied_patients),
    Shift(
        "ed_encounters.arrivals_by_group",
        "clock of one site {} minutes fast in summer",
        MINUTES,
        clock_of_a_site,
    ),
    Shift(
        "ed_encounters.arrivals_by_group",
        "{}% of one site's visits of a week entered a week later",
        PERCENT,
        week_of_a_site,
    ),
    Shift(
        "ed_encounters.arrivals_by_day",
        "{}% of a holiday's visits entered on the day after",
        PERCENT,
        holiday,
    ),
    Shift("ed_encounters.links", "visits to one site {}% longer", PERCENT, longer_visits("facility_id")),
    Shift("ed_encounters.links", "visits of one gender {}% longer", PERCENT, longer_visits("gender")),
    Shift("ed_encounters.links", "{}% of one site's admissions sent home", PERCENT, sent_home),
    Shift("ed_encounters.links", "{}% of the deaths entered at one site", PERCENT, deaths_elsewhere),
    Shift(
        "ed_encounters.visits_follow_rates",
        "{}% of the visits of one age group's women given to men",
        PERCENT,
        visits_of_another_gender,
    ),
    Shift(
        "ed_encounters.fine_structure",
        "{}% of the arrivals rounded to five minutes",
        PERCENT,
        rounded("ed_encounters", "arrival_ts", "5min"),
    ),
    Shift("ed_encounters.fine_structure", "{} visits copied, a week and three hours later", ROWS, copied),
    Shift("ip_stays.links", "stays at one site {}% longer", PERCENT, longer_stays(_of_a_site)),
    Shift("ip_stays.links", "stays of one gender {}% longer", PERCENT, longer_stays(_of_a_gender)),
    Shift("ip_stays.fine_structure", "{}% of the lengths of stay rounded to half a day", PERCENT, half_days),
)
"""One or more for each gate that weighs counts by their probability."""

BY_SIZE = (
    Shift(
        "ed_encounters.arrivals_by_day", "a holiday's visits all entered on the day after", (100,), holiday
    ),
    Shift(
        "ed_encounters.arrivals_by_day",
        "a third of a holiday's visits entered on the day after",
        (33,),
        holiday,
    ),
    Shift("ed_encounters.arrivals_by_day", "Christmas Day as busy as any other", (25,), busy_christmas),
    Shift(
        "ed_encounters.arrivals_by_group",
        "one site's visits of a day entered on the day after",
        (100,),
        day_of_a_site,
    ),
    Shift(
        "ed_encounters.arrivals_by_group",
        "one site's visits of a week entered a week later",
        (100,),
        week_of_a_site,
    ),
    Shift(
        "ed_encounters.arrivals_by_group", "one site's clock an hour fast in summer", (60,), clock_of_a_site
    ),
    Shift("ed_encounters.links", "all deaths in EDs entered at one site", (100,), deaths_elsewhere),
    Shift("ed_encounters.links", "visits of one gender 5% longer", (5,), longer_visits("gender")),
    Shift("ed_encounters.links", "visits to one site 10% longer", (10,), longer_visits("facility_id")),
    Shift("ip_stays.links", "stays at one site 20% longer", (20,), longer_stays(_of_a_site)),
    Shift(
        "patients.links",
        "expected rates of one gender in one age group 10% higher",
        (10,),
        rates_of_a_gender,
    ),
    Shift(
        "patients.fine_structure", "1% said to be born on the first of their month", (1,), born_on_the_first
    ),
)
"""Shifts of one size each, of which the question is in how many patients they are seen."""
