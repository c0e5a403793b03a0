"""Every field of a configuration: its path, limits, unit, description and default, from the models.

The reference page lists them, editors show descriptions with units, and tests hold that none is missing.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lm_synth_assets.region.limits import JsonSchema, describe_limits
from lm_synth_assets.region.models.region import Region

SECTION = "a section"
"""The limits of a field that holds a model, whose fields follow it."""


class ConfigField(NamedTuple):
    """One field of one model.

    `path` starts at the region; a part in angle brackets stands for a key that a file chooses, or for each
    of some fixed keys. `unit` is empty where the field holds no number, and so is `default` where the field
    cannot be left out.
    """

    path: tuple[str, ...]
    limits: str
    unit: str
    description: str
    default: str


def config_fields() -> list[ConfigField]:
    """All fields, section by section in the order of the models; a section comes before its own fields."""
    schema = Region.model_json_schema()
    return list(_fields_of(schema, schema["$defs"], ()))


def unit_of(part: JsonSchema) -> str:
    """The unit of the numbers in a part of a JSON Schema; empty where there are none, or in other models."""
    if "unit" in part:
        return str(part["unit"])
    return next((unit for value in _values(part) if (unit := unit_of(value))), "")


def _values(part: JsonSchema) -> list[JsonSchema]:
    """What the values of a container or an optional field must be; the keys of a table are all alike."""
    if "anyOf" in part:
        return part["anyOf"][:1]
    if "items" in part:
        return [part["items"]]
    if "by" in part:
        return list(part.get("properties", {}).values())[:1] or [part["additionalProperties"]]
    return []


def _fields_of(model: JsonSchema, models: JsonSchema, path: tuple[str, ...]) -> Iterator[ConfigField]:
    for name, part in model["properties"].items():
        field_path = (*path, name)
        default = "" if name in model.get("required", ()) else _default(part)
        yield ConfigField(field_path, _limits(part), unit_of(part), part.get("description", ""), default)
        yield from _fields_below(part, models, field_path)


def _fields_below(part: JsonSchema, models: JsonSchema, path: tuple[str, ...]) -> Iterator[ConfigField]:
    """The fields of the model that a field, or each value of a table or list, holds."""
    if "$ref" in part:
        yield from _fields_of(models[part["$ref"].rpartition("/")[2]], models, path)
    for value in _values(part):
        yield from _fields_below(value, models, (*path, f"<{part['by']}>") if "by" in part else path)


def _default(part: JsonSchema) -> str:
    value: Any = part.get("default")
    if isinstance(value, dict):
        return "none"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else f"{value:g}"


def _limits(part: JsonSchema) -> str:
    """What is allowed, in words; for a table, what its keys are and what its values may be."""
    by = []
    while "by" in part or "anyOf" in part:
        by += [part["by"]] if "by" in part else []
        [part] = _values(part)
    limits = SECTION if "$ref" in part else describe_limits(part)
    return f"by {', '.join(by)}: {limits}" if by else limits
