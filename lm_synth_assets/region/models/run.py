"""The run: how much of the region is made, from which seed, and for which years."""

from datetime import date

from pydantic import Field

from lm_synth_assets.region.models.values import Section


class Run(Section):
    """What one run makes."""

    patients: int = Field(ge=1, le=9_999_999, description="persons in the sample")
    seed: int = Field(ge=0, lt=2**63, description="of every random stream")
    start_year: int = Field(ge=1950, le=2150, description="the year of the encounters")
    years: int = Field(ge=1, le=50, description="years of population projection")
    with_ed: bool = Field(default=True, description="ED encounters belong to the data set")
    with_ip: bool = Field(
        default=True, description="inpatient stays belong to the data set; they need ED encounters"
    )

    @property
    def reference_date(self) -> date:
        """The day that ages and residents refer to."""
        return date(self.start_year, 1, 1)
