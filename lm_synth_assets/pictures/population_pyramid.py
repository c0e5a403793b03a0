"""The residents by age and gender, in the first and in the last year of the projection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.pictures.picture import Tables, picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Residents by year, age group and gender."""
    projection = tables["population_projection"]
    ends = projection[projection["year"].isin([projection["year"].min(), projection["year"].max()])]
    by = ["year", "gender", "age_group"]
    return ends.groupby(by, observed=True, as_index=False)["population"].sum().rename(
        columns={"population": "residents"}
    )


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    axes = figure.add_subplot()
    first = frame[frame["year"] == frame["year"].min()]
    for sign, gender in ((-1, "Female"), (1, "Male")):
        own = first[first["gender"] == gender]
        axes.barh(own["age_group"].astype(str), sign * own["residents"])


def _tell(frame: pd.DataFrame) -> str:
    total = frame.groupby("year")["residents"].sum()
    return f"{total.iloc[0]:,} residents in {total.index[0]}."


POPULATION_PYRAMID = picture(
    "population_pyramid",
    "Residents by age and gender",
    "population_projection",
    measure=_measure,
    draw=_draw,
    tell=_tell,
)
