"""People: where they live, how many they are, and what their sample may not reveal."""

from typing import Annotated

from pydantic import Field

from lm_synth_assets.region.models.values import (
    By,
    ByAge,
    ByGender,
    Percent,
    PercentPerYear,
    PositiveFactor,
    PositiveWeight,
    Section,
    Share,
    ShareBelowOne,
    Unit,
    sums_to,
)


class Privacy(Section):
    """What the sample may not reveal."""

    unique_quasi_identifiers: bool = Field(
        description="true: no two patients share date of birth, LHA and gender; false: they may"
    )


class Lha(Section):
    """A local health area (LHA)."""

    default_site: str = Field(
        description="Code of the site that is the home facility of residents who do not leave the area "
        "for care",
    )
    base_population: Annotated[int, Unit("persons")] = Field(
        ge=0, le=100_000_000, description="Residents on 1 January of population.base_year"
    )
    growth_pct: PercentPerYear = Field(description="Compound growth of the number of residents")
    ed_rate_multiplier: PositiveFactor = Field(
        description="Factor on the ED visit rates (ed.rates_per_1000) of the residents"
    )
    age_profile: str = Field(description="Name of the residents' age profile, one of age_profiles")
    leaves_pct: Annotated[Percent, Unit("% of residents")] = Field(
        description="Residents whose home facility is not default_site"
    )
    goes_to: Annotated[dict[str, PositiveWeight], By("site")] = Field(
        description="Home facilities of the residents who leave, with relative weights"
    )


class Population(Section):
    """How residents are counted and projected."""

    base_year: Annotated[int, Unit("calendar year")] = Field(
        ge=1900,
        le=2150,
        description="Year whose 1 January base_population and the age profiles refer to",
    )
    ageing_pct: ByAge[PercentPerYear] = Field(
        description="Compound drift of the weight of each age group since base_year, "
        "before the weights are rescaled to sum to 100"
    )
    oldest_decline: ShareBelowOne = Field(
        description="Decline in the number of persons from one year of age to the next, from 85 up"
    )
    gender_weights: ByAge[Annotated[ByGender[Share], sums_to(1)]] = Field(
        description="Share of each gender in an age group; each row sums to 1"
    )
