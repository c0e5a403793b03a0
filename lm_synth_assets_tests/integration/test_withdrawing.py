"""A store records what it writes; a write that changes a table withdraws what claims more than is stored."""

import errno
import os
from pathlib import Path

import pytest

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.simulation.provenance import table_versions
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.errors import UnwritableFolder
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets.storage.record import REPORT_FILE, Record
from lm_synth_assets.storage.store import TableStore
from lm_synth_assets_tests.support.commands import replaced
from lm_synth_assets_tests.support.frames import valid_frame
from lm_synth_assets_tests.support.stores import FLAT_OPENERS, OPENERS

SITES, PROJECTION = TABLES["dim_site"], TABLES["population_projection"]
CONTENTS, MANIFEST = (TABLES[name] for name in CLAIMS)
FRAME = valid_frame(SITES)
OTHER = FRAME.assign(site_name="Other")
PAGE = b'<meta name="generator" content="lm-synth 0.1.0">'


@pytest.fixture(params=OPENERS.values(), ids=OPENERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TableStore:
    """A store with a table, contents, a manifest and a report."""
    return filled(request.param(tmp_path), tmp_path)


@pytest.fixture(params=FLAT_OPENERS.values(), ids=FLAT_OPENERS)
def flat(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """The same in flat files."""
    store = filled(request.param(tmp_path), tmp_path)
    assert isinstance(store, FileStore)
    return store


def filled(store: TableStore, folder: Path) -> TableStore:
    store.write(SITES, FRAME, made_from="a")
    for table in (CONTENTS, MANIFEST):
        store.write(table, valid_frame(table))
    (folder / REPORT_FILE).write_bytes(PAGE)
    return store


def claims(store: TableStore, folder: Path) -> set[str]:
    """What of contents, manifest and report is there."""
    there = {name for name in CLAIMS if store.exists(TABLES[name])}
    return there | {path.name for path in folder.glob(REPORT_FILE)}


def test_a_write_is_recorded(store: TableStore, tmp_path: Path) -> None:
    assert store.record(SITES) == Record(len(FRAME), digest_of(SITES, FRAME), "a")
    assert type(store)(tmp_path).record(SITES) == store.record(SITES)
    assert store.record(PROJECTION) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"rows": "many", "digest": 1, "made_from": 2}', "\x00"])
def test_a_record_that_is_none_is_no_record(flat: FileStore, text: str) -> None:
    for path in flat.folder.glob(".lm-synth/*"):
        path.write_text(text, encoding="utf-8")
    assert flat.record(SITES) is None


def test_a_write_that_changes_nothing_withdraws_nothing(store: TableStore, tmp_path: Path) -> None:
    written = store.write(SITES, FRAME.iloc[::-1], made_from="b")
    assert written.withdrawn == ()
    assert claims(store, tmp_path) == {*CLAIMS, REPORT_FILE}
    assert store.record(SITES) == Record(len(FRAME), digest_of(SITES, FRAME), "b")


def test_a_write_that_changes_a_table_withdraws_all_that_speaks_of_it(
    store: TableStore, tmp_path: Path
) -> None:
    assert store.write(SITES, OTHER).withdrawn == CLAIMS
    assert claims(store, tmp_path) == set()


def test_once_a_new_table_is_there_nothing_speaks_of_the_old_one(
    flat: FileStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replace = os.replace
    seen: list[set[str]] = []

    def watched(source: Path, target: Path) -> None:
        replace(source, target)
        seen.append(claims(flat, tmp_path))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", watched)
    with pytest.raises(KeyboardInterrupt):
        flat.write(SITES, OTHER)
    assert seen == [set()]


def test_a_table_for_which_there_is_no_room_withdraws_nothing(
    flat: FileStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(flat), "_encode", full)
    with pytest.raises(UnwritableFolder):
        flat.write(SITES, OTHER)
    assert claims(flat, tmp_path) == {*CLAIMS, REPORT_FILE}


@pytest.mark.parametrize(
    ("name", "left"), [("dataset_contents", {"dataset_contents"}), ("dataset_manifest", {*CLAIMS})]
)
def test_new_contents_withdraw_the_manifest_and_either_withdraws_the_report(
    store: TableStore, tmp_path: Path, name: str, left: set[str]
) -> None:
    store.write(TABLES[name], valid_frame(TABLES[name], 1))
    assert claims(store, tmp_path) == left


def test_a_table_without_a_record_counts_as_changed(flat: FileStore, tmp_path: Path) -> None:
    next(flat.folder.glob(".lm-synth/dim_site.*")).unlink()
    flat.write(SITES, FRAME)
    assert claims(flat, tmp_path) == set()


def test_a_refused_frame_withdraws_nothing(store: TableStore, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="does not keep to its schema"):
        store.write(SITES, FRAME.assign(site_id=1))
    assert claims(store, tmp_path) == {*CLAIMS, REPORT_FILE}


def test_a_table_that_is_removed_is_no_longer_spoken_of(store: TableStore, tmp_path: Path) -> None:
    store.remove(SITES)
    assert (store.exists(SITES), store.record(SITES), claims(store, tmp_path)) == (False, None, set())


class TestWhatATableIsMadeFrom:
    PARENTS = ("population_projection", "ed_baseline_rates", "dim_lha")

    @pytest.fixture
    def data_set(self, tmp_path: Path) -> DataSet:
        """The tables that the ED projection is made from, as a run of the default configuration has them."""
        request = RunRequest.read()
        versions = table_versions(request.region)
        store = CsvStore(tmp_path)
        for name in self.PARENTS:
            store.write(TABLES[name], valid_frame(TABLES[name]), made_from=versions[name])
        return DataSet(store, request)

    def test_is_what_the_run_says_where_its_inputs_are(self, data_set: DataSet) -> None:
        assert data_set.made_from("ed_projection") == table_versions(data_set.region)["ed_projection"]

    def test_is_another_where_an_input_was_made_from_something_else(self, data_set: DataSet) -> None:
        usual = data_set.made_from("ed_projection")
        rates = TABLES["ed_baseline_rates"]
        data_set.store.write(rates, valid_frame(rates), made_from="f" * 64)  # type: ignore[attr-defined]
        assert data_set.made_from("ed_projection") not in (usual, None)

    def test_is_not_known_where_an_input_was_replaced_by_hand(
        self, data_set: DataSet, tmp_path: Path
    ) -> None:
        replaced(tmp_path, "ed_baseline_rates", valid_frame(TABLES["ed_baseline_rates"], 2))
        assert data_set.record("ed_baseline_rates").made_from is None
        assert data_set.made_from("ed_projection") is None
