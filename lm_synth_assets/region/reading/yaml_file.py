"""Reading one YAML file: its values, the line of each, and what is wrong with its keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.problems import Source
from lm_synth_assets.region.reading.text import read_text
from lm_synth_assets.region.wording import KeyPath, cut, shown_file

_DEEPEST = 20
_MOST_VALUES = 100_000
_LONGEST_NUMBER = 40

_TOO_MUCH = f"must hold at most {_DEEPEST} levels and {_MOST_VALUES} values"
_TAG = (
    "a tag (`!` or `!!` before a value) is not supported; leave it out, or write the value in quotes if it "
    "is text"
)


def read_yaml(path: Path) -> Source:
    """A YAML file that holds a section. Raises ConfigError, which quotes nothing of what the file holds."""
    text, source, name = read_text(path), Source(path), shown_file(path)
    try:
        _check_events(text, name)
        loader = yaml.CSafeLoader(text)
        root = loader.get_single_node()
        values = _plain(root, (), source, loader) if root else None
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        raise ConfigError(f"{name}:{line}: not valid YAML: {error.reason}") from None
    except yaml.MarkedYAMLError as error:
        context = f" ({error.context})" if error.context else ""
        position = _position(error.problem_mark or error.context_mark)
        raise ConfigError(f"{name}{position}: not valid YAML: {error.problem}{context}") from None
    if not isinstance(values, dict):
        kind = "nothing" if values is None else "a list" if isinstance(values, list) else "a value"
        raise ConfigError(f"{name}:1: must hold sections such as `run:` and `sites:`; found {kind}")
    source.values = values
    source.lines[()] = 1
    return source


def _position(mark: Any) -> str:
    """Line and column of a mark of the parser, as they follow the name of a file."""
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""


def _check_events(text: str, name: str) -> None:
    """Refuse tags, and more levels or values than any configuration has.

    Tags make values of other types, some of them from text that is not of the type. The parser is made for
    any depth, but what builds values from its events is not: it ends the process.
    """
    depth = nodes = 0
    problem = ""
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        # A value and its key are two nodes.
        if depth > _DEEPEST or nodes > 2 * _MOST_VALUES:
            problem = _TOO_MUCH
        elif getattr(event, "tag", None) is not None:
            problem = _TAG
        if problem:
            raise ConfigError(f"{name}{_position(event.start_mark)}: {problem}")


def _plain(node: yaml.Node, path: KeyPath, source: Source, loader: yaml.CSafeLoader) -> Any:
    """The value of a YAML node; its lines, and problems with its keys, go to `source`."""
    if len(path) > _DEEPEST or len(source.lines) > _MOST_VALUES:
        raise ConfigError(
            f"{shown_file(source.file)}: {_TOO_MUCH}; "
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
    return _scalar(node, loader)


def _scalar(node: yaml.Node, loader: yaml.CSafeLoader) -> Any:
    """Nothing, true or false, a number, or text, which also takes dates and what only resembles a number.

    YAML reads 1:30 as ninety and 010 as eight, which is never meant.
    """
    kind, text = node.tag.rpartition(":")[2], node.value
    if kind in ("null", "bool"):
        return loader.construct_object(node)
    if kind in ("int", "float") and len(text) <= _LONGEST_NUMBER:
        number = int if kind == "int" else float
        try:
            value = number(text)
        except ValueError:
            return text
        return value if loader.construct_object(node) == value else text
    return text


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
                message = f"a key must be text; write it in quotes: '{cut(key.value)}'"
                source.add_problem(line, key_path, message)
            if key_path in source.lines:
                source.add_problem(line, key_path, f"is repeated; first set in line {source.lines[key_path]}")
            yield key_path, line, value
