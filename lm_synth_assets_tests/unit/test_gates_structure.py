"""The structural gates see columns, values, keys and references that are not as declared."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.datasets import Tables


def problems(judge: Judge, name: str, damaged: pd.DataFrame) -> list[tuple[str, str, int]]:
    """What the schema gate of a table finds: (column, problem, rows)."""
    verdict = judge(name, "schema", **{name: damaged})
    assert verdict.passed == verdict.offending.empty
    return list(verdict.offending.itertuples(index=False, name=None))


class TestSchema:
    def test_sees_a_missing_column(self, judge: Judge, tables: Tables) -> None:
        found = problems(judge, "dim_site", tables["dim_site"].drop(columns="site_name"))
        assert found == [("(all)", "columns are site_id, site_code, site_type", 12)]

    def test_sees_a_column_too_many(self, judge: Judge, tables: Tables) -> None:
        ((column, problem, _),) = problems(judge, "dim_gender", tables["dim_gender"].assign(extra=1))
        assert (column, problem) == ("(all)", "columns are gender, gender_order, extra")

    def test_sees_columns_in_another_order(self, judge: Judge, tables: Tables) -> None:
        frame = tables["dim_gender"]
        ((column, _, _),) = problems(judge, "dim_gender", frame[frame.columns[::-1]])
        assert column == "(all)"

    @pytest.mark.parametrize(
        ("table", "column", "dtype"),
        [
            ("patients", "lha_id", "float64"),
            ("patients", "expected_ed_rate", "int64"),
            ("ip_stays", "alc_flag", "int8"),
            ("ed_encounters", "arrival_ts", "string"),
        ],
    )
    def test_sees_a_column_of_another_type(
        self, judge: Judge, tables: Tables, table: str, column: str, dtype: str
    ) -> None:
        frame = tables[table].astype({column: dtype})
        assert problems(judge, table, frame) == [(column, f"type is {dtype}", len(frame))]

    @pytest.mark.parametrize(
        ("table", "column", "value", "problem"),
        [
            pytest.param("patients", "dob", None, "is null", id="null"),
            pytest.param(
                "patients", "gender", "female", "is none of Female, Male, Other", id="outside an enumeration"
            ),
            pytest.param(
                "ip_stays",
                "admit_route",
                "walk-in",
                "is none of ED, direct, transfer",
                id="outside a closed list",
            ),
            pytest.param("ed_encounters", "acuity", 0, "is below 1", id="too low"),
            pytest.param("ed_encounters", "acuity", 6, "is above 5", id="too high"),
            pytest.param("ip_stays", "los_days", -0.01, "is below 0", id="negative"),
            pytest.param(
                "patients", "dob", pd.Timestamp("2001-02-03 04:05"), "has a time of day", id="day with a time"
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
        assert problems(judge, table, frame) == [(column, problem, 2)]

    def test_lets_null_be_where_it_may(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ed_encounters"].copy()
        frame.loc[3, ["acuity", "dispo"]] = None
        assert problems(judge, "ed_encounters", frame) == []


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
        assert set(verdict.offending["encounter_id"]) == {6}

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
        assert verdict.offending.index.tolist() == [frame.index[6]]
        assert verdict.offending[column].tolist() == [orphan]
        assert verdict.offending["reference"].tolist() == [reference]

    def test_see_that_the_parents_have_gone(self, judge: Judge, tables: Tables) -> None:
        fewer = tables["patients"].iloc[1_000:]
        verdict = judge("ed_encounters", "foreign_keys", patients=fewer)
        gone = tables["ed_encounters"]["patient_id"] <= "P0001000"
        assert not verdict.passed
        assert len(verdict.offending) == gone.sum()

    def test_let_an_optional_reference_be_null(self, judge: Judge, tables: Tables) -> None:
        frame = tables["ip_stays"].copy()
        frame["ed_encounter_id"] = pd.array([None] * len(frame), dtype="Int64")
        assert judge("ip_stays", "foreign_keys", ip_stays=frame).passed
        assert np.all(frame["ed_encounter_id"].isna())
