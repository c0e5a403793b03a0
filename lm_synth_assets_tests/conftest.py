"""What many tests look at: the default region, a small stored data set, gates' verdicts, the command line."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Protocol

import pandas as pd
import pytest
from hypothesis import settings

from lm_synth_assets.cli.main import main
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import StoredTables, Verdict
from lm_synth_assets.region.files import load_region
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.commands import (
    TINY,
    WITH_ALL,
    Call,
    Ran,
    lm_synth,
)
from lm_synth_assets_tests.support.datasets import Tables, make_tables
from lm_synth_assets_tests.support.made_once import MadeOnce
from lm_synth_assets_tests.support.servers import URL_VARIABLE, kinds, own_kinds

# Whether a property holds depends neither on the clock nor on luck.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

# Dagster keeps telemetry in the home folder of whoever runs the tests, unless they have another one.
HOME = tempfile.TemporaryDirectory(prefix="lm-synth-home-")
os.environ["HOME"] = HOME.name

# Nor on what the person who runs the tests has set for their own data.
for name in [name for name in os.environ if name.startswith("LM_SYNTH_")]:
    if not name.startswith("LM_SYNTH_TEST_"):
        del os.environ[name]


class Judge(Protocol):
    """Asks one gate for its verdict on the good tables with some of them replaced."""

    def __call__(self, table: str, gate: str, /, **damaged: pd.DataFrame) -> Verdict: ...


@pytest.fixture(scope="session")
def region() -> Region:
    """The default region with 5,000 patients."""
    return load_region().with_run(patients=5_000)


@pytest.fixture(scope="session")
def tables(region: Region) -> Tables:
    """All tables of `region`. Shared by all tests: who changes one takes a copy."""
    return make_tables(region)


@pytest.fixture(scope="session")
def one_area(region: Region) -> Region:
    """A region with Harborview only, which is full sooner."""
    return region.model_copy(update={"lhas": {"Harborview": region.lhas["Harborview"]}})


@pytest.fixture(scope="session")
def judge(region: Region, tables: Tables) -> Judge:
    """The verdict of a gate on damaged copies of some of the tables, the others being good."""
    gates = {(gate.table, gate.name): gate for gate in all_gates()}

    def ask(table: str, gate: str, /, **damaged: pd.DataFrame) -> Verdict:
        return gates[table, gate].resolve()(StoredTables.of(tables | damaged), region)

    return ask


@pytest.fixture(scope="session")
def made_once(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Makes what all processes of a run of the tests share."""
    return MadeOnce.of(pytestconfig, tmp_path_factory)


@pytest.fixture(scope="session")
def tiny_run(made_once: MadeOnce) -> tuple[Ran, Path]:
    """What `lm-synth generate` says and writes for the tiny configuration, with all tables."""
    ran, folder = made_once(
        "tiny", lambda folder: lm_synth("generate", "--config", TINY, "--out", folder / "out", *WITH_ALL)
    )
    return Ran(*ran), folder / "out"


@pytest.fixture(scope="session")
def tiny(tiny_run: tuple[Ran, Path]) -> Path:
    """The folder of the tiny data set. Shared by all tests: who changes it takes `copy`."""
    return tiny_run[1]


@pytest.fixture(scope="session")
def seed_7(made_once: MadeOnce) -> Path:
    """The folder of the tiny data set of another seed. Shared by all tests: nobody changes it."""
    command = ("generate", "--config", TINY, "--seed", 7, *WITH_ALL, "--quiet")
    ran, folder = made_once("tiny-seed-7", lambda folder: lm_synth(*command, "--out", folder / "out"))
    assert ran[0] == 0
    return folder / "out"


class MadeWith(Protocol):
    """The tiny data set as made with some flags: what the command said, and the folder."""

    def __call__(self, *flags: str) -> tuple[Ran, Path]: ...


@pytest.fixture(scope="session")
def made_with(made_once: MadeOnce) -> MadeWith:
    """Makes the tiny data set with the flags for optional tables that are given; shared like `tiny`."""

    def make(*flags: str) -> tuple[Ran, Path]:
        command = ("generate", "--config", TINY, *flags, "--quiet")
        ran, folder = made_once(
            "-".join(("tiny", *flags)) + "-only", lambda folder: lm_synth(*command, "--out", folder / "out")
        )
        return Ran(*ran), folder / "out"

    return make


@pytest.fixture
def copy(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the tiny data set, to change."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


@pytest.fixture
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """One picture instead of all, for tests that are about something else: drawing takes longest."""
    from lm_synth_assets.report import content
    from lm_synth_assets.report.pictures import registry

    for module in (content, registry):
        monkeypatch.setattr(module, "PICTURES", registry.PICTURES[:1])


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


SLOW_FIXTURES = {"server", "own_server", "mortal", "encrypting", "plain", "browser"}
"""What starts a database server, a Dagster or a browser, for the tests in the folders `e2e` and `mysql`."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server or a browser as slow; other slow ones carry the marker themselves."""
    for item in items:
        if item.path.parent.name in ("e2e", "mysql") and SLOW_FIXTURES.intersection(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker("slow")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which tests have not run."""
    if terminalreporter.config.option.markexpr == "not slow":
        terminalreporter.line("Left out: what needs MySQL, a browser or minutes. `make test-all` runs that.")
    if not any("/mysql/" in report.nodeid for report in terminalreporter.getreports("skipped")):
        return
    if not own_kinds():
        part = "that stop and kill a MySQL server" if kinds() else "against MySQL"
        terminalreporter.section(f"the tests {part} did NOT run", yellow=True)
        terminalreporter.line("Put mysqld or mariadbd on the path, and run again.")
    if not kinds():
        terminalreporter.line(
            f"Or name a server in {URL_VARIABLE}, as in mysql://root:password@127.0.0.1:3306/, by an account "
            "that may create databases and users: most of them then run there."
        )
