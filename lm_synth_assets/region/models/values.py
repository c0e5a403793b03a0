"""What the models of the configuration share: their base class, and types of numbers, names and tables.

The JSON Schema states the unit of each number as `unit`, and what the keys of a table are as `by`; editors
and the reference page of the configuration take both from there.
"""

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreConfig, CoreSchema, core_schema

from lm_synth_assets.schema.text import name_problem
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES, GENDERS, OLDEST_AGE

T = TypeVar("T")
Row = TypeVar("Row", dict[str, float], list[float])


class Section(BaseModel):
    """A part of a configuration: frozen, strict in its types, and without unknown keys."""

    # Validators are built on first use: not needed to load definitions.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)


@dataclass(frozen=True)
class Unit:
    """The unit of a number, or its kind where it has none: `hours`, `% per year`, `weight`."""

    name: str

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "unit": self.name}


@dataclass(frozen=True)
class By:
    """Says what the keys of a dict are, where the configuration chooses them: `site`, `LHA`."""

    name: str

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "by": self.name}


@dataclass(frozen=True)
class Keys(By):
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


def sums_to(total: float) -> AfterValidator:
    """Requires that the values of a dict or list sum to a total, to within 0.1% of it."""

    def check(values: Row) -> Row:
        observed = sum(values.values() if isinstance(values, dict) else values)
        if abs(observed - total) > total * 1e-3:
            raise ValueError(f"sums to {observed:g}; must sum to {total:g}")
        return values

    return AfterValidator(check)


def not_all_zero(values: list[float]) -> list[float]:
    """The values, if at least one is above 0. Raises ValueError."""
    if not any(values):
        raise ValueError("every value is 0; at least one must be above 0")
    return values


def storable(name: str) -> str:
    """The name, if tables can hold it. Raises ValueError."""
    if problem := name_problem(name):
        raise ValueError(problem)
    return name


def four_decimals(value: float) -> float:
    """The value, if four decimals hold it exactly. Raises ValueError."""
    if value != round(value, 4):
        raise ValueError(f"{value!r} has more than four decimals, which is all that dim_scenario stores")
    return value


_STORABLE = Field(json_schema_extra={"storable": True})

Code = Annotated[str, Field(min_length=1, max_length=16), _STORABLE, AfterValidator(storable)]
Name = Annotated[str, Field(min_length=1, max_length=128), _STORABLE, AfterValidator(storable)]

Weight = Annotated[float, Field(ge=0), Unit("weight")]
PositiveWeight = Annotated[float, Field(gt=0), Unit("weight")]
Factor = Annotated[float, Field(ge=0, le=10), Unit("factor")]
PositiveFactor = Annotated[float, Field(gt=0, le=10), Unit("factor")]
Multiplier = Annotated[Factor, AfterValidator(four_decimals)]
Share = Annotated[float, Field(ge=0, le=1), Unit("share")]
ShareBelowOne = Annotated[float, Field(ge=0, lt=1), Unit("share")]
Probability = Annotated[float, Field(ge=0, le=1), Unit("probability")]
Percent = Annotated[float, Field(ge=0, le=100)]
PercentPerYear = Annotated[float, Field(gt=-20, lt=20), Unit("% per year")]
Tolerance = Annotated[float, Field(gt=0), Unit("% of the expectation")]
Sigma = Annotated[float, Field(ge=0, le=3), Unit("log scale")]
Logit = Annotated[float, Field(ge=-20, le=20), Unit("log odds")]
Hours = Annotated[float, Field(ge=0, le=720), Unit("hours")]
PositiveHours = Annotated[float, Field(gt=0, le=720), Unit("hours")]
Days = Annotated[float, Field(ge=0), Unit("days")]
PositiveDays = Annotated[float, Field(gt=0), Unit("days")]
MedianDays = Annotated[float, Field(gt=0, le=365), Unit("days")]
Rate = Annotated[float, Field(ge=0, le=50_000)]
Age = Annotated[int, Field(ge=0, le=OLDEST_AGE), Unit("years of age")]

ByAge = Annotated[dict[str, T], Keys("age group", AGE_GROUPS)]
ByGender = Annotated[dict[str, T], Keys("gender", GENDERS)]
BySubservice = Annotated[dict[str, T], Keys("ED subservice", ED_SUBSERVICES)]
SomeAges = Annotated[dict[str, T], Keys("age group", AGE_GROUPS, all_needed=False)]
SomeGenders = Annotated[dict[str, T], Keys("gender", GENDERS, all_needed=False)]
SomeSubservices = Annotated[dict[str, T], Keys("ED subservice", ED_SUBSERVICES, all_needed=False)]
Weights: TypeAlias = Annotated[list[Weight], AfterValidator(not_all_zero)]
FiveAcuities: TypeAlias = Annotated[list[T], Field(min_length=5, max_length=5)]
