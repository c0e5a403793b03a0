"""The documentation does what it says: its commands run in a fresh folder, and its links lead somewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lm_synth_assets_tests.support.commands import ROOT, SCRIPTS
from lm_synth_assets_tests.support.pages import PAGES, Block, blocks, links

RUN = {"sh": ("bash", "-e", "-u", "-c"), "python": (sys.executable, "-c")}
"""What runs a block of a language."""


def typed(page: Path) -> list[Block]:
    """The blocks that readers type, with the files that they write."""
    return [block for block in blocks(page) if block.language in RUN or block.file]


TYPED = [page for page in PAGES if any(block.language in RUN for block in typed(page))]


def run_in(folder: Path, command: tuple[str, ...]) -> None:
    variables = {**os.environ, "PATH": f"{SCRIPTS}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=600
    )
    assert ran.returncode == 0, f"{command[-1]}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"


@pytest.fixture(scope="module")
def default_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default data set, which pages take to be in out/."""
    folder = tmp_path_factory.mktemp("default") / "out"
    run_in(
        ROOT,
        (
            sys.executable,
            "-m",
            "lm_synth_assets.cli.main",
            "generate",
            "--with-ed",
            "--with-ip",
            "--out",
            str(folder),
            "--quiet",
        ),
    )
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", TYPED, ids=[page.relative_to(ROOT).as_posix() for page in TYPED])
def test_every_block_of_a_page_runs_in_order(page: Path, default_set: Path, tmp_path: Path) -> None:
    for name in ("configs", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "out").symlink_to(default_set)
    for block in typed(page):
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
        else:
            run_in(tmp_path, (*RUN[block.language], block.text))


def test_pages_have_blocks_to_run() -> None:
    names = {page.relative_to(ROOT).as_posix() for page in TYPED}
    assert {"docs/tutorial.md", "docs/how-to/sql.md", "docs/how-to/own-region.md"} <= names


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [str(target) for target in links(page) if not target.exists()] == []


def test_the_index_lists_every_page() -> None:
    listed = {target.resolve() for target in links(ROOT / "docs" / "README.md")}
    listed |= {target.resolve() for page in listed for target in links(page) if target.exists()}
    assert {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - {
        ROOT / "docs" / "README.md"
    } <= listed
