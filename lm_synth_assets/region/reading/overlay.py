"""One file over another: a file that `extends` another one holds only what differs from it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.problems import Source
from lm_synth_assets.region.reading.yaml_file import read_yaml
from lm_synth_assets.region.validation import Inheritance
from lm_synth_assets.region.wording import KeyPath, cut, nearest, shown, shown_file

EXTENDS = "extends"

_LONGEST_CHAIN = 20
_CHAIN_SHOWN = 3
_SECTIONS = (EXTENDS, *Region.model_fields)


def read_chain(path: Path) -> list[Source]:
    """The file and those that it extends, itself or through others; the one that extends nothing is first.

    Raises ConfigError, which names the files that lead to the one that is wrong.
    """
    chain: list[Source] = []
    try:
        while True:
            source = read_yaml(path)
            _check_is_configuration(source)
            if os.path.realpath(path) in {os.path.realpath(child.file) for child in chain}:
                raise ConfigError(f"{shown_file(path)}: extends itself, directly or through another file")
            if len(chain) == _LONGEST_CHAIN:
                raise ConfigError(f"at most {_LONGEST_CHAIN} files may extend one another; these are more")
            chain.append(source)
            if EXTENDS not in source.values:
                return chain[::-1]
            parent = source.values.pop(EXTENDS)
            if not isinstance(parent, str) or not parent:
                raise ConfigError(f"must be the name of a file; found {shown(parent)}")
            path = path.parent / parent
    except ConfigError as error:
        links = (f"{shown_file(child.file)}:{child.lines[(EXTENDS,)]}" for child in chain[-_CHAIN_SHOWN:])
        raise ConfigError("".join(f"{link}: {EXTENDS}: " for link in links) + str(error)) from None


def overlaid(sources: Sequence[Source]) -> tuple[dict[str, Any], Inheritance]:
    """The values of the first file with the changes of the others, and what became of its entries.

    Sections that two files have are merged, null removes what is inherited, all else is replaced. A section
    that changes nothing becomes a problem of its file.
    """
    values, inheritance = sources[0].values, Inheritance()
    for source in sources[1:]:
        empty: dict[KeyPath, dict[str, Any]] = {}
        values = _overlaid(values, source.values, (), inheritance, empty)
        # A section whose keys were all refused has been complained about.
        refused = {problem.problem.path for problem in source.problems}
        for path, inherited in empty.items():
            if path not in refused:
                source.add_problem(source.lines[path], path, _changes_nothing(inherited))
    return values, inheritance


def _overlaid(
    base: dict[str, Any],
    change: dict[str, Any],
    path: KeyPath,
    inheritance: Inheritance,
    empty: dict[KeyPath, dict[str, Any]],
) -> dict[str, Any]:
    """`base` with one file's change of it; empty sections go to `empty`, with what they inherit."""
    merged = dict(base)
    for key, value in change.items():
        key_path = (*path, key)
        inheritance.removed.discard(key_path)
        inheritance.idle.pop(key_path, None)
        if value is None and key in base:
            del merged[key]
            inheritance.removed.add(key_path)
        elif isinstance(value, dict) and isinstance(base.get(key), dict):
            if base[key] and not value:
                empty[key_path] = base[key]
            merged[key] = _overlaid(base[key], value, key_path, inheritance, empty)
        else:
            merged[key] = value
            if key not in base:
                notes = inheritance.idle if value is None else inheritance.added
                notes[key_path] = base.keys()
    return merged


def _changes_nothing(inherited: dict[str, Any]) -> str:
    example = f"{cut(next(iter(inherited)))}: null"
    return (
        "an empty section changes nothing of what is inherited; leave it out, or remove single entries with "
        f"null, as in {{{example}}}"
    )


def _check_is_configuration(source: Source) -> None:
    """Refuse a file that holds something else, without a word of what it holds.

    Whoever names a file, as in Dagster's launchpad, must not learn what this process can read.
    """
    keys = source.values
    known = len(keys) <= 2 * len(_SECTIONS) and [
        key for key in keys if key in _SECTIONS or nearest(key, _SECTIONS) is not None
    ]
    if not known or 2 * len(known) < len(keys):
        raise ConfigError(
            f"{shown_file(source.file)}:1: is not a configuration: must hold sections such as `run:` and "
            "`sites:`, or `extends: FILE`"
        )
