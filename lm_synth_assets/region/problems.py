"""What is wrong with a configuration, in an analyst's terms: what is allowed, what a file holds, and where.

What is allowed at each path comes from the JSON Schema of the models, so that no limit is written twice.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pydantic import ValidationError

from lm_synth_assets.region.models.region import Region

KeyPath: TypeAlias = tuple[str | int, ...]
JsonSchema: TypeAlias = dict[str, Any]


class Problem(NamedTuple):
    """One thing that is wrong: its path in the configuration, and what."""

    path: KeyPath
    message: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.message}" if self.path else self.message


class FileProblem(NamedTuple):
    """A problem with the line of the file that it is about."""

    file: Path
    line: int
    problem: Problem

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {dotted(self.problem.path)}: {self.problem.message}"


@dataclass
class Source:
    """One file: its values, the line of each path, and the problems met while reading it."""

    file: Path
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[FileProblem] = field(default_factory=list)

    def add_problem(self, line: int, path: KeyPath, message: str) -> None:
        """Note a problem of a line."""
        self.problems.append(FileProblem(self.file, line, Problem(path, message)))


def locate(problem: Problem, sources: Sequence[Source]) -> FileProblem:
    """The problem at the line that sets its path last, or that begins the nearest section around it.

    A later source overrides an earlier one; the first must have a line for the empty path.
    """
    nearest = (problem.path[:length] for length in range(len(problem.path), -1, -1))
    return next(
        FileProblem(source.file, source.lines[path], problem)
        for path in nearest
        for source in reversed(sources)
        if path in source.lines
    )


def problems_of(error: ValidationError) -> list[Problem]:
    """The problems that pydantic reports of a region or one of its sections."""
    schema = Region.model_json_schema()
    top = schema if error.title == Region.__name__ else schema["$defs"].get(error.title, {})
    limits = inlined(top, schema["$defs"])
    problems = []
    for details in error.errors():
        kind, path, value = details["type"], details["loc"], shown(details["input"])
        allowed = describe_limits(_part(limits, path))
        if path[-1:] == ("[key]",):
            path = path[:-1]
            names = _part(limits, path[:-1]).get("propertyNames", {})
            message = f"the key must be {describe_limits(names)}; found {value}"
        elif kind == "value_error":
            message = str(details["ctx"]["error"])
        elif kind == "extra_forbidden" and path[-1] in REMOVED_KEYS:
            message = REMOVED_KEYS[str(path[-1])]
        elif kind == "extra_forbidden":
            message = unknown_key(_part(limits, path[:-1]).get("properties", ()))
        elif not allowed:
            message = f"{details['msg'].replace('Input should', 'must')}; found {value}"
        elif kind == "missing":
            message = f"missing; must be {allowed}"
        else:
            message = f"must be {allowed}; found {value}"
        problems.append(Problem(path, message))
    return problems


REMOVED_KEYS = {
    "qa_median_days": "is no key any more: expected medians follow from the configuration; remove it"
}
"""What to do about a key that files of an earlier version may hold."""


def unknown_key(known: Sequence[str]) -> str:
    """What is wrong with a key that is none of the known ones."""
    return f"unknown key; must be one of {', '.join(known)}"


def inlined(part: Any, definitions: JsonSchema) -> Any:
    """A JSON Schema without references, and without the alternative of leaving an optional value empty."""
    if not isinstance(part, dict):
        return part
    part = {**part, **part["anyOf"][0]} if "anyOf" in part else part
    if "$ref" in part:
        return inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {key: inlined(value, definitions) for key, value in part.items()}


def _part(limits: JsonSchema, path: KeyPath) -> JsonSchema:
    """The part of a JSON Schema that a path leads to; empty where it leads nowhere."""
    for step in path:
        if isinstance(step, int):
            limits = limits.get("items", {})
        else:
            limits = limits.get("properties", {}).get(step) or limits.get("additionalProperties") or {}
    return limits


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


def describe_limits(limits: JsonSchema) -> str:
    """What a part of a JSON Schema allows; empty for one that says nothing."""
    if "enum" in limits:
        return f"one of {', '.join(limits['enum'])}"
    if "maxLength" in limits:
        return f"text of {limits['minLength']} to {limits['maxLength']} characters"
    if "properties" in limits:
        return f"a section with {', '.join(limits['properties'])}"
    if "items" in limits:
        more = "" if "maxItems" in limits else " or more"
        count = f" of {limits['minItems']}{more}" if "minItems" in limits else ""
        return f"a list{count}, each {describe_limits(limits['items'])}"
    noun = _NOUNS.get(limits.get("type", ""), "")
    bounds = " and ".join(f"{phrase} {limits[key]}" for key, phrase in _BOUNDS.items() if key in limits)
    return f"{noun}, {bounds}" if bounds else noun


def shown(value: Any) -> str:
    """A value as a message shows it: in one line, cut to 60 characters."""
    if isinstance(value, dict):
        return "a section" if value else "an empty section"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}..."


def dotted(path: KeyPath) -> str:
    """A path as text: `sites.LM-BRC.refers_to[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
