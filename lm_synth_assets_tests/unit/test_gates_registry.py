"""The gates as a whole: named, described, satisfied by good data, and each shown to catch its damage."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from lm_synth_assets.errors import UnknownGate
from lm_synth_assets.gates.gate import GATES, Gate, StoredTables, Verdict
from lm_synth_assets.gates.registry import all_gates, chosen_gates
from lm_synth_assets.gates.structure import STRUCTURAL_GATES
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES, foreign_keys
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.support.datasets import Tables

EACH_GATE = pytest.mark.parametrize("gate", all_gates(), ids=lambda gate: f"{gate.table}.{gate.name}")


@EACH_GATE
def test_good_data_passes_with_only_the_tables_that_the_gate_names(
    gate: Gate, tables: Tables, region: Region
) -> None:
    verdict = gate.look(StoredTables.of({name: tables[name] for name in (gate.table, *gate.reads)}), region)
    assert verdict.passed, f"{verdict.observed}; expected {verdict.expected}, {verdict.threshold}"
    assert verdict.offending.empty
    assert verdict.expected
    assert verdict.observed


@EACH_GATE
def test_a_gate_leaves_the_data_as_it_is(gate: Gate, tables: Tables, region: Region) -> None:
    before = {name: tables[name].copy() for name in (gate.table, *gate.reads)}
    gate.look(StoredTables.of(tables), region)
    assert all(tables[name].equals(frame) for name, frame in before.items())


@EACH_GATE
def test_a_gate_says_in_a_sentence_what_it_protects(gate: Gate, region: Region) -> None:
    assert gate.description.endswith(".")
    assert gate.formula
    assert gate.stated_threshold(region)
    assert gate.table in TABLES
    assert gate.table not in gate.reads
    assert set(gate.reads) <= set(TABLES)


def test_names_are_unique_within_a_table() -> None:
    names = Counter((gate.table, gate.name) for gate in all_gates())
    assert [name for name, count in names.items() if count > 1] == []


def test_every_table_has_its_structural_gates_and_they_block() -> None:
    found = {(gate.table, gate.name) for gate in STRUCTURAL_GATES}
    expected = {(name, gate) for name in TABLES for gate in ("schema", "layout", "keys")}
    expected |= {(name, "foreign_keys") for name, table in TABLES.items() if foreign_keys(table)}
    assert found == expected
    assert {gate.name for gate in STRUCTURAL_GATES if not gate.blocking} == {"layout"}


@EACH_GATE
def test_a_gate_judges_whatever_it_is_given(gate: Gate, tables: Tables, region: Region) -> None:
    nothing = StoredTables.of({name: tables[name].iloc[:0] for name in (gate.table, *gate.reads)})
    assert gate.look(nothing, region).judged


@EACH_GATE
def test_a_gate_does_not_judge_what_cannot_be_read(gate: Gate, tables: Tables, region: Region) -> None:
    torn = StoredTables.of(tables | {gate.table: Inspection(None, ("torn",))})
    verdict = gate.look(torn, region)
    assert not verdict.passed
    if gate.name != "schema":
        assert not verdict.judged
        assert (
            verdict.observed
            == f"not judged: {gate.table} cannot be read as declared (see {gate.table}.schema)"
        )


def test_an_error_in_a_gate_is_a_finding(tables: Tables, region: Region) -> None:
    def broken(tables: object, region: object) -> Verdict:
        raise ZeroDivisionError("division by zero")

    gate = replace(GATES[0], judge=broken)
    verdict = gate.look(StoredTables.of(tables), region)
    assert (verdict.passed, verdict.judged) == (False, False)
    assert verdict.observed == "not judged: such data cannot be judged (ZeroDivisionError: division by zero)"


class TestChoosing:
    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("patients.marginals", {"patients.marginals"}),
            ("marginals", {"patients.marginals"}),
            ("dim_gender.k*", {"dim_gender.keys"}),
        ],
    )
    def test_takes_a_gate_with_or_without_its_table(self, pattern: str, expected: set[str]) -> None:
        assert {gate.full_name for gate in chosen_gates(all_gates(), [pattern])} == expected

    def test_takes_all_of_a_table(self) -> None:
        chosen = chosen_gates(all_gates(), ["ip_stays"])
        assert chosen == [gate for gate in all_gates() if gate.table == "ip_stays"]

    def test_takes_one_gate_of_all_tables(self) -> None:
        assert len(chosen_gates(all_gates(), ["keys"])) == len(TABLES)

    def test_adds_up_and_keeps_the_order(self) -> None:
        names = [gate.full_name for gate in chosen_gates(all_gates(), ["ip_stays.keys", "dim_site.keys"])]
        assert names == ["dim_site.keys", "ip_stays.keys"]

    def test_takes_all_where_nothing_is_named(self) -> None:
        assert chosen_gates(all_gates(), []) == all_gates()

    def test_refuses_a_name_that_no_gate_has(self) -> None:
        with pytest.raises(UnknownGate, match="no gate is called 'patient'; name a table"):
            chosen_gates(all_gates(), ["patients", "patient"])


def test_gates_of_one_table_stand_together_in_the_order_of_the_tables() -> None:
    order = [list(TABLES).index(gate.table) for gate in all_gates()]
    assert order == sorted(order)


def test_every_statistical_gate_is_shown_to_catch_damage() -> None:
    here = Path(__file__).parent
    tests = "".join(path.read_text(encoding="utf-8") for path in here.glob("test_gates_*.py"))
    # However the call is broken into lines.
    calls = re.sub(r"\(\s+", "(", re.sub(r"\s+", " ", tests))
    assert [gate.name for gate in GATES if f'judge("{gate.table}", "{gate.name}", ' not in calls] == []
