"""Arrivals: when people come, over the year, the week and the day."""

from typing import Annotated

from pydantic import ConfigDict, Field

from lm_synth_assets.region.models.values import Factor, Section, Share, ShareBelowOne, Unit, Weights

HourWeights = Annotated[Weights, Field(min_length=24, max_length=24)]


class Rhythm(Section):
    """When people come: relative weights of months, weekdays and hours."""

    months: Annotated[Weights, Field(min_length=12, max_length=12)] = Field(
        description="Relative weight of a day of each month, January first; mean about 1"
    )
    weekdays: Annotated[Weights, Field(min_length=7, max_length=7)] = Field(
        description="Relative weight of each weekday, Monday first; mean about 1"
    )
    hours: HourWeights = Field(
        description="Relative weight of each hour of the day, from the hour after midnight; 0 = closed. "
        "The clock has no daylight saving time"
    )
    closed_day_hours: HourWeights | None = Field(
        default=None,
        description="Relative weight of each hour on Sundays and statutory holidays, "
        "where it differs from that of other days",
    )
    day_sd: Annotated[float, Unit("log scale")] = Field(
        ge=0,
        le=1,
        description="Standard deviation of the day effect, by which some days are busier than others; "
        "0.035 = about 3.5% of the day's arrivals",
    )


class HolidayFactors(Section):
    """Factors on the arrivals of a day on and around statutory holidays of British Columbia."""

    model_config = ConfigDict(json_schema_extra={"by": "holiday"})

    dec25: Factor = Field(description="Christmas Day")
    jan1: Factor = Field(description="New Year's Day")
    other_statutory: Factor = Field(description="Any other statutory holiday")
    day_after_statutory: Factor = Field(
        description="The day after a statutory holiday, unless another of these factors applies"
    )
    dec26_to_jan2: Factor = Field(description="26 December to 2 January, except statutory holidays")


class Calendar(Section):
    """Holidays, day effects and the fiscal calendar."""

    holiday_factors: HolidayFactors = Field(description="Factors on the arrivals of a day")
    day_effect_memory: Annotated[ShareBelowOne, Unit("correlation")] = Field(
        description="Correlation of the day effect with that of the day before (AR(1) coefficient)"
    )
    day_effect_shared: Share = Field(
        description="Share of the variance of the day effect that all sites have in common"
    )
    fiscal_anchor_weekday: Annotated[int, Unit("ISO weekday")] = Field(
        ge=1,
        le=7,
        description="Weekday on which fiscal periods end, 1 = Monday; period 1 ends on its fourth one in "
        "April",
    )
