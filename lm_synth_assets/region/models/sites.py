"""Sites: facilities, and which of them offer what."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from lm_synth_assets.region.models.values import By, Name, PositiveWeight, Section


class Site(Section):
    """A facility."""

    name: Name = Field(description="Name of the facility")
    type: Literal["tertiary", "regional", "community", "small"] = Field(
        description="Kind of facility, shown in dim_site; no other value follows from it"
    )
    refers_to: list[str] = Field(
        description="Codes of the sites that admit inpatients to subprograms that this site lacks: "
        "the first that offers the subprogram does"
    )
    transfers_to: Annotated[dict[str, PositiveWeight], By("site")] = Field(
        description="Sites that inpatients are transferred to, with relative weights; "
        "a site that lacks the subprogram is left out"
    )


# A configuration file names the CSV file of the matrix; reading replaces the name by the matrix.
Coverage = Annotated[dict[str, dict[str, dict[str, bool]]], WithJsonSchema({"type": "string"})]
