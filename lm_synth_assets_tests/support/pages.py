"""The documentation as tests read it: its pages, their links, and the blocks that readers are to type."""

import re
from pathlib import Path
from typing import NamedTuple

from lm_synth_assets_tests.support.commands import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]

_BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$", re.M | re.S)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_FILE = re.compile(r"# (?P<name>[\w.-]+\.yaml)\n")


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The name of the file that a YAML block is the text of."""
        named = _FILE.match(self.text) if self.language == "yaml" else None
        return named["name"] if named else None


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order, without the indentation of a list."""
    return [
        Block(match["language"], re.sub(f"^{match['indent']}", "", match["text"], flags=re.M))
        for match in _BLOCK.finditer(page.read_text("utf-8"))
    ]


def links(page: Path) -> list[Path]:
    """The files that a page links to."""
    targets = [match["target"].partition("#")[0] for match in _LINK.finditer(page.read_text("utf-8"))]
    return [page.parent / target for target in targets if target and "://" not in target]
