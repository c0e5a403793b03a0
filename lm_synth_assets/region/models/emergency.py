"""ED use: how often, how urgent, how it ends, how long it takes."""

from typing import Annotated, Literal

from pydantic import Field

from lm_synth_assets.region.models.values import (
    Age,
    ByAge,
    ByGender,
    BySubservice,
    FiveAcuities,
    Hours,
    Logit,
    Percent,
    Positive,
    Rate,
    Section,
    Share,
    Sigma,
    SomeAges,
    SomeGenders,
    SomeSubservices,
    sums_to,
)


class Admission(Section):
    """Logistic model of admission from one ED subservice."""

    age_logit: ByAge[Logit]
    acuity_logit: FiveAcuities[Logit]


class Lognormal(Section):
    """A lognormal duration."""

    median: Positive
    sigma: Sigma


class OtherDispositions(Section):
    """Probability of each disposition that is neither admission nor discharge, by acuity."""

    left: BySubservice[FiveAcuities[Share]] = Field(alias="Left without being seen")
    transferred: BySubservice[FiveAcuities[Share]] = Field(alias="Transferred")
    died: BySubservice[FiveAcuities[Share]] = Field(alias="Died")


class VisitHours(Section):
    """Hours from arrival to departure by disposition."""

    discharged: Lognormal = Field(alias="Discharged")
    admitted: Lognormal = Field(alias="Admitted")
    transferred: Lognormal = Field(alias="Transferred")
    left: Lognormal = Field(alias="Left without being seen")


class Emergency(Section):
    """ED use: how often, how urgent, how it ends, how long it takes."""

    volume_control: Literal["reconciled", "free"]
    frailty_shape: Annotated[float, Field(ge=0.05, le=100)]
    pediatric_last_age: Age
    rates_per_1000: BySubservice[ByAge[ByGender[Rate]]]
    rate_overrides: dict[str, SomeSubservices[SomeAges[SomeGenders[Rate]]]]
    acuity_pct: BySubservice[ByAge[Annotated[FiveAcuities[Percent], sums_to(100)]]]
    admission: SomeSubservices[Admission]
    dispositions: OtherDispositions
    visit_hours: BySubservice[VisitHours]
    longest_visit_hours: Annotated[float, Field(gt=0, le=720)]
    gap_hours: Hours
