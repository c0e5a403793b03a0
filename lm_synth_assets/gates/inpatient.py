"""Gates on inpatient stays: how long, where, by which way in, and that nobody lies in two beds."""

import numpy as np
import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.gates.gate import Tables, Verdict, gate, none_of
from lm_synth_assets.simulation.stay_rates import units_of
from lm_synth_assets.vocabulary import ADMITTED, DIED, ROUTE_ED

_DAY = np.timedelta64(1, "D")


@gate("ip_stays")
def length_of_stay(tables: Tables, region: Region) -> Verdict:
    """Stays last at least the configured floor, and as long as from admission to discharge."""
    frame = tables["ip_stays"]
    floor = region.inpatient.los_floor_days
    days = (frame["discharge_ts"] - frame["admit_ts"]) / _DAY
    wrong = (frame["los_days"] < floor) | ((days - frame["los_days"]).abs() > 1e-6)
    wrong |= frame["admit_ts"].dt.normalize() != frame["admit_date"]
    return none_of(frame[wrong], f"stay below {floor:g} days or unlike its times", len(frame))


@gate("ip_stays")
def alc_above_threshold(tables: Tables, region: Region) -> Verdict:
    """A stay with ALC has ALC days, at least the threshold in all, and more than its ALC part; others have none."""
    frame = tables["ip_stays"]
    threshold = region.inpatient.alc.threshold_days
    wrong = frame["alc_flag"] != (frame["alc_days"] > 0)
    wrong |= frame["alc_flag"] & (frame["los_days"] < threshold - 1e-9)
    wrong |= frame["alc_days"] >= frame["los_days"]
    return none_of(frame[wrong], f"ALC stay below {threshold:g} days or with ALC days that do not fit", len(frame))


@gate("ip_stays")
def los_medians(tables: Tables, region: Region) -> Verdict:
    """Median LOS of each subprogram lies in its configured band, widened by its sampling error."""
    gates = region.gates
    stays = _this_year(tables, region)
    by_key = stays.groupby("subprogram_key")["los_days"]
    rows = []
    for unit in units_of(region):
        key = unit.program_id * 100 + unit.subprogram_id
        if key in by_key.groups:
            days = by_key.get_group(key)
            band = gates.los_median_tolerance_pct / 100 * unit.stays.qa_median_days
            error = _median_error(len(days), unit.stays.sigma, stays, key) * unit.stays.qa_median_days
            rows.append(
                (key, unit.name, len(days), unit.stays.qa_median_days, days.median(), max(band, gates.standard_errors * error))
            )
    found = pd.DataFrame(rows, columns=["subprogram_key", "subprogram", "stays", "expected", "observed", "tolerance"])
    breach = found[(found["observed"] - found["expected"]).abs() > found["tolerance"]]
    ratio = (found["observed"] / found["expected"] - 1).abs()
    worst = found.loc[ratio.idxmax()] if len(found) else None
    return Verdict(
        breach.empty,
        f"{worst['expected']:g} days ({worst['subprogram']})" if worst is not None else "no stays",
        f"{worst['observed']:.2f} days of {worst['stays']} stays" if worst is not None else "none",
        f"max({gates.los_median_tolerance_pct:g} %, {gates.standard_errors:g} standard errors)",
        breach,
    )


def _median_error(stays: int, sigma: float, frame: pd.DataFrame, key: int) -> float:
    """Standard error of a subprogram's median LOS, relative to it.

    Acute LOS is drawn over stratified uniforms, so its empirical distribution is off by half a stay at the
    median; which stays turn ALC, and so move above it, and at which ages, stays random (binomial).
    """
    alc = float(frame.loc[frame["subprogram_key"] == key, "alc_flag"].mean())
    below_error = np.hypot(0.5 / stays, np.sqrt((alc * (1 - alc) + 0.01) / stays) / 2)
    return float(np.expm1(max(sigma, 0.05) * np.sqrt(2 * np.pi) * below_error))


def _this_year(tables: Tables, region: Region) -> pd.DataFrame:
    stays = tables["ip_stays"]
    return stays[stays["admit_ts"].dt.year >= region.run.start_year]


@gate("ip_stays", reads=("program_coverage",))
def subprogram_offered_at_site(tables: Tables, region: Region) -> Verdict:
    """Each stay is in a subprogram that its site offers, and its key is that of its program and subprogram."""
    stays = tables["ip_stays"]
    offered = pd.MultiIndex.from_frame(tables["program_coverage"][["site_id", "subprogram_key"]])
    fits = pd.MultiIndex.from_frame(stays[["facility_id", "subprogram_key"]]).isin(offered)
    fits &= (stays["program_id"] * 100 + stays["subprogram_id"] == stays["subprogram_key"]).to_numpy()
    return none_of(stays[~fits], "stay where it is not offered", len(stays))


@gate("ip_stays", reads=("ed_encounters",))
def admissions_have_stays(tables: Tables, region: Region) -> Verdict:
    """Each admitted ED encounter begins exactly one stay of its patient, after it ends; no other does."""
    stays, visits = tables["ip_stays"], tables["ed_encounters"]
    admitted = visits[visits["dispo"] == ADMITTED]
    begun = stays[stays["ed_encounter_id"].notna()]
    joined = begun.merge(admitted, left_on="ed_encounter_id", right_on="encounter_id", how="outer", suffixes=("", "_ed"))
    count = joined.groupby(joined["encounter_id"].fillna(joined["ed_encounter_id"]))["stay_id"].transform("count")
    wrong = (
        joined["stay_id"].isna()
        | joined["encounter_id"].isna()
        | (count != 1)
        | (joined["patient_id"] != joined["patient_id_ed"])
        | (joined["admit_ts"] < joined["departure_ts"])
        | (joined["admit_route"] != ROUTE_ED)
    )
    return none_of(joined[wrong], "admission without its stay, or stay without its admission", len(admitted))


@gate("ip_stays", reads=("ed_encounters",))
def one_place_at_a_time(tables: Tables, region: Region) -> Verdict:
    """Nobody lies in two beds, nor comes to an ED while in a bed, nor has a stay after dying."""
    stays, visits = tables["ip_stays"], tables["ed_encounters"]
    contacts = pd.concat(
        [
            stays[["patient_id", "admit_ts", "discharge_ts"]].set_axis(["patient_id", "start", "end"], axis=1),
            visits[["patient_id", "arrival_ts", "departure_ts"]].set_axis(["patient_id", "start", "end"], axis=1),
        ]
    )
    busy = stays["patient_id"].unique()
    contacts = contacts[contacts["patient_id"].isin(busy)].sort_values(["patient_id", "start", "end"])
    number = contacts.groupby("patient_id", sort=False).ngroup()
    # The latest end so far of the same patient: a running maximum over (patient, end).
    ends = contacts["end"].to_numpy().astype("datetime64[s]").astype(np.int64)
    span = int(ends.max(initial=0)) + 1
    latest = np.maximum.accumulate(ends + number.to_numpy() * span)
    starts = contacts["start"].to_numpy().astype("datetime64[s]").astype(np.int64) + number.to_numpy() * span
    clash = np.append(False, (starts[1:] < latest[:-1]) & (number.to_numpy()[1:] == number.to_numpy()[:-1]))
    died = visits[visits["dispo"] == DIED].groupby("patient_id")["departure_ts"].max()
    after_death = contacts["start"] > contacts["patient_id"].map(died)
    return none_of(contacts[clash[: len(contacts)] | after_death.to_numpy()], "contact during another", len(contacts))


