"""Gates on shape: distributions against what the configuration implies, associations against a replicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import apart, distance, distances, independent_rows
from lm_synth_assets.gates.gate import StoredTables, Tables, Verdict
from lm_synth_assets.gates.limits import FREE_DRAW
from lm_synth_assets.gates.replicate import replicate
from lm_synth_assets.gates.views import days_of, patient_of, people_in, visits_of
from lm_synth_assets.model.calendar import DAY, HOUR, MINUTE
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import ED_SUBSERVICES
from lm_synth_assets.simulation.arrivals import timetable

_REPLICATE_PATIENTS = 20_000
_REPLICATE_SEED_STEP = 1


def arrival_shape(tables: Tables, region: Region) -> Verdict:
    """Arrivals over the day and over the year follow the profile of their subservice (Kolmogorov-Smirnov)."""
    times = timetable(region)
    frame = tables["ed_encounters"]
    arrival = frame["arrival_ts"]
    second = (arrival.dt.hour * HOUR + arrival.dt.minute * MINUTE + arrival.dt.second).to_numpy()
    hour, fraction = second // HOUR, (second % HOUR + 0.5) / HOUR
    day = arrival.dt.dayofyear.to_numpy() - 1
    rows = []
    for service in ED_SUBSERVICES:
        included = (frame["ed_subservice"] == service).to_numpy()
        rhythm = times.names.index(region.ed_rhythms[service])
        hours = np.insert(times.hours[rhythm], 0, 0.0, axis=-1)[times.closed[day[included]].astype(int)]
        before = np.take_along_axis(hours, hour[included, None], 1)[:, 0]
        after = np.take_along_axis(hours, hour[included, None] + 1, 1)[:, 0]
        uniform = before + (after - before) * fraction[included]
        rows.append((f"{service}, time of day", included.sum(), distance(uniform)))
        over_sites = np.diff(times.days[rhythm], axis=-1, prepend=0.0).mean(axis=0)
        reached = np.append(0.0, np.cumsum(over_sites))
        part = (second[included] + 0.5) / DAY
        uniform = reached[day[included]] + over_sites[day[included]] * part
        rows.append((f"{service}, day of year", included.sum(), distance(uniform)))
    return distances(rows, region.gates.ks_threshold, FREE_DRAW, "marginal")


def correlations(tables: Tables, region: Region) -> Verdict:
    """Rank correlations between visits and their patients are those of a replicate (Spearman)."""
    return _drift(_spearman, "ed_encounters", tables, region)


def associations(tables: Tables, region: Region) -> Verdict:
    """Associations between categories of visits and patients are those of a replicate (Cramer's V)."""
    return _drift(_visit_associations, "ed_encounters", tables, region)


def stay_associations(tables: Tables, region: Region) -> Verdict:
    """Associations between categories of stays and patients are those of a replicate (Cramer's V)."""
    return _drift(_stay_associations, "ip_stays", tables, region)


def _drift(
    measure: Callable[[Tables, Region], pd.DataFrame], table: str, tables: Tables, region: Region
) -> Verdict:
    """Compare a measure of each pair of columns with that of a replicate."""
    other = StoredTables.of(replicate(region, _REPLICATE_PATIENTS, _REPLICATE_SEED_STEP))
    observed, expected = measure(tables, region), measure(other, region)
    sizes = (independent_rows(patient_of(sample, table)) for sample in (tables, other))
    error = np.hypot(*(1 / np.sqrt(size) for size in sizes))
    limit = max(region.gates.corr_threshold, region.gates.standard_errors * error)
    one, two = np.triu_indices(len(observed.columns), 1)
    pairs = pd.DataFrame({"one": observed.columns[one], "other": observed.columns[two]})
    pairs["observed"], pairs["expected"] = observed.to_numpy()[one, two], expected.to_numpy()[one, two]
    pairs["drift"] = (pairs["observed"] - pairs["expected"]).abs()
    worst = pairs.loc[pairs["drift"].idxmax()]
    return Verdict(
        bool((pairs["drift"] <= limit).all()),
        f"{worst['expected']:.3f} ({worst['one']}, {worst['other']})",
        f"{worst['observed']:.3f}",
        f"{limit:.3f}",
        pairs[pairs["drift"] > limit],
        numbers=apart(worst["observed"], worst["expected"]) | {"threshold": limit},
    )


def _spearman(tables: Tables, region: Region) -> pd.DataFrame:
    visits, patients = visits_of(tables, region), tables["patients"]
    frame = tables["ed_encounters"].iloc[visits.row]
    numbers = {
        "age": visits.people.age[visits.patient],
        "expected_ed_rate": patients["expected_ed_rate"].to_numpy()[visits.patient],
        "visits": visits.per_patient[visits.patient],
        "hour": visits.second // HOUR,
        "acuity": visits.acuity,
        "minutes": (frame["departure_ts"] - frame["arrival_ts"]).to_numpy().astype(np.int64),
    }
    return pd.DataFrame({name: _ranks(values) for name, values in numbers.items()}).corr().fillna(0.0)


def _ranks(values: Floats | Ints) -> Floats:
    """The rank of each value, the mean one where several are equal: counted, since most are."""
    level, _ = pd.factorize(values, sort=True)
    counts = np.bincount(level)
    return (np.cumsum(counts) - (counts - 1) / 2)[level]


def _visit_associations(tables: Tables, region: Region) -> pd.DataFrame:
    visits = visits_of(tables, region)
    weekday = days_of(region).dayofweek.to_numpy().take(visits.day, mode="clip")
    categories = {
        "ed_subservice": visits.service,
        "acuity": visits.acuity,
        "dispo": visits.disposition,
        "facility_id": visits.site,
        "weekend": (weekday >= 5).astype(np.int64),
        "lha_id": visits.people.lha[visits.patient],
        "age_group": visits.people.age_group[visits.patient],
        "gender": visits.people.gender[visits.patient],
    }
    return _cramer(categories, independent_rows(patient_of(tables, "ed_encounters")))


def _stay_associations(tables: Tables, region: Region) -> pd.DataFrame:
    patient = patient_of(tables, "ip_stays")
    stays, patient = tables["ip_stays"][patient >= 0], patient[patient >= 0]
    people = people_in(tables, region)
    categories = {
        "subprogram_key": stays["subprogram_key"].to_numpy(np.int64),
        "facility_id": stays["facility_id"].to_numpy(np.int64),
        "admit_route": stays["admit_route"].cat.codes.to_numpy().astype(np.int64),
        "alc_flag": stays["alc_flag"].to_numpy().astype(np.int64),
        "age_group": people.age_group[patient],
        "gender": people.gender[patient],
    }
    return _cramer(categories, independent_rows(patient_of(tables, "ip_stays")))


def _cramer(categories: Mapping[str, Ints], size: float) -> pd.DataFrame:
    """Cramer's V of each pair of columns of categories, less its bias for that many independent rows.

    A cell with less than one expected row weighs like one with one row: a single row there is no association.
    Sources: W. Bergsma, J. Korean Stat. Soc. 42 (2013); W. G. Cochran, Biometrics 10 (1954).
    """
    # Numbered anew: a wild number in damaged data must not make tables of its size.
    codes = [pd.factorize(values)[0] for values in categories.values()]
    total, spare = max(len(codes[0]), 1), max(size - 1, 1.0)
    shares = [np.bincount(code) / total for code in codes]
    measured = np.eye(len(codes))
    for one, two in zip(*np.triu_indices(len(codes), 1), strict=True):
        shape = len(shares[one]), len(shares[two])
        together = np.bincount(codes[one] * shape[1] + codes[two], minlength=shape[0] * shape[1])
        independent = np.outer(shares[one], shares[two]) * total
        weighed = np.maximum(independent, 1.0)
        free = np.outer(1 - shares[one], 1 - shares[two]) * independent / weighed
        phi = ((together.reshape(shape) - independent) ** 2 / weighed).sum() / total - free.sum() / spare
        levels = np.array([(shares[which] > 0).sum() for which in (one, two)])
        most = (levels - (levels - 1) ** 2 / spare).min() - 1
        measured[one, two] = measured[two, one] = np.sqrt(np.clip(phi / most, 0, 1)) if most > 0 else 0.0
    return pd.DataFrame(measured, list(categories), list(categories))
