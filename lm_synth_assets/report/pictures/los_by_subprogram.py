"""How long inpatient stays last in each subprogram, beside the median that the configuration implies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lm_synth_assets.gates.views import stays_of_the_year
from lm_synth_assets.model.length_shares import Mixture, median_days
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, joinable, picture
from lm_synth_assets.report.pictures.quartiles import quartiles
from lm_synth_assets.report.pictures.style import (
    MOST_ROWS,
    count,
    left_out,
    legend,
    of_all,
    rows,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_LEAST = 0.01
"""Days that a log scale begins at, whatever the table says."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Quartiles of los_days of the stays that began in the start year, by subprogram, longest first.

    The expected median has the tolerance of the gate los_medians, which grants more where stays are few.
    """
    read = joinable(tables, "ip_stays", "patients")
    units, stays = units_of(region), stays_of_the_year(read, region)
    by_unit = pd.Series(tables["ip_stays"]["los_days"].to_numpy(float)[stays.row]).groupby(stays.mix.unit)
    every = range(len(units))
    expected = median_days(region, Mixture.of(stays.mix, len(units)))
    tolerance = region.gates.los_median_tolerance_pct / 100
    numbers = pd.DataFrame(
        {
            "program": [unit.program for unit in units],
            "subprogram": [unit.name for unit in units],
            "stays": by_unit.size().reindex(every, fill_value=0).to_numpy(),
            "median_days": by_unit.median().reindex(every).to_numpy(),
            "lower_quartile_days": by_unit.quantile(0.25).reindex(every).to_numpy(),
            "upper_quartile_days": by_unit.quantile(0.75).reindex(every).to_numpy(),
            "expected_median_days": expected,
            "low_days": expected * (1 - tolerance),
            "high_days": expected * (1 + tolerance),
        }
    )
    return numbers[numbers["stays"] > 0].sort_values(
        "expected_median_days", ascending=False, ignore_index=True
    )


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    drawn = frame.nlargest(MOST_ROWS, "stays").sort_index()
    twice = drawn["subprogram"].duplicated(keep=False)
    names = drawn["subprogram"].mask(twice, drawn["program"] + ": " + drawn["subprogram"])
    axes = rows(figure, names.tolist(), [f"{stays:,}" for stays in drawn["stays"]], "stays")
    median, half, allowed = quartiles(axes, drawn, "days", _LEAST)
    axes.set_xlabel("length of stay (days, log scale)" + left_out(frame, drawn, "subprogram"))
    legend(
        figure,
        {"median": median, "middle half of stays": half, f"expected median ± {_tolerance(frame)}": allowed},
    )


def _tolerance(frame: pd.DataFrame) -> str:
    return f"{100 * (frame['high_days'] / frame['expected_median_days']).iloc[0] - 100:.3g}%"


def _describe(frame: pd.DataFrame) -> str:
    median = frame["median_days"]
    least, most = frame.loc[median.idxmin()], frame.loc[median.idxmax()]
    inside = median.between(frame["low_days"], frame["high_days"]).sum()
    return (
        f"Median length of stay in {count(len(frame), 'subprogram')}: from {least['median_days']:.1f} days "
        f"({least['subprogram']}) to {most['median_days']:.1f} days ({most['subprogram']}). Of "
        f"these medians, {of_all(inside, len(frame))} lie within {_tolerance(frame)} of the expected one."
    )


LOS_BY_SUBPROGRAM = picture(
    "los_by_subprogram",
    "Length of stay by subprogram",
    "ip_stays",
    reads=("patients",),
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
