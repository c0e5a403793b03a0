"""Configuration files: reading YAML and the coverage matrix, and overlaying one file on another.

A file may start from another one (`extends: other.yaml`) and then holds only what differs. All problems are
reported at once, each with its file, line and path.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.agreement import disagreements
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.problems import KeyPath, Source, locate, problems_of, shown

_PACKAGE = Path(__file__).parents[1]
_PROJECT_CONFIGS = _PACKAGE.parent / "configs"
CONFIG_FOLDER = _PROJECT_CONFIGS if _PROJECT_CONFIGS.is_dir() else _PACKAGE / "configs"
DEFAULT_CONFIG = CONFIG_FOLDER / "lower_mainland_defaults.yaml"

EXTENDS = "extends"
_COVERAGE = "coverage_matrix"
_DEEPEST = 20
_MOST_VALUES = 100_000


def load_region(path: str | Path = DEFAULT_CONFIG) -> Region:
    """The region that a configuration file describes.

    Raises ConfigError for a file that cannot be read, is not YAML, or holds a value that is not allowed.
    """
    sources = _with_parents(Path(path))
    values: dict[str, Any] = {}
    for source in sources:
        values = _overlay(values, source.values)
    coverage = _coverage_of(sources, values.get(_COVERAGE))
    sources.append(coverage)
    values[_COVERAGE] = coverage.values.get(_COVERAGE, {})
    try:
        region = Region.model_validate(values)
        problems, sections = [], dict(region)
    except ValidationError as error:
        problems, sections = problems_of(error), _sound_sections(error, values)
    if coverage.problems:
        sections.pop(_COVERAGE)
    problems += disagreements(sections)
    of_files = [problem for source in sources for problem in source.problems]
    of_files += [locate(problem, sources) for problem in problems]
    if of_files:
        order = [source.file for source in sources]
        of_files.sort(key=lambda problem: (order.index(problem.file), problem.line))
        raise ConfigError("\n".join(map(str, of_files)))
    return region


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


def _with_parents(path: Path, children: tuple[Path, ...] = ()) -> list[Source]:
    """The file and the ones that it extends, the one that extends nothing first."""
    source = _read_yaml(path)
    if path.resolve() in children:
        raise ConfigError(f"{path}: extends itself, directly or through another file")
    if EXTENDS not in source.values:
        return [source]
    parent = source.values.pop(EXTENDS)
    try:
        if not isinstance(parent, str):
            raise ConfigError(f"must be the name of a file; found {shown(parent)}")
        return [*_with_parents(path.parent / parent, (*children, path.resolve())), source]
    except ConfigError as error:
        raise ConfigError(f"{path}:{source.lines[(EXTENDS,)]}: {EXTENDS}: {error}") from None


def _overlay(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """`base` with the values of `change`; sections that both have are merged, all else is replaced."""
    merged = dict(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _overlay(merged[key], value) if both else value
    return merged


def _read_yaml(path: Path) -> Source:
    text = _read_text(path)
    source = Source(path)
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
        position = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ConfigError(f"{path}{position}: not valid YAML: {error.problem}{context}") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{path}:1: must hold sections such as `run:` and `sites:`; found {shown(values)}")
    source.values = values
    source.lines[()] = 1
    return source


def _plain(node: yaml.Node, path: KeyPath, source: Source, loader: yaml.CSafeLoader) -> Any:
    """The value of a YAML node; its lines, and problems with its keys, go to `source`."""
    if len(path) > _DEEPEST or len(source.lines) > _MOST_VALUES:
        raise ConfigError(
            f"{source.file}: must hold at most {_DEEPEST} levels and {_MOST_VALUES} values; "
            "does an alias (*name) refer to a section that contains it (&name)?"
        )
    if isinstance(node, yaml.MappingNode):
        values = {}
        for key_path, line, value in _entries(node, path, source):
            source.lines.setdefault(key_path, line)
            values[key_path[-1]] = _plain(value, key_path, source, loader)
        return values
    if isinstance(node, yaml.SequenceNode):
        items = []
        for position, value in enumerate(node.value):
            item_path = (*path, position)
            source.lines[item_path] = value.start_mark.line + 1
            items.append(_plain(value, item_path, source, loader))
        return items
    try:
        value = loader.construct_object(node)
        # YAML reads 1:30 as ninety and 010 as eight, which is never meant.
        misread = type(value) in (int, float) and type(value)(node.value) != value
    except ValueError:
        # Looks like a date or a number but is not one, such as 30 February.
        misread = True
    return node.value if misread else value


def _entries(
    node: yaml.MappingNode, path: KeyPath, source: Source
) -> Iterator[tuple[KeyPath, int, yaml.Node]]:
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            source.add_problem(line, path, "a key must be text; found a list or a section")
        elif key.tag == "tag:yaml.org,2002:merge":
            source.add_problem(line, path, "<< is not supported; write the values out, or use `extends`")
        else:
            key_path = (*path, key.value)
            if key.tag != "tag:yaml.org,2002:str":
                source.add_problem(line, key_path, f"a key must be text; write it in quotes: {key.value!r}")
            if key_path in source.lines:
                source.add_problem(line, key_path, f"is repeated; first set in line {source.lines[key_path]}")
            yield key_path, line, value


def _coverage_of(sources: list[Source], name: Any) -> Source:
    origin = next((source for source in reversed(sources) if _COVERAGE in source.values), sources[-1])
    try:
        if not isinstance(name, str):
            raise ConfigError(f"must be the name of a CSV file; found {shown(name)}")
        return _read_coverage(origin.file.parent / name)
    except ConfigError as error:
        unread = Source(origin.file)
        unread.add_problem(origin.lines.get((_COVERAGE,), 1), (_COVERAGE,), str(error))
        return unread


def _read_coverage(path: Path) -> Source:
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
    source = Source(path, {_COVERAGE: matrix}, {(_COVERAGE,): 1})
    for site in dict.fromkeys(sites):
        if sites.count(site) > 1:
            source.add_problem(1, (_COVERAGE,), f"site {site} has {sites.count(site)} columns; must have one")
    for line, row in rows[1:]:
        row_path = (_COVERAGE, *row[:2])
        if len(row) != len(header):
            source.add_problem(line, row_path, f"the row has {len(row)} values; must have {len(header)}")
            continue
        if row_path in source.lines:
            source.add_problem(line, row_path, f"is repeated; first set in line {source.lines[row_path]}")
        source.lines.setdefault(row_path[:2], line)
        source.lines.setdefault(row_path, line)
        cells = dict(zip(sites, row[2:], strict=True))
        for site, cell in cells.items():
            if cell not in ("0", "1"):
                source.add_problem(line, (*row_path, site), f"must be 0 or 1; found {shown(cell)}")
        matrix.setdefault(row[0], {})[row[1]] = {site: cell == "1" for site, cell in cells.items()}
    return source


def _sound_sections(error: ValidationError, values: dict[str, Any]) -> dict[str, Any]:
    """The sections that are valid by themselves, although others are not."""
    broken = {details["loc"][0] for details in error.errors()}
    return {
        name: TypeAdapter(hint).validate_python(values[name])
        for name, hint in get_type_hints(Region, include_extras=True).items()
        if name in values and name not in broken
    }
