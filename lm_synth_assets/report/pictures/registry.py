"""The list of all pictures."""

from lm_synth_assets.report.pictures.arrivals_by_hour_and_weekday import ARRIVALS_BY_HOUR_AND_WEEKDAY
from lm_synth_assets.report.pictures.los_by_subprogram import LOS_BY_SUBPROGRAM
from lm_synth_assets.report.pictures.picture import Picture
from lm_synth_assets.report.pictures.population_pyramid import POPULATION_PYRAMID
from lm_synth_assets.report.pictures.projected_and_generated import PROJECTED_AND_GENERATED
from lm_synth_assets.report.pictures.projected_by_scenario import PROJECTED_BY_SCENARIO
from lm_synth_assets.report.pictures.seasonality import SEASONALITY
from lm_synth_assets.report.pictures.visits_per_patient import VISITS_PER_PATIENT

PICTURES: tuple[Picture, ...] = (
    POPULATION_PYRAMID,
    PROJECTED_AND_GENERATED,
    ARRIVALS_BY_HOUR_AND_WEEKDAY,
    SEASONALITY,
    VISITS_PER_PATIENT,
    LOS_BY_SUBPROGRAM,
    PROJECTED_BY_SCENARIO,
)
"""In the order of the report."""
