"""The JSON Schema that editors check and complete configuration files with.

`python -m lm_synth_assets.region.editor_schema` prints it.
"""

import json
from typing import Any

from lm_synth_assets.region.fields import unit_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.reading.overlay import EXTENDS
from lm_synth_assets.schema.text import STORABLE


def json_schema() -> str:
    """The JSON Schema of a configuration file; nothing is required, since a file can extend another one."""
    schema = _for_editors(Region.model_json_schema())
    schema["properties"][EXTENDS] = {
        "type": "string",
        "description": "File, relative to this one, that this one starts from",
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "lm-synth region"}
    return json.dumps(head | schema, indent=1) + "\n"


def _for_editors(part: Any) -> Any:
    """Part of a JSON Schema as editors need it.

    It lacks what is required, and titles that only repeat a key; descriptions end with the unit. What may be
    left out may be null, which removes it from the file that is extended.
    """
    if not isinstance(part, dict):
        return part
    kept = {key: _for_editors(value) for key, value in part.items() if key not in ("required", "title")}
    for name in part.get("properties", {}):
        if name not in part.get("required", ()):
            kept["properties"][name] = _or_null(kept["properties"][name])
    if isinstance(part.get("additionalProperties"), dict):
        kept["additionalProperties"] = _or_null(kept["additionalProperties"])
    if kept.pop("storable", False):
        kept["pattern"] = STORABLE
    unit = unit_of(part)
    if unit and "description" in part:
        kept["description"] = f"{part['description']} ({unit})"
    return kept


def _or_null(part: dict[str, Any]) -> dict[str, Any]:
    """The same part of a JSON Schema, but null is allowed as well."""
    if "anyOf" in part:
        return part
    notes: dict[str, Any] = {key: part[key] for key in ("description", "default") if key in part}
    limits = {key: value for key, value in part.items() if key not in notes}
    return {**notes, "anyOf": [limits, {"type": "null"}]}


if __name__ == "__main__":
    print(json_schema(), end="")
