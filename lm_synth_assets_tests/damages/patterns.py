"""What may go wrong with arrivals of one site, one area, one group or one day, while the region's hold."""

import numpy as np
import pandas as pd

from lm_synth_assets_tests.damages.damage import damage
from lm_synth_assets_tests.support.datasets import Tables

_SEED = 7
_HOUR, _DAY = pd.Timedelta(hours=1), pd.Timedelta(days=1)


def _later(visits: pd.DataFrame, which: pd.Series, by: pd.Series | pd.Timedelta) -> Tables:
    """Some visits later by so much, with their day and their end."""
    copy = visits.copy()
    for column in ("arrival_ts", "departure_ts"):
        copy[column] = copy[column].where(~which, copy[column] + by)
    return {"ed_encounters": copy.assign(arrival_date=copy["arrival_ts"].dt.normalize())}


def _of_patients(tables: Tables, column: str) -> pd.Series:
    patients = tables["patients"].set_index("patient_id")
    return tables["ed_encounters"]["patient_id"].map(patients[column])


@damage("ed_encounters.arrivals_by_group", "six sites are an hour late from April to September")
def six_sites_late_in_summer(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    late = visits["facility_id"].le(6) & visits["arrival_ts"].dt.month.between(4, 9)
    return _later(visits, late & visits["arrival_ts"].dt.hour.lt(23), _HOUR)


@damage("ed_encounters.arrivals_by_group", "one site books the night's visits in the morning")
def one_sites_night_in_the_morning(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    night = visits["facility_id"].eq(3) & visits["arrival_ts"].dt.hour.lt(6)
    return _later(visits, night, 6 * _HOUR)


@damage("ed_encounters.arrivals_by_group", "one site enters a week of May in the week after")
def one_site_without_a_week(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    week = visits["facility_id"].eq(6) & visits["arrival_date"].between("2025-05-07", "2025-05-13")
    return _later(visits, week, 7 * _DAY)


@damage("ed_encounters.arrivals_by_group", "one site has the days of another")
def the_days_of_another_site(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    days = np.sort(visits.loc[visits["facility_id"] == 6, "arrival_date"].to_numpy())
    own = visits.index[visits["facility_id"] == 11]
    # As many of the other site's days as there are visits, at equal steps.
    step = np.arange(len(own)) * len(days) // len(own)
    by = pd.Series(pd.Timedelta(0), index=visits.index)
    by[own] = days[step] - visits.loc[own, "arrival_date"].to_numpy()
    return _later(visits, visits["facility_id"].eq(11), by)


@damage("ed_encounters.arrivals_by_group", "the visits of one area in May are entered on Mondays")
def one_area_on_mondays(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    of_area = _of_patients(tables, "lha_id").eq(2) & visits["arrival_ts"].dt.month.eq(5)
    back = -pd.to_timedelta(visits["arrival_ts"].dt.dayofweek, unit="D")
    return _later(visits, of_area, back)


@damage("ed_encounters.arrivals_by_group", "those over 75 who come at the weekend are entered on Friday")
def the_old_stay_away_at_weekends(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    weekday = visits["arrival_ts"].dt.dayofweek
    old = _of_patients(tables, "age_group").isin(["75-84", "85+"]) & weekday.ge(5)
    old &= visits["arrival_date"] > "2025-01-05"
    return _later(visits, old, pd.to_timedelta(4 - weekday, unit="D"))


@damage("ed_encounters.arrivals_by_group", "the most urgent come twelve hours after the others")
def the_urgent_at_night(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    urgent = visits["acuity"].le(2).fillna(False).astype(bool) & visits["ed_subservice"].eq("Adult ED")
    half_a_day = visits["arrival_ts"].dt.hour.lt(12).map({True: 12 * _HOUR, False: -12 * _HOUR})
    return _later(visits, urgent, half_a_day)


@damage("ed_encounters.arrivals_by_day", "Christmas is a day like the one before: nobody comes")
def nobody_comes_at_christmas(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return _later(visits, visits["arrival_date"] == "2025-12-25", _DAY)


@damage("ed_encounters.arrivals_by_day", "the visits of Labour Day are entered on the day after")
def labour_day_entered_late(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return _later(visits, visits["arrival_date"] == "2025-09-01", _DAY)


@damage("ed_encounters.arrivals_by_day", "a day of October is there twice, one of November not at all")
def a_day_twice(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return _later(visits, visits["arrival_date"] == "2025-11-19", -28 * _DAY)


@damage("ed_encounters.visits_follow_rates", "one in thirty visits of women is given to a man of their age")
def visits_of_women_given_to_men(tables: Tables) -> Tables:
    visits, patients = tables["ed_encounters"].copy(), tables["patients"]
    by = ["lha_id", "facility_home_id", "age_group"]
    of_women = visits[_of_patients(tables, "gender") == "Female"].iloc[::30]
    men = patients[patients["gender"] == "Male"].groupby(by, observed=True)["patient_id"].agg(list)
    cells = of_women[["patient_id"]].merge(patients[["patient_id", *by]], on="patient_id")[by]
    rng = np.random.default_rng(_SEED)
    given = [
        rng.choice(men.get(tuple(cell), [patient]))
        for cell, patient in zip(cells.to_numpy(), of_women["patient_id"], strict=True)
    ]
    visits.loc[of_women.index, "patient_id"] = given
    return {"ed_encounters": visits}


@damage("ed_encounters.visits_follow_rates", "expected rates are shuffled in each area, age group and gender")
def expected_rates_shuffled(tables: Tables) -> Tables:
    patients = tables["patients"]
    by = ["lha_id", "facility_home_id", "age_group", "gender"]
    shuffled = patients.groupby(by, observed=True)["expected_ed_rate"].transform(
        lambda rates: rates.sample(frac=1, random_state=_SEED).to_numpy()
    )
    return {"patients": patients.assign(expected_ed_rate=shuffled)}


@damage("ed_encounters.visits_follow_rates", "the visits of one half of an age group are those of the other")
def visits_of_the_younger_half(tables: Tables) -> Tables:
    visits, patients = tables["ed_encounters"].copy(), tables["patients"]
    by = ["lha_id", "facility_home_id", "gender"]
    group = patients[patients["age_group"] == "25-44"]
    young = group["dob"] >= "1990-01-01"
    old = group[~young].groupby(by, observed=True)["patient_id"].agg(list)
    own = group[young].set_index("patient_id")[by]
    moved = visits.index[visits["patient_id"].isin(own.index)][::3]
    rng = np.random.default_rng(_SEED)
    visits.loc[moved, "patient_id"] = [
        rng.choice(old.get(tuple(own.loc[patient]), [patient])) for patient in visits.loc[moved, "patient_id"]
    ]
    return {"ed_encounters": visits}
