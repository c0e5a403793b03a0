"""The gates as a whole: named, described, satisfied by good data, and each shown to catch its damage."""

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from importlib import import_module
from inspect import isfunction, signature
from pathlib import Path
from pkgutil import iter_modules

import pytest

from lm_synth_assets.errors import UnknownGate
from lm_synth_assets.gates import statistics
from lm_synth_assets.gates.catalogue import GATES, all_gates, chosen_gates
from lm_synth_assets.gates.declared.structure import STRUCTURE
from lm_synth_assets.gates.gate import Gate, StoredTables
from lm_synth_assets.region.fields import config_fields
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES, foreign_keys
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.support.datasets import Tables

EACH_GATE = pytest.mark.parametrize("gate", all_gates(), ids=lambda gate: f"{gate.table}.{gate.name}")


@EACH_GATE
def test_good_data_passes_with_only_the_tables_that_the_gate_names(
    gate: Gate, tables: Tables, region: Region
) -> None:
    verdict = gate.evaluate(
        StoredTables.of({name: tables[name] for name in (gate.table, *gate.reads)}), region
    )
    assert verdict.passed, f"{verdict.observed}; expected {verdict.expected}, {verdict.threshold}"
    assert verdict.offending.empty
    assert verdict.expected
    assert verdict.observed


@EACH_GATE
def test_a_gate_leaves_the_data_as_it_is(gate: Gate, tables: Tables, region: Region) -> None:
    before = {name: tables[name].copy() for name in (gate.table, *gate.reads)}
    gate.evaluate(StoredTables.of(tables), region)
    assert all(tables[name].equals(frame) for name, frame in before.items())


@EACH_GATE
def test_a_gate_says_in_a_sentence_what_it_protects(gate: Gate, region: Region) -> None:
    assert gate.description.endswith(".")
    assert gate.formula
    assert gate.stated_threshold(region)
    assert gate.table in TABLES
    assert gate.table not in gate.reads
    assert set(gate.reads) <= set(TABLES)


ONLY_BROKEN_BY_CHANGES = {
    "dim_age_group.as_configured",
    "dim_gender.as_configured",
    "dim_ed_subservice.as_configured",
    "ed_encounters.visits_match_patients",
    "ed_encounters.primary_subservice",
    "ed_encounters.visits_at_home_facility",
    "ed_encounters.one_visit_at_a_time",
    "ed_encounters.no_visit_after_death",
    "ip_stays.admissions_have_stays",
    "ip_stays.routes",
    "ip_stays.one_place_at_a_time",
    "dataset_contents.tables_as_listed",
    "dataset_contents.nothing_besides",
    "dataset_contents.made_from_this_run",
    "dataset_manifest.follows_from_its_run",
    "dataset_manifest.describes_these_tables",
}
"""Gates that hold whatever is configured, beside those of structure."""


@pytest.mark.parametrize("gate", all_gates(fidelity=True), ids=lambda gate: gate.full_name)
def test_a_gate_names_the_keys_of_the_configuration_that_decide(gate: Gate) -> None:
    fields = {field.path: field for field in config_fields()}
    sections = {path[:length] for path in fields for length in range(1, len(path) + 1)}
    for key in gate.keys:
        path = tuple(key.split("."))
        is_entry = path[:-1] in fields and fields[path[:-1]].limits.startswith("by ")
        assert path in sections or is_entry, key
    always_holds = gate in STRUCTURE or gate.full_name in ONLY_BROKEN_BY_CHANGES
    assert bool(gate.decided_by) != always_holds


def test_the_thresholds_of_a_gate_are_among_the_keys_that_decide() -> None:
    [medians] = chosen_gates(all_gates(), ["los_medians"])
    assert medians.keys[:2] == ("gates.los_median_tolerance_pct", "gates.standard_errors")
    assert "inpatient.los_floor_days" in medians.keys
    [care] = chosen_gates(all_gates(), ["cross_lha_care"])
    assert care.keys == (
        "gates.cross_lha_pct",
        "lhas.<LHA>.default_site",
        "lhas.<LHA>.leaves_pct",
        "lhas.<LHA>.goes_to",
    )


def test_names_are_unique_within_a_table() -> None:
    names = Counter((gate.table, gate.name) for gate in all_gates())
    assert [name for name, count in names.items() if count > 1] == []


def test_every_gate_names_what_evaluates_it() -> None:
    for gate in all_gates(fidelity=True):
        assert callable(gate.resolve())
        assert bool(gate.function) != bool(gate.rule), gate.full_name


def test_every_function_that_evaluates_a_gate_is_declared() -> None:
    """No function that gives a verdict on tables and a region is left out of the catalogue."""
    functions = {
        f"statistics.{module.name}:{name}"
        for module in iter_modules(statistics.__path__)
        for name, function in vars(import_module(f"{statistics.__name__}.{module.name}")).items()
        if isfunction(function)
        and function.__module__ == f"{statistics.__name__}.{module.name}"
        and not name.startswith("_")
        and [*signature(function).parameters][-2:] == ["tables", "region"]
        and signature(function).return_annotation == "Verdict"
    }
    declared = {gate.function for gate in all_gates(fidelity=True)}
    assert functions == {function for function in declared if function.startswith("statistics.")}


def test_declarations_load_nothing_heavy() -> None:
    code = """import sys
from lm_synth_assets.gates import statistics
from lm_synth_assets.gates.catalogue import all_gates
all_gates(fidelity=True)
print({"numpy", "pandas", "pyarrow", "scipy", "duckdb", "dagster"} & set(sys.modules))"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def test_every_table_has_its_structural_gates_and_they_block() -> None:
    found = {(gate.table, gate.name) for gate in STRUCTURE}
    expected = {(name, gate) for name in TABLES for gate in ("schema", "layout", "keys")}
    expected |= {(name, "foreign_keys") for name, table in TABLES.items() if foreign_keys(table)}
    assert found == expected
    assert {gate.name for gate in STRUCTURE if not gate.blocking} == {"layout"}


@EACH_GATE
def test_a_gate_is_evaluated_on_whatever_it_is_given(gate: Gate, tables: Tables, region: Region) -> None:
    nothing = StoredTables.of({name: tables[name].iloc[:0] for name in (gate.table, *gate.reads)})
    assert gate.evaluate(nothing, region).evaluated


@EACH_GATE
def test_a_gate_is_not_evaluated_on_what_cannot_be_read(gate: Gate, tables: Tables, region: Region) -> None:
    torn = StoredTables.of(tables | {gate.table: Inspection(None, ("torn",))})
    verdict = gate.evaluate(torn, region)
    assert not verdict.passed
    if gate.name != "schema":
        assert not verdict.evaluated
        assert (
            verdict.observed
            == f"not evaluated: {gate.table} cannot be read as declared (see {gate.table}.schema)"
        )


def test_an_error_in_a_gate_is_a_finding(tables: Tables, region: Region) -> None:
    gate = replace(GATES[0], arguments=("no_such_table",))
    verdict = gate.evaluate(StoredTables.of(tables), region)
    assert (verdict.passed, verdict.evaluated) == (False, False)
    assert verdict.observed == (
        "not evaluated: such data cannot be evaluated; first mend what schema and keys report "
        "(KeyError: 'no_such_table')"
    )


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
    gates = [gate for gate in GATES if gate not in STRUCTURE]
    assert [gate.name for gate in gates if f'judge("{gate.table}", "{gate.name}", ' not in calls] == []
