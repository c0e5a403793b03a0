"""The prose of code and pages is plain technical English: some words and patterns are banned.

A word is banned where a better one exists: the field's term, or the name of what is meant. The lists
grow with every riddle that a reader meets.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lm_synth_assets_tests.support import pages

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lm_synth_assets"
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGES = [*(page for page in pages.PAGES if page.name != "CHANGELOG.md"), *sorted(PACKAGE.rglob("*.j2"))]

BANNED_NAMES = {
    "found": "say what was found: problems, labels, ratio",
    "told": "say what it is: metadata, sentences, manifest",
    "words": "say which text: label, reason, message",
    "here": "say which one: path, site, folder",
}
"""Names of values that say nothing of the value."""

BANNED_CLASSES = {
    "Told",
    "Judged",
    "Plate",
    "Published",
    "Written",
    "Stored",
    "Examined",
    "Readable",
    "Batched",
    "Sliced",
}
"""Participles and metaphors that were names of classes: a class is named after what it is."""

BANNED_TEXT = {
    r"\bcry(ing)? wolf\b": "false alarms",
    r"\btwins?\b": "replicate",
    r"\bput off\b": "deferred",
    r"\bputting off\b": "deferring",
    r"\bnot judged\b": "not evaluated",
    r"\bas far as there is any\b": "say what is left out",
    r"\bHere and not above\b": "Imported lazily: ...",
    r'(?:"""|# |[.:;] )[Ww]ho\b(?!.*[?])': "name the person or the caller",
    r"\blook(s|ed|ing)? at (the|every|all|with|its|their) (gates?|gate)\b": "run the gates",
    r"\bgates? (that )?look(s|ed)?\b": "evaluate",
    r"\bno news\b": "expected",
    r"\bnothing is searched for garbage\b": "the garbage collector is off",
    r"[0-9}] %(?![\w({%}])": "no space before a per cent sign: 13.2%",
    r"\bmax\([^()]*\b(standard errors|sqrt)\b": "within A or B, whichever is larger",
}
"""Patterns in docstrings, comments, messages and pages, and what to write instead."""


def names(module: Path) -> Iterator[tuple[int, str]]:
    """Every name that a module binds to a value, with its line."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_no_value_has_a_name_that_says_nothing() -> None:
    wrong = [
        f"{where(module, line)}: {name}: {BANNED_NAMES[name]}"
        for module in MODULES
        for line, name in names(module)
        if name in BANNED_NAMES
    ]
    assert not wrong, "\n".join(wrong)


def test_no_class_is_named_by_a_participle() -> None:
    wrong = [
        f"{where(module, node.lineno)}: {node.name}"
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.lstrip("_") in BANNED_CLASSES
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("pattern", BANNED_TEXT)
def test_no_text_holds_a_banned_pattern(pattern: str) -> None:
    wrong = [
        f"{where(path, number)}: {line.strip()[:100]} (write: {BANNED_TEXT[pattern]})"
        for path in [*MODULES, *PAGES]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]
    assert not wrong, "\n".join(wrong)
