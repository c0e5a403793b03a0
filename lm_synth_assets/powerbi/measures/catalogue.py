"""Every measure of the model, in the order of the documentation. A new one is one entry in its module."""

from typing import Final

from lm_synth_assets.powerbi.measures import emergency, inpatient, population, projections

MEASURES: Final = (
    *emergency.MEASURES,
    *inpatient.MEASURES,
    *population.MEASURES,
    *projections.MEASURES,
)
