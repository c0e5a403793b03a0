"""Gates on the ways into and through the hospital: who lies where, where from, and in one bed at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import none_of
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import of_the_year, patient_of, people_in, referred, travel, unit_of
from lm_synth_assets.model.admissions import stay_rates
from lm_synth_assets.model.flows import receiving_sites
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints
from lm_synth_assets.schema.identifiers import subprogram_key
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    DIED,
    GENDERS,
    OLDEST_AGE,
    ROUTE_DIRECT,
    ROUTE_ED,
    ROUTE_TRANSFER,
)


def subprogram_offered_at_site(tables: Tables, region: Region) -> Verdict:
    """Each stay is in a subprogram that its site offers, with the key of its program and subprogram."""
    stays = tables["ip_stays"]
    offered = pd.MultiIndex.from_frame(tables["program_coverage"][["site_id", "subprogram_key"]])
    fits = pd.MultiIndex.from_frame(stays[["facility_id", "subprogram_key"]]).isin(offered)
    fits &= (
        subprogram_key(stays["program_id"], stays["subprogram_id"]) == stays["subprogram_key"]
    ).to_numpy()
    return none_of(stays[~fits], "stay where it is not offered", len(stays))


def age_and_sex_fit(tables: Tables, region: Region) -> Verdict:
    """Stays are in subprograms that have beds, of patients of an age and gender that they take."""
    frame, units = tables["ip_stays"], units_of(region)
    patient, unit = patient_of(tables, "ip_stays"), unit_of(frame, units)
    known = np.flatnonzero(patient >= 0)
    people = people_in(tables, region)
    age, gender = people.age[patient[known]], people.gender[patient[known]]
    first, last = (
        np.array([getattr(unit.stays, name) for unit in units]) for name in ("first_age", "last_age")
    )
    takes = np.array([[gender in unit.stays.genders for unit in units] for gender in GENDERS])
    unit = unit[known]
    fits = (first[unit] <= age) & (age <= last[unit]) & takes[gender, unit]
    # Who comes through the ED is put somewhere, even where the configuration has no stays for them.
    fits |= (stay_rates(region).all.sum(axis=-1) <= 0)[np.clip(age, 0, OLDEST_AGE), gender]
    # Other subprograms have no beds for anybody.
    fits &= unit >= 0
    return none_of(frame.iloc[known[~fits]], "stay of a patient of another age or gender", len(frame))


def admissions_have_stays(tables: Tables, region: Region) -> Verdict:
    """Each admitted ED encounter begins exactly one stay of its patient, after it ends; no other does."""
    stays, visits = tables["ip_stays"], tables["ed_encounters"]
    admitted = visits[visits["dispo"] == ADMITTED]
    begun = stays[stays["ed_encounter_id"].notna()]
    admitted = admitted.rename(columns={"encounter_id": "ed_encounter_id"})
    joined = begun.merge(admitted, on="ed_encounter_id", how="outer", suffixes=("", "_ed"), indicator=True)
    wrong = (
        (joined["_merge"] != "both")
        | joined["ed_encounter_id"].duplicated(keep=False)
        | (joined["patient_id"] != joined["patient_id_ed"])
        | (joined["admit_ts"] < joined["departure_ts"])
        | (joined["admit_route"] != ROUTE_ED)
    )
    return none_of(joined[wrong], "admission without its stay, or stay without its admission", len(admitted))


def admitted_where_referred(tables: Tables, region: Region) -> Verdict:
    """Patients are put to bed where they came, as they leave the ED, or else where that site refers to."""
    frame, visits, units = tables["ip_stays"], tables["ed_encounters"], units_of(region)
    patient, unit = patient_of(tables, "ip_stays"), unit_of(frame, units)
    encounter = referred(tables, "ip_stays", "ed_encounter_id", "ed_encounters", "encounter_id")
    by_ed = frame["ed_encounter_id"].notna().to_numpy()
    first = frame["transfer_from_stay_id"].isna().to_numpy()
    judged = np.flatnonzero(first & (patient >= 0) & (unit >= 0) & (~by_ed | (encounter >= 0)))
    came = tables["patients"]["facility_home_id"].to_numpy(np.int64)[patient[judged]]
    from_ed = np.flatnonzero(by_ed[judged])
    encounter = encounter[judged[from_ed]]
    came[from_ed] = visits["facility_id"].to_numpy(np.int64)[encounter]
    site = receiving_sites(region, units)[came - 1, unit[judged]] + 1
    wrong = frame["facility_id"].to_numpy()[judged] != site
    way = np.where(site != came, travel(region), np.timedelta64(0, "s"))
    due = visits["departure_ts"].to_numpy()[encounter] + way[from_ed]
    wrong[from_ed] |= frame["admit_ts"].to_numpy()[judged[from_ed]] != due
    return none_of(frame.iloc[judged[wrong]], "stay elsewhere, or not when the ED visit ends", len(judged))


def stays_in_year(tables: Tables, region: Region) -> Verdict:
    """Stays began in the start year, or were under way at its start."""
    frame = tables["ip_stays"]
    before, start, end = (pd.Timestamp(region.run.start_year + year, 1, 1) for year in (-1, 0, 1))
    right = (frame["admit_ts"] >= before) & ~(frame["discharge_ts"] <= start)
    # Who came to the ED on the last day, or was transferred, may be admitted in the next year.
    right &= (frame["admit_ts"] < end) | (frame["admit_route"] != ROUTE_DIRECT)
    return none_of(frame[~right], "stay of another year", len(frame))


def routes(tables: Tables, region: Region) -> Verdict:
    """Each stay began in the one way that it says: from the ED, from another stay, or from neither."""
    frame = tables["ip_stays"]
    moved, by_ed = frame["transfer_from_stay_id"].notna(), frame["ed_encounter_id"].notna()
    route = frame["admit_route"]
    right = (route == ROUTE_TRANSFER) & moved & ~by_ed
    right |= (route == ROUTE_ED) & ~moved & (by_ed == of_the_year(frame, region))
    right |= (route == ROUTE_DIRECT) & ~moved & ~by_ed
    return none_of(frame[~right], "stay that began in another way", len(frame))


def one_place_at_a_time(tables: Tables, region: Region) -> Verdict:
    """Nobody lies in two beds, nor comes to an ED while in a bed, nor has a stay after dying."""
    stays, visits = tables["ip_stays"], tables["ed_encounters"]
    patient = np.append(patient_of(tables, "ip_stays"), patient_of(tables, "ed_encounters"))
    start = np.append(_seconds(stays["admit_ts"]), _seconds(visits["arrival_ts"]))
    # A stay without discharge holds its place for no time: `length_of_stay` sees it.
    left = stays["discharge_ts"].fillna(stays["admit_ts"])
    end = np.append(_seconds(left), _seconds(visits["departure_ts"]))
    fatal = np.append(np.zeros(len(stays), dtype=bool), visits["dispo"] == DIED)

    in_bed = np.zeros(len(tables["patients"]) + 1, dtype=bool)
    in_bed[patient[: len(stays)]] = True
    judged = np.flatnonzero(in_bed[patient] & (patient >= 0))
    judged = judged[np.lexsort((end[judged], start[judged], patient[judged]))]
    patient, start, end = patient[judged], start[judged], end[judged]
    # The latest end so far of the same patient: a running maximum over (patient, end).
    lift = patient * int(end.max(initial=0) - start.min(initial=0) + 1)
    again = patient[1:] == patient[:-1]
    latest = np.maximum.accumulate(end + lift)
    clash = np.append(False, again & ((start + lift)[1:] < latest[:-1]))[: len(judged)]
    died = np.full(len(in_bed), np.iinfo(np.int64).max)
    np.minimum.at(died, patient[fatal[judged]], end[fatal[judged]])
    wrong = clash | (start >= died[patient])
    row = judged[wrong]
    moments = pd.DataFrame({"start": start[wrong], "end": end[wrong]}).apply(pd.to_datetime, unit="s")
    moments.insert(0, "patient_id", tables["patients"]["patient_id"].array.take(patient[wrong]))
    moments.insert(1, "contact", np.where(row < len(stays), "stay", "ED visit"))
    return none_of(moments, "contact during another, or after death", len(judged))


def _seconds(moments: pd.Series[pd.Timestamp]) -> Ints:
    return moments.to_numpy().astype("datetime64[s]").astype(np.int64)
