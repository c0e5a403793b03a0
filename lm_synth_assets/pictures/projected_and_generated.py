"""Whether what is generated adds up to what is projected: ED visits by site, in those of all residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lm_synth_assets.config import Region
from lm_synth_assets.pictures.picture import Tables, picture
from lm_synth_assets.pictures.style import BAND, BLUE, MOST_ROWS, VERMILLION, change, left_out, legend, rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Projected and generated ED visits of the start year by site, in visits of all residents, most first.

    Projected is population x rate of the areas that have the site as their default, as the baseline of
    ed_projection has it. Generated are the visits of the patients of these areas, wherever they went, times
    sampling weight; `treated` are those that were made at the site, whoever made them.
    """
    default = tables["dim_lha"].set_index("lha_id")["default_site_id"]
    projected = _by_area(tables, region).groupby(default).sum()
    visits = _weighted(tables["ed_encounters"], tables["patients"])
    of_people = visits.groupby(visits["lha_id"].map(default))["sampling_weight"].sum()
    treated = visits.groupby("facility_id")["sampling_weight"].sum()
    sites = tables["dim_site"].set_index("site_id")["site_name"]
    found = pd.DataFrame(
        {
            "site": sites,
            "projected_visits": projected.reindex(sites.index, fill_value=0.0),
            "generated_visits": of_people.reindex(sites.index, fill_value=0.0),
            "treated_visits": treated.reindex(sites.index, fill_value=0.0),
        }
    )
    ratio = found["generated_visits"] / found["projected_visits"].where(found["projected_visits"] > 0)
    found["difference_pct"] = 100 * (ratio - 1)
    return found.sort_values("projected_visits", ascending=False, kind="stable", ignore_index=True)


def _by_area(tables: Tables, region: Region) -> pd.Series[float]:
    """Projected visits of the residents of each LHA in the start year."""
    population = tables["population_projection"]
    residents = population[population["year"] == region.run.start_year]
    joined = residents.merge(tables["ed_baseline_rates"], on=["lha_id", "age_group", "gender"])
    joined["visits"] = joined["population"] * joined["baserate_per_1000"] / 1000
    return joined.groupby("lha_id")["visits"].sum()


def _weighted(visits: pd.DataFrame, patients: pd.DataFrame) -> pd.DataFrame:
    """The site of each visit, with the area and the sampling weight of its patient."""
    known = pa.array(patients["patient_id"])
    # Many times faster than a merge on text.
    found = pc.index_in(pa.array(visits["patient_id"]).cast(known.type), value_set=known)
    row = np.asarray(found.fill_null(-1), dtype=np.int64)
    own = patients[["lha_id", "sampling_weight"]].take(row[row >= 0])
    return own.assign(facility_id=visits["facility_id"].to_numpy()[row >= 0])


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    drawn = frame.head(MOST_ROWS)
    axes = rows(
        figure, drawn["site"].tolist(), [_signed(part) for part in drawn["difference_pct"]], "difference"
    )
    place = np.arange(len(drawn))
    axes.barh(place, drawn["projected_visits"], 0.62, **BAND)
    axes.plot(drawn["generated_visits"], place, "o", color=BLUE, markersize=7)
    axes.plot(drawn["treated_visits"], place, "|", color=VERMILLION, markersize=13, markeredgewidth=2.5)
    most = drawn[["projected_visits", "generated_visits", "treated_visits"]].max().max()
    axes.set_xlim(0, (most or 1) * 1.03)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel("ED visits of all residents in the start year" + left_out(frame, drawn, "site"))
    marks = {
        "projected for the areas it serves": Patch(**BAND),
        "generated for them": Line2D([], [], color=BLUE, marker="o", markersize=7, linewidth=0),
        "generated at the site, whoever came": Line2D(
            [], [], color=VERMILLION, marker="|", markersize=13, markeredgewidth=2.5, linewidth=0
        ),
    }
    legend(figure, marks)


def _signed(percent: float) -> str:
    return "" if np.isnan(percent) else f"{percent:+z.1f} %"


def _tell(frame: pd.DataFrame) -> str:
    projected, generated = frame["projected_visits"].sum(), frame["generated_visits"].sum()
    told = (
        f"{projected:,.0f} ED visits of all residents are projected for the start year; the generated ones "
        f"stand for {generated:,.0f} ({change(projected, generated)})."
    )
    if frame["difference_pct"].notna().any():
        worst = frame.loc[frame["difference_pct"].abs().idxmax()]
        told += f" By site they differ by {worst['difference_pct']:+z.1f} % at most ({worst['site']})."
    return told


PROJECTED_AND_GENERATED = picture(
    "projected_and_generated",
    "ED visits projected and generated",
    "ed_encounters",
    reads=("patients", "population_projection", "ed_baseline_rates", "dim_lha", "dim_site"),
    measure=_measure,
    draw=_draw,
    tell=_tell,
)
