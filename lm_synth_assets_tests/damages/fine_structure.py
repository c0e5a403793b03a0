"""What may go wrong below the day: dates of birth, minutes, last digits, and rows that copy others."""

import numpy as np
import pandas as pd

from lm_synth_assets_tests.damages.damage import damage, edited
from lm_synth_assets_tests.support.datasets import Tables

_SEED = 7


def _born(patients: pd.DataFrame, which: pd.Series, dob: pd.Series) -> Tables:
    """Some patients with other dates of birth, but for those of another year, and for doubles."""
    changed = patients.assign(dob=patients["dob"].where(~which, dob))
    double = changed.duplicated(["dob", "lha_id", "gender"], keep=False)
    return {"patients": changed.assign(dob=changed["dob"].where(~double, patients["dob"]))}


@damage("patients.schema", "a patient is called =1+1")
def a_formula_for_an_id(tables: Tables) -> Tables:
    return {"patients": edited(tables["patients"], 7, patient_id="=1+1")}


@damage("ed_encounters.schema", "the ids of visits' patients have lost their zeros")
def ids_without_zeros(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    short = "P" + visits["patient_id"].str.slice(1).str.lstrip("0")
    return {"ed_encounters": visits.assign(patient_id=short.astype(visits["patient_id"].dtype))}


@damage("patients.fine_structure", "nobody is born after the 15th")
def nobody_born_after_the_15th(tables: Tables) -> Tables:
    patients = tables["patients"]
    late = patients["dob"].dt.day > 15
    return _born(patients, late, patients["dob"] - pd.Timedelta(days=15))


@damage("patients.fine_structure", "one in fifty is said to be born on 1 July")
def births_on_the_first_of_july(tables: Tables) -> Tables:
    patients = tables["patients"]
    july = pd.to_datetime(patients["dob"].dt.year.astype(str) + "-07-01")
    return _born(patients, pd.Series(np.arange(len(patients)) % 50 == 0, index=patients.index), july)


@damage("patients.fine_structure", "a quarter of the births of the years 1, 2 and 3 is entered in the year 0")
def round_years_of_birth(tables: Tables) -> Tables:
    patients = tables["patients"]
    # The decades of birth do not cross an age group.
    digit = patients["dob"].dt.year % 10
    some = digit.isin([1, 2, 3]) & pd.Series(np.arange(len(patients)) % 4 == 0, index=patients.index)
    return _born(patients, some, patients["dob"] - pd.to_timedelta(365 * digit, unit="D"))


@damage("patients.fine_structure", "patients are copies of others of their area, born a day later")
def patients_copied(tables: Tables) -> Tables:
    patients = tables["patients"].copy()
    copies = np.arange(10, len(patients) - 1, 60)
    same = patients[["lha_id", "age_group", "gender"]].to_numpy()
    copies = copies[(same[copies] == same[copies - 1]).all(axis=1)]
    for column in ("facility_home_id", "expected_ed_rate"):
        patients.loc[copies, column] = patients[column].to_numpy()[copies - 1]
    patients.loc[copies, "dob"] = (patients["dob"] + pd.Timedelta(days=1)).to_numpy()[copies - 1]
    return {"patients": patients}


@damage("patients.fine_structure", "two hundred patients have doubles in another area")
def patients_copied_into_another_area(tables: Tables) -> Tables:
    patients = tables["patients"].copy()
    originals = patients[patients["lha_id"].eq(2) & patients["expected_ed_rate"].gt(0.01)].iloc[::7].head(200)
    there = patients["lha_id"].eq(3)
    for (age, gender), some in originals.groupby(["age_group", "gender"], observed=True):
        places = patients.index[there & patients["age_group"].eq(age) & patients["gender"].eq(gender)]
        count = min(len(some), len(places))
        for column in ("dob", "expected_ed_rate"):
            patients.loc[places[:count], column] = some[column].to_numpy()[:count]
    return {"patients": patients}


@damage("ed_encounters.fine_structure", "arrivals are rounded to five minutes by one in ten clerks")
def arrivals_rounded(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    some = pd.Series(np.arange(len(visits)) % 10 == 0, index=visits.index)
    rounded = visits["arrival_ts"].dt.floor("5min") + pd.to_timedelta(
        visits["arrival_ts"].dt.second, unit="s"
    )
    return {"ed_encounters": visits.assign(arrival_ts=visits["arrival_ts"].where(~some, rounded))}


@damage("ed_encounters.fine_structure", "departures have no seconds")
def departures_without_seconds(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return {"ed_encounters": visits.assign(departure_ts=visits["departure_ts"].dt.ceil("min"))}


@damage("ed_encounters.fine_structure", "October is September again")
def a_month_copied(tables: Tables) -> Tables:
    visits = tables["ed_encounters"].copy()
    month = visits["arrival_ts"].dt.month
    september, october = visits.index[month == 9], visits.index[month == 10]
    count = min(len(september), len(october))
    for column in ("arrival_ts", "departure_ts", "arrival_date"):
        visits.loc[october[:count], column] = (
            visits.loc[september[:count], column] + pd.Timedelta(days=30)
        ).to_numpy()
    return {"ed_encounters": visits}


@damage("ed_encounters.fine_structure", "the arrivals of one site are copied from another")
def arrivals_of_another_site(tables: Tables) -> Tables:
    visits = tables["ed_encounters"].copy()
    for service in visits["ed_subservice"].cat.categories:
        of_service = visits["ed_subservice"] == service
        one, other = (visits.index[of_service & visits["facility_id"].eq(site)] for site in (6, 1))
        count = min(len(one), len(other))
        length = visits["departure_ts"] - visits["arrival_ts"]
        times = visits.loc[one[:count], "arrival_ts"].to_numpy()
        visits.loc[other[:count], "arrival_ts"] = times
        visits.loc[other[:count], "departure_ts"] = times + length[other[:count]].to_numpy()
    return {"ed_encounters": visits.assign(arrival_date=visits["arrival_ts"].dt.normalize())}


@damage("ed_encounters.fine_structure", "sixty visits are those of others, a week and three hours later")
def visits_copied(tables: Tables) -> Tables:
    visits = tables["ed_encounters"].copy()
    places = np.arange(100, 160)
    later = pd.Timedelta(days=7, hours=3)
    for column in ("arrival_ts", "departure_ts"):
        visits.loc[places + 2_000, column] = (visits.loc[places, column] + later).to_numpy()
    return {"ed_encounters": visits.assign(arrival_date=visits["arrival_ts"].dt.normalize())}


@damage("ip_stays.fine_structure", "discharges are on the full hour")
def discharges_on_the_hour(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return {"ip_stays": stays.assign(discharge_ts=stays["discharge_ts"].dt.ceil("h"))}


@damage("ip_stays.fine_structure", "direct admissions are at the quarter of an hour")
def direct_admissions_at_the_quarter(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    direct = stays["admit_route"] == "direct"
    quarter = stays["admit_ts"].dt.floor("15min") + pd.to_timedelta(stays["admit_ts"].dt.second, unit="s")
    return {"ip_stays": stays.assign(admit_ts=stays["admit_ts"].where(~direct, quarter))}


@damage("ip_stays.fine_structure", "one in five lengths of stay is rounded to half a day")
def lengths_in_half_days(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    some = pd.Series(np.arange(len(stays)) % 5 == 0, index=stays.index)
    halves = (stays["los_days"] * 2).round().clip(lower=1) / 2
    return {"ip_stays": stays.assign(los_days=stays["los_days"].where(~some, halves))}


@damage("ip_stays.fine_structure", "the stays of a month are those of the month before, two days late")
def stays_of_a_month_copied(tables: Tables) -> Tables:
    stays = tables["ip_stays"].copy()
    month = stays["admit_ts"].dt.month.where(stays["transfer_from_stay_id"].isna())
    may, june = stays.index[month == 5], stays.index[month == 6]
    count = min(len(may), len(june))
    for column in ("admit_ts", "discharge_ts"):
        stays.loc[june[:count], column] = (stays.loc[may[:count], column] + pd.Timedelta(days=33)).to_numpy()
    stays.loc[june[:count], "los_days"] = stays.loc[may[:count], "los_days"].to_numpy()
    return {"ip_stays": stays}
