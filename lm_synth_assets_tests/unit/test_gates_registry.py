"""The gates as a whole: named, described, satisfied by good data, and each shown to catch its damage."""

from collections import Counter
from pathlib import Path

import pytest

from lm_synth_assets.config import Region
from lm_synth_assets.gates.checks import all_gates
from lm_synth_assets.gates.gate import GATES, Gate
from lm_synth_assets.gates.structure import STRUCTURAL_GATES
from lm_synth_assets.schema import TABLES, foreign_keys
from lm_synth_assets_tests.datasets import Tables

EACH_GATE = pytest.mark.parametrize("gate", all_gates(), ids=lambda gate: f"{gate.table}.{gate.name}")


@EACH_GATE
def test_good_data_passes_with_only_the_tables_that_the_gate_names(
    gate: Gate, tables: Tables, region: Region
) -> None:
    verdict = gate.judge({name: tables[name] for name in (gate.table, *gate.reads)}, region)
    assert verdict.passed, f"{verdict.observed}; expected {verdict.expected}, {verdict.threshold}"
    assert verdict.offending.empty
    assert verdict.expected
    assert verdict.observed


@EACH_GATE
def test_a_gate_leaves_the_data_as_it_is(gate: Gate, tables: Tables, region: Region) -> None:
    before = {name: tables[name].copy() for name in (gate.table, *gate.reads)}
    gate.judge(tables, region)
    assert all(tables[name].equals(frame) for name, frame in before.items())


@EACH_GATE
def test_a_gate_says_in_a_sentence_what_it_protects(gate: Gate) -> None:
    assert gate.description.endswith(".")
    assert gate.table in TABLES
    assert gate.table not in gate.reads
    assert set(gate.reads) <= set(TABLES)


def test_names_are_unique_within_a_table() -> None:
    names = Counter((gate.table, gate.name) for gate in all_gates())
    assert [name for name, count in names.items() if count > 1] == []


def test_every_table_has_its_structural_gates_and_they_block() -> None:
    found = {(gate.table, gate.name) for gate in STRUCTURAL_GATES}
    expected = {(name, gate) for name in TABLES for gate in ("schema", "keys")}
    expected |= {(name, "foreign_keys") for name, table in TABLES.items() if foreign_keys(table)}
    assert found == expected
    assert all(gate.blocking for gate in STRUCTURAL_GATES)


def test_gates_of_one_table_stand_together_in_the_order_of_the_tables() -> None:
    order = [list(TABLES).index(gate.table) for gate in all_gates()]
    assert order == sorted(order)


def test_every_statistical_gate_is_shown_to_catch_damage() -> None:
    here = Path(__file__).parent
    tests = "".join(path.read_text(encoding="utf-8") for path in here.glob("test_gates_*.py"))
    assert [gate.name for gate in GATES if f'judge("{gate.table}", "{gate.name}", ' not in tests] == []
