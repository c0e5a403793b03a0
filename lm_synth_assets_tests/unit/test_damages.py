"""The mutation suite: every gate sees the damage that it is there to catch, and good data pass them all."""

import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import Gate, StoredTables
from lm_synth_assets_tests.damages.damage import Damage
from lm_synth_assets_tests.damages.suite import good, seen_by, whole_suite

GATES = {gate.full_name: gate for gate in all_gates()}


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_undamaged_data_pass(gate: Gate) -> None:
    region, tables = good()
    verdict = gate.evaluate(StoredTables.of(tables), region)
    assert verdict.passed, f"{verdict.observed}; expected {verdict.expected}, {verdict.threshold}"


@pytest.mark.parametrize("damage", whole_suite(), ids=lambda damage: f"{damage.gate}: {damage.words}")
def test_the_gate_sees_it(damage: Damage) -> None:
    assert seen_by(damage, [GATES[damage.gate]]) == [damage.gate]


def test_every_gate_has_its_damage() -> None:
    assert [name for name in GATES if name not in {damage.gate for damage in whole_suite()}] == []


def test_words_tell_damages_apart() -> None:
    words = [damage.words for damage in whole_suite()]
    assert len(set(words)) == len(words)


def test_a_change_leaves_the_good_tables_as_they_are() -> None:
    _, tables = good()
    before = {name: frame.copy() for name, frame in tables.items()}
    for damage in whole_suite():
        damage.change(tables)
    assert all(tables[name].equals(frame) for name, frame in before.items())
