"""One small data set that many tests look at, and the command line without a process of its own."""

import shutil
import sys
from pathlib import Path

import pytest

from lm_synth_assets.cli import main
from lm_synth_assets_tests.integration.commands import TINY, WITH_ALL, Call, Ran, lm_synth


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """What `lm-synth generate` says and writes for the tiny configuration, with all tables."""
    folder = tmp_path_factory.mktemp("tiny") / "out"
    return lm_synth("generate", "--config", TINY, "--out", folder, *WITH_ALL), folder


@pytest.fixture(scope="session")
def tiny(tiny_run: tuple[Ran, Path]) -> Path:
    """The folder of the tiny data set. Shared by all tests: who changes it takes `copy`."""
    return tiny_run[1]


@pytest.fixture
def copy(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the tiny data set, to change."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs lm-synth in this process."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)

    def run_main(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["lm-synth", *map(str, arguments)])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as done:
            code = int(done.code or 0)
        return Ran(code, *capfd.readouterr())

    return run_main
