"""How messages show values, names, paths and files: in one line, cut where they are long."""

import difflib
import json
from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from lm_synth_assets.text import in_one_line

KeyPath: TypeAlias = tuple[str | int, ...]

_LONGEST_VALUE = 60
_LONGEST_FILE = 300
_LONGEST_LIST = 30
_COMPARED = 1_000
_ALIKE = 0.78


def cut(text: str, longest: int = _LONGEST_VALUE) -> str:
    """The text in one line of at most so many characters, and an ellipsis if there are more."""
    return in_one_line(text) if len(text) <= longest else f"{in_one_line(text[:longest])}..."


def shown(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, dict):
        return "a section" if value else "an empty section"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "nothing"
    return cut(json.dumps(value, default=str, ensure_ascii=False))


def shown_file(file: Path) -> str:
    """The name of a file as a message shows it."""
    return cut(str(file), _LONGEST_FILE)


def dotted(path: KeyPath) -> str:
    """A path as text: `sites.LM-BRC.refers_to[0]`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{cut(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def listed(names: Iterable[str], longest: int = _LONGEST_LIST) -> str:
    """Names with commas between them; of a long list the first ones, and how many more there are."""
    every = list(names)
    more = len(every) - longest
    head = ", ".join(map(cut, islice(every, longest)))
    return f"{head} and {more:,} more" if more > 0 else head


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that another one most likely misspells, if there is one."""
    if len(name) > _LONGEST_VALUE:
        return None
    folded = {other.casefold(): other for other in islice(known, _COMPARED) if other != name}
    alike = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=_ALIKE)
    return folded[alike[0]] if alike else None


def instead_of(name: str, known: Collection[str]) -> str:
    """What may stand in place of an unknown name: the nearest known one, or any of them."""
    alike = nearest(name, known)
    return f"did you mean {cut(alike)}?" if alike is not None else f"must be one of {listed(known)}"
