"""Stored tables of several runs are named as mixed, table by table; half a data set says that it is half."""

import shlex
import shutil
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import dagster as dg
import numpy as np
import pytest

from lm_synth_assets.dataset.dataset import DataSet, open_existing
from lm_synth_assets.dataset.evaluate import evaluate
from lm_synth_assets.dataset.state import Kind, State
from lm_synth_assets.orchestration.assets import REPORT as ASSET
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.run_resource import run_config
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES, primary_key, unique_keys
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.files.parquet import ParquetStore
from lm_synth_assets.storage.files.store import FileStore
from lm_synth_assets_tests.support.commands import (
    REPORT,
    TINY,
    WITH_ALL,
    Call,
    Edit,
    edited,
    files,
    replaced,
)
from lm_synth_assets_tests.support.frames import with_another_value

CARE = {"patients", "ed_encounters", "ip_stays"}
CONTENTS, MANIFEST = CLAIMS


def state_of(folder: Path) -> State:
    """What `lm-synth validate` says of a folder as a whole."""
    data_set = DataSet.identify(open_existing(None, str(folder)), RunRequest.read(TINY))
    state = evaluate(data_set, CLAIMS).state
    assert state is not None
    return state


@pytest.fixture(params=[CsvStore, ParquetStore], ids=["csv", "parquet"])
def stored_as(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Path, str], FileStore]:
    """Makes a copy of a data set in one of the formats, without the records of the original."""

    def make(folder: Path, name: str) -> FileStore:
        store: FileStore = request.param(tmp_path / name)
        store.folder.mkdir()
        for table in TABLES.values():
            replaced(store.folder, table.name, CsvStore(folder).read(table), request.param)
        return store

    return make


Copies = Callable[[Path, str], FileStore]


class TestAMixture:
    @pytest.mark.parametrize("name", sorted(CARE))
    def test_of_a_table_of_another_seed(self, stored_as: Copies, tiny: Path, seed_7: Path, name: str) -> None:
        store, other = stored_as(tiny, "one"), stored_as(seed_7, "two")
        shutil.copy(other.location(TABLES[name]), store.folder)
        state = state_of(store.folder)
        assert (state.kind, set(state.problems)) == (Kind.MIXED, {name})

    @pytest.mark.parametrize(
        ("copied", "named"),
        [([MANIFEST], {MANIFEST, *CARE}), (CLAIMS, CARE), ([CONTENTS], {MANIFEST, *CARE})],
    )
    def test_of_old_tables_beside_a_new_manifest(
        self, stored_as: Copies, tiny: Path, seed_7: Path, copied: list[str], named: set[str]
    ) -> None:
        store, other = stored_as(tiny, "one"), stored_as(seed_7, "two")
        for name in copied:
            shutil.copy(other.location(TABLES[name]), store.folder)
        state = state_of(store.folder)
        assert (state.kind, set(state.problems)) == (Kind.MIXED, named)
        assert f"--out {store.folder} " in state.command.replace("\n", " ")

    def test_of_any_value_that_was_changed(self, stored_as: Copies, tiny: Path) -> None:
        store, draw = stored_as(tiny, "one"), np.random.default_rng(1)
        columns = [
            column
            for table in TABLES.values()
            for column in table.columns
            if column.name not in {*primary_key(table), *chain(*unique_keys(table))}
        ]
        for at in draw.choice(len(columns), 12, replace=False):
            column = columns[at]
            whole = Path(store.location(column.table)).read_bytes()
            frame = store.read(column.table)
            row = int(draw.integers(len(frame)))
            other = with_another_value(frame, column, row)
            replaced(store.folder, column.table.name, other, type(store))
            assert state_of(store.folder).kind is Kind.MIXED, f"{column.table.name}.{column.name}, row {row}"
            Path(store.location(column.table)).write_bytes(whole)

    @pytest.mark.parametrize(
        "edit",
        [
            lambda manifest: manifest.assign(with_ip=False),
            lambda manifest: manifest.assign(with_ip=False, with_ed=False),
            lambda manifest: manifest.assign(seed=7),
            lambda manifest: manifest.assign(population=2_400_001),
            lambda manifest: manifest.assign(dataset_id="f" * 64),
            lambda manifest: manifest.assign(without_tables="dim_date"),
        ],
        ids=["with_ip", "no flags", "seed", "population", "dataset_id", "without_tables"],
    )
    def test_of_a_manifest_that_was_edited(self, copy: Path, edit: Edit) -> None:
        edited(copy, MANIFEST, edit)
        state = state_of(copy)
        assert state.kind is Kind.MIXED
        assert MANIFEST in state.problems

    def test_is_the_first_thing_that_validate_says(self, call: Call, copy: Path, seed_7: Path) -> None:
        replaced(copy, "patients", CsvStore(seed_7).read(TABLES["patients"]))
        ran = call("validate", "--in", copy, "--config", TINY, "--quiet")
        assert ran.code == 1
        first, second, command, *_ = ran.out.splitlines()
        assert first.startswith(
            "MIXED the tables are not one data set. patients: 2,000 rows, whose values are"
        )
        assert (second, command.split()[:2]) == ("Make it whole with:", ["lm-synth", "generate"])
        assert "validate: FAIL, mixed (" in ran.out

    @pytest.mark.usefixtures("few_pictures")
    def test_of_a_smaller_run_over_a_larger_one(self, call: Call, copy: Path) -> None:
        assert not materialized(copy, *TABLES.keys() - {"ip_stays"}, with_ip=False).success
        assert not (copy / "dataset_manifest.csv").exists()
        ran = call("validate", "--in", copy, "--config", TINY, "--quiet")
        assert ran.code == 1
        assert ran.out.startswith("MIXED the tables are not one data set. ip_stays: lies there from")
        assert "remove it, or make the data set with --with-ip" in ran.out
        # The command that it prints mends it.
        *_, arguments = ran.out.partition("Make it whole with:\nlm-synth ")
        mended = call(*shlex.split(arguments.partition("\nFAIL ")[0].replace("\\\n", "")), "--quiet")
        assert (mended.code, mended.out) == (0, "")
        assert state_of(copy).kind is Kind.WHOLE


class TestWithout:
    @pytest.mark.parametrize("lost", [[MANIFEST], [CONTENTS], CLAIMS], ids=" and ".join)
    def test_contents_or_a_manifest_it_is_unfinished(self, call: Call, copy: Path, lost: list[str]) -> None:
        for name in (*lost, "ip_stays"):
            (copy / f"{name}.csv").unlink()
        ran = call("validate", "--in", copy, "--config", TINY, "--quiet")
        assert ran.code == 1
        if CONTENTS in lost:
            assert ran.out.startswith(f"UNFINISHED {' and '.join(lost)} ")
            assert "missing: ip_stays" in ran.out
            assert "FAIL, unfinished (" in ran.out
        else:
            assert ran.out.startswith("MIXED the tables are not one data set. ip_stays: is not there; ")

    def test_records_it_is_whole_all_the_same(self, stored_as: Copies, tiny: Path) -> None:
        """They serve the run that makes the contents; a copy is held against the contents."""
        assert state_of(stored_as(tiny, "one").folder).kind is Kind.WHOLE


def materialized(
    folder: Path, *names: str, job: str = REGENERATE, **changes: int
) -> dg.ExecuteInProcessResult:
    """A run of Dagster that makes some assets of the tiny data set, or all of a job."""
    definitions = build_defs(Settings(out=folder, config=TINY))
    definition = definitions.resolve_job_def(job)
    if names:
        definition = definition.get_subset(asset_selection={dg.AssetKey(name) for name in names})
    return definition.execute_in_process(run_config=run_config(str(TINY), **changes), raise_on_error=False)


@pytest.mark.usefixtures("few_pictures")
class TestByWayOfDagster:
    def test_a_manifest_made_by_itself_claims_no_tables_of_another_seed(self, copy: Path) -> None:
        assert not materialized(copy, MANIFEST, seed=7).success
        state = state_of(copy)
        assert (state.kind, set(state.problems)) == (Kind.MIXED, {MANIFEST, *CARE})
        assert not (copy / REPORT).exists()

    def test_contents_list_what_the_tables_were_really_made_from(self, copy: Path) -> None:
        before = CsvStore(copy).read(TABLES[CONTENTS])
        assert not materialized(copy, *CLAIMS, seed=7).success
        after = CsvStore(copy).read(TABLES[CONTENTS])
        people = after["table_name"].isin(CARE)
        assert list(after["made_from"][people]) == list(before["made_from"][people])
        assert after["dataset_id"].isna().equals(people)
        assert not (copy / "dataset_manifest.csv").exists()
        assert set(state_of(copy).problems) == CARE

    def test_a_table_of_another_seed_takes_away_what_claims_more(self, copy: Path) -> None:
        assert materialized(copy, "patients", seed=7).success
        assert not {f"{name}.csv" for name in CLAIMS} & files(copy).keys()
        assert REPORT not in files(copy)
        state = state_of(copy)
        assert state.kind is Kind.UNFINISHED
        assert "Of another run than seed 42 of this configuration: patients. There: " in state.sentence
        assert not materialized(copy, *CLAIMS).success
        assert set(state_of(copy).problems) == {"patients"}
        assert materialized(copy).success
        assert state_of(copy).kind is Kind.WHOLE

    def test_a_table_that_was_replaced_by_hand_is_of_unknown_origin(self, copy: Path, seed_7: Path) -> None:
        replaced(copy, "ip_stays", CsvStore(seed_7).read(TABLES["ip_stays"]))
        assert not materialized(copy, *CLAIMS).success
        [(name, problem)] = state_of(copy).problems.items()
        assert (name, "of unknown origin" in problem) == ("ip_stays", True)

    def test_a_failed_gate_leaves_no_manifest_beside_mixed_tables(self, call: Call, copy: Path) -> None:
        config = copy.parent / "strict.yaml"
        strict = "marginal_tolerance_pct: 1.0e-9, marginal_least_persons: 1.0e-9"
        config.write_text(f"extends: {TINY}\ngates: {{{strict}}}\n", encoding="utf-8")
        ran = call("generate", "--config", config, "--seed", 7, *WITH_ALL, "--out", copy, "--quiet")
        assert ran.code == 1
        state = state_of(copy)
        assert state.kind in (Kind.WHOLE, Kind.UNFINISHED)
        assert (
            (state.kind is Kind.WHOLE) == (REPORT in files(copy)) == ("dataset_manifest.csv" in files(copy))
        )

    def test_a_job_without_patients_makes_half_a_data_set_and_says_so(
        self, call: Call, tmp_path: Path
    ) -> None:
        assert materialized(tmp_path / "out", job="reference_only").success
        manifest = CsvStore(tmp_path / "out").read(TABLES[MANIFEST]).iloc[0]
        assert (manifest["with_ed"], manifest["with_ip"]) == (False, False)
        assert manifest["without_tables"] == "patients"
        ran = call("validate", "--in", tmp_path / "out", "--config", TINY)
        assert ran.code == 0
        assert "patients left out: not part of this data set" in ran.out
        assert "validate: PASS, partial: reference data only, without patients (" in ran.out
        page = (tmp_path / "out" / REPORT).read_text("utf-8")
        assert "<strong>Partial:</strong> reference data only, without patients." in page

    def test_a_few_tables_are_a_part_too(self, tmp_path: Path) -> None:
        assert materialized(tmp_path / "out", "dim_lha", "dim_gender", *CLAIMS, ASSET).success
        state = state_of(tmp_path / "out")
        assert state.kind is Kind.PARTIAL
        assert state.sentence.startswith("reference data only, without dim_site, dim_program, ")

    def test_visits_of_other_patients_than_those_stored_are_refused(self, copy: Path, tiny: Path) -> None:
        assert not materialized(copy, job="emergency_only", seed=7).success
        assert files(copy) == files(tiny)
