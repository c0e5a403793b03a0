"""TMDL, the text format of semantic models: objects with properties and children, as lines with tabs.

Source: Microsoft, Tabular Model Definition Language (TMDL), learn.microsoft.com/analysis-services/tmdl.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Part:
    """An object of a model: `head` is its keyword with its name, as in "column site_id".

    A property that is True is written as its bare name. `expression` is what the object is assigned, `source`
    the query of a partition: DAX or Power Query without indentation.
    """

    head: str
    properties: Mapping[str, str | bool] = field(default_factory=dict)
    parts: Sequence[Part] = ()
    description: str = ""
    expression: str = ""
    source: str = ""


def quoted(name: str) -> str:
    """A name as TMDL has it: in single quotes where it is not plain."""
    return name if _PLAIN_NAME.fullmatch(name) else "'" + name.replace("'", "''") + "'"


def reference(table: str, column: str) -> str:
    """A column of a table."""
    return f"{quoted(table)}.{quoted(column)}"


def document(*parts: Part) -> str:
    """The text of a file that declares some objects."""
    return "\n\n".join("\n".join(_lines(part, 0)) for part in parts) + "\n"


def _lines(part: Part, depth: int) -> Iterator[str]:
    tabs, inner = "\t" * depth, "\t" * (depth + 1)
    yield from (f"{tabs}/// {line}" for line in part.description.splitlines())
    first, *more = part.expression.splitlines() or [""]
    if more:
        yield f"{tabs}{part.head} ="
        yield from _expression(part.expression, depth)
    else:
        yield f"{tabs}{part.head} = {first}" if first else f"{tabs}{part.head}"
    for name, value in part.properties.items():
        yield f"{inner}{name}" if value is True else f"{inner}{name}: {_value(value)}"
    if part.source:
        yield f"{inner}source ="
        yield from _expression(part.source, depth + 1)
    for child in part.parts:
        yield ""
        yield from _lines(child, depth + 1)


def _expression(text: str, depth: int) -> Iterator[str]:
    """Lines of DAX or Power Query, two deeper than their object, so that no property can begin among them."""
    return ("\t" * (depth + 2) + line if line else "" for line in text.splitlines())


def _value(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
