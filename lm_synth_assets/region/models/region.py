"""The region: all sections of a configuration together, and how one differs for another run."""

import hashlib
from typing import Annotated, Any

from pydantic import Field

from lm_synth_assets.region.models.arrivals import Calendar, Rhythm
from lm_synth_assets.region.models.emergency import Emergency
from lm_synth_assets.region.models.gates import Gates
from lm_synth_assets.region.models.inpatient import Inpatient
from lm_synth_assets.region.models.people import Lha, Population, Privacy
from lm_synth_assets.region.models.programs import Program
from lm_synth_assets.region.models.run import TABLE_FIELDS, Run
from lm_synth_assets.region.models.scenarios import Scenario
from lm_synth_assets.region.models.sites import Coverage, Site
from lm_synth_assets.region.models.values import (
    By,
    ByAge,
    BySubservice,
    Code,
    Name,
    Percent,
    Section,
    Unit,
    sums_to,
)

PercentOfResidents = Annotated[Percent, Unit("% of residents")]
AgeProfile = Annotated[ByAge[PercentOfResidents], sums_to(100)]


class Region(Section):
    """A whole configuration: the region, its people and its care."""

    run: Run = Field(description="What one run makes")
    privacy: Privacy = Field(description="What the sample may not reveal")
    coverage_matrix: Coverage = Field(
        description="CSV file, relative to this one, of the subprograms that each site offers: "
        "columns program, subprogram and one for each site; 1 = offered, 0 = not"
    )
    sites: Annotated[dict[Code, Site], By("site")] = Field(
        min_length=1, description="Facilities by site code, in the order of their ids"
    )
    age_profiles: Annotated[dict[Name, AgeProfile], By("age profile")] = Field(
        description="Residents in each age group; each profile sums to 100"
    )
    lhas: Annotated[dict[Name, Lha], By("LHA")] = Field(
        min_length=1, description="Local health areas (LHA) by name, in the order of their ids"
    )
    population: Population = Field(description="How residents are counted and projected")
    ed: Emergency = Field(description="ED use: how often, how urgent, how it ends, how long it takes")
    rhythms: Annotated[dict[Name, Rhythm], By("rhythm")] = Field(
        description="When people come: named profiles of arrivals"
    )
    ed_rhythms: BySubservice[str] = Field(description="Rhythm of the arrivals, one of rhythms")
    calendar: Calendar = Field(description="Holidays, day effects and the fiscal calendar")
    programs: Annotated[dict[Name, Program], By("program")] = Field(
        min_length=1, description="Clinical programs by name, in the order of their ids"
    )
    inpatient: Inpatient = Field(description="Inpatient use: how often, for what, how long")
    scenarios: Annotated[dict[Name, Scenario], By("scenario")] = Field(
        min_length=1,
        description="What-if scenarios by name, in the order of their ids; the baseline is first",
    )
    gates: Gates = Field(description="Thresholds of the quality gates; no data follow from them")

    def with_run(self, **changes: int | bool | None) -> "Region":
        """The same region for another run; a change that is None leaves the value as it is.

        Raises pydantic's ValidationError for a value that is not allowed.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        return self.model_copy(update={"run": Run(**{**self.run.model_dump(), **given})})

    def hash(self) -> str:
        """SHA-256 of all that rows depend on: everything but the gates, and which tables are asked for."""
        left_out: dict[str, Any] = {"gates": True, "run": set(TABLE_FIELDS)}
        return hashlib.sha256(self.model_dump_json(by_alias=True, exclude=left_out).encode()).hexdigest()

    def with_thresholds(self, **changes: float | None) -> "Region":
        """The same region with other thresholds of its gates; what is None stays as it is.

        Raises pydantic's ValidationError for a value that is not allowed.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        return self.model_copy(update={"gates": Gates(**{**self.gates.model_dump(), **given})})
