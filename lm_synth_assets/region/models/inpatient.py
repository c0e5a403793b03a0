"""Inpatient use: how often, for what, how long, and when it ends in an alternate level of care (ALC)."""

from typing import Annotated

from pydantic import Field

from lm_synth_assets.region.models.values import (
    By,
    ByAge,
    ByGender,
    Days,
    Hours,
    Percent,
    PositiveDays,
    PositiveFactor,
    Probability,
    Rate,
    Section,
    Share,
    Sigma,
    Unit,
    sums_to,
)

PercentOfStays = Annotated[Percent, Unit("% of stays")]
ProgramMix = Annotated[dict[str, PercentOfStays], By("program"), sums_to(100)]
StayRate = Annotated[Rate, Unit("stays per 1,000 persons per year")]


class Alc(Section):
    """Alternate level of care (ALC): the end of a stay, when the patient only waits for other care."""

    probability: ByAge[Probability] = Field(
        description="Probability that a stay without a transfer after it ends in ALC, before the program's "
        "alc_factor"
    )
    least_acute_days: Days = Field(description="Shortest acute part of a stay with ALC")
    least_days: PositiveDays = Field(description="Fewest ALC days of a stay with ALC")
    median_days: PositiveDays = Field(
        description="Median of the ALC days (lognormal), before the longest are cut to fit into the year"
    )
    sigma: Sigma = Field(description="Standard deviation of the logarithm of the ALC days")
    threshold_days: Days = Field(description="Shortest length of a stay with ALC, its acute part included")


class Inpatient(Section):
    """Inpatient use: how often, for what, how long."""

    stays_per_1000: ByGender[ByAge[StayRate]] = Field(
        description="Inpatient stays, transfers included; a birth is the mother's stay, newborns are not "
        "counted",
    )
    program_mix_pct: ByGender[ByAge[ProgramMix]] = Field(description="Stays by program; each row sums to 100")
    los_age_factor: ByAge[PositiveFactor] = Field(
        description="Factor on the median acute length of stay of a subprogram (median_days)"
    )
    los_floor_days: Annotated[float, Unit("days")] = Field(
        ge=0.25, le=30, description="Shortest length of stay"
    )
    los_cap_days: Annotated[float, Unit("days")] = Field(ge=30, le=365, description="Longest length of stay")
    travel_hours: Hours = Field(
        description="Time on the way between two sites, for a transfer or an admission elsewhere from the ED"
    )
    alc: Alc = Field(description="Alternate level of care")
    returned_share: Share = Field(
        description="Share of transferred patients who return to the site that they came from"
    )
