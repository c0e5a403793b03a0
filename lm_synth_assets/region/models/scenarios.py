"""Scenarios: what-if multipliers on the baseline."""

from typing import Annotated

from pydantic import AfterValidator, Field

from lm_synth_assets.region.models.values import Multiplier, Section, four_decimals


class Scenario(Section):
    """Multipliers on the baseline."""

    # Five times the steepest decline that growth_pct allows still leaves somebody.
    growth: Annotated[float, Field(ge=0, le=5), AfterValidator(four_decimals)] = 1
    ed_rates: Multiplier = 1
    admissions: Multiplier = 1
    los: Multiplier = 1
    alc: Multiplier = 1
