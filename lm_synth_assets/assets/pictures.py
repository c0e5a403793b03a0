"""The pictures of a table that has just been made, for people who look at it in Dagster's UI."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import pandas as pd
from dagster import MetadataValue

from lm_synth_assets.config import Region
from lm_synth_assets.simulation import calendar, dimensions, population, projections, rates


def _projection(region: Region) -> pd.DataFrame:
    inputs = (population.project(region), rates.baseline_rates(region), dimensions.lhas(region))
    return projections.project_ed(region, *inputs)


_FROM_CONFIGURATION: dict[str, Callable[[Region], pd.DataFrame]] = {
    "dim_site": dimensions.sites,
    "dim_program": dimensions.programs,
    "dim_subprogram": dimensions.subprograms,
    "dim_lha": dimensions.lhas,
    "dim_date": calendar.dates,
    "dim_scenario": dimensions.scenarios,
    "population_projection": population.project,
    "ed_baseline_rates": rates.baseline_rates,
    "ed_projection": _projection,
}


class TablesAtHand:
    """The tables to draw from: some frames, and what follows from the configuration alone."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], region: Region) -> None:
        self._frames, self._region = frames, region

    def __getitem__(self, name: str, /) -> pd.DataFrame:
        return self._frames[name] if name in self._frames else _FROM_CONFIGURATION[name](self._region)


def pictures(frames: Mapping[str, pd.DataFrame], table: str, region: Region) -> dict[str, MetadataValue]:
    """The pictures of a table as metadata, by title; `frames` are that table and its inputs."""
    # Here and not above: who only looks at the graph needs none of it.
    from lm_synth_assets.pictures.registry import pictures_of
    from lm_synth_assets.pictures.rendering import png

    tables = TablesAtHand(frames, region)
    shown: dict[str, MetadataValue] = {}
    for picture in pictures_of(table):
        numbers = picture.measure(tables, region)
        image = base64.b64encode(png(picture, numbers)).decode()
        shown[picture.title] = MetadataValue.md(
            f"![{picture.title}](data:image/png;base64,{image})\n\n{picture.tell(numbers)}"
        )
    return shown
