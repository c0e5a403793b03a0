"""How unequally people use the ED: patients by number of visits, beside what frailty makes of the rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.pictures.picture import Tables, picture
from lm_synth_assets.pictures.style import (
    BAND,
    BLUE,
    INK,
    WIDTH,
    as_number,
    chance,
    count,
    legend,
    panel,
    share,
)
from lm_synth_assets.simulation.apportion import Floats
from lm_synth_assets.simulation.people import people_of
from lm_synth_assets.simulation.visits import expected_visits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 9
"""So many visits and more are one group."""
_FREQUENT = 4
"""Visits a year that make a frequent user."""
_LEAST = 0.5
"""The lower end of the axis, which has no 0."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Patients by number of visits: found, expected, and the range that chance gives 95 % of the time.

    Expected of rates and gamma frailty: a negative binomial for each patient, about the mean of those of the
    same area, age and gender. Visits of a stratum that are dealt out keep a little closer to it than that.
    """
    patients, visits = tables["patients"], tables["ed_encounters"]
    own = visits["patient_id"].value_counts().to_numpy()
    found = np.bincount(np.minimum(own, _MOST), minlength=_MOST + 1)
    found[0] = len(patients) - len(own)
    people = people_of(patients, region.run.reference_date)
    means, size = np.unique(expected_visits(region, people).sum(axis=1), return_counts=True)
    expected = _negative_binomial(means, region.ed.frailty_shape).T @ size
    low, high = chance(expected)
    return pd.DataFrame(
        {
            "visits": [*map(str, range(_MOST)), f"{_MOST}+"],
            "patients": found,
            "expected_patients": expected,
            "low_patients": low,
            "high_patients": high,
        }
    )


def _negative_binomial(means: Floats, shape: float) -> Floats:
    """P(0), P(1) and so on, the last for all that is left, of gamma-Poisson counts (means, numbers)."""
    chances = np.empty((len(means), _MOST + 1))
    chances[:, 0] = (shape / (shape + means)) ** shape
    for number in range(1, _MOST):
        chances[:, number] = chances[:, number - 1] * (shape + number - 1) / number * means / (shape + means)
    chances[:, _MOST] = np.maximum(1 - chances[:, :_MOST].sum(axis=1), 0.0)
    return chances


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 4.9)
    axes = panel(figure, 0.95, 0.65, 7.8, 3.6)
    place, found = np.arange(len(frame)), frame["patients"].to_numpy()
    low, high = np.maximum(frame[["low_patients", "high_patients"]].to_numpy().T, _LEAST)
    axes.set_yscale("log")
    axes.bar(place, high - low, 0.62, low, **BAND, label="95 % by chance")
    seen = frame["expected_patients"] >= _LEAST
    axes.hlines(
        frame["expected_patients"][seen],
        place[seen] - 0.31,
        place[seen] + 0.31,
        color=INK,
        linewidth=1.5,
        label="expected of rates and frailty",
    )
    some = found > 0
    axes.plot(place[some], found[some], "o", color=BLUE, markersize=7, label="patients")
    for x, y in zip(place, found, strict=True):
        top = max(y, high[x])
        axes.annotate(f"{y:,}", (x, top), (0, 6), textcoords="offset points", ha="center", va="bottom")
    lowest = min(low.min(), found[some].min())
    axes.set_ylim(lowest / 2, max(high.max(), found.max()) * 2.5)
    axes.yaxis.set_major_formatter(as_number)
    axes.yaxis.set_minor_formatter("")
    axes.set_xticks(place, frame["visits"])
    axes.set(xlabel="ED visits in the year", ylabel="patients (log scale)")
    axes.grid(axis="y")
    handles, labels = axes.get_legend_handles_labels()
    legend(figure, dict(zip(labels[::-1], handles[::-1], strict=True)))


def _tell(frame: pd.DataFrame) -> str:
    found, expected = frame["patients"], frame["expected_patients"]
    total, frequent = found.sum(), found[_FREQUENT:].sum()
    return (
        f"Of {count(total, 'patient')}, {found[0]:,} ({share(found[0], total)}) have no ED visit in the year "
        f"and {frequent:,} ({share(frequent, total)}) have {_FREQUENT} or more, where rates and frailty let "
        f"one expect {expected[0]:,.0f} and {expected[_FREQUENT:].sum():,.0f}."
    )


VISITS_PER_PATIENT = picture(
    "visits_per_patient",
    "Patients by number of ED visits",
    "ed_encounters",
    reads=("patients",),
    measure=_measure,
    draw=_draw,
    tell=_tell,
)
