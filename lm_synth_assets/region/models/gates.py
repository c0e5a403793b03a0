"""Thresholds of the quality gates."""

from typing import Annotated

from pydantic import Field

from lm_synth_assets.region.models.values import Keys, NonNegative, Percent, Positive, Section
from lm_synth_assets.schema.vocabulary import COUNTED_TABLES


class Gates(Section):
    """Thresholds of the quality gates."""

    row_counts: Annotated[dict[str, int], Keys(COUNTED_TABLES)]
    marginal_tolerance_pct: Positive
    marginal_least_persons: NonNegative
    volume_tolerance_pct: Positive
    volume_least_visits: NonNegative
    cross_lha_pct: Annotated[list[Percent], Field(min_length=2, max_length=2)]
    pediatric_under_15_pct: Percent
    pediatric_from_25_pct: Percent
    profile_tolerance_pct: Positive
    clock_tolerance_minutes: Positive
    mix_tolerance_pct: Positive
    dispersion_tolerance_pct: Positive
    expected_rate_tolerance_pct: Positive
    via_ed_tolerance_points: Positive
    los_median_tolerance_pct: Positive
    standard_errors: Positive
    ks_threshold: Annotated[float, Field(gt=0, le=1)]
    corr_threshold: Annotated[float, Field(gt=0, le=2)]
    fidelity_margin: Annotated[float, Field(gt=0, le=1)]
    fidelity_patients: Annotated[int, Field(ge=100)]
