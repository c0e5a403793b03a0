"""The Makefile's targets, with stand-ins for what they call."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lm_synth_assets_tests.support.commands import ROOT

STAND_IN = """#!/bin/sh
echo "$0 $@"
echo "home: $DAGSTER_HOME"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose folder's name has a space, set up with commands that print how they are called."""
    folder = tmp_path / "my project"
    (folder / ".venv" / "bin").mkdir(parents=True)
    for written in ("configs", "docs", "deploy/mysql", "lm_synth_assets_tests/support", "out"):
        (folder / written).mkdir(parents=True)
    shutil.copytree(ROOT / "deploy" / "local", folder / "deploy" / "local")
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", ".venv/.run", ".venv/.dev"):
        (folder / name).touch()
    for name in ("python", "dagster", "lm-synth", "ruff", "mypy", "lint-imports"):
        command = folder / ".venv" / "bin" / name
        command.write_text(STAND_IN, encoding="utf-8")
        command.chmod(0o755)
    for marker in (".venv/.run", ".venv/.dev"):
        # Newer than the locks, so that nothing is installed.
        os.utime(folder / marker, (4e9, 4e9))
    return folder


def made(project: Path, *arguments: str) -> list[str]:
    """What a target's commands print."""
    ran = subprocess.run(
        ["make", "--silent", *arguments], cwd=project, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_ui_keeps_its_history_in_the_project(project: Path) -> None:
    called, home = made(project, "ui")
    assert called.endswith(" dev -h 127.0.0.1 -p 3000 -w workspace.yaml")
    assert home == f"home: {project}/.dagster"
    kept = (project / ".dagster" / "dagster.yaml").read_bytes()
    assert kept == (ROOT / "deploy" / "local" / "dagster.yaml").read_bytes()


def test_what_generate_makes_is_in_the_history_of_ui(project: Path) -> None:
    called, home = made(project, "generate")
    assert called.endswith(" generate --with-ed --with-ip --out ./out")
    assert home == f"home: {project}/.dagster"
    assert (project / ".dagster" / "dagster.yaml").is_file()


def test_ui_takes_another_port(project: Path) -> None:
    assert "-p 3001 " in made(project, "ui", "PORT=3001")[0]


TARGETS = re.findall(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[0].split()

WITHOUT_A_WORD = {"setup", "clean"}


@pytest.mark.parametrize("target", TARGETS)
def test_targets_run_in_a_folder_whose_name_has_a_space(
    project: Path, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # For `lock`, which needs a program of the developer's own.
    shutil.copy(project / ".venv" / "bin" / "python", project / "uv")
    monkeypatch.setenv("PATH", str(project), prepend=os.pathsep)
    said = made(project, target)
    assert (said == []) == (target in WITHOUT_A_WORD)
    assert [path.name for path in project.parent.iterdir()] == [project.name]
