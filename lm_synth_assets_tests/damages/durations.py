"""What may go wrong with time: how long visits and stays last, when stays begin, and which are under way."""

import numpy as np
import pandas as pd

from lm_synth_assets.schema.vocabulary import ADMITTED, DISCHARGED, ROUTE_DIRECT, ROUTE_ED
from lm_synth_assets_tests.damages.damage import damage, edited
from lm_synth_assets_tests.support.datasets import Tables

_NEW_YEAR = pd.Timestamp("2025-01-01")
_DAY = pd.Timedelta(days=1)


def _visits(tables: Tables, which: pd.Series, hours: pd.Series | float) -> Tables:
    """Some visits with other lengths, to the second."""
    visits = tables["ed_encounters"]
    lasting = pd.to_timedelta((pd.Series(3600.0, index=visits.index) * hours).round(), unit="s")
    left = visits["departure_ts"].mask(which, visits["arrival_ts"] + lasting)
    return {"ed_encounters": visits.assign(departure_ts=left)}


def _hours(tables: Tables) -> pd.Series:
    """The length of each visit."""
    visits = tables["ed_encounters"]
    return (visits["departure_ts"] - visits["arrival_ts"]) / pd.Timedelta(hours=1)


def _all(tables: Tables, table: str) -> pd.Series:
    return pd.Series(True, index=tables[table].index)


def _days(tables: Tables, rows: pd.Series, days: pd.Series, alc: pd.Series | None = None) -> Tables:
    """Some stays with other lengths, in hundredths of days, discharge included."""
    stays = tables["ip_stays"]
    days = days[rows].round(2)
    left = stays.loc[rows, "admit_ts"] + pd.to_timedelta((days * 86_400).round(), unit="s")
    changed = edited(stays, rows, los_days=days, discharge_ts=left)
    return {"ip_stays": changed if alc is None else edited(changed, rows, alc_days=alc[rows].round(2))}


def _begun(tables: Tables, rows: pd.Series, admitted: pd.Series) -> Tables:
    """Some stays that begin at another time and last as long."""
    stays = tables["ip_stays"]
    later = admitted - stays["admit_ts"]
    times = {name: stays[name].mask(rows, stays[name] + later) for name in ("admit_ts", "discharge_ts")}
    return {"ip_stays": stays.assign(**times, admit_date=times["admit_ts"].dt.normalize())}


def _direct(tables: Tables) -> pd.Series:
    """Whether a stay of the year began directly."""
    stays = tables["ip_stays"]
    return (stays["admit_route"] == ROUTE_DIRECT) & (stays["admit_ts"] >= _NEW_YEAR)


def _planned(tables: Tables) -> pd.Series:
    """Whether a direct stay is surgical: most of these are planned."""
    programs = tables["dim_program"].set_index("program_name")["program_id"]
    return _direct(tables) & (tables["ip_stays"]["program_id"] == programs["Surgery / Periop"])


def _under_way(tables: Tables) -> pd.Series:
    return tables["ip_stays"]["admit_ts"] < _NEW_YEAR


def _rearranged(tables: Tables, longest_last: pd.Series) -> Tables:
    """The acute days of each subprogram dealt out anew: the longer ones where `longest_last` is higher."""
    stays = tables["ip_stays"]
    some = stays.index[~stays["alc_flag"] & ~_under_way(tables)]
    unit, days = stays.loc[some, "subprogram_key"], stays.loc[some, "los_days"]
    by_length = np.lexsort((days, unit))
    # Of equals whoever comes first in the table.
    by_place = np.lexsort((some, longest_last[some], unit))
    dealt = pd.Series(days.to_numpy()[by_length], index=some[by_place])
    rows = pd.Series(stays.index.isin(some), index=stays.index)
    return _days(tables, rows, dealt.reindex(stays.index))


@damage("ed_encounters.longest_visit", "one patient leaves the ED half a year later")
def half_a_year_in_the_ed(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    one = visits.index[visits["dispo"] == DISCHARGED][100:101]
    return {
        "ed_encounters": edited(
            visits, one, departure_ts=visits.loc[one, "departure_ts"] + pd.Timedelta(days=197)
        )
    }


@damage("ed_encounters.longest_visit", "one visit ends after half a minute")
def half_a_minute_in_the_ed(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    left = visits.loc[[100], "arrival_ts"] + pd.Timedelta(seconds=30)
    return {"ed_encounters": edited(visits, [100], departure_ts=left)}


@damage("ed_encounters.visit_lengths", "visits last half as long")
def visits_half_as_long(tables: Tables) -> Tables:
    return _visits(tables, _all(tables, "ed_encounters"), _hours(tables) / 2)


@damage("ed_encounters.visit_lengths", "all discharged visits last exactly an hour")
def visits_of_an_hour(tables: Tables) -> Tables:
    return _visits(tables, tables["ed_encounters"]["dispo"] == DISCHARGED, 1.0)


@damage("ed_encounters.visit_lengths", "visits to one site last 20% longer")
def one_site_slower(tables: Tables) -> Tables:
    return _visits(tables, tables["ed_encounters"]["facility_id"] == 6, _hours(tables) * 1.2)


@damage("ed_encounters.visit_lengths", "boarding is left out: the admitted leave when their treatment ends")
def without_boarding(tables: Tables) -> Tables:
    return _visits(tables, tables["ed_encounters"]["dispo"] == ADMITTED, _hours(tables) * 0.6)


@damage("ed_encounters.visit_lengths", "the least urgent are seen in half the time")
def a_fast_track(tables: Tables) -> Tables:
    return _visits(tables, tables["ed_encounters"]["acuity"] == 5, _hours(tables) / 2)


@damage("ed_encounters.visit_lengths", "nights are twice as slow")
def slow_nights(tables: Tables) -> Tables:
    night = tables["ed_encounters"]["arrival_ts"].dt.hour.isin([23, 0, 1, 2, 3, 4, 5])
    return _visits(tables, night, _hours(tables) * 2)


@damage("ed_encounters.visit_lengths", "lengths are rounded to whole hours")
def visits_of_whole_hours(tables: Tables) -> Tables:
    return _visits(tables, _all(tables, "ed_encounters"), _hours(tables).round().clip(lower=1))


@damage("ed_encounters.visit_lengths", "lengths vary half as much about the same median")
def visits_more_alike(tables: Tables) -> Tables:
    median = _hours(tables).groupby(tables["ed_encounters"]["dispo"], observed=True).transform("median")
    return _visits(tables, _all(tables, "ed_encounters"), np.sqrt(median * _hours(tables)))


@damage("ip_stays.direct_admissions", "direct stays begin at three in the morning")
def all_at_three_in_the_morning(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return _begun(tables, _direct(tables), stays["admit_date"] + pd.Timedelta(hours=3))


@damage("ip_stays.direct_admissions", "direct stays begin in January")
def all_in_january(tables: Tables) -> Tables:
    admitted = tables["ip_stays"]["admit_ts"]
    into_january = pd.to_timedelta((admitted.dt.dayofyear - 1) // 12 - (admitted.dt.dayofyear - 1), unit="D")
    return _begun(tables, _direct(tables), admitted + into_january)


@damage("ip_stays.direct_admissions", "nobody is admitted directly at the weekend")
def nobody_at_the_weekend(tables: Tables) -> Tables:
    admitted = tables["ip_stays"]["admit_ts"]
    weekend = admitted.dt.dayofweek >= 5
    return _begun(tables, _direct(tables) & weekend, admitted - 2 * _DAY)


@damage("ip_stays.direct_admissions", "planned stays begin a day later")
def planned_stays_a_day_later(tables: Tables) -> Tables:
    admitted = tables["ip_stays"]["admit_ts"]
    return _begun(tables, _planned(tables) & (admitted < "2025-12-31"), admitted + _DAY)


@damage("ip_stays.direct_admissions", "the clock of planned stays is two hours ahead")
def planned_stays_two_hours_later(tables: Tables) -> Tables:
    return _begun(tables, _planned(tables), tables["ip_stays"]["admit_ts"] + pd.Timedelta(hours=2))


@damage("ip_stays.direct_admissions", "direct stays of August begin in October")
def no_direct_stays_in_august(tables: Tables) -> Tables:
    admitted = tables["ip_stays"]["admit_ts"]
    # Nine weeks: the weekday stays the same.
    return _begun(tables, _direct(tables) & (admitted.dt.month == 8), admitted + 63 * _DAY)


@damage("ip_stays.census_on_1_january", "everybody under way lies in the same unit")
def all_under_way_in_one_unit(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    known = stays[stays["program_id"] == stays["program_id"].value_counts().index[4]].iloc[0]
    return {
        "ip_stays": edited(
            stays,
            _under_way(tables),
            **{name: known[name] for name in ("program_id", "subprogram_id", "subprogram_key")},
        )
    }


@damage("ip_stays.time_under_way", "everybody under way was admitted on New Year's Eve")
def all_admitted_on_new_years_eve(tables: Tables) -> Tables:
    admitted = tables["ip_stays"]["admit_ts"]
    return _begun(tables, _under_way(tables), admitted - admitted.dt.normalize() + _NEW_YEAR - _DAY)


@damage("ip_stays.time_under_way", "everybody under way goes home on 1 January")
def all_home_on_1_january(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    noon = _NEW_YEAR + pd.Timedelta(hours=12)
    return _begun(tables, _under_way(tables), stays["admit_ts"] + (noon - stays["discharge_ts"]))


@damage("ip_stays.time_under_way", "everybody under way stays for 60 days")
def all_for_sixty_days(tables: Tables) -> Tables:
    rows = _under_way(tables)
    nothing, sixty = (pd.Series(days, index=rows.index) for days in (0.0, 60.0))
    stays = _days(tables, rows, sixty, nothing)["ip_stays"]
    acute = {**tables, "ip_stays": edited(stays, rows, alc_flag=False)}
    count = int(rows.sum())
    since = pd.Series(pd.to_timedelta(np.linspace(1, 59, count), unit="D").round("s"), index=rows[rows].index)
    return _begun(acute, rows, _NEW_YEAR - since.reindex(rows.index))


@damage("ip_stays.los_shape", "one stay in ten is a day longer")
def one_in_ten_a_day_longer(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    some = pd.Series(np.arange(len(stays)) % 10 == 0, index=stays.index) & ~_under_way(tables)
    return _days(tables, some, stays["los_days"] + 1)


@damage("ip_stays.los_shape", "stays at one site last 20% longer")
def one_site_keeps_longer(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    own = (stays["facility_id"] == 6) & ~_under_way(tables) & ~stays["alc_flag"]
    return _days(tables, own, stays["los_days"] * 1.2)


@damage(
    "ip_stays.los_shape", "one site has the longest stays of each subprogram, with the same lengths in all"
)
def the_longest_stays_at_one_site(tables: Tables) -> Tables:
    return _rearranged(tables, (tables["ip_stays"]["facility_id"] == 6).astype(int))


@damage(
    "ip_stays.los_shape",
    "those from the ED have the longest stays of each subprogram, lengths being kept",
)
def the_longest_stays_from_the_ed(tables: Tables) -> Tables:
    return _rearranged(tables, (tables["ip_stays"]["admit_route"] == ROUTE_ED).astype(int))


@damage("ip_stays.alc_days", "every ALC stay has one ALC day")
def one_alc_day_each(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    some = stays["alc_flag"] & ~_under_way(tables)
    return _days(tables, some, stays["los_days"] - stays["alc_days"] + 1, pd.Series(1.0, index=stays.index))


@damage("ip_stays.alc_days", "the ALC days of one program are doubled")
def a_programs_alc_days_doubled(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    some = stays["alc_flag"] & ~_under_way(tables)
    program = stays.loc[some, "program_id"].value_counts().index[1]
    own = some & (stays["program_id"] == program)
    return _days(tables, own, stays["los_days"] + stays["alc_days"], stays["alc_days"] * 2)


@damage("ip_stays.alc_days", "acute and ALC days are swapped")
def acute_and_alc_days_swapped(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    some = stays["alc_flag"] & ~_under_way(tables)
    return _days(tables, some, stays["los_days"], stays["los_days"] - stays["alc_days"])


@damage("ip_stays.alc_days", "ALC days are those of whole weeks")
def alc_days_of_whole_weeks(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    some = stays["alc_flag"] & ~_under_way(tables)
    weeks = np.ceil(stays["alc_days"] / 7) * 7
    return _days(tables, some, stays["los_days"] - stays["alc_days"] + weeks, weeks)
