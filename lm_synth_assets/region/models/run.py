"""The run: how much of the region is made, from which seed, and for which years."""

from datetime import date
from typing import Annotated

from pydantic import Field

from lm_synth_assets.region.models.values import Section, Unit

TABLE_FIELDS = ("with_ed", "with_ip")
"""The fields that say which tables belong to the data set; no row of the other tables follows from them."""


class Run(Section):
    """What one run makes. The command line and the launchpad may change each field for a single run."""

    patients: Annotated[int, Unit("persons")] = Field(
        ge=1,
        le=9_999_999,
        description="Patients in the sample, in proportion to the residents of each LHA, age group and "
        "gender",
    )
    seed: Annotated[int, Unit("number")] = Field(
        ge=0,
        lt=2**63,
        description="Number that all random draws start from: the same seed and configuration make the "
        "same data",
    )
    start_year: Annotated[int, Unit("calendar year")] = Field(
        ge=1950,
        le=2150,
        description="Year of the encounters, and the first year of the projection; ages refer to its 1 "
        "January",
    )
    years: Annotated[int, Unit("years")] = Field(
        ge=1, le=50, description="Years of population and ED projection, the start year included"
    )
    with_ed: bool = Field(default=True, description="Include ED encounters in the data set")
    with_ip: bool = Field(
        default=True, description="Include inpatient stays in the data set; they need ED encounters"
    )

    @property
    def reference_date(self) -> date:
        """The day that ages and residents refer to."""
        return date(self.start_year, 1, 1)
