"""Inpatient use: how often, for what, how long, and when it ends in an alternate level of care (ALC)."""

from typing import Annotated

from pydantic import Field

from lm_synth_assets.region.models.values import (
    ByAge,
    ByGender,
    Hours,
    NonNegative,
    Percent,
    Positive,
    Rate,
    Section,
    Share,
    Sigma,
    sums_to,
)


class Alc(Section):
    """Alternate level of care."""

    probability: ByAge[Share]
    least_acute_days: NonNegative
    least_days: Positive
    median_days: Positive
    sigma: Sigma
    threshold_days: NonNegative


class Inpatient(Section):
    """Inpatient use: how often, for what, how long."""

    stays_per_1000: ByGender[ByAge[Rate]]
    program_mix_pct: ByGender[ByAge[Annotated[dict[str, Percent], sums_to(100)]]]
    los_age_factor: ByAge[Annotated[float, Field(gt=0, le=10)]]
    los_floor_days: Annotated[float, Field(ge=0.25, le=30)]
    los_cap_days: Annotated[float, Field(ge=30, le=365)]
    travel_hours: Hours
    alc: Alc
    returned_share: Share
