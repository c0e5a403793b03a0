"""Several runs into one folder: one writes at a time, whoever starts it, and the set is always one run's."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.executors import EXECUTORS, executor
from lm_synth_assets.orchestration.settings import Settings, read_settings
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage import run_lock
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.folder_lock import FolderLock
from lm_synth_assets.storage.run_lock import Writer
from lm_synth_assets_tests.support.commands import ROOT, SCRIPTS, TINY, Call, environment, files

SMALL = ("--config", TINY, "--years", 1, "--quiet")
WRITER = Writer("`lm-synth generate`", "one", 123, "here", "2026-01-01 12:00:00")
WRITES = "is being written by `lm-synth generate` (process 123 on here) since 2026-01-01 12:00:00 UTC"


def the_job() -> dg.JobDefinition:
    """The job over all assets, for the settings of the environment."""
    return build_defs(read_settings()).resolve_job_def("regenerate_all")


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that another run writes to, for which nobody waits long."""
    monkeypatch.setattr(run_lock, "WAIT_SECONDS", 0.2)
    with FolderLock(tmp_path / "out").held_by(WRITER):
        yield tmp_path / "out"


def test_of_two_runs_at_once_one_waits_for_the_other(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    runs = [
        subprocess.Popen(
            [SCRIPTS / "lm-synth", "generate", *map(str, [*SMALL, *flags]), "--out", folder],
            env=environment(),
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for flags in (("--seed", 1, "--patients", 300), ("--seed", 2, "--patients", 400))
    ]
    said = [process.communicate()[1] for process in runs]
    assert [process.returncode for process in runs] == [0, 0]
    assert sorted(f"{folder} is being written by `lm-synth generate` (process " in text for text in said) == [
        False,
        True,
    ]
    manifest = CsvStore(folder).read(TABLES["dataset_manifest"]).iloc[0]
    assert len(CsvStore(folder).read(TABLES["patients"])) == manifest["patients"]
    hidden = {name for name in files(folder) if name.startswith(".")}
    assert [name for name in hidden if not name.startswith(".lm-synth/")] == []


def test_a_command_is_refused_while_another_run_writes(call: Call, held: Path) -> None:
    ran = call("generate", *SMALL, "--out", held)
    assert (ran.code, ran.out) == (1, "")
    assert f"Error: {held} {WRITES}; waited 0 seconds. Run again once that has ended." in ran.err


def test_a_dagster_run_is_refused_while_a_command_writes(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_SYNTH_OUT", str(held))
    monkeypatch.setenv("LM_SYNTH_CONFIG", str(TINY))
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.execute_job(
            dg.reconstructable(the_job), instance, asset_selection=[dg.AssetKey("dim_site")]
        )
        said = [event.message for event in result.all_events if event.is_failure]
        [failed] = [event for event in result.all_events if event.is_run_failure]
    assert not result.success, said
    assert failed.job_failure_data.error is not None
    assert f"{held} {WRITES}" in failed.job_failure_data.error.message


def test_a_dagster_run_says_that_it_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LM_SYNTH_OUT", str(tmp_path / "out"))
    monkeypatch.setenv("LM_SYNTH_CONFIG", str(TINY))
    holders = []
    write = CsvStore.write

    def watched(store: CsvStore, *what: object, **how: object) -> object:
        holders.append(FolderLock(store.folder).holder())
        return write(store, *what, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(CsvStore, "write", watched)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.execute_job(
            dg.reconstructable(the_job), instance, asset_selection=[dg.AssetKey("dim_site")]
        )
    assert result.success
    [holder] = holders
    assert holder is not None
    assert (holder.command, holder.run) == (f"Dagster run {result.run_id}", result.run_id)


def test_readers_go_on_and_are_told(call: Call, copy: Path, caplog: pytest.LogCaptureFixture) -> None:
    with FolderLock(copy).held_by(WRITER):
        ran = call("validate", "--in", copy, "--config", TINY, "--select", "dim_site.keys", "--quiet")
    assert ran == (0, "", "")
    assert [record.getMessage() for record in caplog.records] == [
        f"{copy} {WRITES}: its tables may be of two runs"
    ]


def test_every_executor_holds_the_lock() -> None:
    for name in EXECUTORS:
        create = executor(Settings.model_validate({"executor": name})).executor_creation_fn
        assert create is not None
        assert create.__qualname__.startswith("executor."), name
