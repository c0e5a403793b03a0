"""The commands in error messages work as they are printed, in the situation that the message is about."""

import re
import shlex
from pathlib import Path

import dagster as dg
import pytest

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.errors import MissingTable
from lm_synth_assets.storage.formats import open_store
from lm_synth_assets_tests.support.commands import EXTENDS_TINY, Call, config_file


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small configuration, which LM_SYNTH_CONFIG names."""
    file = config_file(tmp_path, f"{EXTENDS_TINY}run: {{patients: 300, years: 1}}\n")
    monkeypatch.setenv("LM_SYNTH_CONFIG", str(file))
    return file


def commands_in(message: str) -> list[list[str]]:
    return [shlex.split(command) for command in re.findall("`([^`]+)`", message)]


@pytest.mark.parametrize("storage", ["csv", "parquet"])
def test_a_missing_table_is_there_after_the_command(
    call: Call, config: Path, tmp_path: Path, storage: str
) -> None:
    store = open_store(storage, tmp_path / "my data")
    with pytest.raises(MissingTable) as missing:
        store.read(TABLES["ip_stays"])
    command, _ = commands_in(str(missing.value))
    assert call(*command[1:], "--quiet") == (0, "", "")
    assert len(store.read(TABLES["ip_stays"])) > 0


def test_a_missing_table_is_there_after_the_selection_in_dagster(config: Path, tmp_path: Path) -> None:
    store = open_store("csv", tmp_path / "out")
    with pytest.raises(MissingTable) as missing:
        store.read(TABLES["ed_encounters"])
    _, command = commands_in(str(missing.value))
    assert command[:-1] == ["dagster", "asset", "materialize", "-m", "lm_synth_assets", "--select"]
    definitions = build_defs(Settings(out=tmp_path / "out", config=config))
    selected = dg.AssetSelection.from_string(command[-1]).resolve(definitions.resolve_asset_graph())
    job = definitions.resolve_implicit_global_asset_job_def()
    made = selected & definitions.resolve_asset_graph().materializable_asset_keys
    assert job.execute_in_process(
        asset_selection=list(made), instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
    ).success
    assert len(store.read(TABLES["ed_encounters"])) > 0
