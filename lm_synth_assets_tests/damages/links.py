"""What may go wrong with what goes together, while every margin holds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lm_synth_assets.schema.vocabulary import ADMITTED, DISCHARGED, LEFT
from lm_synth_assets_tests.damages.damage import damage, edited
from lm_synth_assets_tests.support.datasets import Tables

_SEED = 7


def _of_patients(tables: Tables, table: str, column: str) -> pd.Series:
    patients = tables["patients"].set_index("patient_id")
    return tables[table]["patient_id"].map(patients[column])


def _shuffled(frame: pd.DataFrame, column: str, by: Sequence[str | pd.Series]) -> pd.DataFrame:
    """A column's values in random order inside each group."""
    values = frame[column].array
    order = np.arange(len(frame))
    rng = np.random.default_rng(_SEED)
    for rows in frame.groupby(list(by), observed=True).indices.values():
        order[rows] = rng.permutation(rows)
    return frame.assign(**{column: values.take(order)})


def _lengthened(visits: pd.DataFrame, which: pd.Series, factor: float) -> Tables:
    length = (visits["departure_ts"] - visits["arrival_ts"]) * factor
    longer = visits["arrival_ts"] + length.dt.round("s")
    return {"ed_encounters": visits.assign(departure_ts=visits["departure_ts"].where(~which, longer))}


def _stays_longer(stays: pd.DataFrame, which: pd.Series, factor: float) -> Tables:
    days = stays["los_days"].where(~which, (stays["los_days"] * factor).round(2)).clip(lower=0.26)
    discharge = stays["admit_ts"] + pd.to_timedelta((days * 864).round() * 100, unit="s")
    return {"ip_stays": stays.assign(los_days=days, discharge_ts=discharge)}


@damage("ed_encounters.links", "acuity does not depend on age")
def acuity_whatever_the_age(tables: Tables) -> Tables:
    return {"ed_encounters": _shuffled(tables["ed_encounters"], "acuity", ["ed_subservice"])}


@damage("ed_encounters.links", "dispositions do not depend on acuity among those under 45")
def dispositions_of_the_young_whatever_the_acuity(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    young = _of_patients(tables, "ed_encounters", "age_group").isin(["0-4", "5-14", "15-24", "25-44"])
    row = pd.Series(np.where(young, -1, np.arange(len(visits))), index=visits.index)
    return {"ed_encounters": _shuffled(visits, "dispo", ["ed_subservice", row])}


@damage("ed_encounters.links", "visits of women last a fifth longer")
def women_wait_longer(tables: Tables) -> Tables:
    return _lengthened(
        tables["ed_encounters"], _of_patients(tables, "ed_encounters", "gender").eq("Female"), 1.2
    )


@damage("ed_encounters.links", "visits to one site last a third less")
def one_site_is_faster(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return _lengthened(visits, visits["facility_id"].eq(4), 2 / 3)


@damage("ed_encounters.links", "visits that begin at night last half as long again")
def nights_are_long(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return _lengthened(visits, visits["arrival_ts"].dt.hour.lt(6), 1.5)


@damage("ed_encounters.links", "men are admitted instead of women of their age and acuity")
def men_admitted_instead(tables: Tables) -> Tables:
    visits = tables["ed_encounters"].copy()
    gender, age = (_of_patients(tables, "ed_encounters", name) for name in ("gender", "age_group"))
    for rows in visits.groupby(["ed_subservice", "acuity", age], observed=True).indices.values():
        some = visits.iloc[rows]
        women = some.index[some["dispo"].eq(ADMITTED) & gender[some.index].eq("Female")][::3]
        men = some.index[some["dispo"].eq(DISCHARGED) & gender[some.index].eq("Male")]
        count = min(len(women), len(men))
        visits.loc[women[:count], "dispo"] = DISCHARGED
        visits.loc[men[:count], "dispo"] = ADMITTED
    return {"ed_encounters": visits}


@damage("ed_encounters.links", "whoever leaves without being seen leaves one of three sites")
def all_leave_three_sites(tables: Tables) -> Tables:
    visits = tables["ed_encounters"].copy()
    of_three = visits["facility_id"].le(3)
    left = visits.index[visits["dispo"].eq(LEFT) & ~of_three]
    staying = visits[visits["dispo"].eq(DISCHARGED) & of_three].index[: len(left)]
    visits.loc[left[: len(staying)], "dispo"] = DISCHARGED
    visits.loc[staying, "dispo"] = LEFT
    return {"ed_encounters": visits}


@damage("patients.links", "those who go elsewhere for care are women")
def women_go_elsewhere(tables: Tables) -> Tables:
    patients = tables["patients"]
    homes = patients["facility_home_id"].to_numpy(copy=True)
    default = patients["lha_id"].map(tables["dim_lha"].set_index("lha_id")["default_site_id"]).to_numpy()
    away, women = homes != default, patients["gender"].eq("Female").to_numpy()
    for area in patients["lha_id"].unique():
        in_area = patients["lha_id"].eq(area).to_numpy()
        leaving, staying = np.flatnonzero(in_area & away & ~women), np.flatnonzero(in_area & ~away & women)
        count = min(len(leaving), len(staying))
        homes[staying[:count]], homes[leaving[:count]] = homes[leaving[:count]], default[leaving[:count]]
    return {"patients": patients.assign(facility_home_id=homes)}


@damage("patients.links", "expected rates of those born in winter are a third higher")
def rates_by_month_of_birth(tables: Tables) -> Tables:
    patients = tables["patients"]
    winter = patients["dob"].dt.month.isin([1, 2, 12])
    raised = (patients["expected_ed_rate"] * 4 / 3).round(4)
    return {"patients": patients.assign(expected_ed_rate=patients["expected_ed_rate"].where(~winter, raised))}


@damage("patients.links", "expected rates of one area are those of people who are all alike")
def an_area_without_frailty(tables: Tables) -> Tables:
    patients = tables["patients"]
    by = [patients["lha_id"], patients["age_group"], patients["gender"]]
    mean = patients.groupby(by, observed=True)["expected_ed_rate"].transform("mean").round(4)
    some = patients["lha_id"].eq(5)
    return {"patients": patients.assign(expected_ed_rate=patients["expected_ed_rate"].where(~some, mean))}


@damage("ip_stays.links", "stays at one site are half as long")
def one_sites_stays_are_short(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return _stays_longer(stays, stays["facility_id"].eq(6) & ~stays["alc_flag"], 0.5)


@damage("ip_stays.links", "men stay half as long again")
def men_stay_longer(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    return _stays_longer(
        stays, _of_patients(tables, "ip_stays", "gender").eq("Male") & ~stays["alc_flag"], 1.5
    )


@damage("ip_stays.links", "stays of the winter are half as long")
def winter_stays_are_short(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    winter = stays["admit_ts"].dt.month.isin([1, 2, 11, 12])
    return _stays_longer(stays, winter & ~stays["alc_flag"], 0.5)


@damage("ip_stays.links", "the ALC of one site's patients is recorded at another")
def one_site_without_alc(tables: Tables) -> Tables:
    stays = tables["ip_stays"].copy()
    alc = stays["alc_flag"]
    for _, rows in stays.groupby("subprogram_key").indices.items():
        some = stays.iloc[rows]
        here = some.index[alc[some.index] & some["facility_id"].isin([6, 11])]
        there = some.index[~alc[some.index] & ~some["facility_id"].isin([6, 11])]
        count = min(len(here), len(there))
        stays.loc[there[:count], "alc_days"] = stays.loc[here[:count], "alc_days"].to_numpy()
        stays.loc[here[:count], "alc_days"] = 0.0
    return {"ip_stays": stays.assign(alc_flag=stays["alc_days"] > 0)}


@damage("ip_stays.links", "one area's admissions through the ED are all to one unit")
def one_area_in_one_unit(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    own = _of_patients(tables, "ip_stays", "lha_id").eq(8) & stays["admit_route"].eq("ED")
    return {"ip_stays": edited(stays, own, program_id=1, subprogram_id=2, subprogram_key=102)}
