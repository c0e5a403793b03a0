"""The structural gates see columns, values, keys and references that are not as declared."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.declared.structure import STRUCTURE
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables

GATES = {(gate.table, gate.name): gate for gate in STRUCTURE}


def problems(judge: Judge, name: str, damaged: pd.DataFrame) -> list[str]:
    """What the schema gate of a table finds."""
    verdict = judge(name, "schema", **{name: damaged})
    assert verdict.passed == verdict.offending.empty
    return [] if verdict.passed else verdict.offending["problem"].tolist()


class TestSchema:
    def test_sees_a_missing_column(self, judge: Judge, tables: Tables) -> None:
        found = problems(judge, "dim_site", tables["dim_site"].drop(columns="site_name"))
        assert found == ["site_name: the column is missing"]

    def test_sees_a_column_too_many(self, judge: Judge, tables: Tables) -> None:
        found = problems(judge, "dim_gender", tables["dim_gender"].assign(extra=1))
        assert found == ["extra: the table has no such column"]

    def test_sees_a_column_of_another_type(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_encounters"].astype({"arrival_ts": "string", "facility_id": "string"})
        assert problems(judge, "ed_encounters", frame) == [
            "facility_id: the type is string where int32 is declared",
            "arrival_ts: the type is string where datetime64[ns] is declared",
        ]

    @pytest.mark.parametrize(
        ("table", "column", "value", "problem"),
        [
            pytest.param("patients", "dob", None, "null and none may be (row 4, 9)", id="null"),
            pytest.param(
                "patients",
                "gender",
                "female",
                "not among Female, Male, Other: 'female' (row 4), 'female' (row 9)",
                id="outside an enumeration",
            ),
            pytest.param(
                "ip_stays",
                "admit_route",
                "walk-in",
                "not among ED, direct, transfer: 'walk-in' (row 4), 'walk-in' (row 9)",
                id="outside a closed list",
            ),
            pytest.param("ed_encounters", "acuity", 0, "below 1: 0 (row 4), 0 (row 9)", id="too low"),
            pytest.param("ed_encounters", "acuity", 6, "above 5: 6 (row 4), 6 (row 9)", id="too high"),
            pytest.param(
                "ip_stays", "los_days", -0.01, "below 0: -0.01 (row 4), -0.01 (row 9)", id="negative"
            ),
            pytest.param(
                "patients",
                "dob",
                pd.Timestamp("2001-02-03 04:05"),
                "not whole days within 1677 to 2262: "
                "2001-02-03 04:05:00 (row 4), 2001-02-03 04:05:00 (row 9)",
                id="day with a time",
            ),
        ],
    )
    def test_sees_a_value_that_may_not_be(
        self, judge: Judge, tables: Tables, table: str, column: str, value: object, problem: str
    ) -> None:
        frame = tables[table].copy()
        if isinstance(frame[column].dtype, pd.CategoricalDtype):
            frame[column] = frame[column].astype(str)
        frame.loc[[3, 8], column] = value
        assert problems(judge, table, frame) == [f"{column}: 2 values are {problem}"]

    def test_lets_null_be_where_it_may(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_encounters"].copy()
        frame.loc[3, ["acuity", "dispo"]] = None
        assert problems(judge, "ed_encounters", frame) == []

    def test_sees_what_was_found_when_the_table_was_read(self, tables: Tables, region: Region) -> None:
        schema = GATES["dim_site", "schema"]
        torn = Inspection(None, ("site_id: the column is missing", "2 more"))
        verdict = schema.evaluate(StoredTables.of({"dim_site": torn}), region)
        assert (verdict.passed, verdict.evaluated) == (False, True)
        assert verdict.offending["problem"].tolist() == list(torn.problems)

    def test_names_a_single_problem_at_once(self, judge: Judge, tables: Tables) -> None:
        verdict = judge("dim_site", "schema", dim_site=tables["dim_site"].drop(columns="site_name"))
        assert verdict.observed == "site_name: the column is missing"


class TestLayout:
    def test_tells_how_a_table_is_laid_out_otherwise(self, tables: Tables, region: Region) -> None:
        stored = Inspection(tables["dim_site"], remarks=("line ends are CRLF", "columns in another order"))
        verdict = GATES["dim_site", "layout"].evaluate(StoredTables.of({"dim_site": stored}), region)
        assert not verdict.passed
        assert verdict.observed == "line ends are CRLF; columns in another order"


class TestKeys:
    def test_sees_a_primary_key_twice(self, judge: Judge, tables: Tables) -> None:
        frame = tables["patients"].copy()
        frame.loc[7, "patient_id"] = frame.loc[2, "patient_id"]
        verdict = judge("patients", "keys", patients=frame)
        assert not verdict.passed
        assert set(verdict.offending["patient_id"]) == {"P0000003"}

    def test_sees_a_repeated_row_in_a_table_in_order(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_encounters"]
        twice = frame.loc[sorted([*frame.index, 5])]
        verdict = judge("ed_encounters", "keys", ed_encounters=twice)
        assert not verdict.passed
        assert verdict.offending["encounter_id"].tolist() == [6, 6]

    def test_sees_a_key_of_several_columns_twice(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_baseline_rates"]
        verdict = judge("ed_baseline_rates", "keys", ed_baseline_rates=pd.concat([frame, frame.iloc[[9]]]))
        assert not verdict.passed
        assert len(verdict.offending) == 2

    def test_sees_a_unique_column_twice(self, judge: Judge, tables: Tables) -> None:
        frame = tables["dim_site"].copy()
        frame.loc[4, "site_code"] = "LM-SNW"
        verdict = judge("dim_site", "keys", dim_site=frame)
        assert not verdict.passed
        assert verdict.offending["site_id"].tolist() == [1, 5]


class TestForeignKeys:
    @pytest.mark.parametrize(
        ("table", "column", "orphan", "reference"),
        [
            ("patients", "lha_id", 13, "lha_id -> dim_lha"),
            ("ed_encounters", "patient_id", "P9999999", "patient_id -> patients"),
            ("ip_stays", "ed_encounter_id", 10_000_000, "ed_encounter_id -> ed_encounters"),
            ("ip_stays", "transfer_from_stay_id", 10_000_000, "transfer_from_stay_id -> ip_stays"),
            ("ip_stays", "subprogram_id", 4, "program_id, subprogram_id -> dim_subprogram"),
        ],
    )
    def test_see_an_orphan(
        self, judge: Judge, tables: Tables, table: str, column: str, orphan: object, reference: str
    ) -> None:
        frame = tables[table].copy()
        frame.loc[frame.index[6], column] = orphan
        verdict = judge(table, "foreign_keys", **{table: frame})
        assert not verdict.passed
        key = primary_key(TABLES[table])
        assert verdict.offending[key].to_numpy().tolist() == frame[key].iloc[[6]].to_numpy().tolist()
        assert verdict.offending[column].tolist() == [orphan]
        assert verdict.offending["reference"].tolist() == [reference]

    def test_see_that_the_parents_have_gone(self, judge: Judge, tables: Tables) -> None:
        fewer = tables["patients"].iloc[1_000:]
        verdict = judge("ed_encounters", "foreign_keys", patients=fewer)
        gone = tables["ed_encounters"]["patient_id"] <= "P0001000"
        assert not verdict.passed
        assert len(verdict.offending) == gone.sum()

    @pytest.mark.parametrize(
        ("table", "column", "parent"),
        [
            ("dim_subprogram", "program_id", "dim_program"),
            ("population_projection", "age_group", "dim_age_group"),
            ("ed_projection", "scenario_id", "dim_scenario"),
        ],
    )
    def test_see_a_parent_that_nothing_refers_to(
        self, judge: Judge, tables: Tables, table: str, column: str, parent: str
    ) -> None:
        frame = tables[table]
        verdict = judge(table, "foreign_keys", **{table: frame[frame[column] != frame[column].iloc[0]]})
        assert not verdict.passed
        assert verdict.offending["reference"].tolist() == [f"{parent} without {table}"]
        assert verdict.offending[column].tolist() == [frame[column].iloc[0]]

    def test_let_a_site_be_nobodys_default(self, judge: Judge, tables: Tables) -> None:
        lhas = tables["dim_lha"].assign(default_site_id=1)
        assert judge("dim_lha", "foreign_keys", dim_lha=lhas.astype({"default_site_id": "int32"})).passed

    def test_let_an_optional_reference_be_null(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ip_stays"].copy()
        frame["ed_encounter_id"] = pd.array([None] * len(frame), dtype="Int64")
        assert judge("ip_stays", "foreign_keys", ip_stays=frame).passed
        assert np.all(frame["ed_encounter_id"].isna())
