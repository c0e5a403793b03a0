"""Files of other programs that have the names of ours: no run overwrites them without being told."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.dagster_internals import MAX_RETRIES_TAG
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.settings import read_settings
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.record import REPORT_FILE
from lm_synth_assets_tests.support.commands import PACKAGE, TINY, Call, files
from lm_synth_assets_tests.support.frames import valid_frame
from lm_synth_assets_tests.support.io_managers import io_manager_of

RUN = ("generate", "--config", TINY, "--patients", 50, "--years", 1, "--quiet")
SITES = TABLES["dim_site"]

OTHERS: dict[str, tuple[str, bytes, str]] = {
    "a table": ("dim_site.csv", b"Name,Street\n", "dim_site.csv: its first line is 'Name,Street' where"),
    "an empty file": ("patients.csv", b"", "patients.csv: it is empty"),
    "a page": (REPORT_FILE, b"<title>Mine</title>", f"{REPORT_FILE}: it is not a quality report"),
}


@pytest.mark.parametrize(("name", "content", "reason"), OTHERS.values(), ids=OTHERS)
def test_a_run_refuses_to_overwrite_a_file_that_none_has_made(
    tmp_path: Path, call: Call, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "notes.txt").write_bytes(b"mine")
    ran = call(*RUN, "--out", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        f"Error: {tmp_path} holds files of other programs that this run would overwrite ({reason}"
    )
    assert ran.err.endswith("or overwrite them with `lm-synth generate --replace`. Nothing was changed.\n")
    assert files(tmp_path) == {name: content, "notes.txt": b"mine"}


def the_job() -> dg.JobDefinition:
    """The job over all assets, for the settings of the environment."""
    return build_defs(read_settings()).resolve_job_def(REGENERATE)


@pytest.fixture
def dagster_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[bool, str, str]]:
    """Make some assets in a run of Dagster: whether it succeeded, its error, and how often it is retried."""
    monkeypatch.setenv("LM_SYNTH_OUT", str(tmp_path))
    monkeypatch.setenv("LM_SYNTH_CONFIG", str(TINY))

    def made(*assets: str) -> tuple[bool, str, str]:
        keys = list(map(dg.AssetKey, assets))
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.execute_job(dg.reconstructable(the_job), instance, asset_selection=keys)
            errors = [event.job_failure_data.error for event in result.all_events if event.is_run_failure]
            tags = instance.get_run_by_id(result.run_id).tags  # type: ignore[union-attr]
        said = "".join(error.message for error in errors if error)
        return result.success, said, tags.get(MAX_RETRIES_TAG, "")

    return made


@pytest.mark.parametrize(("name", "content", "reason"), OTHERS.values(), ids=OTHERS)
def test_a_run_of_dagster_refuses_it_too_before_its_first_step(
    tmp_path: Path,
    dagster_run: Callable[..., tuple[bool, str, str]],
    name: str,
    content: bytes,
    reason: str,
) -> None:
    (tmp_path / name).write_bytes(content)
    assets = ("quality_report",) if name == REPORT_FILE else ("dim_gender", name.partition(".")[0])
    success, said, retries = dagster_run(*assets)
    assert (success, retries) == (False, "0")
    assert f"{tmp_path} holds files of other programs that this run would overwrite ({reason}" in said
    assert files(tmp_path) == {name: content}
    # Those that the run does not write are none of its business.
    assert dagster_run("dim_gender")[0]
    assert files(tmp_path)[name] == content


def test_a_folder_in_the_place_of_a_table_is_one_of_them(tmp_path: Path, call: Call) -> None:
    (tmp_path / "patients.csv").mkdir()
    ran = call(*RUN, "--out", tmp_path)
    assert (ran.code, list(tmp_path.iterdir())) == (2, [tmp_path / "patients.csv"])
    assert "patients.csv: it is a folder and not a file" in ran.err


@pytest.mark.usefixtures("few_pictures")
def test_with_replace_it_is_overwritten_and_all_other_files_are_kept(tmp_path: Path, call: Call) -> None:
    (tmp_path / "dim_site.csv").write_bytes(b"Name,Street\n")
    (tmp_path / "dim_site.parquet").write_bytes(b"mine")
    (tmp_path / PACKAGE).write_bytes(b"{}")
    ran = call(*RUN, "--out", tmp_path, "--replace")
    assert ran.code == 0
    assert b'"generator": "lm-synth ' in files(tmp_path)[PACKAGE]
    assert CsvStore(tmp_path).names(SITES) == list(SITES.columns.keys())
    assert files(tmp_path)["dim_site.parquet"] == b"mine"


def _cut(path: Path) -> None:
    path.write_bytes(b"")


def _of_an_older_version(path: Path) -> None:
    frame = pd.read_csv(path)
    frame[frame.columns[:-1]].to_csv(path, index=False)


@pytest.mark.parametrize(("damage", "has_record"), [(_cut, True), (_of_an_older_version, False)])
def test_tables_of_ours_are_no_files_of_others_whatever_became_of_them(
    tmp_path: Path, damage: Callable[[Path], None], has_record: bool
) -> None:
    store = CsvStore(tmp_path)
    store.write(SITES, valid_frame(SITES))
    damage(Path(store.location(SITES)))
    if not has_record:
        for record in (tmp_path / ".lm-synth").iterdir():
            record.unlink()
    assert store.strangers() == {}


def test_a_page_of_somebody_else_is_not_withdrawn_with_the_report(tmp_path: Path) -> None:
    store, page = CsvStore(tmp_path), tmp_path / REPORT_FILE
    page.write_bytes(b"<title>Mine</title>")
    store.write(SITES, valid_frame(SITES, 2))
    store.write(SITES, valid_frame(SITES, 3))
    assert page.read_bytes() == b"<title>Mine</title>"


@pytest.mark.parametrize("ours", [True, False])
def test_beside_tables_in_a_database_only_a_report_of_ours_is_taken_away(
    tmp_path: Path, tiny: Path, ours: bool
) -> None:
    page = tmp_path / REPORT_FILE
    page.write_bytes((tiny / REPORT_FILE).read_bytes() if ours else b"<title>Mine</title>")
    manager = io_manager_of(CsvStore(tmp_path / "elsewhere"))
    manager.report = page
    manager._withdraw_report()
    assert page.exists() != ours


@pytest.mark.usefixtures("few_pictures")
def test_the_command_report_overwrites_it_only_where_it_is_named(copy: Path, call: Call) -> None:
    page = copy / REPORT_FILE
    page.write_bytes(b"<title>Mine</title>")
    ran = call("report", "--in", copy, "--config", TINY)
    assert (ran.code, ran.out, page.read_bytes()) == (2, "", b"<title>Mine</title>")
    assert f"Error: {page}: it is not a quality report; name another file with --to" in ran.err
    assert call("report", "--in", copy, "--config", TINY, "--to", page).code == 0
    assert CsvStore(copy).strangers() == {}


def test_the_quality_report_is_one_of_ours(tiny: Path) -> None:
    assert CsvStore(tiny).strangers() == {}
