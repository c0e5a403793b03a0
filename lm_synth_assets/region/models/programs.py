"""Clinical programs: their subprograms, and the inpatient stays that these describe."""

from typing import Annotated, Literal

from pydantic import Field

from lm_synth_assets.region.models.values import (
    Age,
    By,
    Factor,
    MedianDays,
    Name,
    PositiveWeight,
    Section,
    Share,
    Sigma,
)
from lm_synth_assets.schema.vocabulary import GENDERS, OLDEST_AGE


class Stays(Section):
    """The inpatient stays of one subprogram."""

    share: PositiveWeight = Field(
        description="Relative weight among the subprograms of the program that take the patient's age and "
        "gender",
    )
    via_ed: Share = Field(
        description="Share of the stays that begin in the ED, before the odds of all subprograms are scaled "
        "alike to meet the admissions from the ED"
    )
    median_days: MedianDays = Field(
        description="Median acute length of stay (lognormal), before los_age_factor"
    )
    sigma: Sigma = Field(description="Standard deviation of the logarithm of the acute length of stay")
    direct_rhythm: str = Field(
        description="Rhythm of the direct admissions, one of rhythms; those of the rhythm `births` do not "
        "depend on frailty"
    )
    ed_rhythm: str | None = Field(
        default=None,
        description="Rhythm of the ED arrivals that lead to these stays, where it is not that of their "
        "subservice",
    )
    first_age: Age = Field(default=0, description="Youngest age of patients who can have such a stay")
    last_age: Age = Field(default=OLDEST_AGE, description="Oldest age of patients who can have such a stay")
    genders: Annotated[list[Literal["Female", "Male", "Other"]], Field(min_length=1)] = Field(
        default=list(GENDERS), description="Genders of patients who can have such a stay"
    )


class Subprogram(Section):
    """A subprogram; one whose setting is inpatient describes its stays."""

    setting: Literal["inpatient", "day", "ambulatory", "emergency", "none"] = Field(
        description="Where its care is recorded; only `inpatient` has rows in ip_stays"
    )
    stays: Stays | None = Field(
        default=None, description="Its inpatient stays: needed where setting is inpatient, and only there"
    )


class Program(Section):
    """A clinical program."""

    alc_factor: Factor = Field(
        default=0, description="Factor on the probability of ALC (inpatient.alc.probability)"
    )
    transfer_share: Share = Field(
        default=0,
        description="Share of the first stays that continue at another site, where a corridor "
        "(transfers_to) leads to one that offers the subprogram",
    )
    subprograms: Annotated[dict[Name, Subprogram], By("subprogram")] = Field(
        min_length=1, max_length=99, description="Subprograms by name, in the order of their ids"
    )
