"""Edits of configuration files: of structure, text, values, the coverage matrix, and what a file extends.

Each takes a random generator and a folder, writes files there, and returns the one to be loaded.
"""

import copy
import os
import random
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG

Edit = Callable[[random.Random, Path], Path]

_MATRIX = CONFIG_FOLDER / "coverage_matrix.csv"
_TEXT = DEFAULT_CONFIG.read_text(encoding="utf-8")
_ANYWHERE = _TEXT.replace("coverage_matrix: c", f"coverage_matrix: {CONFIG_FOLDER}/c")
"""The default configuration as it may lie in any folder."""
_VALUES = yaml.load(_TEXT, yaml.CSafeLoader) | {"coverage_matrix": str(_MATRIX)}
_OVERLAYS = (
    "run: {patients: 2000, years: 3}",
    "lhas: {Riverbend: {growth_pct: 2.6}}\n"
    "ed:\n  rate_overrides:\n    Riverbend: {Adult ED: {85+: {Female: 990}}}",
    "sites: {LM-GRS: {transfers_to: {LM-SRC: null}}}\nscenarios: {High growth: null, Older: {alc: 1.3}}",
    "rhythms:\n  urgent_care: {weekdays: [1, 1, 1, 1, 1, 1, 0], closed_day_hours: null}\n"
    "gates: {cross_lha_pct: [4, 12]}",
)
_INTRUDERS: tuple[Any, ...] = (
    None,
    True,
    "",
    " ",
    "text",
    -1,
    0,
    1,
    0.5,
    1e9,
    10**30,
    float("nan"),
    [],
    [1],
    [[]],
    {},
    float("inf"),
    {"a": 1},
    {"": {}},
    {5: 1},
    "a\nb",
    "a\x00b",
    "\u2028",
    '"',
    "\\",
    "1:30",
    "010",
    "2025-02-31",
    "=",
    "<<",
    "~",
    "LM-BRC",
    "Riverbend",
    "Adult ED",
    "x" * 500,
    "\U0001f3e5",
    "\u202e",
    "e\u0301",
)
_SNIPPETS = (
    "!!bool maybe",
    "!!int ''",
    "!!timestamp soon",
    "!x ",
    "&a ",
    "*a",
    "<<: *a",
    "? ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ": ",
    ", ",
    "'",
    '"',
    "|\n",
    ">\n",
    "\t",
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "---\n",
    "...\n",
    "#",
    "%YAML 1.2\n",
    "~",
    "null",
    "1:59:59",
    "0x1F",
    ".inf",
    "[" * 50,
    "{a: " * 50,
    "&b [*b, *b]",
    "\r",
    "\\",
)
_NAMES = ("LM-SNW", "Riverbend", "Medicine", "High growth", "valley", "Snowberry General")
_NO_FILES = (
    "",
    ".",
    "..",
    "nowhere",
    "a\x00b",
    "a" * 5_000,
    "/dev/zero",
    "/dev/null",
    "/etc/passwd",
    "~",
    5,
    None,
)


def structure(rng: random.Random, folder: Path) -> Path:
    """Keys and values of the defaults, or of an overlay, are removed, replaced, renamed or moved."""
    is_overlay = rng.random() < 0.5
    overlay = yaml.load(rng.choice(_OVERLAYS), yaml.CSafeLoader)
    values = overlay if is_overlay else copy.deepcopy(_VALUES)
    for _ in range(rng.randint(1, 3)):
        _change_structure(rng, values)
    return _written(folder, {"extends": str(DEFAULT_CONFIG), **values} if is_overlay else values)


def _change_structure(rng: random.Random, values: dict[str, Any]) -> None:
    entries = list(_entries(values))
    if not entries:
        return
    around, key = rng.choice(entries)
    match rng.randrange(7):
        case 0:
            del around[key]
        case 1:
            around[key] = copy.deepcopy(rng.choice(_INTRUDERS))
        case 2:
            around[key] = rng.choice((None, {}, []))
        case 3 if isinstance(around, dict):
            around[_misspelt(rng, str(key))] = around.pop(key)
        case 4 if isinstance(around, dict):
            around[_misspelt(rng, str(key))] = copy.deepcopy(around[key])
        case 5:
            around[key] = {str(key): around[key]} if rng.random() < 0.5 else [around[key]]
        case _:
            other, other_key = rng.choice(entries)
            around[key] = copy.deepcopy(other.get(other_key) if isinstance(other, dict) else other)


def text(rng: random.Random, folder: Path) -> Path:
    """Letters and lines of the default file, or of an overlay, are removed, doubled, swapped or inserted."""
    content = f"extends: {DEFAULT_CONFIG}\n{rng.choice(_OVERLAYS)}\n"
    if rng.random() < 0.5:
        content = _ANYWHERE
    for _ in range(rng.randint(1, 3)):
        content = _changed_text(rng, content)
    return _stored(folder / "my.yaml", content)


def _changed_text(rng: random.Random, content: str) -> str:
    start = rng.randrange(len(content) + 1)
    end = min(len(content), start + rng.randint(1, 30))
    letter = chr(rng.randrange(rng.choice((128, 256, 0x3000))))
    before, cut, after = content[:start], content[start:end], content[end:]
    value = content.find(": ", start) + 2
    lines = content.splitlines(keepends=True) or [""]
    line = rng.randrange(len(lines))
    changed = (
        before + after,
        before + rng.choice(_SNIPPETS) + cut + after,
        content[:value] + rng.choice(_SNIPPETS) + content[value:],
        before + letter + after,
        before,
        "".join([*lines[:line], *lines[line + 1 :]]),
        "".join([*lines[: line + 1], *lines[line:]]),
        "".join([*lines[:line], " " * rng.randint(1, 4), *lines[line:]]),
        content.replace(rng.choice((": ", ", ", "{", "\n", "1")), rng.choice(_SNIPPETS), 1),
        "".join(rng.sample(lines, len(lines))),
    )
    return rng.choice(changed)


def values(rng: random.Random, folder: Path) -> Path:
    """Numbers of one section are scaled; most rows that must sum to a total still do."""
    section = rng.choice([name for name, value in _VALUES.items() if isinstance(value, dict)])
    changed = copy.deepcopy(_VALUES[section])
    for _ in range(rng.randint(1, 3)):
        numbers = [(around, key) for around, key in _entries(changed) if _is_number(around[key])]
        if not numbers:
            break
        around, key = rng.choice(numbers)
        number, factor = around[key], rng.choice((0, 0.01, 0.5, 0.9, 1.1, 2, 20, -1))
        around[key] = round(number * factor, 4) if isinstance(number, float) else int(number * factor)
        others = list(around) if isinstance(around, dict) else range(len(around))
        other = rng.choice(others)
        if other != key and _is_number(around[other]) and rng.random() < 0.7:
            around[other] = round(around[other] + number - around[key], 6)
    return _written(folder, {"extends": str(DEFAULT_CONFIG), section: changed})


def names(rng: random.Random, folder: Path) -> Path:
    """A name is replaced by one of another language, a hostile one, or one that is nearly the same."""
    name, most = rng.choice(_NAMES), rng.choice((127, 256, 0x3000, 0xD7FF))
    strange = "".join(chr(rng.randrange(32, most)) for _ in range(rng.randint(1, 6)))
    nearly = (f"{name}\n", f" {name}", name.upper(), _misspelt(rng, name), "x" * 128, "x" * 129, "=")
    other = yaml.dump(
        rng.choice((strange, rng.choice(nearly))), width=float("inf"), default_style='"'
    ).strip()
    return _stored(folder / "my.yaml", _ANYWHERE.replace(name, other))


def coverage(rng: random.Random, folder: Path) -> Path:
    """Cells, rows, columns and letters of the coverage matrix are changed."""
    rows = [line.split(",") for line in _MATRIX.read_text(encoding="utf-8").splitlines()]
    for _ in range(rng.choice((1, 1, 2, 3))):
        _change_matrix(rng, rows)
    content = "\n".join(map(",".join, rows))
    if rng.random() < 0.2:
        content = _changed_text(rng, content)
    _stored(folder / "my.csv", content)
    return _written(folder, {"extends": str(DEFAULT_CONFIG), "coverage_matrix": "my.csv"})


def _change_matrix(rng: random.Random, rows: list[list[str]]) -> None:
    row = rng.choice(rows)
    column = rng.randrange(len(row))
    match rng.choice((0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7)):
        case 0:
            row[column] = {"0": "1", "1": "0"}.get(row[column], row[column])
        case 1:
            row[column] = rng.choice(("", "2", " 1", "yes", '"', "a\nb", "\x00", row[0]))
        case 2 if len(rows) > 1:
            rows.remove(row)
        case 3:
            rows.append(list(row))
        case 4:
            rows[:] = [[cell for at, cell in enumerate(each) if at != column] or [""] for each in rows]
        case 5:
            rows[:] = [[*each, each[-1]] for each in rows]
        case 6:
            rows[1:] = rng.sample(rows[1:], len(rows) - 1)
        case _:
            row[0] = _misspelt(rng, row[0])


def files(rng: random.Random, folder: Path) -> Path:
    """A file is named that is none, that is no configuration, or that leads back to where it is named."""
    for number in range(25):
        _stored(folder / f"chain{number}.yaml", f"extends: chain{number + 1}.yaml\n")
    _stored(folder / "chain25.yaml", f"extends: {DEFAULT_CONFIG}\n")
    _stored(folder / "circle.yaml", "extends: my.yaml\n")
    _stored(folder / "other.txt", "password: secret\nuser: me\n")
    (folder / "noise").write_bytes(rng.randbytes(2_000))
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "link.yaml").symlink_to(
        rng.choice(("link.yaml", "my.yaml", "pipe", str(DEFAULT_CONFIG), "none"))
    )
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(folder / "socket"))
    chain = [f"chain{number}.yaml" for number in (0, 5, 6, 7, 8, 20)]
    others = [path.name for path in sorted(folder.iterdir()) if not path.name.startswith("chain")]
    target = rng.choice([*chain, *others, *_NO_FILES, str(DEFAULT_CONFIG), str(_MATRIX)])
    if rng.random() < 0.6:
        return _written(folder, {"extends": target, "run": {"years": 3}})
    return _written(folder, {"extends": str(DEFAULT_CONFIG), "coverage_matrix": target})


EDITS: Mapping[str, Edit] = {
    edit.__name__: edit for edit in (structure, text, values, names, coverage, files)
}


def _entries(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every entry in a value, however deep: the section or list around it, and its key or position."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _entries(value[key])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _misspelt(rng: random.Random, name: str) -> str:
    position = rng.randrange(len(name) + 1)
    letter = rng.choice(("", "x", " ", "\u00e9", name[position : position + 1]))
    return name[:position] + letter + name[position + 1 :]


def _written(folder: Path, content: Mapping[str, Any]) -> Path:
    return _stored(folder / "my.yaml", yaml.dump(dict(content), Dumper=yaml.CSafeDumper, sort_keys=False))


def _stored(file: Path, content: str) -> Path:
    file.write_bytes(content.encode("utf-8", "surrogatepass"))
    return file
