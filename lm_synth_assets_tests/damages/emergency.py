"""What may go wrong with ED encounters: how many, where, when, whose, how urgent, and how they end."""

import numpy as np
import pandas as pd

from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    DIED,
    DISCHARGED,
    LEFT,
    PEDIATRIC_ED,
    URGENT_CARE,
)
from lm_synth_assets_tests.damages.damage import damage, edited
from lm_synth_assets_tests.support.datasets import Tables

_SEED = 7


def _of_patients(tables: Tables, column: str) -> pd.Series:
    """A column of patients for each visit."""
    patients = tables["patients"].set_index("patient_id")
    return tables["ed_encounters"]["patient_id"].map(patients[column])


def _moved(visits: pd.DataFrame, which: pd.Series, later: pd.Series | pd.Timedelta) -> pd.DataFrame:
    """Some visits later by so much, with their day and their end."""
    copy = visits.copy()
    for column in ("arrival_ts", "departure_ts"):
        copy[column] = copy[column].where(~which, copy[column] + later)
    return copy.assign(arrival_date=copy["arrival_ts"].dt.normalize())


def _same_day(visits: pd.DataFrame, hours: int) -> pd.Series:
    """What turns the clock of each visit by some hours and leaves it on its day."""
    time = visits["arrival_ts"] - visits["arrival_date"]
    return (time + pd.Timedelta(hours=hours)) % pd.Timedelta(days=1) - time


def _everywhere(visits: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=visits.index)


@damage("ed_encounters.volumes_by_site", "two facilities are swapped")
def two_facilities_swapped(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    swapped = visits["facility_id"].replace({1: 2, 2: 1}).astype(visits["facility_id"].dtype)
    return {"ed_encounters": visits.assign(facility_id=swapped)}


@damage("ed_encounters.volumes_by_site", "6% of one facility's visits to its Adult ED are lost")
def some_of_a_facilitys_visits_lost(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    own = visits.index[(visits["facility_id"] == 6) & (visits["ed_subservice"] == "Adult ED")]
    return {"ed_encounters": visits.drop(index=own[: int(0.06 * len(own)) + 1])}


@damage("ed_encounters.volumes_by_site", "an export has been appended a second time")
def all_visits_twice(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    again = visits.assign(encounter_id=visits["encounter_id"] + len(visits))
    return {"ed_encounters": pd.concat([visits, again], ignore_index=True)}


@damage("ed_encounters.volumes_by_catchment", "6% of one area's visits are those of people from elsewhere")
def visits_of_people_from_elsewhere(tables: Tables) -> Tables:
    visits, patients = tables["ed_encounters"], tables["patients"]
    area = _of_patients(tables, "lha_id")
    own = visits.index[(area == 2) & (visits["ed_subservice"] == "Adult ED")]
    others = patients.loc[patients["lha_id"] == 3, "patient_id"].to_numpy()
    some = own[: int(0.06 * len(own)) + 1]
    return {"ed_encounters": edited(visits, some, patient_id=others[: len(some)])}


@damage("ed_encounters.volumes_by_catchment", "an area is given another default site")
def another_default_site(tables: Tables) -> Tables:
    areas = tables["dim_lha"]
    visits = tables["ed_encounters"]
    elsewhere = visits[_of_patients(tables, "lha_id") != 7]
    return {"dim_lha": edited(areas, areas["lha_id"] == 7, default_site_id=10), "ed_encounters": elsewhere}


@damage("ed_encounters.visits_match_patients", "a visit is lost")
def a_visit_lost(tables: Tables) -> Tables:
    return {"ed_encounters": tables["ed_encounters"].drop(index=1_234)}


@damage("ed_encounters.visits_at_home_facility", "visits are joined to the patient of the row above")
def visits_of_the_patient_above(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    shifted = np.roll(visits["patient_id"].to_numpy(), 1)
    return {"ed_encounters": visits.assign(patient_id=pd.array(shifted, dtype="string[pyarrow]"))}


@damage("ed_encounters.primary_subservice", "everybody's primary subservice is Adult ED")
def the_same_primary_subservice_for_all(tables: Tables) -> Tables:
    return {"patients": edited(tables["patients"], slice(None), primary_ed_subservice="Adult ED")}


@damage("ed_encounters.primary_subservice", "one patient's visits turn into those of urgent care")
def one_patients_visits_to_urgent_care(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    adult = visits.loc[_of_patients(tables, "primary_ed_subservice") == "Adult ED", "patient_id"].iloc[0]
    return {"ed_encounters": edited(visits, visits["patient_id"] == adult, ed_subservice=URGENT_CARE)}


@damage("ed_encounters.visits_at_home_facility", "a single visit is booked at another facility")
def a_visit_at_another_facility(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    other = visits["facility_id"].iloc[99] % 12 + 1
    return {"ed_encounters": edited(visits, [99], facility_id=other)}


@damage("ed_encounters.visits_at_home_facility", "patients' home facilities are their areas' default sites")
def nobody_leaves_the_area(tables: Tables) -> Tables:
    patients = tables["patients"]
    default = patients["lha_id"].map(tables["dim_lha"].set_index("lha_id")["default_site_id"])
    return {"patients": patients.assign(facility_home_id=default.astype("int32"))}


@damage("ed_encounters.children_go_to_pediatric_ed", "half of the children go to Adult ED")
def children_to_adult_ed(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    children = _of_patients(tables, "age_group").isin(["0-4", "5-14"])
    some = visits.index[children & (visits["ed_subservice"] == PEDIATRIC_ED)][::2]
    return {"ed_encounters": edited(visits, some, ed_subservice="Adult ED")}


@damage("ed_encounters.adults_stay_out_of_pediatric_ed", "one visit in fifty from 25 years up is pediatric")
def adults_to_pediatric_ed(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    adults = visits.index[~_of_patients(tables, "age_group").isin(["0-4", "5-14", "15-24"])]
    return {"ed_encounters": edited(visits, adults[::50], ed_subservice=PEDIATRIC_ED)}


@damage("ed_encounters.visits_per_person", "visits are dealt out regardless of frailty (Poisson)")
def visits_regardless_of_frailty(tables: Tables) -> Tables:
    visits, patients = tables["ed_encounters"], tables["patients"]
    by = ["lha_id", "facility_home_id", "age_group", "gender"]
    rng = np.random.default_rng(_SEED)
    shuffled = visits["patient_id"].to_numpy(dtype=object, copy=True)
    members = patients.groupby(by, observed=True)["patient_id"].agg(list)
    stratum = visits[["patient_id"]].merge(patients[["patient_id", *by]], on="patient_id")
    for key, own in stratum.groupby(by, observed=True).indices.items():
        shuffled[own] = rng.choice(members[key], len(own))
    return {"ed_encounters": visits.assign(patient_id=pd.array(shuffled, dtype="string[pyarrow]"))}


@damage("ed_encounters.visits_per_person", "everybody who comes does so once")
def one_visit_each(tables: Tables) -> Tables:
    return {"ed_encounters": tables["ed_encounters"].drop_duplicates("patient_id")}


@damage("ed_encounters.arrivals_in_year", "the visits of New Year's Eve are dated a year ahead")
def a_day_in_the_next_year(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    last = visits["arrival_date"] == visits["arrival_date"].max()
    return {"ed_encounters": _moved(visits, last, pd.Timedelta(days=365))}


@damage("ed_encounters.arrivals_in_year", "times are turned into another zone and days are not")
def times_in_another_zone(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    zone = pd.Timedelta(hours=8)
    return {
        "ed_encounters": visits.assign(
            arrival_ts=visits["arrival_ts"] + zone, departure_ts=visits["departure_ts"] + zone
        )
    }


@damage("ed_encounters.arrivals_in_year", "arrival and departure of some visits are swapped")
def arrival_and_departure_swapped(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    some = visits.iloc[::100]
    return {
        "ed_encounters": edited(
            visits, some.index, arrival_ts=some["departure_ts"], departure_ts=some["arrival_ts"]
        )
    }


@damage("ed_encounters.one_visit_at_a_time", "a visit is stored twice under two numbers")
def a_visit_under_two_numbers(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    again = visits.iloc[[500]].assign(encounter_id=len(visits) + 1)
    return {"ed_encounters": pd.concat([visits, again], ignore_index=True)}


@damage("ed_encounters.one_visit_at_a_time", "every visit lasts a month")
def visits_of_a_month(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return {"ed_encounters": visits.assign(departure_ts=visits["arrival_ts"] + pd.Timedelta(days=30))}


@damage("ed_encounters.no_visit_after_death", "a frequent user dies at the first visit")
def a_frequent_user_dies_early(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    often = visits["patient_id"].value_counts().index[0]
    first = visits.index[visits["patient_id"] == often][:1]
    return {"ed_encounters": edited(visits, first, dispo=DIED)}


@damage("ed_encounters.hour_profile", "the night shift's visits are booked in the morning")
def nobody_at_night(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    night = visits["arrival_ts"].dt.hour < 5
    return {"ed_encounters": _moved(visits, night, pd.Timedelta(hours=5))}


@damage("ed_encounters.hour_profile", "one visit to urgent care is at three in the morning")
def urgent_care_at_night(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    one = visits.index[visits["ed_subservice"] == URGENT_CARE][40]
    which = pd.Series(visits.index == one, index=visits.index)
    at_three = visits["arrival_date"] + pd.Timedelta(hours=3) - visits["arrival_ts"]
    return {"ed_encounters": _moved(visits, which, at_three)}


@damage("ed_encounters.weekday_profile", "every visit is booked a day later")
def a_day_later(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    earlier = visits["arrival_date"] < visits["arrival_date"].max()
    return {"ed_encounters": _moved(visits, earlier, pd.Timedelta(days=1))}


@damage("ed_encounters.weekday_profile", "weekend visits are entered on Mondays")
def weekends_on_mondays(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    weekend = visits["arrival_date"].dt.dayofweek.ge(5) & (visits["arrival_date"] < "2025-12-25")
    to_monday = pd.to_timedelta(7 - visits["arrival_date"].dt.dayofweek, unit="D")
    return {"ed_encounters": _moved(visits, weekend, to_monday)}


@damage("ed_encounters.month_profile", "half of August is missing")
def half_of_august_missing(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    august = visits["arrival_date"].between("2025-08-10", "2025-08-25")
    return {"ed_encounters": visits[~august]}


@damage("ed_encounters.month_profile", "day and month are read the wrong way round where they can be")
def day_and_month_swapped(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    day, month = visits["arrival_date"].dt.day, visits["arrival_date"].dt.month
    # 29 days of each month are read right; of the others the month becomes January.
    possible = day <= 12
    parts = {"year": 2025, "month": day.where(possible, 1), "day": month.where(possible, day)}
    other = pd.to_datetime(pd.DataFrame(parts))
    return {"ed_encounters": _moved(visits, _everywhere(visits), other - visits["arrival_date"])}


@damage("ed_encounters.clock", "the clock of all visits is an hour ahead")
def clock_an_hour_ahead(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return {"ed_encounters": _moved(visits, _everywhere(visits), _same_day(visits, 1))}


@damage("ed_encounters.clock", "the clock of Adult ED is an hour behind")
def clock_of_adult_ed_an_hour_behind(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    adult = visits["ed_subservice"] == "Adult ED"
    return {"ed_encounters": _moved(visits, adult, _same_day(visits, -1))}


@damage("ed_encounters.clock", "the clock of Pediatric ED is an hour ahead")
def clock_of_pediatric_ed_an_hour_ahead(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    pediatric = visits["ed_subservice"] == PEDIATRIC_ED
    return {"ed_encounters": _moved(visits, pediatric, _same_day(visits, 1))}


@damage("ed_encounters.clock", "the clock of urgent care is an hour behind")
def clock_of_urgent_care_an_hour_behind(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    urgent = visits["ed_subservice"] == URGENT_CARE
    return {"ed_encounters": _moved(visits, urgent, _same_day(visits, -1))}


@damage("ed_encounters.daily_counts", "every day has as many visits as any other")
def days_all_alike(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    day = pd.Series(np.arange(len(visits)) * 365 // len(visits), index=visits.index)
    for service in visits["ed_subservice"].cat.categories:
        own = visits.index[visits["ed_subservice"] == service]
        day[own] = np.arange(len(own)) * 365 // len(own)
    steady = pd.Timestamp("2025-01-01") + pd.to_timedelta(day, unit="D")
    return {"ed_encounters": _moved(visits, _everywhere(visits), steady - visits["arrival_date"])}


@damage("ed_encounters.daily_counts", "a week's visits are all entered on its Thursday")
def a_week_on_one_day(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    week = visits["arrival_date"].between("2025-05-05", "2025-05-11")
    to_thursday = pd.Timestamp("2025-05-08") - visits["arrival_date"]
    return {"ed_encounters": _moved(visits, week, to_thursday)}


@damage("ed_encounters.acuity_mix", "the triage scale is upside down")
def triage_upside_down(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return {"ed_encounters": visits.assign(acuity=6 - visits["acuity"])}


@damage("ed_encounters.acuity_mix", "a single visit lacks its acuity")
def an_acuity_lost(tables: Tables) -> Tables:
    return {"ed_encounters": edited(tables["ed_encounters"], [11], acuity=pd.NA)}


@damage("ed_encounters.acuity_mix", "one in eight of acuity 3 in Adult ED is triaged as 4")
def acuity_three_triaged_as_four(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    third = visits.index[(visits["ed_subservice"] == "Adult ED") & (visits["acuity"] == 3)]
    return {"ed_encounters": edited(visits, third[::8], acuity=4)}


@damage("ed_encounters.disposition_mix", "a quarter of the admitted is sent home")
def admitted_sent_home(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    admitted = visits.index[visits["dispo"] == ADMITTED]
    return {"ed_encounters": edited(visits, admitted[::4], dispo=DISCHARGED)}


@damage("ed_encounters.disposition_mix", "urgent care admits one patient")
def urgent_care_admits(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    one = visits.index[visits["ed_subservice"] == URGENT_CARE][:1]
    return {"ed_encounters": edited(visits, one, dispo=ADMITTED)}


@damage("ed_encounters.disposition_mix", "nobody leaves without being seen")
def nobody_leaves(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return {"ed_encounters": edited(visits, visits["dispo"] == LEFT, dispo=DISCHARGED)}


@damage("ed_encounters.disposition_mix", "a disposition is missing")
def a_disposition_lost(tables: Tables) -> Tables:
    return {"ed_encounters": edited(tables["ed_encounters"], [12], dispo=None)}
