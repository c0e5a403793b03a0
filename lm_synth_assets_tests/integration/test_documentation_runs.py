"""The documentation does what it says: its commands run in a fresh folder and print what is shown, its run
configurations are accepted, and its links lead somewhere.
"""

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
import yaml

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets_tests.support.commands import ROOT, SCRIPTS
from lm_synth_assets_tests.support.pages import PAGES, Block, blocks, links

RUN = {"sh": ("bash", "-e", "-u", "-c"), "python": (sys.executable, "-c")}
"""What runs a block of a language."""


ONLY_SHOWN = {
    "README.md": "make targets set up an environment: test_make_targets",
    "CONTRIBUTING.md": "make targets set up an environment: test_make_targets",
    "docs/tutorial.md": "make targets set up an environment: test_make_targets",
    "docs/compose.md": "needs a Docker engine: test_deploy_files",
    "docs/dagster.md": "make ui keeps running (e2e/test_ui), dg has tests of its own: test_dg_commands",
    "docs/mysql.md": "needs a server: lm_synth_assets_tests/mysql",
    "docs/how-to/sql.md": "needs a server: lm_synth_assets_tests/mysql",
    "docs/how-to/scheduling.md": "needs a daemon: e2e/test_daemon; cron",
    "docs/how-to/larger-sample.md": "takes 2 GB and a minute",
    "docs/how-to/data-package.md": "frictionless is a tool of its own: test_data_package",
    "docs/how-to/fabric.md": "needs an account of Microsoft Fabric",
    "docs/how-to/pandas-polars.md": "polars is not among the packages of the tests",
}
"""Why the blocks `console` of a page are not typed here, and where else they are tried."""

LONGEST = 600.0
"""Seconds that the blocks of a page may take together: the tutorial promises ten minutes."""


def typed(page: Path) -> list[Block]:
    """The blocks that readers type, with the files that they write."""
    return [block for block in blocks(page) if block.language in RUN or block.file]


TYPED = [page for page in PAGES if any(block.language in RUN for block in typed(page))]


def run_in(folder: Path, command: tuple[str, ...], seconds: float = LONGEST) -> str:
    """What a command prints; fails unless it ends with 0, and in time."""
    variables = {**os.environ, "PATH": f"{SCRIPTS}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=seconds
    )
    assert ran.returncode == 0, f"{command[-1]}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
    return ran.stdout


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
    end = time.monotonic() + LONGEST
    for block, following in pairwise([*blocks(page), Block("", "")]):
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
        elif block.language in RUN:
            printed = run_in(tmp_path, (*RUN[block.language], block.text), max(1.0, end - time.monotonic()))
            if following.language == "text":
                assert printed.strip() == following.text.strip()


def test_every_page_with_blocks_that_are_only_shown_says_why() -> None:
    shown = {
        page.relative_to(ROOT).as_posix()
        for page in PAGES
        if any(block.language == "console" for block in blocks(page))
    }
    assert shown == set(ONLY_SHOWN), "say in ONLY_SHOWN why a page shows blocks that are not run"


def test_dagster_accepts_every_run_configuration_of_the_pages(tmp_path: Path) -> None:
    configurations = [
        yaml.safe_load(block.text)
        for page in PAGES
        for block in blocks(page)
        if block.language == "yaml" and not block.file
    ]
    assert len(configurations) >= 2
    job = build_defs(Settings(out=tmp_path)).resolve_job_def("regenerate_all")
    for configuration in configurations:
        dg.validate_run_config(job, configuration)


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
