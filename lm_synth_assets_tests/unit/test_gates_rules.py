"""Exact rules as SQL: complete queries that say what they protect, and verdicts that count every breach."""

import re
import subprocess
import sys
from importlib.resources import files

import duckdb
import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.rules.rule import RULES, evaluate, sql_of
from lm_synth_assets.gates.sql import query
from lm_synth_assets.model.flows import receiving_sites
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.identifiers import subprogram_key
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.damages.damage import edited
from lm_synth_assets_tests.support.datasets import Tables, retuned

EACH_RULE = pytest.mark.parametrize("name", RULES)
GATES = {gate.rule: gate for gate in all_gates() if gate.rule}


def test_every_rule_is_a_gate_and_every_sql_file_a_rule() -> None:
    assert set(GATES) == set(RULES)
    written = {file.name for file in files("lm_synth_assets.gates.rules").iterdir() if ".sql" in file.name}
    assert written == {f"{name}.sql" for name, rule in RULES.items() if not rule.sql}


@EACH_RULE
def test_a_rule_reads_the_tables_that_it_and_its_gate_name(name: str, region: Region) -> None:
    read = set(re.findall(r"(?:FROM|JOIN) (\w+)", sql_of(name, region))) & set(TABLES)
    assert read == set(RULES[name].tables)
    gate = GATES[name]
    assert read == {gate.table, *gate.reads}


@EACH_RULE
def test_its_sql_begins_with_what_it_protects_and_ends_with_the_order_of_its_rows(
    name: str, region: Region
) -> None:
    lines = sql_of(name, region).splitlines()
    comment = " ".join(line.removeprefix("-- ") for line in lines if line.startswith("-- "))
    assert lines[-1].startswith("ORDER BY ")
    assert comment.endswith(".")
    if not RULES[name].sql:
        assert comment.startswith(GATES[name].description)


@EACH_RULE
def test_its_sql_is_complete(name: str, region: Region) -> None:
    assert "{" not in sql_of(name, region)


def test_all_breaches_are_counted_and_shown_in_an_order_that_is_not_that_of_the_table(
    judge: Judge, tables: Tables
) -> None:
    stays = tables["ip_stays"]
    damaged = edited(stays, stays.index[::7], los_days=0.01)
    verdicts = [
        judge("ip_stays", "length_of_stay", ip_stays=frame) for frame in (damaged, damaged.iloc[::-1])
    ]
    for verdict in verdicts:
        assert verdict.observed == f"{len(stays.iloc[::7]):,} of {len(stays):,} rows"
        assert verdict.offending["stay_id"].tolist() == sorted(stays["stay_id"].iloc[::7])


def test_numbers_stay_whole_where_some_are_missing(judge: Judge, tables: Tables) -> None:
    stays = tables["ip_stays"]
    verdict = judge("ip_stays", "length_of_stay", ip_stays=stays.assign(los_days=0.01))
    assert verdict.offending["ed_encounter_id"].isna().any()
    assert verdict.offending["ed_encounter_id"].dtype == pd.Int64Dtype()


def test_patients_are_referred_where_the_model_sends_them(tables: Tables, region: Region) -> None:
    """A first stay at any other site than the model's breaks the rule, for each home and subprogram."""
    units = units_of(region)
    home, unit = (axis.ravel() for axis in np.indices(receiving_sites(region, units).shape))
    stays = tables["ip_stays"].iloc[[0] * len(home)].reset_index(drop=True)
    stays = stays.assign(
        stay_id=np.arange(1, len(home) + 1),
        patient_id=pd.array([f"P{index:07}" for index in range(len(home))], dtype="string[pyarrow]"),
        facility_id=(receiving_sites(region, units)[home, unit] + 1).astype("int32"),
        subprogram_key=[
            subprogram_key(units[index].program_id, units[index].subprogram_id) for index in unit
        ],
        ed_encounter_id=pd.array([None] * len(home), dtype="Int64"),
        transfer_from_stay_id=pd.array([None] * len(home), dtype="Int64"),
    )
    patients = tables["patients"].iloc[[0] * len(home)].reset_index(drop=True)
    patients = patients.assign(patient_id=stays["patient_id"], facility_home_id=(home + 1).astype("int32"))
    stored = tables | {"patients": patients, "ip_stays": stays}
    assert evaluate("admitted_where_referred", StoredTables.of(stored), region).passed
    stored["ip_stays"] = stays.assign(facility_id=stays["facility_id"] % len(region.sites) + 1)
    verdict = evaluate("admitted_where_referred", StoredTables.of(stored), region)
    assert len(verdict.offending) == len(stays)


def test_patients_whom_no_subprogram_takes_may_be_in_any(
    judge: Judge, region: Region, tables: Tables
) -> None:
    """Nobody under five is expected to have a stay, so those who come through the ED are put anywhere."""
    nothing = {"Female": 0.0, "Male": 0.0, "Other": 0.0}
    rates = {gender: {"0-4": rate} for gender, rate in nothing.items()}
    tuned = retuned(region, {"inpatient": {"stays_per_1000": rates}})
    patients = tables["patients"]
    infant = patients.loc[patients["age_group"] == "0-4", "patient_id"].iloc[0]
    stays = edited(tables["ip_stays"], [0], patient_id=infant, subprogram_key=103)
    stored = StoredTables.of(tables | {"ip_stays": stays})
    assert evaluate("age_and_sex_fit", stored, tuned).passed
    assert not judge("ip_stays", "age_and_sex_fit", ip_stays=stays).passed


def test_the_database_of_a_data_set_ends_with_it() -> None:
    """Python ends without a word, even where a data set lives until the end."""
    code = (
        "from lm_synth_assets.gates.gate import StoredTables\n"
        "from lm_synth_assets.gates.rules.rule import evaluate\n"
        "from lm_synth_assets.region.files import load_region\n"
        "from lm_synth_assets_tests.support.datasets import make_tables\n"
        "region = load_region().with_run(patients=100)\n"
        "tables = StoredTables.of(make_tables(region))\n"
        "print(evaluate('routes', tables, region).passed)\n"
        # Something that Python never frees, as a test session does, holds the data set.
        "import ctypes; ctypes.pythonapi.Py_IncRef(ctypes.py_object(tables))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_what_is_not_a_table_of_the_data_set_is_not_there(tables: Tables) -> None:
    with pytest.raises(duckdb.CatalogException):
        query("SELECT * FROM patients", dim_site=tables["dim_site"])
