"""Configuration files: reading YAML and the coverage matrix, overlaying files, and saying what is wrong.

A file may start from another one (`extends: other.yaml`) and then holds only what differs. Every problem is
reported at once, each with its file, line, path, value and what is allowed instead. Run as a module, it
prints the JSON Schema that editors check such files against.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.agreement import KeyPath, Problem, disagreements
from lm_synth_assets.region.models.region import Region

_PACKAGE = Path(__file__).parents[1]
_PROJECT_CONFIGS = _PACKAGE.parent / "configs"
CONFIG_FOLDER = _PROJECT_CONFIGS if _PROJECT_CONFIGS.is_dir() else _PACKAGE / "configs"
DEFAULT_CONFIG = CONFIG_FOLDER / "lower_mainland_defaults.yaml"

_EXTENDS = "extends"
_COVERAGE = "coverage_matrix"
_DEEPEST = 20
_MOST_VALUES = 100_000

_Schema: TypeAlias = dict[str, Any]


class _Finding(NamedTuple):
    """A problem and the place in a file that it is about."""

    file: Path
    line: int
    problem: Problem

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {_dotted(self.problem.path)}: {self.problem.message}"


@dataclass
class _Source:
    """One file: its values, the line of each path, and what was wrong with it already in reading."""

    file: Path
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    findings: list[_Finding] = field(default_factory=list)

    def complain(self, line: int, path: KeyPath, message: str) -> None:
        self.findings.append(_Finding(self.file, line, Problem(path, message)))


def load_region(path: str | Path = DEFAULT_CONFIG) -> Region:
    """The region that a configuration file describes.

    Raises ConfigError for a file that cannot be read, is no YAML, or says something that is not allowed.
    """
    sources = _with_parents(Path(path))
    values: dict[str, Any] = {}
    for source in sources:
        values = _overlay(values, source.values)
    coverage = _coverage_of(sources, values.get(_COVERAGE))
    sources.append(coverage)
    values[_COVERAGE] = coverage.values.get(_COVERAGE, {})
    findings = [finding for source in sources for finding in source.findings]
    try:
        region = Region.model_validate(values)
        problems, sections = [], dict(region)
    except ValidationError as error:
        problems, sections = _problems(error), _sound_sections(error, values)
    if coverage.findings:
        sections.pop(_COVERAGE)
    problems += disagreements(sections)
    findings += [_located(problem, sources) for problem in problems]
    if findings:
        order = [source.file for source in sources]
        findings.sort(key=lambda finding: (order.index(finding.file), finding.line))
        raise ConfigError("\n".join(map(str, findings)))
    return region


def describe_validation_error(error: ValidationError, where: str) -> str:
    """The problems of a pydantic error, one a line, for values that come from elsewhere than a file."""
    return "\n".join(f"{where}: {_dotted(problem.path)}: {problem.message}" for problem in _problems(error))


def json_schema() -> str:
    """The JSON Schema of a configuration file, for editors; nothing is required, since files can extend."""
    schema = _for_editors(Region.model_json_schema())
    schema["properties"][_EXTENDS] = {"type": "string", "description": "the file that this one starts from"}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "lm-synth region"}
    return json.dumps(head | schema, indent=1) + "\n"


def _for_editors(part: Any) -> Any:
    """Part of a JSON Schema without what is required, and without titles that only repeat a key."""
    if isinstance(part, dict):
        return {key: _for_editors(value) for key, value in part.items() if key not in ("required", "title")}
    return part


# ------------------------------------------------------------------------------------------------ files


def _read_text(path: Path) -> str:
    try:
        # Excel begins a CSV file with a byte order mark, and some editors do so with any file.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: must be UTF-8 text; byte {error.start + 1} is not") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise ConfigError(f"{str(path)!r}: cannot be the name of a file") from None


def _with_parents(path: Path, children: tuple[Path, ...] = ()) -> list[_Source]:
    """The file and the ones that it extends, the outermost parent first."""
    source = _read_yaml(path)
    if path.resolve() in children:
        raise ConfigError(f"{path}: is extended in a circle; a file cannot start from itself")
    if _EXTENDS not in source.values:
        return [source]
    parent = source.values.pop(_EXTENDS)
    try:
        if not isinstance(parent, str):
            raise ConfigError(f"must be the name of a file; found {_shown(parent)}")
        return [*_with_parents(path.parent / parent, (*children, path.resolve())), source]
    except ConfigError as error:
        raise ConfigError(f"{path}:{source.lines[(_EXTENDS,)]}: {_EXTENDS}: {error}") from None


def _overlay(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """`base` with the values of `change`; sections that both have are merged, all else is replaced."""
    merged = dict(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _overlay(merged[key], value) if both else value
    return merged


def _read_yaml(path: Path) -> _Source:
    text = _read_text(path)
    source = _Source(path)
    try:
        loader = yaml.CSafeLoader(text)
        root = loader.get_single_node()
        values = _plain(root, (), source, loader) if root else None
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: not valid YAML: {error.reason}") from None
    except yaml.MarkedYAMLError as error:
        context = f" ({error.context})" if error.context else ""
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ConfigError(f"{path}{place}: not valid YAML: {error.problem}{context}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}:1: must hold sections such as `run:` and `sites:`; found {_shown(values)}")
    source.values = values
    source.lines[()] = 1
    return source


def _plain(node: yaml.Node, path: KeyPath, source: _Source, loader: yaml.CSafeLoader) -> Any:
    """The value of a YAML node; its lines, and complaints about its keys, go to `source`."""
    if len(path) > _DEEPEST or len(source.lines) > _MOST_VALUES:
        raise ConfigError(
            f"{source.file}: must hold at most {_DEEPEST} levels and {_MOST_VALUES} values; "
            "does an alias (*name) stand within its own anchor (&name)?"
        )
    if isinstance(node, yaml.MappingNode):
        values = {}
        for here, line, value in _entries(node, path, source):
            source.lines.setdefault(here, line)
            values[here[-1]] = _plain(value, here, source, loader)
        return values
    if isinstance(node, yaml.SequenceNode):
        items = []
        for position, value in enumerate(node.value):
            here = (*path, position)
            source.lines[here] = value.start_mark.line + 1
            items.append(_plain(value, here, source, loader))
        return items
    try:
        value = loader.construct_object(node)
        # YAML takes 1:30 for ninety and 010 for eight, which nobody means here.
        misread = type(value) in (int, float) and type(value)(node.value) != value
    except ValueError:
        # Looks like a date or a number but is none, such as 30 February.
        misread = True
    return node.value if misread else value


def _entries(
    node: yaml.MappingNode, path: KeyPath, source: _Source
) -> Iterator[tuple[KeyPath, int, yaml.Node]]:
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            source.complain(line, path, "a key must be text; found a list or a section")
        elif key.tag == "tag:yaml.org,2002:merge":
            source.complain(line, path, "<< is not supported; write the values out, or use `extends`")
        else:
            here = (*path, key.value)
            if key.tag != "tag:yaml.org,2002:str":
                source.complain(line, here, f"a key must be text; write it in quotes: {key.value!r}")
            if here in source.lines:
                source.complain(line, here, f"stands here again; first in line {source.lines[here]}")
            yield here, line, value


def _coverage_of(sources: list[_Source], name: Any) -> _Source:
    origin = next((source for source in reversed(sources) if _COVERAGE in source.values), sources[-1])
    try:
        if not isinstance(name, str):
            raise ConfigError(f"must be the name of a CSV file; found {_shown(name)}")
        return _read_coverage(origin.file.parent / name)
    except ConfigError as error:
        unread = _Source(origin.file)
        unread.complain(origin.lines.get((_COVERAGE,), 1), (_COVERAGE,), str(error))
        return unread


def _read_coverage(path: Path) -> _Source:
    """The coverage matrix, as if it stood in YAML: program, subprogram, site."""
    reader = csv.reader(io.StringIO(_read_text(path)), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise ConfigError(f"{path}:{reader.line_num}: not valid CSV: {error}") from None
    header = rows[0][1] if rows else []
    if header[:2] != ["program", "subprogram"] or len(rows) == 1:
        raise ConfigError(
            f"{path}:1: must begin with the columns program,subprogram and one for each site, "
            "and have a row for each subprogram"
        )
    sites = header[2:]
    matrix: dict[str, dict[str, dict[str, bool]]] = {}
    source = _Source(path, {_COVERAGE: matrix}, {(_COVERAGE,): 1})
    for site in dict.fromkeys(sites):
        if sites.count(site) > 1:
            source.complain(1, (_COVERAGE,), f"site {site} has {sites.count(site)} columns; must have one")
    for line, row in rows[1:]:
        here = (_COVERAGE, *row[:2])
        if len(row) != len(header):
            source.complain(line, here, f"the row has {len(row)} values; must have {len(header)}")
            continue
        if here in source.lines:
            source.complain(line, here, f"stands here again; first in line {source.lines[here]}")
        source.lines.setdefault(here[:2], line)
        source.lines.setdefault(here, line)
        cells = dict(zip(sites, row[2:], strict=True))
        for site, cell in cells.items():
            if cell not in ("0", "1"):
                source.complain(line, (*here, site), f"must be 0 or 1; found {_shown(cell)}")
        matrix.setdefault(row[0], {})[row[1]] = {site: cell == "1" for site, cell in cells.items()}
    return source


# ------------------------------------------------------------------------------------------- complaints


def _sound_sections(error: ValidationError, values: dict[str, Any]) -> dict[str, Any]:
    """The sections that are valid by themselves, although others are not."""
    broken = {found["loc"][0] for found in error.errors()}
    return {
        name: TypeAdapter(hint).validate_python(values[name])
        for name, hint in get_type_hints(Region, include_extras=True).items()
        if name in values and name not in broken
    }


def _problems(error: ValidationError) -> list[Problem]:
    """What pydantic found, in an analyst's words; the JSON Schema knows what is allowed at each path."""
    schema = Region.model_json_schema()
    top = schema if error.title == Region.__name__ else schema["$defs"].get(error.title, {})
    limits = _inlined(top, schema["$defs"])
    problems = []
    for found in error.errors():
        kind, path, shown = found["type"], found["loc"], _shown(found["input"])
        allowed = _in_words(_part(limits, path))
        if path[-1:] == ("[key]",):
            path = path[:-1]
            names = _part(limits, path[:-1]).get("propertyNames", {})
            message = f"the key must be {_in_words(names)}; found {shown}"
        elif kind == "value_error":
            message = str(found["ctx"]["error"])
        elif kind == "extra_forbidden":
            message = f"unknown key; known are {', '.join(_part(limits, path[:-1]).get('properties', ()))}"
        elif not allowed:
            message = f"{found['msg'].replace('Input should', 'must')}; found {shown}"
        elif kind == "missing":
            message = f"missing; must be {allowed}"
        else:
            message = f"must be {allowed}; found {shown}"
        problems.append(Problem(path, message))
    return problems


def _inlined(part: Any, definitions: _Schema) -> Any:
    """A JSON Schema without references, and without the alternative of leaving an optional value empty."""
    if not isinstance(part, dict):
        return part
    part = part.get("anyOf", [part])[0]
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in part.items()}


def _part(limits: _Schema, path: KeyPath) -> _Schema:
    """The part of a JSON Schema that a path leads to; empty where it leads nowhere."""
    for step in path:
        if isinstance(step, int):
            limits = limits.get("items", {})
        else:
            limits = limits.get("properties", {}).get(step) or limits.get("additionalProperties") or {}
    return limits


def _in_words(limits: _Schema) -> str:
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
        return f"a list{count}, each {_in_words(limits['items'])}"
    noun = {
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "string": "text",
        "object": "a section of named entries",
    }.get(limits.get("type", ""), "")
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    bounds = " and ".join(f"{word} {limits[key]}" for key, word in words.items() if key in limits)
    return f"{noun}, {bounds}" if bounds else noun


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a section" if value else "an empty section"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _located(problem: Problem, sources: list[_Source]) -> _Finding:
    """The problem at the line that sets its path last, or that begins the nearest section around it."""
    nearest = (problem.path[:length] for length in range(len(problem.path), -1, -1))
    return next(
        _Finding(source.file, source.lines[path], problem)
        for path in nearest
        for source in reversed(sources)
        if path in source.lines
    )


def _dotted(path: KeyPath) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


if __name__ == "__main__":
    print(json_schema(), end="")
