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
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.region.models.scenarios import Scenario
from lm_synth_assets.region.models.sites import Coverage, Site
from lm_synth_assets.region.models.values import ByAge, BySubservice, Code, Name, Percent, Section, sums_to


class Region(Section):
    """A whole configuration: the region, its people and its care."""

    run: Run
    privacy: Privacy
    coverage_matrix: Coverage = Field(
        description="CSV file, relative to this one: program, subprogram, a column of 0 and 1 for each site"
    )
    sites: Annotated[dict[Code, Site], Field(min_length=1, description="facilities by site code")]
    age_profiles: dict[str, Annotated[ByAge[Percent], sums_to(100)]] = Field(
        description="% of residents in each age group, by profile"
    )
    lhas: Annotated[dict[Name, Lha], Field(min_length=1, description="local health areas by name")]
    population: Population
    ed: Emergency
    rhythms: dict[str, Rhythm] = Field(description="when people come, by rhythm")
    ed_rhythms: BySubservice[str] = Field(description="the rhythm of each ED subservice")
    calendar: Calendar
    programs: Annotated[dict[Name, Program], Field(min_length=1, description="clinical programs by name")]
    inpatient: Inpatient
    scenarios: Annotated[dict[Name, Scenario], Field(min_length=1, description="what-if scenarios by name")]
    gates: Gates

    def with_run(self, **changes: int | bool | None) -> "Region":
        """The same region for another run; a change that is None leaves the value as it is.

        Raises pydantic's ValidationError for a value that is not allowed.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        return self.model_copy(update={"run": Run(**{**self.run.model_dump(), **given})})

    def hash(self) -> str:
        """SHA-256 of all that rows depend on: everything but the gates, and which tables are asked for."""
        left_out: dict[str, Any] = {"gates": True, "run": {"with_ed", "with_ip"}}
        return hashlib.sha256(self.model_dump_json(by_alias=True, exclude=left_out).encode()).hexdigest()

    def with_thresholds(self, **changes: float | None) -> "Region":
        """The same region with other thresholds of its gates; what is None stays as it is.

        Raises pydantic's ValidationError for a value that is not allowed.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        return self.model_copy(update={"gates": Gates(**{**self.gates.model_dump(), **given})})
