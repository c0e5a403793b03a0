"""A step whose storage could not be reached for a moment is repeated; what would fail again is not."""

import errno
from pathlib import Path
from typing import IO

import dagster as dg
import pyarrow as pa
import pytest
import sqlalchemy as sa

from lm_synth_assets.orchestration import io_manager
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.storage.errors import UnwritableFolder
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.mysql.errors import CLASHED, UNREACHABLE, DatabaseError
from lm_synth_assets_tests.support.commands import TINY


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(io_manager, "SECONDS_BETWEEN_RETRIES", 0)


def make_genders(
    out: Path, monkeypatch: pytest.MonkeyPatch, times: int, code: int
) -> dg.ExecuteInProcessResult:
    """Make dim_gender where writing fails so many times first."""
    left, encode = times, CsvStore._encode

    def fail(self: CsvStore, table: sa.Table, arrow: pa.Table, file: IO[bytes]) -> None:
        nonlocal left
        if left:
            left -= 1
            raise OSError(code, "told by the test")
        encode(self, table, arrow, file)

    monkeypatch.setattr(CsvStore, "_encode", fail)
    job = build_defs(Settings(out=out, config=TINY)).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(
            asset_selection=[dg.AssetKey("dim_gender")], instance=instance, raise_on_error=False
        )


def retries(result: dg.ExecuteInProcessResult) -> int:
    return sum(event.is_step_up_for_retry for event in result.all_events)


def test_a_passing_failure_is_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = make_genders(tmp_path, monkeypatch, io_manager.RETRIES, errno.ESTALE)
    assert result.success
    assert retries(result) == io_manager.RETRIES
    assert (tmp_path / "dim_gender.csv").read_text("utf-8").startswith("gender,")


def test_one_that_stays_fails_the_run_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = make_genders(tmp_path, monkeypatch, 100, errno.ESTALE)
    assert not result.success
    assert retries(result) == io_manager.RETRIES
    [failed] = [event for event in result.all_events if event.is_step_failure]
    cause = failed.step_failure_data.error.cause
    assert cause is not None
    assert f"Cannot write to {tmp_path / 'dim_gender.csv'}" in cause.message


def test_a_full_disk_is_not_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = make_genders(tmp_path, monkeypatch, 1, errno.ENOSPC)
    assert not result.success
    assert retries(result) == 0


def test_what_a_database_says_is_passing_or_not() -> None:
    assert all(DatabaseError("", code).transient for code in UNREACHABLE | CLASHED)
    denied, no_such_table = 1045, 1146
    assert not DatabaseError("", denied).transient
    assert not DatabaseError("", no_such_table).transient
    assert not UnwritableFolder(Path("x"), OSError(errno.EACCES, "")).transient
