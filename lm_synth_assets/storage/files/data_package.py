"""The data package beside the tables: `datapackage.json`, by which other programs read and check the files.

Frictionless's standard, version 1: https://specs.frictionlessdata.io/data-package/. What it says of columns
and keys follows from the schema, what it says of files from their bytes: the same data give the same package.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.table_schema import table_schema
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.storage.files.opening import regular_file
from lm_synth_assets.storage.record import PACKAGE_FILE
from lm_synth_assets.version import __version__

Parts = Mapping[str, Path]
"""The files of one table, in their order: by the path that the package gives, where its bytes lie now."""

TABULAR = "tabular-data-resource"
"""The profile of a file of text, which Table Schema describes to the letter."""


def data_package(stored: Mapping[str, Parts], form: Mapping[str, Any]) -> bytes:
    """The package of some tables. `form` holds what the standard says of a file of the format.

    Raises OSError.
    """
    is_tabular = form["profile"] == TABULAR
    resources = [
        {
            "name": name,
            "title": TABLES[name].comment,
            **form,
            **_facts(parts),
            "schema": table_schema(TABLES[name], stored, as_text=is_tabular),
        }
        for name, parts in stored.items()
    ]
    package = {
        "profile": "tabular-data-package" if is_tabular else "data-package",
        "generator": f"lm-synth {__version__}",
        "name": "lm-synth",
        "title": "A fictional health region",
        "description": DISCLAIMER,
        "version": __version__,
        "licenses": [
            {"name": "MIT", "title": "MIT License", "path": "https://opensource.org/license/mit"},
        ],
        "sources": [{"title": f"lm_synth_assets {__version__}, a simulation: no record of a real person"}],
        "contributors": [{"title": "The lm-synth authors", "role": "author"}],
        "resources": resources,
    }
    return (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()


def describes(folder: Path, name: str, parts: Parts) -> bool:
    """Whether the package in a folder, if there is one, describes a table with just these bytes."""
    package = folder / PACKAGE_FILE
    if not package.exists():
        return True
    try:
        return _says(_resources(package)[name], _facts(parts))
    except _UNREADABLE:
        return False


def package_remarks(folder: Path, stored: Mapping[str, Parts]) -> list[str]:
    """Describe how the package in a folder differs from the files that are there. Raises OSError.

    A package of files of another format, or of another program, promises nothing of these.
    """
    package = folder / PACKAGE_FILE
    try:
        resources = _resources(package)
        facts = {name: _facts(parts) for name, parts in stored.items()}
        formats = {each["format"] for each in facts.values()}
        if not any(resource["format"] in formats for resource in resources.values()):
            return []
        wrong = [name for name in stored if not _says(resources.get(name, {}), facts[name])]
    except FileNotFoundError:
        return []
    except _UNREADABLE:
        return [f"{PACKAGE_FILE} is no data package: {_REMEDY}"]
    wrong += resources.keys() - stored.keys()
    return (
        [f"{PACKAGE_FILE} describes other files than those of {_listed(wrong)}: {_REMEDY}"] if wrong else []
    )


_REMEDY = "delete it, or make the data set again"
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What a package may raise that another program has changed."""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _resources(package: Path) -> dict[str, dict[str, Any]]:
    """The resources of a package by their names. Raises OSError, and any of `_UNREADABLE`."""
    with regular_file(package) as file:
        return {resource["name"]: resource for resource in json.load(file)["resources"]}


def _says(resource: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return {name: resource.get(name) for name in facts} == facts


def _facts(parts: Parts) -> dict[str, Any]:
    """Where the bytes of a table are, how many, and their hash: that of its files one after the other."""
    names, digest, size = list(parts), hashlib.sha256(), 0
    for path in parts.values():
        with regular_file(path) as file:
            while block := file.read(1 << 20):
                digest.update(block)
                size += len(block)
    return {
        "path": names[0] if len(names) == 1 else names,
        "format": Path(names[0]).suffix.removeprefix("."),
        "bytes": size,
        "hash": f"sha256:{digest.hexdigest()}",
    }
