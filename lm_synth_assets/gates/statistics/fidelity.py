"""Fidelity: scores of sdmetrics must not be lower than those between two independent replicates.

Every column, every pair of columns, and all of them at once. sdmetrics is an optional extra: it is imported
when a score is computed, and the other gates do without it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import apart, independent_rows
from lm_synth_assets.gates.gate import StoredTables, Tables, Verdict
from lm_synth_assets.gates.replicate import replicate
from lm_synth_assets.gates.views import patient_of, people_in
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.simulation.streams import Streams

_REFERENCE, _LIKE = 1, 2
"""Steps from the seed to those of two replicates: the reference, and the one that sets the standard."""

_SPREAD = 0.3
"""Standard deviation of a score between two samples of n and m independent rows, over sqrt(1/n + 1/m).

0.26 for a Kolmogorov-Smirnov distance (Kolmogorov's distribution), at most 0.30 for a total variation (half a
sum of half-normal deviations), 0.34 for detection (the Mann-Whitney variance of an AUC, which counts double
and only above one half, the mean of three folds). Among 160 data sets of 1,000 to 50,000 patients none of the
112 scores fell further below that of the replicate than 4.5 times this.
"""

_BINS = 10
"""A quantity in a pair is cut at the deciles of the reference: equal widths leave a long tail in one."""

_QUANTITIES = ("age", "expected_ed_rate", "ed_visits_year", "hour", "minutes", "los_days", "alc_days")
"""Columns with an order; all others hold categories, numbers of places among them."""

Scores = dict[str, float]
"""Scores from 0, nothing alike, to 1 by what they are of; NaN where there is nothing to compute one from."""


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Within, scores come out the same each time; outside, nothing shows that they were computed.

    sdmetrics warns of small samples. One thread, because many of them wait for each other longer than they
    compute.
    """
    from threadpoolctl import threadpool_limits

    with _global_generator_seeded(), warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _global_generator_seeded() -> Iterator[None]:
    """Seed numpy's global generator, which sdmetrics draws from, and restore its state afterwards."""
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _score(metric: Any, reference: pd.Series | pd.DataFrame, other: pd.Series | pd.DataFrame) -> float:
    """The score of a metric of sdmetrics, which would call two empty tables alike."""
    from sdmetrics.errors import IncomputableMetricError

    if reference.empty or other.empty:
        return float("nan")
    try:
        return float(metric.compute(reference, other))
    except IncomputableMetricError:
        return float("nan")


def _column_shapes(reference: pd.DataFrame, other: pd.DataFrame) -> Scores:
    from sdmetrics.single_column import KSComplement, TVComplement

    metrics = {name: KSComplement if name in _QUANTITIES else TVComplement for name in reference}
    return {str(name): _score(metric, reference[name], other[name]) for name, metric in metrics.items()}


def _column_pair_trends(reference: pd.DataFrame, other: pd.DataFrame) -> Scores:
    # Not QualityReport, which leaves out pairs of little association (34 of 36 of the visits') and cuts each
    # of two tables into bins of its own.
    from sdmetrics.column_pairs import ContingencySimilarity

    one, two = reference.copy(), other.copy()
    for name in reference.columns.intersection(list(_QUANTITIES)):
        cuts = np.unique(reference[name].quantile(np.arange(1, _BINS) / _BINS))
        one[name], two[name] = np.searchsorted(cuts, one[name]), np.searchsorted(cuts, two[name])
    pairs = [list(pair) for pair in combinations(reference.columns, 2)]
    return {" x ".join(pair): _score(ContingencySimilarity, one[pair], two[pair]) for pair in pairs}


def _detection(reference: pd.DataFrame, other: pd.DataFrame) -> Scores:
    from sdmetrics.single_table.detection.sklearn import ScikitLearnClassifierDetectionMetric
    from sklearn.ensemble import HistGradientBoostingClassifier

    # sdmetrics' own LogisticDetection is linear: it does not see a column that is shuffled, or made constant.
    class BoostedDetection(ScikitLearnClassifierDetectionMetric):  # type: ignore[misc]
        @staticmethod
        def _get_classifier() -> HistGradientBoostingClassifier:
            return HistGradientBoostingClassifier(
                max_iter=30, max_leaf_nodes=15, early_stopping=False, random_state=0
            )

    return {"all columns": _score(BoostedDetection, reference, other)}


_SCORES: dict[str, Callable[[pd.DataFrame, pd.DataFrame], Scores]] = {
    "column_shapes": _column_shapes,
    "column_pair_trends": _column_pair_trends,
    "detection": _detection,
}
"""The ways to compare two tables."""


def _patients(tables: Tables, region: Region) -> pd.DataFrame:
    patients = tables["patients"]
    columns = ["lha_id", "facility_home_id", "age_group", "gender", "primary_ed_subservice"]
    frame = patients[[*columns, "expected_ed_rate", "ed_visits_year"]]
    return frame.assign(age=people_in(tables, region).age)


def _visits(tables: Tables, region: Region) -> pd.DataFrame:
    visits = tables["ed_encounters"]
    arrival = visits["arrival_ts"]
    return visits[["facility_id", "ed_subservice", "acuity", "dispo"]].assign(
        hour=arrival.dt.hour,
        weekday=arrival.dt.dayofweek,
        month=arrival.dt.month,
        minutes=(visits["departure_ts"] - arrival).dt.total_seconds() / 60,
        age_group=_age_group("ed_encounters", tables),
    )


def _stays(tables: Tables, region: Region) -> pd.DataFrame:
    stays = tables["ip_stays"]
    columns = ["facility_id", "subprogram_key", "admit_route", "los_days", "alc_flag", "alc_days"]
    return stays[columns].assign(age_group=_age_group("ip_stays", tables))


def _age_group(table: str, tables: Tables) -> Any:
    return tables["patients"]["age_group"].array.take(patient_of(tables, table), allow_fill=True)


_COMPARED = {"patients": _patients, "ed_encounters": _visits, "ip_stays": _stays}
"""By table, how to make the columns that are compared: what rows mean, not what they are called."""


def scores(table: str, aspect: str, tables: Tables, region: Region) -> Verdict:
    """Whether in every score the data are as similar to the reference as a second replicate is."""
    compare = _SCORES[aspect]
    data = _sample(table, tables, region, 0)
    reference, like = (
        _sample(table, StoredTables.of(replicate(region, region.run.patients, step)), region, step)
        for step in (_REFERENCE, _LIKE)
    )
    with _undisturbed():
        compared = pd.DataFrame(
            {
                "observed": compare(*_numbered(reference, data)),
                "expected": compare(*_numbered(reference, like)),
            }
        )
    error = _SPREAD * np.hypot(
        *(1 / np.sqrt(independent_rows(rows.index.to_numpy())) for rows in (reference, data))
    )
    allowed = region.gates.fidelity_margin + region.gates.standard_errors * float(error)
    return _compared(compared.rename_axis("of").reset_index(), allowed)


def _compared(compared: pd.DataFrame, allowed: float) -> Verdict:
    """The verdict on scores `observed` and `expected`, which may fall `allowed` short; NaN is no score.

    What has a score in the replicate and none in the data has failed. What has none there, or one that even
    0 is not too far from, cannot be compared; a gate that has nothing to compare has failed.
    """
    comparable = compared[compared["expected"] > allowed]
    short = (comparable["expected"] - comparable["observed"]).fillna(np.inf)
    threshold = f"less by at most {allowed:.3f}"
    if comparable.empty:
        return Verdict(False, "scores to compare", "none: too few rows", threshold)
    worst = comparable.loc[short.idxmax()]
    left_out = len(compared) - len(comparable)

    def describe(whose: str) -> str:
        average = f", {comparable[whose].mean():.3f} on average" if len(compared) > 1 else ""
        return f"{worst[whose]:.3f} ({worst['of']}){average}"

    return Verdict(
        bool(short.max() <= allowed),
        describe("expected"),
        describe("observed") + (f"; {left_out} of {len(compared)} not compared" if left_out else ""),
        threshold,
        comparable[short > allowed],
        numbers=apart(worst["observed"], worst["expected"]) | {"threshold": allowed},
    )


def _sample(table: str, tables: Tables, region: Region, step: int) -> pd.DataFrame:
    """The compared columns of a table, by position of the patient, of no more patients than are compared.

    Replicates are sampled as the data are: a random sample is not stratified as a smaller replicate is.
    """
    people, most = len(tables["patients"]), region.gates.fidelity_patients
    frame = _COMPARED[table](tables, region).set_index(patient_of(tables, table))
    if people <= most:
        return frame
    drawn = Streams(region.run.seed).generator("fidelity", step).choice(people, most, replace=False)
    return frame[frame.index.isin(drawn)]


def _numbered(reference: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables in numbers: quantities as they are, categories counted over both, null as one more."""
    both = pd.concat([reference, other], ignore_index=True)
    numbers = pd.DataFrame(
        {
            name: column if name in _QUANTITIES else pd.factorize(column, sort=True)[0]
            for name, column in both.items()
        },
        dtype=float,
    )
    return numbers.iloc[: len(reference)], numbers.iloc[len(reference) :].reset_index(drop=True)
