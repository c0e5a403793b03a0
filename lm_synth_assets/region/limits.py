"""What the models allow, in words.

What is allowed at each path comes from the JSON Schema of the models, so that no limit is written twice.
"""

from functools import cache
from typing import Any, TypeAlias

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.wording import KeyPath
from lm_synth_assets.schema.text import REFUSED

JsonSchema: TypeAlias = dict[str, Any]

_NOUNS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "object": "a section of named entries",
}
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


@cache
def limits_of(model: str) -> JsonSchema:
    """The JSON Schema of the region, or of one of its sections by its class, without references."""
    schema = Region.model_json_schema()
    top = schema if model == Region.__name__ else schema["$defs"].get(model, {})
    inlined: JsonSchema = _inlined(top, schema["$defs"])
    return inlined


def _inlined(part: Any, definitions: JsonSchema) -> Any:
    """A JSON Schema without references, and without the alternative of leaving an optional value empty."""
    if not isinstance(part, dict):
        return part
    part = {**part, **part["anyOf"][0]} if "anyOf" in part else part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in part.items()}


def limits_at(limits: JsonSchema, path: KeyPath) -> JsonSchema:
    """The part of a JSON Schema that a path leads to; empty where it leads nowhere."""
    for step in path:
        if isinstance(step, int):
            limits = limits.get("items", {})
        else:
            limits = limits.get("properties", {}).get(step) or limits.get("additionalProperties") or {}
    return limits


def describe_limits(limits: JsonSchema) -> str:
    """What a part of a JSON Schema allows; empty for one that says nothing."""
    if "enum" in limits:
        return f"one of {', '.join(limits['enum'])}"
    if "maxLength" in limits:
        without = f" without {REFUSED}" if "storable" in limits else ""
        return f"text of {limits['minLength']} to {limits['maxLength']} characters{without}"
    if "properties" in limits:
        return f"a section with {', '.join(limits['properties'])}"
    if "items" in limits:
        more = "" if "maxItems" in limits else " or more"
        count = f" of {limits['minItems']}{more}" if "minItems" in limits else ""
        return f"a list{count}, each {describe_limits(limits['items'])}"
    noun = _NOUNS.get(limits.get("type", ""), "")
    bounds = " and ".join(f"{phrase} {limits[key]}" for key, phrase in _BOUNDS.items() if key in limits)
    return f"{noun}, {bounds}" if bounds else noun
