"""How long ED visits last, by subservice and disposition, beside the configured median."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.model.visit_hours import visit_hours
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, picture
from lm_synth_assets.report.pictures.quartiles import quartiles
from lm_synth_assets.report.pictures.style import legend, of_all, rows
from lm_synth_assets.schema.vocabulary import ADMITTED, DIED, DISCHARGED, DISPOSITIONS, ED_SUBSERVICES, LEFT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MEDIAN_ERROR = 1.96 * np.sqrt(np.pi / 2)
"""Standard errors of a mean that 95% of medians of normal values lie within.

Source: R. J. Serfling, Approximation Theorems of Mathematical Statistics (1980), 2.3.3.
"""

_LEAST = 1 / 60
"""Hours that a log scale begins at, whatever the table says."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Quartiles of the hours from arrival to departure, by subservice and disposition.

    Expected are the configured medians, with the range that 95% of medians of so many visits lie in. Deaths
    are left out: their visits last as they would have otherwise.
    """
    visits = tables["ed_encounters"]
    lasting = (visits["departure_ts"] - visits["arrival_ts"]).to_numpy().astype("timedelta64[s]")
    service, end = (visits[name].cat.codes.to_numpy().astype(np.int64) for name in ("ed_subservice", "dispo"))
    kinds = len(ED_SUBSERVICES), len(DISPOSITIONS)
    kind = np.where((end >= 0) & ~np.isnat(lasting), service * kinds[1] + end, -1)
    hours = pd.Series(lasting.astype(float) / 3600).groupby(kind)
    every = pd.RangeIndex(kinds[0] * kinds[1])
    lower, median, upper = (hours.quantile(at).reindex(every).to_numpy() for at in (0.25, 0.5, 0.75))
    size = hours.size().reindex(every, fill_value=0).to_numpy()
    expected, sigma = (part.ravel() for part in visit_hours(region))
    error = _MEDIAN_ERROR * sigma / np.sqrt(np.maximum(size, 1))
    place = np.arange(len(every))
    numbers = pd.DataFrame(
        {
            "ed_subservice": np.array(ED_SUBSERVICES)[place // kinds[1]],
            "disposition": np.array(DISPOSITIONS)[place % kinds[1]],
            "visits": size,
            "median_hours": median,
            "lower_quartile_hours": lower,
            "upper_quartile_hours": upper,
            "expected_median_hours": expected,
            "low_hours": expected * np.exp(-error),
            "high_hours": expected * np.exp(error),
        }
    )
    shown = (numbers["visits"] > 0) & (numbers["disposition"] != DIED)
    return numbers[shown].reset_index(drop=True)


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    names = frame["ed_subservice"] + ": " + frame["disposition"].replace(LEFT, "Left unseen")
    axes = rows(figure, names.tolist(), [f"{visits:,}" for visits in frame["visits"]], "visits")
    median, half, expected = quartiles(axes, frame, "hours", _LEAST)
    axes.set_xlabel("hours from arrival to departure (log scale)")
    legend(figure, {"median": median, "middle half of visits": half, "95% of medians by chance": expected})


def _describe(frame: pd.DataFrame) -> str:
    median = frame.set_index(["ed_subservice", "disposition"])["median_hours"]
    parts = []
    for name in ED_SUBSERVICES:
        ends = [
            f"{median[name, end]:.1f} hours where {end.lower()}"
            for end in (DISCHARGED, ADMITTED)
            if (name, end) in median.index
        ]
        if ends:
            parts.append(f"{name} {' and '.join(ends)}")
    inside = frame["median_hours"].between(frame["low_hours"], frame["high_hours"]).sum()
    medians = f"Median ED length of stay: {'; '.join(parts)}. " if parts else ""
    return (
        f"{medians}Of the medians, {of_all(inside, len(frame))} fall within the 95% range around the "
        f"configured one (about {0.95 * len(frame):.0f} expected)."
    )


ED_LENGTH_OF_STAY = picture(
    "ed_length_of_stay",
    "ED length of stay",
    "ed_encounters",
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
