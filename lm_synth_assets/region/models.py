"""The region: frozen models of everything that a configuration file may say, with units and limits.

Here belongs what a single value may be. What must agree with what is `config_agreement`; reading files and
reporting what is wrong with them is `config_files`; what the values do is `simulation`.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreConfig, CoreSchema, core_schema

from lm_synth_assets.schema.vocabulary import (
    AGE_GROUPS,
    COUNTED_TABLES,
    ED_SUBSERVICES,
    GENDERS,
    OLDEST_AGE,
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


T = TypeVar("T")
Row = TypeVar("Row", dict[str, float], list[float])


@dataclass(frozen=True)
class _Keys:
    """Marks a dict whose keys are fixed words: each one is checked, kept in order and offered by editors."""

    allowed: tuple[str, ...]
    all_needed: bool = True

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        value = handler.generate_schema(get_args(source)[1])
        field = core_schema.typed_dict_field(value, required=self.all_needed)
        return core_schema.typed_dict_schema(
            dict.fromkeys(self.allowed, field),
            extra_behavior="forbid",
            # Unlike a dict, a typed dict does not inherit the settings of the model around it.
            config=CoreConfig(strict=True, allow_inf_nan=False),
        )


def _sums_to(total: float) -> AfterValidator:
    def check(values: Row) -> Row:
        found = sum(values.values() if isinstance(values, dict) else values)
        if abs(found - total) > total * 1e-3:
            raise ValueError(f"sums to {found:g}; must sum to {total:g}")
        return values

    return AfterValidator(check)


def _not_all_zero(values: list[float]) -> list[float]:
    if not any(values):
        raise ValueError("every value is 0; at least one must be above 0")
    return values


def _four_decimals(value: float) -> float:
    if value != round(value, 4):
        raise ValueError(f"{value!r} has more than four decimals, which is all that dim_scenario stores")
    return value


Code = Annotated[str, Field(min_length=1, max_length=16)]
Name = Annotated[str, Field(min_length=1, max_length=128)]

Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Factor = Annotated[float, Field(ge=0, le=10)]
Multiplier = Annotated[Factor, AfterValidator(_four_decimals)]
Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]
PercentPerYear = Annotated[float, Field(gt=-20, lt=20)]
Sigma = Annotated[float, Field(ge=0, le=3)]
Logit = Annotated[float, Field(ge=-20, le=20)]
Hours = Annotated[float, Field(ge=0, le=720)]
Rate = Annotated[float, Field(ge=0, le=50_000)]
Age = Annotated[int, Field(ge=0, le=OLDEST_AGE)]

ByAge = Annotated[dict[str, T], _Keys(AGE_GROUPS)]
ByGender = Annotated[dict[str, T], _Keys(GENDERS)]
BySubservice = Annotated[dict[str, T], _Keys(ED_SUBSERVICES)]
SomeAges = Annotated[dict[str, T], _Keys(AGE_GROUPS, all_needed=False)]
SomeGenders = Annotated[dict[str, T], _Keys(GENDERS, all_needed=False)]
SomeSubservices = Annotated[dict[str, T], _Keys(ED_SUBSERVICES, all_needed=False)]
Weights: TypeAlias = Annotated[list[NonNegative], AfterValidator(_not_all_zero)]
FiveAcuities: TypeAlias = Annotated[list[T], Field(min_length=5, max_length=5)]


class Run(_Model):
    """What one run makes."""

    patients: int = Field(ge=1, le=9_999_999, description="persons in the sample")
    seed: int = Field(ge=0, lt=2**63, description="of every random stream")
    start_year: int = Field(ge=1950, le=2150, description="the year of the encounters")
    years: int = Field(ge=1, le=50, description="years of population projection")
    with_ed: bool = Field(default=True, description="ED encounters belong to the data set")
    with_ip: bool = Field(
        default=True, description="inpatient stays belong to the data set; they need ED encounters"
    )

    @property
    def reference_date(self) -> date:
        """The day that ages and residents refer to."""
        return date(self.start_year, 1, 1)


class Privacy(_Model):
    """What the sample may not reveal."""

    unique_quasi_identifiers: bool


class Site(_Model):
    """A facility."""

    name: Name
    type: Literal["tertiary", "regional", "community", "small"]
    refers_to: list[str] = Field(description="sites that take what this one lacks, first choice first")
    transfers_to: dict[str, Positive] = Field(description="corridors between beds, as weights")


class Lha(_Model):
    """A local health area."""

    default_site: str
    base_population: int = Field(
        ge=0, le=100_000_000, description="persons on 1 January of population.base_year"
    )
    growth_pct: PercentPerYear = Field(description="% a year")
    ed_rate_multiplier: Annotated[float, Field(gt=0, le=10)]
    age_profile: str
    leaves_pct: Percent = Field(description="% of residents whose home facility is elsewhere")
    goes_to: dict[str, Positive] = Field(description="where they go instead, as weights")


class Population(_Model):
    """How residents are counted and projected."""

    base_year: int = Field(ge=1900, le=2150)
    ageing_pct: ByAge[PercentPerYear]
    oldest_decline: Annotated[float, Field(ge=0, lt=1)]
    gender_weights: ByAge[Annotated[ByGender[Share], _sums_to(1)]]


class Admission(_Model):
    """Logistic model of admission from one ED subservice."""

    age_logit: ByAge[Logit]
    acuity_logit: FiveAcuities[Logit]


class Lognormal(_Model):
    """A lognormal duration."""

    median: Positive
    sigma: Sigma


class OtherDispositions(_Model):
    """Probability of each disposition that is neither admission nor discharge, by acuity."""

    left: BySubservice[FiveAcuities[Share]] = Field(alias="Left without being seen")
    transferred: BySubservice[FiveAcuities[Share]] = Field(alias="Transferred")
    died: BySubservice[FiveAcuities[Share]] = Field(alias="Died")


class VisitHours(_Model):
    """Hours from arrival to departure by disposition."""

    discharged: Lognormal = Field(alias="Discharged")
    admitted: Lognormal = Field(alias="Admitted")
    transferred: Lognormal = Field(alias="Transferred")
    left: Lognormal = Field(alias="Left without being seen")


class Emergency(_Model):
    """ED use: how often, how urgent, how it ends, how long it takes."""

    volume_control: Literal["reconciled", "free"]
    frailty_shape: Annotated[float, Field(ge=0.05, le=100)]
    pediatric_last_age: Age
    rates_per_1000: BySubservice[ByAge[ByGender[Rate]]]
    rate_overrides: dict[str, SomeSubservices[SomeAges[SomeGenders[Rate]]]]
    acuity_pct: BySubservice[ByAge[Annotated[FiveAcuities[Percent], _sums_to(100)]]]
    admission: SomeSubservices[Admission]
    dispositions: OtherDispositions
    visit_hours: BySubservice[VisitHours]
    longest_visit_hours: Annotated[float, Field(gt=0, le=720)]
    gap_hours: Hours


class Rhythm(_Model):
    """When people come: relative weights of months, weekdays and hours."""

    months: Annotated[Weights, Field(min_length=12, max_length=12)]
    weekdays: Annotated[Weights, Field(min_length=7, max_length=7)]
    hours: Annotated[Weights, Field(min_length=24, max_length=24)]
    closed_day_hours: Annotated[Weights, Field(min_length=24, max_length=24)] | None = None
    day_sd: Annotated[float, Field(ge=0, le=1)]


class HolidayFactors(_Model):
    """Factors on a day's ED arrivals around holidays."""

    dec25: Factor
    jan1: Factor
    other_statutory: Factor
    day_after_statutory: Factor
    dec26_to_jan2: Factor


class Calendar(_Model):
    """Holidays, shared shocks and the fiscal calendar."""

    holiday_factors: HolidayFactors
    day_effect_memory: Annotated[float, Field(ge=0, lt=1)]
    day_effect_shared: Share
    fiscal_anchor_weekday: Annotated[int, Field(ge=1, le=7)]


class Stays(_Model):
    """The inpatient stays of one subprogram."""

    share: Positive
    via_ed: Share
    median_days: Annotated[float, Field(gt=0, le=365)]
    sigma: Sigma
    qa_median_days: Annotated[float, Field(gt=0, le=365)]
    direct_rhythm: str
    ed_rhythm: str | None = None
    first_age: Age = 0
    last_age: Age = OLDEST_AGE
    genders: Annotated[list[Literal["Female", "Male", "Other"]], Field(min_length=1)] = list(GENDERS)


class Subprogram(_Model):
    """A subprogram; one whose setting is inpatient describes its stays."""

    setting: Literal["inpatient", "day", "ambulatory", "emergency", "none"]
    stays: Stays | None = None


class Program(_Model):
    """A clinical program."""

    alc_factor: Factor = 0
    transfer_share: Share = 0
    subprograms: Annotated[dict[Name, Subprogram], Field(min_length=1, max_length=99)]


class Alc(_Model):
    """Alternate level of care."""

    probability: ByAge[Share]
    least_acute_days: NonNegative
    least_days: Positive
    median_days: Positive
    sigma: Sigma
    threshold_days: NonNegative


class Inpatient(_Model):
    """Inpatient use: how often, for what, how long."""

    stays_per_1000: ByGender[ByAge[Rate]]
    program_mix_pct: ByGender[ByAge[Annotated[dict[str, Percent], _sums_to(100)]]]
    los_age_factor: ByAge[Annotated[float, Field(gt=0, le=10)]]
    los_floor_days: Annotated[float, Field(ge=0.25, le=30)]
    los_cap_days: Annotated[float, Field(ge=30, le=365)]
    travel_hours: Hours
    alc: Alc
    returned_share: Share


class Scenario(_Model):
    """Multipliers on the baseline."""

    # Five times the steepest decline that growth_pct allows still leaves somebody.
    growth: Annotated[float, Field(ge=0, le=5), AfterValidator(_four_decimals)] = 1
    ed_rates: Multiplier = 1
    admissions: Multiplier = 1
    los: Multiplier = 1
    alc: Multiplier = 1


class Gates(_Model):
    """Thresholds of the quality gates."""

    row_counts: Annotated[dict[str, int], _Keys(COUNTED_TABLES)]
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


# A file names the CSV file that holds the matrix; the matrix itself takes the name's place when it is read.
Coverage = Annotated[dict[str, dict[str, dict[str, bool]]], WithJsonSchema({"type": "string"})]


class Region(_Model):
    """A whole configuration: the region, its people and its care."""

    run: Run
    privacy: Privacy
    coverage_matrix: Coverage = Field(
        description="CSV file, relative to this one: program, subprogram, a column of 0 and 1 for each site"
    )
    sites: Annotated[dict[Code, Site], Field(min_length=1, description="facilities by site code")]
    age_profiles: dict[str, Annotated[ByAge[Percent], _sums_to(100)]] = Field(
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
