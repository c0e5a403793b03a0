"""Where the commands read and write: paths as people write them, and variables as for Dagster."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lm_synth_assets.dataset.dataset import open_existing
from lm_synth_assets.errors import StorageError
from lm_synth_assets_tests.support.commands import (
    EXTENDS_TINY,
    ROOT,
    SCRIPTS,
    TINY,
    Call,
    config_file,
    lm_synth,
    run,
)

REFERENCE = ("--patients", "300", "--years", "1", "--config", TINY)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder, with a configuration in it; the current folder is another one."""
    home, current = tmp_path / "home", tmp_path / "current"
    home.mkdir()
    current.mkdir()
    config_file(home, EXTENDS_TINY)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(current)
    return home


@pytest.fixture
def generated(home: Path, call: Call) -> Path:
    """The folder `set` in the home folder, with a data set that was written by its short name."""
    call("generate", "--out", "~/set", *REFERENCE)
    return home / "set"


def test_the_home_folder_is_not_a_folder_called_tilde(generated: Path) -> None:
    assert (generated / "dim_site.csv").is_file()
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "--in", "~/set"),
        ("validate", "--in", "~/set", "--report", "~/set/gates.json"),
        ("report", "--in", "~/set", "--to", "~/set/page.html"),
        ("generate", "--out", "~/set", "--config", "~/my.yaml", "--patients", "300", "--years", "1"),
    ],
    ids=["in", "report", "to", "config"],
)
def test_every_path_may_begin_with_the_home_folder(
    generated: Path, call: Call, arguments: tuple[str, ...]
) -> None:
    assert call(*arguments).code == 0
    assert list(Path.cwd().iterdir()) == []
    assert [
        path for path in arguments if path.startswith("~/set/") and not Path(path).expanduser().exists()
    ] == []


@pytest.mark.parametrize("command", ["validate", "compare", "report"])
@pytest.mark.parametrize("folder", ["a" * 300, "a/" * 4_000], ids=["name", "path"])
def test_a_folder_whose_name_is_too_long_is_refused(call: Call, command: str, folder: str) -> None:
    ran = call(command, "--in", folder)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert ran.err.startswith(f"Error: Cannot read from {folder[:200]}")
    assert ran.err.endswith(": its name is too long.\n")


@pytest.fixture
def another_user(tmp_path: Path) -> Iterator[Path]:
    """A folder that this user may not look into."""
    folder = tmp_path / "private"
    (folder / "set").mkdir(parents=True)
    folder.chmod(0o000)
    user = os.geteuid()
    if user == 0:
        # The superuser may look into any folder.
        os.seteuid(65_534)
    yield folder / "set"
    os.seteuid(user)
    folder.chmod(0o700)


def test_a_folder_that_this_user_may_not_look_into_is_refused(another_user: Path) -> None:
    with pytest.raises(StorageError, match=f"Cannot read from {another_user}: this user may not read it"):
        open_existing(None, str(another_user))


@pytest.mark.parametrize("command", [("generate", "--out"), ("validate", "--in"), ("report", "--in")])
def test_a_path_in_a_working_directory_that_was_removed_is_refused(
    home: Path, call: Call, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str]
) -> None:
    (home / "gone").mkdir()
    monkeypatch.chdir(home / "gone")
    (home / "gone").rmdir()
    ran = call(*command, "set")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Error: set: the working directory does not exist any more: change to another")


def test_a_report_that_cannot_be_written_is_refused_before_any_work(generated: Path, call: Call) -> None:
    (generated / "gates.json").mkdir()
    for options in (
        ("validate", "--in", generated, "--report", generated / "gates.json"),
        ("validate", "--in", generated, "--report", f"{'a' * 300}.xml"),
        ("report", "--in", generated, "--to", f"{'a' * 300}.html"),
    ):
        ran = call(*options)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1), ran
        assert ran.err.startswith("Error: Cannot write to ")


def test_a_run_writes_nothing_to_the_home_folder(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    # What keeps the project's own tests out of it, a user has not set.
    variables = {"HOME": str(tmp_path / "home"), "DAGSTER_DISABLE_TELEMETRY": "", "MPLCONFIGDIR": ""}
    assert lm_synth("generate", *REFERENCE, "--out", tmp_path / "out", variables=variables).code == 0
    assert list((tmp_path / "home").rglob("*")) == []


@pytest.mark.slow
def test_nor_does_dagster_as_make_sets_it_up(tmp_path: Path) -> None:
    home, instance = tmp_path / "home", tmp_path / "instance"
    home.mkdir()
    instance.mkdir()
    shutil.copy(ROOT / "deploy" / "local" / "dagster.yaml", instance)
    variables = {"HOME": str(home), "DAGSTER_HOME": str(instance), "LM_SYNTH_OUT": str(tmp_path / "out")}
    materialize = ("dagster", "asset", "materialize", "-m", "lm_synth_assets", "--select", "dim_site")
    ran = run(SCRIPTS / materialize[0], *materialize[1:], cwd=ROOT, variables=variables)
    assert ran.code == 0, ran.err
    assert list(home.rglob("*")) == []
    assert [path for path in instance.rglob("*") if "telemetry" in str(path)] == []


@pytest.mark.slow
def test_the_example_of_compose_as_env_file_leaves_dagster_loading(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    shutil.copy(ROOT / "workspace.yaml", tmp_path)
    ran = run(SCRIPTS / "dagster", "definitions", "validate", "-w", "workspace.yaml", cwd=tmp_path)
    assert ran.code == 0, ran.out + ran.err


class TestVariables:
    def test_name_the_folder_the_format_and_the_configuration(
        self, home: Path, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config = config_file(home, f"{EXTENDS_TINY}run: {{patients: 300, years: 1}}\n")
        monkeypatch.setenv("LM_SYNTH_OUT", "~/elsewhere")
        monkeypatch.setenv("LM_SYNTH_STORAGE", "parquet")
        monkeypatch.setenv("LM_SYNTH_CONFIG", str(config))
        assert call("generate").code == 0
        assert (home / "elsewhere" / "dim_site.parquet").is_file()
        assert call("validate").code == 0
        assert list(Path.cwd().iterdir()) == []

    def test_yield_to_options(self, home: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LM_SYNTH_OUT", "~/elsewhere")
        monkeypatch.setenv("LM_SYNTH_STORAGE", "mysql")
        monkeypatch.setenv("LM_SYNTH_CONFIG", "missing.yaml")
        assert call("generate", "--out", "~/set", *REFERENCE).code == 0
        assert (home / "set" / "dim_site.csv").is_file()
        assert call("validate", "--in", "~/set", "--config", TINY).code == 0
        assert not (home / "elsewhere").exists()

    def test_a_wrong_one_is_wrong_usage(self, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LM_SYNTH_STORAGE", "xlsx")
        ran = call("generate")
        assert ran.code == 2
        assert "LM_SYNTH_STORAGE: must be 'csv', " in ran.err
        assert "; found 'xlsx'" in ran.err


class TestNamesOfAnyBytes:
    """A name on Linux is bytes: what is no UTF-8 is written and read, and shown as an escape."""

    def test_of_folders_are_written_read_and_reported(self, home: Path, call: Call) -> None:
        folder = home / "na\udcffme"
        assert call("generate", "--out", folder, *REFERENCE, "--quiet") == (0, "", "")
        shown = call("validate", "--in", folder, "--config", TINY, "--report", folder / "g\udcff.json")
        assert shown.code == 0
        page = call("report", "--in", folder, "--config", TINY)
        assert (page.code, page.out.splitlines()[0]) == (
            0,
            f"Written to {home}/na\\udcffme/quality_report.html",
        )
        assert (folder / "g\udcff.json").is_file()

    def test_of_configurations_are_read_and_named(self, home: Path, call: Call) -> None:
        file = home / "c\udcff.yaml"
        file.write_text("run: {patients: 0}\n", encoding="utf-8")
        ran = call("validate", "--config", file)
        assert ran.code == 2
        assert ran.err.startswith(f"Error: {home}/c\\udcff.yaml:1: ")


def test_a_reader_that_takes_one_line_gets_it_and_changes_no_exit_code(generated: Path) -> None:
    command = f"'{SCRIPTS / 'lm-synth'}' validate --in '{generated}' --config '{TINY}' --select dim_site"
    shell = ["bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"]
    ran = run(*shell, variables={"HOME": str(generated.parent)})
    assert (ran.code, ran.out.count("\n")) == (0, 1)
    assert "Traceback" not in ran.err
