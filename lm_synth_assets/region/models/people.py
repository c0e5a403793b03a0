"""People: where they live, how many they are, and what their sample may not reveal."""

from typing import Annotated

from pydantic import Field

from lm_synth_assets.region.models.values import (
    ByAge,
    ByGender,
    Percent,
    PercentPerYear,
    Positive,
    Section,
    Share,
    sums_to,
)


class Privacy(Section):
    """What the sample may not reveal."""

    unique_quasi_identifiers: bool


class Lha(Section):
    """A local health area."""

    default_site: str
    base_population: int = Field(
        ge=0, le=100_000_000, description="persons on 1 January of population.base_year"
    )
    growth_pct: PercentPerYear = Field(description="% a year")
    ed_rate_multiplier: Annotated[float, Field(gt=0, le=10)]
    age_profile: str
    leaves_pct: Percent = Field(description="% of residents whose home facility is elsewhere")
    goes_to: dict[str, Positive] = Field(description="where they go instead, as weights")


class Population(Section):
    """How residents are counted and projected."""

    base_year: int = Field(ge=1900, le=2150)
    ageing_pct: ByAge[PercentPerYear]
    oldest_decline: Annotated[float, Field(ge=0, lt=1)]
    gender_weights: ByAge[Annotated[ByGender[Share], sums_to(1)]]
