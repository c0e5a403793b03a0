"""The list of all pictures."""

from lm_synth_assets.report.pictures.acuity_and_disposition import ACUITY_AND_DISPOSITION
from lm_synth_assets.report.pictures.alc_by_program import ALC_BY_PROGRAM
from lm_synth_assets.report.pictures.arrivals_by_hour_and_weekday import ARRIVALS_BY_HOUR_AND_WEEKDAY
from lm_synth_assets.report.pictures.census import CENSUS
from lm_synth_assets.report.pictures.ed_length_of_stay import ED_LENGTH_OF_STAY
from lm_synth_assets.report.pictures.flows import FLOWS
from lm_synth_assets.report.pictures.los_by_subprogram import LOS_BY_SUBPROGRAM
from lm_synth_assets.report.pictures.picture import Picture
from lm_synth_assets.report.pictures.population_pyramid import POPULATION_PYRAMID
from lm_synth_assets.report.pictures.projected_and_generated import PROJECTED_AND_GENERATED
from lm_synth_assets.report.pictures.projected_by_scenario import PROJECTED_BY_SCENARIO
from lm_synth_assets.report.pictures.projected_by_site import PROJECTED_BY_SITE
from lm_synth_assets.report.pictures.seasonality import SEASONALITY
from lm_synth_assets.report.pictures.visits_per_patient import VISITS_PER_PATIENT

OPENING: tuple[Picture, ...] = (PROJECTED_BY_SITE, ARRIVALS_BY_HOUR_AND_WEEKDAY, LOS_BY_SUBPROGRAM)
"""What the report opens with."""

PICTURES: tuple[Picture, ...] = (
    *OPENING,
    PROJECTED_BY_SCENARIO,
    PROJECTED_AND_GENERATED,
    POPULATION_PYRAMID,
    FLOWS,
    SEASONALITY,
    VISITS_PER_PATIENT,
    ACUITY_AND_DISPOSITION,
    ED_LENGTH_OF_STAY,
    CENSUS,
    ALC_BY_PROGRAM,
)
"""In the order of the report."""
