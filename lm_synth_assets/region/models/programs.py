"""Clinical programs: their subprograms, and the inpatient stays that these describe."""

from typing import Annotated, Literal

from pydantic import Field

from lm_synth_assets.region.models.values import Age, Factor, Name, Positive, Section, Share, Sigma
from lm_synth_assets.schema.vocabulary import GENDERS, OLDEST_AGE


class Stays(Section):
    """The inpatient stays of one subprogram."""

    share: Positive
    via_ed: Share
    median_days: Annotated[float, Field(gt=0, le=365)]
    sigma: Sigma
    qa_median_days: Annotated[float, Field(gt=0, le=365)]
    direct_rhythm: str
    ed_rhythm: str | None = None
    first_age: Age = 0
    last_age: Age = OLDEST_AGE
    genders: Annotated[list[Literal["Female", "Male", "Other"]], Field(min_length=1)] = Field(
        default=list(GENDERS)
    )


class Subprogram(Section):
    """A subprogram; one whose setting is inpatient describes its stays."""

    setting: Literal["inpatient", "day", "ambulatory", "emergency", "none"]
    stays: Stays | None = None


class Program(Section):
    """A clinical program."""

    alc_factor: Factor = 0
    transfer_share: Share = 0
    subprograms: Annotated[dict[Name, Subprogram], Field(min_length=1, max_length=99)]
