"""Gates on shape: distributions against what the configuration implies, correlations against a twin."""

import numpy as np
import pandas as pd
from scipy.special import ndtr

from lm_synth_assets.config import Region
from lm_synth_assets.gates.gate import Tables, Verdict, gate
from lm_synth_assets.random_streams import Streams
from lm_synth_assets.simulation.apportion import Floats
from lm_synth_assets.simulation.emergency import generate_ed_encounters
from lm_synth_assets.simulation.patients import generate_patients
from lm_synth_assets.simulation.people import people_of
from lm_synth_assets.simulation.rhythms import timetable
from lm_synth_assets.simulation.stay_rates import units_of
from lm_synth_assets.vocabulary import ED_SUBSERVICES

_FREE_DRAW = 2.7
"""A distance up to this over sqrt(n) is chance: the Kolmogorov distribution exceeds it once in a million."""

_STRATIFIED_DRAW = 1.95
"""The same for draws over stratified uniforms, which lie closer: once in a thousand if they were free."""

_TWIN_PATIENTS = 20_000
_TWIN_SEED_STEP = 1


def _distances(rows: list[tuple[str, int, float]], limit: float, chance: float, what: str) -> Verdict:
    """Judge Kolmogorov-Smirnov distances of (name, size, distance)."""
    found = pd.DataFrame(rows, columns=[what, "rows", "distance"])
    found["limit"] = np.maximum(limit, chance / np.sqrt(found["rows"].clip(lower=1)))
    breach = found[found["distance"] > found["limit"]]
    worst = found.loc[(found["distance"] - found["limit"]).idxmax()] if len(found) else None
    return Verdict(
        breach.empty,
        "the configured distribution",
        f"{worst['distance']:.3f} ({worst[what]})" if worst is not None else "no rows",
        f"max({limit:g}, {chance:g}/sqrt(rows))",
        breach,
    )


def _distance(uniform: Floats) -> float:
    """The distance of numbers from the uniform distribution on (0, 1)."""
    n = len(uniform)
    if n == 0:
        return 0.0
    ordered = np.sort(uniform)
    steps = np.arange(n + 1) / n
    return float(max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max()))


@gate("ip_stays", reads=("patients",))
def los_shape(tables: Tables, region: Region) -> Verdict:
    """LOS without ALC follows each subprogram's lognormal (Kolmogorov-Smirnov)."""
    stays = tables["ip_stays"]
    stays = stays[~stays["alc_flag"] & (stays["admit_ts"].dt.year >= region.run.start_year)]
    age = stays["patient_id"].map(tables["patients"].set_index("patient_id")["age_group"])
    factor = age.map(region.inpatient.los_age_factor).to_numpy(dtype=float)
    rows = []
    for unit in units_of(region):
        mine = (stays["subprogram_key"] == unit.program_id * 100 + unit.subprogram_id).to_numpy()
        if mine.any() and unit.stays.sigma:
            ratio = stays["los_days"].to_numpy()[mine] / (unit.stays.median_days * factor[mine])
            rows.append((unit.name, int(mine.sum()), _distance(ndtr(np.log(ratio) / unit.stays.sigma))))
    return _distances(rows, region.gates.ks_threshold, _STRATIFIED_DRAW, "subprogram")


@gate("ed_encounters")
def arrival_shape(tables: Tables, region: Region) -> Verdict:
    """Arrivals over the day and over the year follow the rhythm of their subservice (Kolmogorov-Smirnov)."""
    times = timetable(region, Streams(region.run.seed))
    frame = tables["ed_encounters"]
    arrival = frame["arrival_ts"]
    second = (arrival.dt.hour * 3600 + arrival.dt.minute * 60 + arrival.dt.second).to_numpy()
    hour, fraction = second // 3600, (second % 3600 + 0.5) / 3600
    day = arrival.dt.dayofyear.to_numpy() - 1
    rows = []
    for service in ED_SUBSERVICES:
        mine = (frame["ed_subservice"] == service).to_numpy()
        rhythm = times.names.index(region.ed_rhythms[service])
        hours = np.insert(times.hours[rhythm], 0, 0.0, axis=-1)[times.closed[day[mine]].astype(int)]
        before = np.take_along_axis(hours, hour[mine, None], 1)[:, 0]
        after = np.take_along_axis(hours, hour[mine, None] + 1, 1)[:, 0]
        uniform = before + (after - before) * fraction[mine]
        rows.append((f"{service}, time of day", mine.sum(), _distance(uniform)))
        over_sites = np.diff(times.days[rhythm], axis=-1, prepend=0.0).mean(axis=0)
        reached = np.append(0.0, np.cumsum(over_sites))
        part = (second[mine] + 0.5) / 86_400
        uniform = reached[day[mine]] + over_sites[day[mine]] * part
        rows.append((f"{service}, day of year", mine.sum(), _distance(uniform)))
    return _distances(rows, region.gates.ks_threshold, _FREE_DRAW, "marginal")


@gate("ed_encounters", reads=("patients",))
def correlations(tables: Tables, region: Region) -> Verdict:
    """Rank correlations of visits and their patients are those of a twin with another seed (Spearman)."""
    size = min(region.run.patients, _TWIN_PATIENTS)
    twin_region = region.with_run(patients=size, seed=(region.run.seed + _TWIN_SEED_STEP) % 2**63)
    streams = Streams(twin_region.run.seed)
    people = generate_patients(twin_region, streams)
    twin = {"patients": people, "ed_encounters": generate_ed_encounters(twin_region, people, streams)}
    observed, expected = _spearman(tables, region), _spearman(twin, twin_region)
    drift = (observed - expected).abs()
    error = np.hypot(_standard_error(tables), _standard_error(twin))
    limit = max(region.gates.corr_threshold, region.gates.standard_errors * error)
    names = drift.columns.to_numpy()
    one, other = np.nonzero(names[:, None] < names)
    pairs = pd.DataFrame({"one": names[one], "other": names[other]})
    for column, matrix in (("drift", drift), ("observed", observed), ("expected", expected)):
        pairs[column] = matrix.to_numpy()[one, other]
    worst = pairs.loc[pairs["drift"].idxmax()] if len(pairs) else None
    return Verdict(
        bool((pairs["drift"] <= limit).all()),
        f"{worst['expected']:.3f} ({worst['one']}, {worst['other']})" if worst is not None else "none",
        f"{worst['observed']:.3f}" if worst is not None else "none",
        f"{limit:.3f}",
        pairs[pairs["drift"] > limit],
    )


def _standard_error(tables: Tables) -> float:
    """Standard error of a correlation over visits, of which those of one patient are a cluster."""
    visits = tables["ed_encounters"]["patient_id"].value_counts().to_numpy().astype(float)
    return float(np.sqrt((visits**2).sum()) / max(visits.sum(), 1.0))


def _spearman(tables: Tables, region: Region) -> pd.DataFrame:
    patients, visits = tables["patients"], tables["ed_encounters"]
    people = pd.DataFrame(
        {
            "age": people_of(patients, region.run.reference_date).age,
            "expected_ed_rate": patients["expected_ed_rate"].to_numpy(),
        },
        index=patients["patient_id"],
    )
    frame = people.loc[visits["patient_id"]].reset_index(drop=True)
    frame["visits"] = visits.groupby("patient_id")["encounter_id"].transform("size").to_numpy()
    frame["hour"] = visits["arrival_ts"].dt.hour.to_numpy()
    frame["acuity"] = visits["acuity"].to_numpy(dtype=float)
    frame["minutes"] = (visits["departure_ts"] - visits["arrival_ts"]).dt.total_seconds().to_numpy()
    return frame.rank().corr().fillna(0.0)
