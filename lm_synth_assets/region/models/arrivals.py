"""Arrivals: when people come, over the year, the week and the day."""

from typing import Annotated

from pydantic import Field

from lm_synth_assets.region.models.values import Factor, Section, Share, Weights


class Rhythm(Section):
    """When people come: relative weights of months, weekdays and hours."""

    months: Annotated[Weights, Field(min_length=12, max_length=12)]
    weekdays: Annotated[Weights, Field(min_length=7, max_length=7)]
    hours: Annotated[Weights, Field(min_length=24, max_length=24)]
    closed_day_hours: Annotated[Weights, Field(min_length=24, max_length=24)] | None = None
    day_sd: Annotated[float, Field(ge=0, le=1)]


class HolidayFactors(Section):
    """Factors on a day's ED arrivals around holidays."""

    dec25: Factor
    jan1: Factor
    other_statutory: Factor
    day_after_statutory: Factor
    dec26_to_jan2: Factor


class Calendar(Section):
    """Holidays, shared shocks and the fiscal calendar."""

    holiday_factors: HolidayFactors
    day_effect_memory: Annotated[float, Field(ge=0, lt=1)]
    day_effect_shared: Share
    fiscal_anchor_weekday: Annotated[int, Field(ge=1, le=7)]
