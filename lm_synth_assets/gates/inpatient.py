"""Gates on inpatient stays: how long, where, by which way in, and that nobody lies in two beds."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from lm_synth_assets.config import Region
from lm_synth_assets.gates.gate import Tables, Verdict, gate, none_of
from lm_synth_assets.simulation.rhythms import DAY
from lm_synth_assets.simulation.stay_rates import units_of
from lm_synth_assets.vocabulary import ADMITTED, DIED, ROUTE_ED


@gate("ip_stays")
def length_of_stay(tables: Tables, region: Region) -> Verdict:
    """Stays last at least the configured floor, and as long as from admission to discharge."""
    frame = tables["ip_stays"]
    floor = region.inpatient.los_floor_days
    days = (frame["discharge_ts"] - frame["admit_ts"]).dt.total_seconds() / DAY
    wrong = (frame["los_days"] < floor) | ((days - frame["los_days"]).abs() > 1e-6)
    wrong |= frame["admit_ts"].dt.normalize() != frame["admit_date"]
    return none_of(frame[wrong], f"stay below {floor:g} days or unlike its times", len(frame))


@gate("ip_stays")
def alc_above_threshold(tables: Tables, region: Region) -> Verdict:
    """ALC stays have ALC days, reach the threshold and outlast their ALC part; others have no ALC days."""
    frame = tables["ip_stays"]
    threshold = region.inpatient.alc.threshold_days
    wrong = frame["alc_flag"] != (frame["alc_days"] > 0)
    wrong |= frame["alc_flag"] & (frame["los_days"] < threshold - 1e-9)
    wrong |= frame["alc_days"] >= frame["los_days"]
    return none_of(
        frame[wrong], f"ALC stay below {threshold:g} days or with ALC days that do not fit", len(frame)
    )


@gate("ip_stays")
def los_medians(tables: Tables, region: Region) -> Verdict:
    """Median LOS of each subprogram lies in its configured band, widened by its sampling error."""
    tolerance = region.gates.los_median_tolerance_pct / 100
    stays = _this_year(tables, region)
    rows = []
    for unit in units_of(region):
        own = stays[stays["subprogram_key"] == unit.program_id * 100 + unit.subprogram_id]
        if len(own):
            middle = unit.stays.qa_median_days
            factor = _median_spread(own, unit.stays.sigma, region.gates.standard_errors)
            low, high = middle * min(1 - tolerance, 1 / factor), middle * max(1 + tolerance, factor)
            rows.append((unit.name, len(own), middle, own["los_days"].median(), low, high))
    found = pd.DataFrame(rows, columns=["subprogram", "stays", "expected", "observed", "low", "high"])
    breach = found[~found["observed"].between(found["low"], found["high"])]
    if found.empty:
        return Verdict(True, "no stays", "no stays")
    # The worst is the nearest to an end of its band, or the farthest outside, on a log scale.
    place = np.log(found["observed"] / found["low"]) / np.log(found["high"] / found["low"])
    worst = found.iloc[int(np.argmax(np.abs(place - 0.5)))]
    return Verdict(
        breach.empty,
        f"{worst['expected']:g} days ({worst['subprogram']})",
        f"{worst['observed']:.2f} days of {worst['stays']} stays",
        f"{worst['low']:.2f}-{worst['high']:.2f} days: {100 * tolerance:g} %, or "
        f"{region.gates.standard_errors:g} standard errors where stays are few",
        breach,
    )


def _median_spread(stays: pd.DataFrame, sigma: float, standard_errors: float) -> float:
    """The factor by which a subprogram's median LOS may lie off by chance.

    Acute LOS is drawn over stratified uniforms, so the empirical distribution is off by half a stay at the
    median. ALC moves a stay above it: how many of the half below are moved is binomial, and so, a little, is
    their age. What is left of the distribution there is thinner by the share with ALC. That error of the
    distribution becomes one of the median through the lognormal's quantiles.
    """
    alc = float(stays["alc_flag"].mean())
    moved = np.sqrt((alc * (1 - alc) + 0.02) / (2 * len(stays)))
    error = np.hypot(0.5 / len(stays), moved) / max(1 - alc, 0.1)
    return float(np.exp(max(sigma, 0.05) * ndtri(min(0.5 + standard_errors * error, 1 - 1e-12))))


def _this_year(tables: Tables, region: Region) -> pd.DataFrame:
    stays = tables["ip_stays"]
    return stays[stays["admit_ts"].dt.year >= region.run.start_year]


@gate("ip_stays", reads=("program_coverage",))
def subprogram_offered_at_site(tables: Tables, region: Region) -> Verdict:
    """Each stay is in a subprogram that its site offers, with the key of its program and subprogram."""
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
    joined = begun.merge(
        admitted, left_on="ed_encounter_id", right_on="encounter_id", how="outer", suffixes=("", "_ed")
    )
    encounter = joined["encounter_id"].fillna(joined["ed_encounter_id"])
    count = joined.groupby(encounter)["stay_id"].transform("count")
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
    columns = ["patient_id", "start", "end"]
    contacts = pd.concat(
        [
            stays[["patient_id", "admit_ts", "discharge_ts"]].set_axis(columns, axis=1),
            visits[["patient_id", "arrival_ts", "departure_ts"]].set_axis(columns, axis=1),
        ]
    )
    busy = stays["patient_id"].unique()
    contacts = contacts[contacts["patient_id"].isin(busy)].sort_values(columns)
    number = contacts.groupby("patient_id", sort=False).ngroup().to_numpy()
    since = contacts["start"].min()
    starts, ends = ((contacts[name] - since).dt.total_seconds().to_numpy() for name in ("start", "end"))
    # The latest end so far of the same patient: a running maximum over (patient, end).
    lift = number * (ends.max(initial=0) + 1)
    latest = np.maximum.accumulate(ends + lift)
    clash = np.append(False, ((starts + lift)[1:] < latest[:-1]) & (number[1:] == number[:-1]))
    died = visits[visits["dispo"] == DIED].groupby("patient_id")["departure_ts"].max()
    after_death = contacts["start"] >= contacts["patient_id"].map(died)
    return none_of(
        contacts[clash[: len(contacts)] | after_death.to_numpy()], "contact during another", len(contacts)
    )
