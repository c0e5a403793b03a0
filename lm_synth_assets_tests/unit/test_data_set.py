"""A data set reads each table once and evaluates each gate once, until its tables are written."""

from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import Gate
from lm_synth_assets.region.run_request import RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.errors import MissingTable
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.support.frames import valid_frame

GATES = {gate.full_name: gate for gate in all_gates()}
KEYS = GATES["dim_program.keys"]
REFERENCES = GATES["dim_subprogram.foreign_keys"]
SITES, PROGRAMS, SUBPROGRAMS = (TABLES[name] for name in ("dim_site", "dim_program", "dim_subprogram"))


class CountingStore(CsvStore):
    """A CSV store that lists the tables that it inspects."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.inspected: list[str] = []

    def inspect(self, table: sa.Table) -> Inspection:
        self.inspected.append(table.name)
        return super().inspect(table)


@pytest.fixture
def store(tmp_path: Path) -> CountingStore:
    store = CountingStore(tmp_path)
    for table in (SITES, PROGRAMS, SUBPROGRAMS):
        store.write(table, valid_frame(table))
    return store


@pytest.fixture
def data_set(store: CountingStore) -> DataSet:
    return DataSet(store, RunRequest.read())


def write(data_set: DataSet, store: CountingStore, table: sa.Table, frame: pd.DataFrame) -> None:
    """Write a table as the IO manager does."""
    store.write(table, frame)
    data_set.forget(table.name)


def test_a_table_is_read_once_for_inputs_and_gates(data_set: DataSet, store: CountingStore) -> None:
    for _ in range(2):
        data_set.read("dim_program")
        data_set.evaluate(KEYS)
    assert store.inspected == ["dim_program"]


def test_a_gate_is_evaluated_once(data_set: DataSet, monkeypatch: pytest.MonkeyPatch) -> None:
    first = data_set.evaluate(KEYS)
    monkeypatch.setattr(Gate, "evaluate", None)
    assert data_set.evaluate(KEYS) is first
    assert data_set.results == {"dim_program.keys": first}


def test_a_written_table_is_read_again_and_no_other(data_set: DataSet, store: CountingStore) -> None:
    for name in ("dim_site", "dim_program"):
        data_set.read(name)
    fewer = valid_frame(PROGRAMS).head(1)
    write(data_set, store, PROGRAMS, fewer)
    assert len(data_set.read("dim_program")) == 1
    data_set.read("dim_site")
    assert store.inspected == ["dim_site", "dim_program", "dim_program"]


def test_results_of_replaced_tables_are_dropped(data_set: DataSet, store: CountingStore) -> None:
    for gate in (KEYS, REFERENCES):
        data_set.evaluate(gate)
    write(data_set, store, SUBPROGRAMS, valid_frame(SUBPROGRAMS))
    assert data_set.results.keys() == {KEYS.full_name}


def test_results_that_read_a_replaced_table_are_dropped(data_set: DataSet, store: CountingStore) -> None:
    assert "dim_program" in REFERENCES.reads
    before = data_set.evaluate(REFERENCES)
    write(data_set, store, PROGRAMS, valid_frame(PROGRAMS).head(0))
    assert data_set.results == {}
    after = data_set.evaluate(REFERENCES)
    assert after.observed != before.observed
    assert not after.passed


def test_a_missing_table_is_looked_for_again(data_set: DataSet, store: CountingStore) -> None:
    with pytest.raises(MissingTable):
        data_set.read("dim_lha")
    areas = TABLES["dim_lha"]
    store.write(areas, valid_frame(areas))
    assert len(data_set.read("dim_lha")) == len(valid_frame(areas))


def test_release_frees_what_gates_computed_and_keeps_tables_and_results(
    data_set: DataSet, store: CountingStore
) -> None:
    result = data_set.evaluate(KEYS)
    first, again = (data_set.tables.cached("a sum", object) for _ in range(2))
    assert first is again
    data_set.release()
    assert data_set.tables.cached("a sum", object) is not first
    assert data_set.results == {KEYS.full_name: result}
    data_set.read("dim_program")
    assert store.inspected == ["dim_program"]
