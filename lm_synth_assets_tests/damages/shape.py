"""What may go wrong with shape while totals hold: distributions, and what goes together with what."""

import numpy as np
import pandas as pd

from lm_synth_assets.schema.vocabulary import PEDIATRIC_ED
from lm_synth_assets_tests.damages.damage import damage
from lm_synth_assets_tests.support.datasets import Tables

_SEED = 7


def _shuffled(frame: pd.DataFrame, column: str, which: pd.Series | None = None) -> pd.DataFrame:
    """A column's values (of some rows) in random order, so that it goes together with nothing."""
    rows = frame.index if which is None else frame.index[which]
    copy = frame.copy()
    order = np.random.default_rng(_SEED).permutation(len(rows))
    copy.loc[rows, column] = frame.loc[rows, column].array.take(order)
    return copy


@damage("ip_stays.los_shape", "the longest stays of a unit are cut off at twice its median")
def long_stays_cut_off(tables: Tables) -> Tables:
    stays = tables["ip_stays"]
    often = stays["subprogram_key"].mode().iloc[0]
    own = stays["subprogram_key"] == often
    capped = stays["los_days"].clip(upper=2 * stays.loc[own, "los_days"].median())
    return {"ip_stays": stays.assign(los_days=stays["los_days"].where(~own, capped))}


@damage("ed_encounters.arrival_shape", "arrivals are booked in the middle of each four hours")
def arrivals_every_four_hours(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    booked = visits["arrival_ts"].dt.floor("4h") + pd.Timedelta(hours=2)
    late = booked - visits["arrival_ts"]
    return {"ed_encounters": visits.assign(arrival_ts=booked, departure_ts=visits["departure_ts"] + late)}


@damage("ed_encounters.arrival_shape", "a year's visits to Pediatric ED are squeezed into half a year")
def a_year_in_half_a_year(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    day = visits["arrival_ts"].dt.normalize()
    earlier = pd.to_timedelta((visits["arrival_ts"].dt.dayofyear - 1) // 2, unit="D")
    moved = pd.Timestamp("2025-01-01") + earlier - day
    moved = moved.where(visits["ed_subservice"] == PEDIATRIC_ED, pd.Timedelta(0))
    changed = {name: visits[name] + moved for name in ("arrival_ts", "departure_ts", "arrival_date")}
    return {"ed_encounters": visits.assign(**changed)}


@damage("ed_encounters.correlations", "visits are dealt out to patients at random")
def visits_dealt_out_at_random(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    anybody = np.random.default_rng(_SEED).integers(0, len(tables["patients"]), len(visits))
    return {"ed_encounters": visits.assign(patient_id=tables["patients"]["patient_id"].array.take(anybody))}


@damage("ed_encounters.correlations", "the longer a visit, the more urgent its acuity")
def acuity_by_length(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    urgent_stay_longest = visits["departure_ts"].sub(visits["arrival_ts"]).rank(method="first")
    acuity = np.sort(visits["acuity"].to_numpy(dtype=int))[::-1]
    return {
        "ed_encounters": visits.assign(acuity=pd.array(acuity[urgent_stay_longest.to_numpy(int) - 1], "Int8"))
    }


@damage("ed_encounters.associations", "dispositions are shuffled: the urgent are admitted like anybody")
def dispositions_shuffled(tables: Tables) -> Tables:
    return {"ed_encounters": _shuffled(tables["ed_encounters"], "dispo")}


@damage("ed_encounters.associations", "areas of residence are shuffled among the patients")
def areas_shuffled(tables: Tables) -> Tables:
    return {"patients": _shuffled(tables["patients"], "lha_id")}


@damage("ed_encounters.associations", "the acuity of a facility is always 3")
def always_the_same_acuity(tables: Tables) -> Tables:
    visits = tables["ed_encounters"]
    return {"ed_encounters": visits.assign(acuity=visits["acuity"].mask(visits["facility_id"] == 6, 3))}


@damage("ip_stays.stay_associations", "age groups are shuffled among the patients")
def ages_shuffled(tables: Tables) -> Tables:
    return {"patients": _shuffled(tables["patients"], "age_group")}


@damage("ip_stays.stay_associations", "the ways in are shuffled among the stays")
def ways_in_shuffled(tables: Tables) -> Tables:
    return {"ip_stays": _shuffled(tables["ip_stays"], "admit_route")}


@damage("ip_stays.stay_associations", "ALC falls on anybody, whatever the unit and the age")
def alc_shuffled(tables: Tables) -> Tables:
    return {"ip_stays": _shuffled(tables["ip_stays"], "alc_flag")}
