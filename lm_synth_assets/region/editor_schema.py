"""The JSON Schema that editors check and complete configuration files with.

`python -m lm_synth_assets.region.editor_schema` prints it.
"""

import json
from typing import Any

from lm_synth_assets.region.files import EXTENDS
from lm_synth_assets.region.models.region import Region


def json_schema() -> str:
    """The JSON Schema of a configuration file; nothing is required, since a file can extend another one."""
    schema = _for_editors(Region.model_json_schema())
    schema["properties"][EXTENDS] = {
        "type": "string",
        "description": "The file that this one starts from, relative to this one; only what differs follows.",
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "lm-synth region"}
    return json.dumps(head | schema, indent=1) + "\n"


def _for_editors(part: Any) -> Any:
    """Part of a JSON Schema without what is required, and without titles that only repeat a key."""
    if isinstance(part, dict):
        return {key: _for_editors(value) for key, value in part.items() if key not in ("required", "title")}
    return part


if __name__ == "__main__":
    print(json_schema(), end="")
