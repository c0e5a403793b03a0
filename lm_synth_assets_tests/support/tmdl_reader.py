"""Reading TMDL back, more strictly than Power BI does: only what the project uses is known.

Microsoft's own reader is in a package with a licence of its own; `.ci/tabular-model` runs it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_QUOTED = r"'(?:[^']|'')+'"
_NAME = rf"(?:{_QUOTED}|[A-Za-z0-9_-]+)"
_HEAD = re.compile(rf"(?P<kind>ref table|[a-z][A-Za-z]*)(?: (?P<name>{_NAME}))?(?: =(?: (?P<value>.+))?)?")
_PROPERTY = re.compile(r"(?P<name>[a-z][A-Za-z]*)(?:: (?P<value>.+))?")
_REFERENCE = re.compile(rf"(?P<table>{_NAME})\.(?P<column>{_NAME})")

_DATA_TYPES = {"int64", "double", "boolean", "string", "dateTime"}
_LISTED = {"lineageTag"}
PROPERTIES = {
    "database": {"compatibilityLevel"},
    "model": {
        "culture",
        "defaultPowerBIDataSourceVersion",
        "discourageImplicitMeasures",
        "sourceQueryCulture",
    },
    "table": {"dataCategory", *_LISTED},
    "column": {
        "dataType",
        "isHidden",
        "isKey",
        "formatString",
        "dataCategory",
        "summarizeBy",
        "sourceColumn",
        "sortByColumn",
        *_LISTED,
    },
    "measure": {"formatString", "displayFolder", *_LISTED},
    "hierarchy": _LISTED,
    "level": {"column", *_LISTED},
    "partition": {"mode", "source"},
    "expression": _LISTED,
    "relationship": {"isActive", "fromColumn", "toColumn"},
    "annotation": set[str](),
}
"""By kind of object, the properties that it may have."""

WITHIN = {
    "table": {"column", "measure", "hierarchy", "partition"},
    "hierarchy": {"level"},
    "expression": {"annotation"},
}
"""By kind of object, the kinds that it may hold."""


class TmdlError(Exception):
    """A line that cannot be read, with its number."""


@dataclass
class Item:
    """An object: its kind, name, what it is assigned, properties and the objects in it."""

    kind: str
    name: str
    value: str = ""
    description: str = ""
    properties: dict[str, str | bool] = field(default_factory=dict)
    items: list["Item"] = field(default_factory=list)

    def of(self, kind: str) -> dict[str, "Item"]:
        """The objects of a kind in it, by name."""
        return {item.name: item for item in self.items if item.kind == kind}


def read(text: str) -> list[Item]:
    """The objects of a file. Raises TmdlError."""
    root = Item("", "")
    stack: list[Item] = [root]
    description: list[str] = []
    lines = list(enumerate(text.splitlines(), start=1))
    while lines:
        number, line = lines.pop(0)
        content = line.lstrip("\t")
        depth = len(line) - len(content)
        if not content:
            continue
        if content.startswith(" ") or content.rstrip() != content:
            raise TmdlError(f"{number}: lines are indented with tabs and end without a space")
        if content.startswith("/// "):
            description.append(content.removeprefix("/// "))
            continue
        if depth >= len(stack):
            raise TmdlError(f"{number}: indented deeper than what it could belong to: {content}")
        del stack[depth + 1 :]
        item = _item(content, stack[-1].kind)
        if item is not None:
            item.description = " ".join(description)
            if content.endswith(" ="):
                item.value = _expression(lines, depth)
            stack[-1].items.append(item)
            stack.append(item)
        else:
            name, value = _property(number, content, stack[-1])
            stack[-1].properties[name] = _expression(lines, depth) if content.endswith(" =") else value
        description = []
    return root.items


def _item(content: str, within: str) -> Item | None:
    """The object that a line begins; None for a property."""
    match = _HEAD.fullmatch(content)
    if match is None:
        return None
    kind, name, value = match["kind"], match["name"], match["value"]
    allowed = WITHIN.get(within, set()) if within else {*PROPERTIES, "ref table"}
    if kind not in allowed or name is None:
        return None
    return Item(kind, _plain(name), value or "")


def _property(number: int, content: str, item: Item) -> tuple[str, str | bool]:
    match = _PROPERTY.fullmatch(content.removesuffix(" ="))
    if match is None or match["name"] not in PROPERTIES.get(item.kind, set()):
        raise TmdlError(f"{number}: {item.kind or 'a file'} has no property or object: {content}")
    name, value = match["name"], match["value"]
    if name in item.properties:
        raise TmdlError(f"{number}: a second {name}")
    if name == "dataType" and value not in _DATA_TYPES:
        raise TmdlError(f"{number}: no data type: {value}")
    return name, value if value is not None else True


def _expression(lines: list[tuple[int, str]], depth: int) -> str:
    """The lines of an expression, which are at least two deeper than the object or property."""
    tabs, text = "\t" * (depth + 2), []
    while lines and (not lines[0][1] or lines[0][1].startswith(tabs)):
        text.append(lines.pop(0)[1].removeprefix(tabs))
    return "\n".join(text).rstrip("\n")


def _plain(name: str) -> str:
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


@dataclass(frozen=True)
class Model:
    """A semantic model: its tables, the relationships, and the expressions, by name."""

    tables: Mapping[str, Item]
    relationships: Mapping[str, Item]
    expressions: Mapping[str, Item]

    def ends(self, relationship: Item) -> tuple[tuple[str, str], tuple[str, str]]:
        """The (table, column) pairs on the many side and on the one side."""
        many, one = (self._end(relationship, name) for name in ("fromColumn", "toColumn"))
        return many, one

    def _end(self, relationship: Item, name: str) -> tuple[str, str]:
        match = _REFERENCE.fullmatch(str(relationship.properties[name]))
        if match is None:
            raise TmdlError(f"relationship {relationship.name}: {name} is no column")
        return _plain(match["table"]), _plain(match["column"])


def read_model(files: Mapping[str, str]) -> Model:
    """The model whose definition consists of some files, by path. Raises TmdlError.

    Holds references to what there is: each listed table has a file, each relationship two columns, each
    sort-by column and level a column.
    """
    items = {path: _read(path, text) for path, text in files.items()}
    tables = _by_name(item for path, each in items.items() if path.startswith("tables/") for item in each)
    listed = [item.name for item in items["model.tmdl"] if item.kind == "ref table"]
    model = Model(tables, _by_name(items["relationships.tmdl"]), _by_name(items["expressions.tmdl"]))
    if sorted(listed) != sorted(tables):
        raise TmdlError(f"model.tmdl lists {sorted(set(listed) ^ set(tables))} without their files")
    for relationship in model.relationships.values():
        for table, column in model.ends(relationship):
            if table not in tables or column not in tables[table].of("column"):
                raise TmdlError(f"relationship {relationship.name}: no column {table}.{column}")
    for table, item in tables.items():
        _by_name(item.items)
        for column in _columns_named_in(item):
            if column not in item.of("column"):
                raise TmdlError(f"{table} has no column {column}")
    return model


def _read(path: str, text: str) -> list[Item]:
    try:
        return read(text)
    except TmdlError as error:
        raise TmdlError(f"{path}:{error}") from None


def _by_name(items: Iterator[Item] | list[Item]) -> dict[str, Item]:
    """Objects by name. Raises TmdlError where two of a kind have the same one."""
    named: dict[tuple[str, str], Item] = {}
    for item in items:
        if (item.kind, item.name) in named:
            raise TmdlError(f"a second {item.kind} {item.name}")
        named[item.kind, item.name] = item
    return {name: item for (_, name), item in named.items()}


def _columns_named_in(table: Item) -> Iterator[str]:
    """The columns of the same table that columns and levels name."""
    for column in table.of("column").values():
        if "sortByColumn" in column.properties:
            yield _plain(str(column.properties["sortByColumn"]))
    for hierarchy in table.of("hierarchy").values():
        for level in hierarchy.of("level").values():
            yield _plain(str(level.properties["column"]))
