"""The list of all pictures."""

from lm_synth_assets.pictures.picture import Picture
from lm_synth_assets.pictures.population_pyramid import POPULATION_PYRAMID

PICTURES: tuple[Picture, ...] = (POPULATION_PYRAMID,)
"""In the order of the report."""


def pictures_of(table: str) -> list[Picture]:
    """The pictures that are shown with a table."""
    return [picture for picture in PICTURES if picture.table == table]
