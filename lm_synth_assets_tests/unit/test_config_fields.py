"""Every field of the configuration says what it means, and every number in it has a unit."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

from lm_synth_assets.region import models
from lm_synth_assets.region.editor_schema import json_schema
from lm_synth_assets.region.fields import ConfigField, config_fields
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.values import Section

MODELS = [
    model
    for module in pkgutil.iter_modules(models.__path__, f"{models.__name__}.")
    for model in vars(importlib.import_module(module.name)).values()
    if isinstance(model, type) and issubclass(model, Section) and model.__module__ == module.name
]
FIELDS = [
    pytest.param(model, name, id=f"{model.__name__}.{name}")
    for model in MODELS
    for name in model.model_fields
]
LISTED = config_fields()


@pytest.mark.parametrize("model", MODELS)
def test_a_model_says_what_it_is(model: type[Section]) -> None:
    assert model.__doc__
    assert model.__doc__.endswith(".")


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_a_field_says_what_it_means(model: type[Section], name: str) -> None:
    description = model.model_fields[name].description
    assert description, "give the field a description"
    assert len(description.split()) > 1
    assert not description.endswith((".", ")."))


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_a_field_is_listed(model: type[Section], name: str) -> None:
    field = model.model_fields[name]
    assert (field.alias or name, field.description) in {(one.path[-1], one.description) for one in LISTED}


def numbers(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """The parts of a JSON Schema that stand for a number, by path."""
    if isinstance(part, dict):
        if part.get("type") in ("integer", "number"):
            yield path, part
        for key, value in part.items():
            yield from numbers(value, (*path, key))
    elif isinstance(part, list):
        for value in part:
            yield from numbers(value, path)


def test_every_number_has_a_unit() -> None:
    found = list(numbers(Region.model_json_schema()))
    assert len(found) > 100
    assert [".".join(path) for path, part in found if not part.get("unit")] == []


@pytest.mark.parametrize(
    "expected",
    [
        ConfigField(
            ("lhas", "<LHA>", "growth_pct"),
            "a number, above -20 and below 20",
            "% per year",
            "Compound growth of the number of residents",
            "",
        ),
        ConfigField(
            ("ed", "visit_hours", "<ED subservice>", "Admitted", "median"),
            "a number, above 0",
            "hours",
            "Median of the time",
            "",
        ),
        ConfigField(
            ("rhythms", "<rhythm>", "closed_day_hours"),
            "a list of 24, each a number, at least 0",
            "weight",
            "Relative weight of each hour on Sundays and statutory holidays, where it differs from that of "
            "other days",
            "none",
        ),
        ConfigField(
            ("inpatient", "program_mix_pct"),
            "by gender, age group, program: a number, at least 0 and at most 100",
            "% of stays",
            "Stays by program; each row sums to 100",
            "",
        ),
        ConfigField(
            ("programs", "<program>", "subprograms", "<subprogram>", "stays", "genders"),
            "a list of 1 or more, each one of Female, Male, Other",
            "",
            "Genders of patients who can have such a stay",
            "Female, Male, Other",
        ),
    ],
    ids=lambda field: ".".join(field.path),
)
def test_a_field_has_its_path_limits_unit_and_default(expected: ConfigField) -> None:
    assert expected in LISTED


def test_paths_are_unique() -> None:
    paths = [field.path for field in LISTED]
    assert len(paths) == len(set(paths))


def test_editors_show_the_unit_with_the_description() -> None:
    properties = json.loads(json_schema())["$defs"]["Emergency"]["properties"]
    assert properties["gap_hours"]["description"].endswith("to the start of the next (hours)")
    assert properties["rates_per_1000"]["description"].endswith("(visits per 1,000 persons per year)")
    assert properties["volume_control"]["description"].endswith("totals vary by chance")
