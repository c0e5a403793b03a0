"""Thresholds of the quality gates."""

from typing import Annotated

from pydantic import Field

from lm_synth_assets.region.models.values import Keys, Percent, Section, Tolerance, Unit
from lm_synth_assets.schema.vocabulary import COUNTED_TABLES

PercentOfPatients = Annotated[Percent, Unit("% of patients")]
PercentOfVisits = Annotated[Percent, Unit("% of visits")]
Rows = Annotated[int, Unit("rows")]


class Gates(Section):
    """Thresholds of the quality gates: how far a data set may differ from its configuration."""

    row_counts: Annotated[dict[str, Rows], Keys("table", COUNTED_TABLES, all_needed=False)] = Field(
        default={},
        description="Rows that a table is agreed to have: a configuration that lists more or fewer is "
        "refused. A table that is left out has as many as the configuration lists",
    )
    marginal_tolerance_pct: Tolerance = Field(
        description="Greatest difference from the expected patients by LHA x age group x gender, "
        "and by LHA x home facility"
    )
    marginal_least_persons: Annotated[float, Unit("persons")] = Field(
        ge=0, description="Difference in these numbers of patients that always passes"
    )
    volume_tolerance_pct: Tolerance = Field(
        description="Greatest difference of the ED visits of a site and subservice from population x rate"
    )
    volume_least_visits: Annotated[float, Unit("visits")] = Field(
        ge=0, description="Difference in these numbers of visits that always passes"
    )
    cross_lha_pct: Annotated[list[PercentOfPatients], Field(min_length=2, max_length=2)] = Field(
        description="Fewest and most patients whose home facility is not the default site of their LHA"
    )
    pediatric_under_15_pct: PercentOfVisits = Field(
        description="Least share of Pediatric ED in the ED visits of patients under 15"
    )
    pediatric_from_25_pct: PercentOfVisits = Field(
        description="Greatest share of Pediatric ED in the ED visits of patients of 25 and over"
    )
    profile_tolerance_pct: Tolerance = Field(
        description="Greatest difference from the expected arrivals by subservice and hour, weekday or month"
    )
    clock_tolerance_minutes: Annotated[float, Unit("minutes")] = Field(
        gt=0, description="Greatest shift of arrivals against the local clock, by subservice"
    )
    mix_tolerance_pct: Tolerance = Field(
        description="Greatest difference from the expected visits or stays by acuity, disposition, program, "
        "ALC or transfer, and from the expected census"
    )
    dispersion_tolerance_pct: Tolerance = Field(
        description="Greatest difference from the expected dispersion of visits per patient and per day, "
        "and from the expected number of frequent users"
    )
    expected_rate_tolerance_pct: Tolerance = Field(
        description="Greatest difference of the mean of patients' expected ED rates from the rate table"
    )
    via_ed_tolerance_points: Annotated[float, Unit("percentage points")] = Field(
        gt=0, description="Greatest difference from the expected share of admissions through the ED"
    )
    los_median_tolerance_pct: Tolerance = Field(
        description="Greatest difference of the median length of stay of a subprogram from the one that the "
        "configuration implies"
    )
    standard_errors: Annotated[float, Unit("standard errors")] = Field(
        gt=0, description="Difference from its expectation that always passes for a figure drawn by chance"
    )
    ks_threshold: Annotated[float, Unit("Kolmogorov-Smirnov distance")] = Field(
        gt=0, le=1, description="Greatest distance from the configured distribution; more where rows are few"
    )
    corr_threshold: Annotated[float, Unit("correlation")] = Field(
        gt=0,
        le=2,
        description="Greatest difference of a correlation from that of a replicate: "
        "the same configuration with another seed",
    )
    fidelity_margin: Annotated[float, Unit("score")] = Field(
        gt=0,
        le=1,
        description="Margin by which an sdmetrics score, from 0 to 1, may be below that of a replicate",
    )
    fidelity_patients: Annotated[int, Unit("persons")] = Field(
        ge=100, description="Patients that the sdmetrics gates compare at most"
    )
