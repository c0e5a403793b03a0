"""ED use: how often, how urgent, how it ends, how long it takes."""

from typing import Annotated, Literal

from pydantic import Field

from lm_synth_assets.region.models.values import (
    Age,
    By,
    ByAge,
    ByGender,
    BySubservice,
    FiveAcuities,
    Hours,
    Logit,
    Percent,
    PositiveHours,
    Probability,
    Rate,
    Section,
    Sigma,
    SomeAges,
    SomeGenders,
    SomeSubservices,
    Unit,
    sums_to,
)

PercentOfVisits = Annotated[Percent, Unit("% of visits")]
VisitRate = Annotated[Rate, Unit("visits per 1,000 persons per year")]


class Admission(Section):
    """Admission from one ED subservice: its probability is logistic(age_logit + acuity_logit)."""

    age_logit: ByAge[Logit] = Field(
        description="Part of the log odds of admission that depends on the age group; "
        "0.1 more makes the odds about 10% higher"
    )
    acuity_logit: FiveAcuities[Logit] = Field(
        description="Part of the log odds of admission that depends on the acuity, "
        "from 1 (resuscitation) to 5 (non-urgent)"
    )


class Lognormal(Section):
    """A time that is distributed lognormally."""

    median: Annotated[float, Unit("hours")] = Field(gt=0, description="Median of the time")
    sigma: Sigma = Field(description="Standard deviation of the logarithm of the time")


class OtherDispositions(Section):
    """Probability of each disposition that is neither admission nor discharge, as a share of all visits."""

    left: BySubservice[FiveAcuities[Probability]] = Field(
        alias="Left without being seen",
        description="Probability that the patient leaves without being seen, at acuity 1 to 5",
    )
    transferred: BySubservice[FiveAcuities[Probability]] = Field(
        alias="Transferred",
        description="Probability that the patient is transferred to another hospital, at acuity 1 to 5",
    )
    died: BySubservice[FiveAcuities[Probability]] = Field(
        alias="Died", description="Probability that the patient dies in the ED, at acuity 1 to 5"
    )


class VisitHours(Section):
    """Time from arrival to departure, by disposition."""

    discharged: Lognormal = Field(alias="Discharged", description="Time until discharge")
    admitted: Lognormal = Field(
        alias="Admitted", description="Time until the patient leaves the ED for a bed, boarding included"
    )
    transferred: Lognormal = Field(
        alias="Transferred", description="Time until the patient leaves for another hospital"
    )
    left: Lognormal = Field(
        alias="Left without being seen", description="Time until the patient leaves without being seen"
    )


class Emergency(Section):
    """ED use: how often, how urgent, how it ends, how long it takes."""

    volume_control: Literal["reconciled", "free"] = Field(
        description="reconciled: visits of each site and each LHA, by subservice, equal population x rate, "
        "and only whose visits they are is random; free: each patient draws a negative binomial count, "
        "and totals vary by chance"
    )
    frailty_shape: Annotated[float, Unit("shape parameter")] = Field(
        ge=0.05,
        le=100,
        description="Shape of the gamma distribution, with mean 1, of the factor by which a patient visits "
        "more or less often than the rate; smaller = more frequent users",
    )
    pediatric_last_age: Age = Field(
        description="Oldest age seen in Pediatric ED, in the age group that this age falls into; "
        "older age groups follow their rates"
    )
    rates_per_1000: BySubservice[ByAge[ByGender[VisitRate]]] = Field(
        description="ED visit rates, before the ed_rate_multiplier of the LHA"
    )
    rate_overrides: Annotated[dict[str, SomeSubservices[SomeAges[SomeGenders[VisitRate]]]], By("LHA")] = (
        Field(description="ED visit rates of single cells, which replace rates_per_1000 x ed_rate_multiplier")
    )
    acuity_pct: BySubservice[ByAge[Annotated[FiveAcuities[PercentOfVisits], sums_to(100)]]] = Field(
        description="Visits of acuity 1 (resuscitation) to 5 (non-urgent); each row sums to 100"
    )
    admission: SomeSubservices[Admission] = Field(
        description="Probability of admission; a subservice that is not listed never admits"
    )
    dispositions: OtherDispositions = Field(
        description="Probability of the other dispositions; all remaining visits end in discharge"
    )
    visit_hours: BySubservice[VisitHours] = Field(
        description="Time from arrival to departure, by disposition"
    )
    longest_visit_hours: PositiveHours = Field(
        description="Longest time from arrival to departure; longer times are cut to this"
    )
    gap_hours: Hours = Field(
        description="Least time from the end of a patient's ED visit or hospital stay to the start of the "
        "next",
    )
