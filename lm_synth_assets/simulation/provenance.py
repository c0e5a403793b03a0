"""What a table is made from, and the version of its data: a hash of all that the data follow from.

A table follows from parts of the configuration, from other tables, and from the version of this package. The
data themselves are not read: the same causes give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES, foreign_keys
from lm_synth_assets.simulation.catalogue import PARTS, RECIPES, part_values
from lm_synth_assets.version import __version__


class MadeFrom(NamedTuple):
    """What something follows from: parts of the configuration, and tables."""

    parts: tuple[str, ...]
    parents: tuple[str, ...]


def parents_of(name: str) -> set[str]:
    """The tables that a table follows from: its inputs, what its foreign keys refer to, and `after`."""
    recipe = RECIPES[name]
    referred_to = {parent for _, parent, _ in foreign_keys(TABLES[name])}
    return {*recipe.tables, *recipe.after, *referred_to} - {name}


MADE_FROM: dict[str, MadeFrom] = {
    name: MadeFrom(RECIPES[name].reads, tuple(sorted(parents_of(name)))) for name in TABLES
}
"""What each table follows from."""


def part_versions(values: Mapping[str, Any]) -> dict[str, str]:
    """The version of every part of a configuration: equal where the values are."""
    return {part: _hash(values[part]) for part in PARTS}


def data_versions(
    made_from: Mapping[str, MadeFrom],
    parts: Mapping[str, str],
    known: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """The version of the data of everything in `made_from`, from the versions of the parts.

    `known` are versions that are not computed: those of tables that are there already.
    """

    @cache
    def version(name: str) -> str:
        if name in known:
            return known[name]
        causes = made_from[name]
        return _hash(
            [
                __version__,
                name,
                {part: parts[part] for part in sorted(causes.parts)},
                {parent: version(parent) for parent in sorted(causes.parents)},
            ]
        )

    return {name: version(name) for name in made_from}


def table_versions(region: Region, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """The version of the data of every table as a run of a region makes it; `known` as in `data_versions`."""
    return data_versions(MADE_FROM, part_versions(part_values(region)), known)


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
