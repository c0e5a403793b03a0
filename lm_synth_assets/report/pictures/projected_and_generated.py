"""Whether what is generated adds up to what is projected: ED visits by site, in those of all residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.gates.views import patient_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, joinable, picture
from lm_synth_assets.report.pictures.style import (
    BAND,
    DOT,
    INK,
    MOST_ROWS,
    change,
    left_out,
    legend,
    rows,
    signed_percent,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_VISITS = ["projected_visits", "generated_visits", "visits_at_the_site"]


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Projected and generated ED visits of the start year by site, in visits of all residents, most first.

    Projected is population x rate of the areas that have the site as their default, as the baseline of
    ed_projection has it. Generated are the visits of the patients of these areas, wherever they went, times
    sampling weight; those at the site count whoever came.
    """
    default = tables["dim_lha"].set_index("lha_id")["default_site_id"]
    projected = _by_area(tables, region).groupby(default).sum()
    visits = _weighted(tables)
    of_people = visits.groupby(visits["lha_id"].map(default))["sampling_weight"].sum()
    treated = visits.groupby("facility_id")["sampling_weight"].sum()
    sites = tables["dim_site"].set_index("site_id")["site_name"]
    numbers = pd.DataFrame(
        {
            "site": sites,
            "projected_visits": projected.reindex(sites.index, fill_value=0.0),
            "generated_visits": of_people.reindex(sites.index, fill_value=0.0),
            "visits_at_the_site": treated.reindex(sites.index, fill_value=0.0),
        }
    )
    ratio = numbers["generated_visits"] / numbers["projected_visits"].where(numbers["projected_visits"] > 0)
    numbers["difference_pct"] = 100 * (ratio - 1)
    return numbers.sort_values("projected_visits", ascending=False, kind="stable", ignore_index=True)


def _by_area(tables: Tables, region: Region) -> pd.Series[float]:
    """Projected visits of the residents of each LHA in the start year."""
    population = tables["population_projection"]
    residents = population[population["year"] == region.run.start_year]
    joined = residents.merge(tables["ed_baseline_rates"], on=["lha_id", "age_group", "gender"])
    joined["visits"] = joined["population"] * joined["baserate_per_1000"] / 1000
    return joined.groupby("lha_id")["visits"].sum()


def _weighted(tables: Tables) -> pd.DataFrame:
    """The site of each visit, with the area and the sampling weight of its patient."""
    visits, patients = tables["ed_encounters"], tables["patients"]
    row = patient_of(joinable(tables, "ed_encounters", "patients"), "ed_encounters")
    of_patients = patients[["lha_id", "sampling_weight"]].take(row[row >= 0])
    return of_patients.assign(facility_id=visits["facility_id"].to_numpy()[row >= 0])


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    drawn = frame.head(MOST_ROWS)
    differences = map(change, drawn["projected_visits"], drawn["generated_visits"])
    axes = rows(figure, drawn["site"].tolist(), list(differences), "generated to projected")
    position = np.arange(len(drawn))
    projected = axes.barh(position, drawn["projected_visits"], 0.74, **BAND)
    (generated,) = axes.plot(drawn["generated_visits"], position, **DOT)
    (at_site,) = axes.plot(
        drawn["visits_at_the_site"], position, "|", color=INK, markersize=15, markeredgewidth=2
    )
    axes.set_xlim(0, (drawn[_VISITS].max().max() or 1) * 1.03)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel("ED visits of all residents in the start year" + left_out(frame, drawn, "site"))
    legend(
        figure,
        {
            "projected for its catchment": projected,
            "generated for its catchment": generated,
            "generated at the site, all patients": at_site,
        },
    )


def _describe(frame: pd.DataFrame) -> str:
    projected, generated = frame["projected_visits"].sum(), frame["generated_visits"].sum()
    sentence = (
        f"{projected:,.0f} ED visits of all residents are projected for the start year; the generated visits "
        f"stand for {generated:,.0f} ({change(projected, generated)})."
    )
    if frame["difference_pct"].notna().any():
        worst = int(frame["difference_pct"].abs().fillna(-1.0).to_numpy().argmax())
        site, off = (frame[name].iloc[worst] for name in ("site", "difference_pct"))
        sentence += f" The catchment of {site} is farthest off ({signed_percent(off)})."
    return sentence


PROJECTED_AND_GENERATED = picture(
    "projected_and_generated",
    "ED visits projected and generated",
    "ed_encounters",
    reads=("patients", "population_projection", "ed_baseline_rates", "dim_lha", "dim_site"),
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
