"""Holding the JSON of a Power BI project to the schemas that Microsoft publishes, without the network."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource

BASE = "https://developer.microsoft.com/json-schemas/"
FOLDER = Path(__file__).parent / "powerbi_schemas"
_REGISTRY: Registry[Any] = Registry(
    retrieve=lambda address: Resource.from_contents(json.loads(_file(address).read_text("utf-8")))
)


def _file(address: str) -> Path:
    return FOLDER / address.removeprefix(BASE)


def schema_errors(files: Mapping[str, str]) -> list[str]:
    """What is wrong in those files of a project that name a schema, each with its path."""
    errors = []
    for path, text in files.items():
        content = json.loads(text) if _is_json(path) else {}
        if address := content.get("$schema"):
            if not _file(address).is_file():
                errors.append(f"{path}: {address} is not among the schemas")
                continue
            schema = json.loads(_file(address).read_text("utf-8"))
            validator = Draft7Validator(schema, registry=_REGISTRY)
            errors += [f"{path}: {error.message[:200]}" for error in validator.iter_errors(content)]
    return errors


def with_schema(files: Mapping[str, str]) -> list[str]:
    """The paths of the files that name a schema."""
    return [path for path, text in files.items() if _is_json(path) and "$schema" in json.loads(text)]


def _is_json(path: str) -> bool:
    return path.endswith((".json", ".pbip", ".pbir", ".pbism", ".platform"))
