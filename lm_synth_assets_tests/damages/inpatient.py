"""What may go wrong with inpatient stays: how long, whose, where, which way in, how many, and ALC."""

import pandas as pd

from lm_synth_assets.schema.identifiers import subprogram_key
from lm_synth_assets.schema.vocabulary import (
    DIED,
    ROUTE_DIRECT,
    ROUTE_ED,
    ROUTE_TRANSFER,
)
from lm_synth_assets_tests.damages.damage import damage, edited
from lm_synth_assets_tests.support.datasets import Tables

_NEW_YEAR = pd.Timestamp("2025-01-01")


def _of_patients(tables: Tables, column: str) -> pd.Series:
    """A column of patients for each stay."""
    patients = tables["patients"].set_index("patient_id")
    return tables["ip_stays"]["patient_id"].map(patients[column])


def _program(tables: Tables, name: str) -> int:
    programs = tables["dim_program"]
    return int(programs.loc[programs["program_name"] == name, "program_id"].iloc[0])


def _subprogram(tables: Tables, name: str) -> dict[str, int]:
    """The columns of a stay that say its subprogram."""
    subprograms = tables["dim_subprogram"]
    row = subprograms[subprograms["subprogram_name"] == name].iloc[0]
    program, number = int(row["program_id"]), int(row["subprogram_id"])
    return {"program_id": program, "subprogram_id": number, "subprogram_key": subprogram_key(program, number)}


def _lasting(stays: pd.DataFrame, rows: pd.Index, days: pd.Series) -> pd.DataFrame:
    """Some stays with other lengths, in days, discharge included."""
    days = days.round(2)
    lasting = pd.to_timedelta((days * 86_400).round(), unit="s")
    return edited(stays, rows, los_days=days, discharge_ts=stays.loc[rows, "admit_ts"] + lasting)


def _added(stays: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """The stays with more of them at the end, numbered on."""
    numbers = range(int(stays["stay_id"].max()) + 1, int(stays["stay_id"].max()) + 1 + len(more))
    return pd.concat([stays, more.assign(stay_id=list(numbers))], ignore_index=True)


def _ends(stays: pd.DataFrame) -> pd.Series:
    """Whether a stay of the year ends its spell without ever having been moved."""
    alone = ~stays["stay_id"].isin(stays["transfer_from_stay_id"].dropna())
    return alone & stays["transfer_from_stay_id"].isna() & (stays["admit_ts"] >= _NEW_YEAR)


def _of_route(stays: pd.DataFrame, route: str) -> pd.Series:
    """Whether a stay is a whole spell of the year that began this way."""
    return _ends(stays) & (stays["admit_route"] == route)


@damage("ip_stays.length_of_stay", "lengths count the nights")
def lengths_in_nights(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    nights = stays["discharge_ts"].dt.normalize() - stays["admit_date"]
    return {"ip_stays": stays.assign(los_days=nights.dt.days.astype(float))}


@damage("ip_stays.length_of_stay", "a stay ends before it begins")
def a_stay_backwards(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    early = stays.loc[100, "admit_ts"] - pd.Timedelta(days=1)
    return {"ip_stays": edited(stays, [100], discharge_ts=early)}


@damage("ip_stays.length_of_stay", "somebody is never sent home")
def never_sent_home(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    last = stays.index[_ends(stays)][-1:]
    return {"ip_stays": _lasting(stays, last, pd.Series(366.0, index=last))}


@damage("ip_stays.alc_above_threshold", "stays of three days are ALC")
def short_stays_alc(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    short = stays.index[stays["los_days"].between(2, 3.5) & ~stays["alc_flag"]][:10]
    return {"ip_stays": edited(stays, short, alc_flag=True, alc_days=1.0)}


@damage("ip_stays.alc_above_threshold", "the flag of an ALC stay is lost")
def an_alc_flag_lost(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return {"ip_stays": edited(stays, stays.index[stays["alc_flag"]][:1], alc_flag=False)}


@damage("ip_stays.alc_mix", "the ALC of one in four is not recorded")
def alc_not_recorded(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    unseen = stays.index[stays["alc_flag"]][::4]
    return {"ip_stays": edited(stays, unseen, alc_flag=False, alc_days=0.0)}


@damage("ip_stays.alc_mix", "long stays of children become ALC")
def children_in_alc(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    child = _of_patients(tables, "age_group").isin(["0-4", "5-14"])
    some = stays.index[child & _ends(stays) & (stays["los_days"] >= 4)][:8]
    return {"ip_stays": edited(stays, some, alc_flag=True, alc_days=1.0)}


@damage("ip_stays.los_medians", "the stays of a unit are half as long again")
def longer_stays_of_a_unit(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    key = _subprogram(tables, "Surgical Inpatient Unit")["subprogram_key"]
    own = stays.index[stays["subprogram_key"] == key]
    return {"ip_stays": _lasting(stays, own, stays.loc[own, "los_days"] * 1.5)}


@damage("ip_stays.los_medians", "two units have exchanged their stays")
def two_units_exchanged(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    one, other = (_subprogram(tables, name) for name in ("General Medicine", "ACE (Acute Care for Elderly)"))
    copy = edited(stays, stays["subprogram_key"] == one["subprogram_key"], **other)
    return {"ip_stays": edited(copy, stays["subprogram_key"] == other["subprogram_key"], **one)}


@damage("ip_stays.subprogram_offered_at_site", "a facility stops offering what it treats")
def a_subprogram_withdrawn(tables: Tables) -> Tables:
    coverage, stays = tables["program_coverage"], tables["ip_stays"]
    site, key = stays.loc[50, ["facility_id", "subprogram_key"]]
    gone = (coverage["site_id"] == site) & (coverage["subprogram_key"] == key)
    return {"program_coverage": coverage[~gone]}


@damage("ip_stays.subprogram_offered_at_site", "the stays of two facilities are swapped")
def two_facilities_of_stays_swapped(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    swapped = stays["facility_id"].replace({4: 6, 6: 4}).astype(stays["facility_id"].dtype)
    return {"ip_stays": stays.assign(facility_id=swapped)}


@damage("ip_stays.subprogram_offered_at_site", "subprograms are numbered from zero in one program")
def subprograms_from_zero(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    own = stays["program_id"] == _program(tables, "Medicine")
    return {"ip_stays": edited(stays, own, subprogram_id=stays.loc[own, "subprogram_id"] - 1)}


@damage("ip_stays.age_and_sex_fit", "a man gives birth")
def a_man_in_labour(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    births = stays["subprogram_key"] == _subprogram(tables, "Labour & Delivery")["subprogram_key"]
    mother = stays.loc[stays.index[births][5], "patient_id"]
    patients = tables["patients"]
    return {"patients": edited(patients, patients["patient_id"] == mother, gender="Male")}


@damage("ip_stays.age_and_sex_fit", "children are put in the acute care for the elderly")
def children_among_the_elderly(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    key = _subprogram(tables, "Inpatient Pediatrics")["subprogram_key"]
    some = stays.index[stays["subprogram_key"] == key][:3]
    return {"ip_stays": edited(stays, some, **_subprogram(tables, "ACE (Acute Care for Elderly)"))}


@damage("ip_stays.age_and_sex_fit", "a stay is in an operating room")
def a_stay_in_an_operating_room(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    surgical = stays["subprogram_key"] == _subprogram(tables, "Surgical Inpatient Unit")["subprogram_key"]
    one = stays.index[surgical][:1]
    return {"ip_stays": edited(stays, one, **_subprogram(tables, "Operating Room"))}


@damage("ip_stays.admissions_have_stays", "an admission is there twice")
def an_admission_twice(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return {"ip_stays": _added(stays, stays[stays["ed_encounter_id"].notna()].iloc[[9]])}


@damage("ip_stays.admissions_have_stays", "an admitted patient never reaches a bed")
def an_admission_without_a_bed(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return {"ip_stays": stays.drop(index=stays.index[_of_route(stays, ROUTE_ED)][9])}


@damage("ip_stays.admissions_have_stays", "encounters are joined to stays one row off")
def encounters_one_row_off(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    begun = stays.index[stays["ed_encounter_id"].notna()]
    off = stays.loc[begun, "ed_encounter_id"].shift(1, fill_value=stays.loc[begun[-1], "ed_encounter_id"])
    return {"ip_stays": edited(stays, begun, ed_encounter_id=off)}


@damage("ip_stays.admitted_where_referred", "patients stay at their site, though another is referred to")
def referred_elsewhere(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    home = _of_patients(tables, "facility_home_id").astype(stays["facility_id"].dtype)
    away = _of_route(stays, ROUTE_ED) & (stays["facility_id"] != home)
    return {"ip_stays": edited(stays, away, facility_id=home[away])}


@damage("ip_stays.admitted_where_referred", "admissions wait an hour for their bed")
def an_hour_for_a_bed(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    waiting, hour = stays["ed_encounter_id"].notna(), pd.Timedelta(hours=1)
    later = {name: stays.loc[waiting, name] + hour for name in ("admit_ts", "discharge_ts")}
    moved = edited(stays, waiting, **later)
    return {"ip_stays": moved.assign(admit_date=moved["admit_ts"].dt.normalize())}


@damage("ip_stays.routes", "a tenth of the admissions from the ED are said to be direct")
def some_said_to_be_direct(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    some = stays.index[stays["admit_route"] == ROUTE_ED][::10]
    return {"ip_stays": edited(stays, some, admit_route=ROUTE_DIRECT)}


@damage("ip_stays.routes", "a transfer loses the stay before")
def a_transfer_from_nowhere(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    moved = stays.index[stays["transfer_from_stay_id"].notna()][:1]
    return {"ip_stays": edited(stays, moved, transfer_from_stay_id=pd.NA)}


@damage("ip_stays.transfers_along_corridors", "a transfer is linked to the stay of another")
def a_transfer_of_another(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    moved = stays.index[stays["transfer_from_stay_id"].notna()][:1]
    other = int(stays.loc[stays.index[_ends(stays)][0], "stay_id"])
    return {"ip_stays": edited(stays, moved, transfer_from_stay_id=other)}


@damage("ip_stays.transfers_along_corridors", "transfers go to sites without a corridor")
def transfers_off_their_corridors(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    moved = stays.index[stays["transfer_from_stay_id"].notna()]
    swapped = stays.loc[moved, "facility_id"].replace({6: 11, 11: 6})
    return {"ip_stays": edited(stays, moved, facility_id=swapped)}


@damage("ip_stays.transfers_along_corridors", "the moved arrive as they leave")
def transfers_take_no_time(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    left = stays.set_index("stay_id")["discharge_ts"]
    moved = stays.index[stays["transfer_from_stay_id"].notna()]
    admitted = stays.loc[moved, "transfer_from_stay_id"].astype("int64").map(left)
    early = stays.loc[moved, "admit_ts"] - admitted
    discharged = stays.loc[moved, "discharge_ts"] - early
    instant = edited(stays, moved, admit_ts=admitted, discharge_ts=discharged)
    return {"ip_stays": instant.assign(admit_date=instant["admit_ts"].dt.normalize())}


@damage("ip_stays.transfers_by_program", "stays are cut in two where the ward changes")
def stays_cut_in_two(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    long = stays[_ends(stays) & (stays["los_days"] >= 4)].iloc[::3]
    change = long["admit_ts"] + pd.Timedelta(days=2)
    rest = long.assign(
        admit_ts=change,
        admit_date=change.dt.normalize(),
        los_days=(long["los_days"] - 2).round(2),
        admit_route=ROUTE_TRANSFER,
        ed_encounter_id=pd.NA,
        transfer_from_stay_id=long["stay_id"].array,
    ).astype(stays.dtypes)
    before = edited(stays, long.index, discharge_ts=change, los_days=2.0, alc_flag=False, alc_days=0.0)
    return {"ip_stays": _added(before, rest)}


@damage("ip_stays.transfers_by_program", "all who are transferred go back at once")
def all_go_back(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    continued = stays["stay_id"].isin(stays["transfer_from_stay_id"].dropna())
    moved = stays[stays["transfer_from_stay_id"].notna() & ~continued]
    origin = moved["transfer_from_stay_id"].astype("int64").map(stays.set_index("stay_id")["facility_id"])
    way = moved["discharge_ts"] + pd.Timedelta(hours=2) - moved["admit_ts"]
    times = {name: moved[name] + way for name in ("admit_ts", "discharge_ts")}
    back = moved.assign(
        **times,
        admit_date=times["admit_ts"].dt.normalize(),
        facility_id=origin.astype(stays["facility_id"].dtype),
        transfer_from_stay_id=moved["stay_id"].array,
    ).astype(stays.dtypes)
    return {"ip_stays": _added(stays, back)}


@damage("ip_stays.one_place_at_a_time", "ten people lie in two beds")
def ten_stays_overlap(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    ten = stays[_of_route(stays, ROUTE_DIRECT) & (stays["los_days"] > 2)].head(10)
    later = {name: ten[name] + pd.Timedelta(hours=6) for name in ("admit_ts", "discharge_ts")}
    second = ten.assign(**later, admit_date=later["admit_ts"].dt.normalize())
    return {"ip_stays": _added(stays, second)}


@damage("ip_stays.one_place_at_a_time", "somebody comes to the ED from a bed")
def to_the_ed_from_a_bed(tables: Tables) -> Tables:
    stays, visits = tables["ip_stays"], tables["ed_encounters"]
    stay = stays[_of_route(stays, ROUTE_DIRECT) & (stays["los_days"] > 2)].iloc[20]
    arrival = stay["admit_ts"] + pd.Timedelta(hours=8)
    times = {"arrival_ts": arrival, "departure_ts": arrival + pd.Timedelta(hours=2)}
    home = visits.index[visits["dispo"] == "Discharged"][:1]
    return {"ed_encounters": edited(visits, home, patient_id=stay["patient_id"], **times)}


@damage("ip_stays.one_place_at_a_time", "a patient is admitted after dying in the ED")
def admitted_after_death(tables: Tables) -> Tables:
    stays, visits = tables["ip_stays"], tables["ed_encounters"]
    dead = visits[visits["dispo"] == DIED].iloc[0]
    admitted = dead["departure_ts"] + pd.Timedelta(days=1)
    stay = stays[_of_route(stays, ROUTE_DIRECT)].head(1)
    left = admitted + (stay["discharge_ts"] - stay["admit_ts"])
    again = stay.assign(patient_id=dead["patient_id"], admit_ts=admitted, discharge_ts=left)
    return {"ip_stays": _added(stays, again.assign(admit_date=admitted.normalize()))}


@damage("ip_stays.admissions_through_ed", "a third of the direct admissions is lost")
def direct_admissions_lost(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return {"ip_stays": stays.drop(index=stays.index[_of_route(stays, ROUTE_DIRECT)][::3])}


@damage("ip_stays.stays_by_program", "one program's direct stays are not delivered")
def a_program_not_delivered(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    surgery = stays["program_id"] == _program(tables, "Surgery / Periop")
    return {"ip_stays": stays[~(surgery & _of_route(stays, ROUTE_DIRECT))]}


@damage("ip_stays.stays_by_program", "psychiatric stays are booked under medicine")
def psychiatric_stays_under_medicine(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    psychiatric = stays["program_id"] == _program(tables, "Inpatient MHSU")
    return {"ip_stays": edited(stays, psychiatric, **_subprogram(tables, "General Medicine"))}


@damage("ip_stays.census_on_1_january", "the year begins with empty beds")
def empty_beds_on_1_january(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return {"ip_stays": stays[stays["admit_ts"] >= _NEW_YEAR]}


@damage("ip_stays.census_on_1_january", "the beds of 1 January are those of a region three times the size")
def beds_of_1_january_thrice(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    before = stays[stays["admit_ts"] < _NEW_YEAR]
    return {"ip_stays": _added(_added(stays, before), before)}


@damage("ip_stays.stays_in_year", "stays that ended in the year before are delivered too")
def stays_of_the_year_before(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    earlier = stays[_of_route(stays, ROUTE_DIRECT)].head(20)
    times = {
        name: earlier[name] - pd.DateOffset(years=1) for name in ("admit_ts", "admit_date", "discharge_ts")
    }
    return {"ip_stays": _added(stays, earlier.assign(**times))}


@damage("ip_stays.stays_in_year", "a day of direct admissions is of the next year")
def a_day_of_the_next_year(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    direct = stays[_of_route(stays, ROUTE_DIRECT)]
    day = direct.index[direct["admit_date"] == direct["admit_date"].iloc[0]]
    times = {name: stays.loc[day, name] + pd.DateOffset(years=1) for name in ("admit_ts", "admit_date")}
    discharged = stays.loc[day, "discharge_ts"] + pd.DateOffset(years=1)
    return {"ip_stays": edited(stays, day, discharge_ts=discharged, **times)}
