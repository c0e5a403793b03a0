"""Scenarios: what-if multipliers on the baseline."""

from typing import Annotated

from pydantic import AfterValidator, Field

from lm_synth_assets.region.models.values import Multiplier, Section, Unit, four_decimals


class Scenario(Section):
    """Multipliers on the baseline."""

    # Five times the steepest decline that growth_pct allows still leaves somebody.
    growth: Annotated[float, AfterValidator(four_decimals), Unit("factor")] = Field(
        default=1, ge=0, le=5, description="Factor on the growth_pct of every LHA"
    )
    ed_rates: Multiplier = Field(default=1, description="Factor on the ED visit rates")
    admissions: Multiplier = Field(
        default=1, description="Factor on the rates of inpatient stays; stored in dim_scenario only"
    )
    los: Multiplier = Field(
        default=1, description="Factor on the length of stay; stored in dim_scenario only"
    )
    alc: Multiplier = Field(
        default=1, description="Factor on the probability of ALC; stored in dim_scenario only"
    )
