"""Sites: facilities, and which of them offer what."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from lm_synth_assets.region.models.values import Name, Positive, Section


class Site(Section):
    """A facility."""

    name: Name
    type: Literal["tertiary", "regional", "community", "small"]
    refers_to: list[str] = Field(description="sites that take what this one lacks, first choice first")
    transfers_to: dict[str, Positive] = Field(description="corridors between beds, as weights")


# A file names the CSV file that holds the matrix; the matrix itself takes the name's place when it is read.
Coverage = Annotated[dict[str, dict[str, dict[str, bool]]], WithJsonSchema({"type": "string"})]
