"""How unequally people use the ED: patients by number of visits, beside what frailty makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.gates.views import patient_of
from lm_synth_assets.model.frailty import share_with, strata_of
from lm_synth_assets.model.people import people_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, joinable, picture
from lm_synth_assets.report.pictures.style import (
    BAND,
    DOT,
    LINE,
    WIDTH,
    as_number,
    count,
    legend,
    panel,
    poisson_interval,
    share,
)
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import FREQUENT_VISITS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 9
"""So many visits and more are one group."""
_LEAST = 0.5
"""The lower end of the axis, which has no 0."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Patients by number of visits: observed, expected, and the range that holds 95% by chance.

    Expected of gamma frailty: the visits of a stratum, inside which everybody has the same rates, fall on its
    patients as a Dirichlet-multinomial distribution lets them. That of a patient's number is negative
    binomial where strata are large; in a small sample people differ less.
    """
    patients = tables["patients"]
    row = patient_of(joinable(tables, "ed_encounters", "patients"), "ed_encounters")
    visits = np.bincount(row[row >= 0], minlength=len(patients))
    observed = np.bincount(np.minimum(visits, _MOST), minlength=_MOST + 1)
    stratum = strata_of(people_of(patients, region.run.reference_date), region)
    size, total = (np.bincount(stratum, each).astype(float) for each in (None, visits))
    expected = _shares(total, size, region.ed.frailty_shape) @ size
    low, high = poisson_interval(expected)
    return pd.DataFrame(
        {
            "visits": [*map(str, range(_MOST)), f"{_MOST}+"],
            "patients": observed,
            "expected_patients": expected,
            "low_patients": low,
            "high_patients": high,
        }
    )


def _shares(total: Floats, size: Floats, shape: float) -> Floats:
    """The share of a stratum's patients with 0, 1, ... of its visits, the last for all more.

    Given visits and patients (strata,), returns (numbers, strata).
    """
    shares = np.array([share_with(number, total, size, shape) for number in range(_MOST)])
    return np.vstack([shares, np.maximum(1 - shares.sum(axis=0), 0.0)])


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 4.8)
    axes = panel(figure, 0.95, 0.65, 7.8, 3.65)
    position, observed = np.arange(len(frame)), frame["patients"].to_numpy()
    low, high = np.maximum(frame[["low_patients", "high_patients"]].to_numpy().T, _LEAST)
    expected = frame["expected_patients"].to_numpy()
    some, expects = observed > 0, expected >= _LEAST
    axes.set_yscale("log")
    band = axes.bar(position, high - low, 0.62, low, **BAND)
    line = axes.hlines(expected[expects], position[expects] - 0.31, position[expects] + 0.31, **LINE)
    (dots,) = axes.plot(position[some], observed[some], **DOT)
    for x, (number, top) in enumerate(zip(observed, np.maximum(observed, high), strict=True)):
        axes.annotate(f"{number:,}", (x, top), (0, 6), textcoords="offset points", ha="center")
    ends = np.concatenate([low, high, observed[some]])
    axes.set_ylim(ends.min() / 1.6, ends.max() * 2.5)
    axes.yaxis.set_major_formatter(as_number)
    axes.yaxis.set_minor_formatter("")
    axes.set_xticks(position, frame["visits"])
    axes.set(xlabel="ED visits in the year", ylabel="patients (log scale)")
    axes.grid(axis="y")
    legend(figure, {"patients": dots, "negative binomial, in strata": line, "95% by chance": band})


def _describe(frame: pd.DataFrame) -> str:
    observed, expected = frame["patients"], frame["expected_patients"]
    total, frequent = observed.sum(), observed[FREQUENT_VISITS:].sum()
    return (
        f"Of {count(total, 'patient')}, {observed[0]:,} ({share(observed[0], total)}) have no ED visit in "
        f"the year and {frequent:,} ({share(frequent, total)}) have {FREQUENT_VISITS} or more. The negative "
        f"binomial predicts {expected[0]:,.0f} and {expected[FREQUENT_VISITS:].sum():,.0f}."
    )


VISITS_PER_PATIENT = picture(
    "visits_per_patient",
    "Patients by number of ED visits",
    "ed_encounters",
    reads=("patients",),
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
