"""The gates on dimensions see too many or few rows, rows that are not as configured, and a wrong calendar."""

import pandas as pd
import pytest

from lm_synth_assets.gates.catalogue import all_gates, chosen_gates
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.tables.dim_date import dim_date as dates
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.damages.damage import edited
from lm_synth_assets_tests.support.datasets import Tables, retuned


class TestRowCount:
    def test_counts_every_table_that_has_a_number_agreed_upon(self, judge: Judge, tables: Tables) -> None:
        def shorter(name: str) -> pd.DataFrame:
            return tables[name].iloc[1:]

        verdicts = [
            judge("dim_site", "row_count", dim_site=shorter("dim_site")),
            judge("dim_program", "row_count", dim_program=shorter("dim_program")),
            judge("dim_subprogram", "row_count", dim_subprogram=shorter("dim_subprogram")),
            judge("dim_lha", "row_count", dim_lha=shorter("dim_lha")),
            judge("dim_age_group", "row_count", dim_age_group=shorter("dim_age_group")),
            judge("dim_gender", "row_count", dim_gender=shorter("dim_gender")),
            judge("dim_ed_subservice", "row_count", dim_ed_subservice=shorter("dim_ed_subservice")),
        ]
        assert not any(verdict.passed for verdict in verdicts)
        assert [(verdict.expected, verdict.observed) for verdict in verdicts] == [
            ("12 rows", "11 rows"),
            ("16 rows", "15 rows"),
            ("48 rows", "47 rows"),
            ("12 rows", "11 rows"),
            ("8 rows", "7 rows"),
            ("3 rows", "2 rows"),
            ("3 rows", "2 rows"),
        ]

    def test_follows_what_the_configuration_lists(self, region: Region, tables: Tables) -> None:
        fewer = retuned(region, {"lhas": {"Riverbend": None}})
        (gate,) = chosen_gates(all_gates(), ["dim_lha.row_count"])
        verdict = gate.evaluate(StoredTables.of(tables), fewer)
        assert (verdict.passed, verdict.expected, verdict.observed) == (False, "11 rows", "12 rows")


class TestAsConfigured:
    def test_names_two_facilities_that_are_swapped(self, judge: Judge, tables: Tables) -> None:
        swapped = tables["dim_site"].assign(site_id=tables["dim_site"]["site_id"].replace({3: 4, 4: 3}))
        verdict = judge("dim_site", "as_configured", dim_site=swapped)
        assert not verdict.passed
        assert verdict.observed == "2 rows differ: site_id 3, 4"
        assert verdict.offending[["site_id", "found"]].to_numpy().tolist() == [
            [3, "stored"],
            [3, "configured"],
            [4, "stored"],
            [4, "configured"],
        ]

    def test_names_a_few_of_many(self, judge: Judge, tables: Tables) -> None:
        renamed = tables["dim_program"].assign(program_name="Program")
        verdict = judge("dim_program", "as_configured", dim_program=renamed)
        assert verdict.observed == "16 rows differ: program_id 1, 2, 3, ..."

    def test_names_keys_of_several_columns(self, judge: Judge, tables: Tables) -> None:
        moved = edited(tables["dim_subprogram"], 4, care_setting="ambulatory")
        verdict = judge("dim_subprogram", "as_configured", dim_subprogram=moved)
        assert verdict.observed == "1 row differs: program_id, subprogram_id 2-2"

    def test_sees_a_default_site_moved(self, judge: Judge, tables: Tables) -> None:
        moved = edited(tables["dim_lha"], 8, default_site_id=7)
        assert judge("dim_lha", "as_configured", dim_lha=moved).observed == "1 row differs: lha_id 9"

    def test_sees_the_limit_of_an_age_group_moved(self, judge: Judge, tables: Tables) -> None:
        moved = edited(tables["dim_age_group"], 5, last_age=75)
        verdict = judge("dim_age_group", "as_configured", dim_age_group=moved)
        assert verdict.observed == "1 row differs: age_group 65-74"

    def test_sees_another_order(self, judge: Judge, tables: Tables) -> None:
        genders = tables["dim_gender"].assign(gender_order=[3, 2, 1])
        services = tables["dim_ed_subservice"].assign(ed_subservice_order=[1, 3, 2])
        assert not judge("dim_gender", "as_configured", dim_gender=genders).passed
        assert not judge("dim_ed_subservice", "as_configured", dim_ed_subservice=services).passed

    def test_sees_a_multiplier_in_its_last_digit(self, judge: Judge, tables: Tables) -> None:
        off = edited(tables["dim_scenario"], 2, ed_rate_multiplier=1.1001)
        assert not judge("dim_scenario", "as_configured", dim_scenario=off).passed

    @pytest.mark.parametrize("row", [0, 200])
    def test_sees_a_row_missing(self, judge: Judge, tables: Tables, row: int) -> None:
        lost = tables["program_coverage"].drop(index=row)
        verdict = judge("program_coverage", "as_configured", program_coverage=lost)
        assert not verdict.passed
        assert verdict.offending["found"].tolist() == ["configured"]

    def test_sees_a_row_besides(self, judge: Judge, tables: Tables) -> None:
        frame = tables["program_coverage"]
        besides = pd.concat([frame, frame.head(1).assign(site_id=99)])
        verdict = judge("program_coverage", "as_configured", program_coverage=besides)
        assert verdict.offending["found"].tolist() == ["stored"]

    def test_sees_a_row_twice(self, judge: Judge, tables: Tables) -> None:
        frame = tables["program_coverage"]
        verdict = judge(
            "program_coverage", "as_configured", program_coverage=pd.concat([frame, frame.head(1)])
        )
        assert not verdict.passed

    def test_lets_rows_be_in_any_order(self, judge: Judge, tables: Tables) -> None:
        assert judge("dim_site", "as_configured", dim_site=tables["dim_site"].iloc[::-1]).passed


class TestContiguousDays:
    @pytest.mark.parametrize("day", ["2024-01-01", "2028-02-29", "2035-12-31"])
    def test_sees_a_day_missing(self, judge: Judge, tables: Tables, day: str) -> None:
        frame = tables["dim_date"]
        frame = frame[frame["date"] != pd.Timestamp(day)]
        verdict = judge("dim_date", "contiguous_days", dim_date=frame)
        assert not verdict.passed
        assert verdict.observed == "4,382 days: 1 missing, 0 extra"
        assert verdict.offending.to_numpy().tolist() == [[pd.Timestamp(day), "missing"]]

    def test_sees_days_twice_and_days_beyond(self, judge: Judge, tables: Tables) -> None:
        frame = tables["dim_date"]
        beyond = frame.tail(1).assign(date=pd.Timestamp("2036-01-01"))
        verdict = judge("dim_date", "contiguous_days", dim_date=pd.concat([frame, frame.head(2), beyond]))
        assert not verdict.passed
        assert verdict.offending["found"].tolist() == ["extra"] * 3


class TestCalendarParts:
    @pytest.mark.parametrize(
        "column",
        [
            *("year", "quarter", "month", "day", "iso_year", "iso_week", "day_of_week"),
            *("fiscal_quarter", "fiscal_month", "fiscal_period"),
        ],
    )
    def test_sees_a_number_off_by_one(self, judge: Judge, tables: Tables, column: str) -> None:
        frame = edited(tables["dim_date"], 1000, **{column: tables["dim_date"][column][1000] + 1})
        verdict = judge("dim_date", "calendar_parts", dim_date=frame)
        assert not verdict.passed
        assert verdict.observed == f"1 of 4,383 days differ: {column}"
        assert verdict.offending["date"].tolist() == [frame.loc[1000, "date"]]

    @pytest.mark.parametrize(
        ("column", "value"),
        [("month_name", "Juni"), ("day_name", "Fri"), ("fiscal_year", "2026/2027"), ("is_weekend", True)],
    )
    def test_sees_another_word(self, judge: Judge, tables: Tables, column: str, value: object) -> None:
        day = tables["dim_date"].index[tables["dim_date"]["date"] == "2026-06-12"]
        frame = edited(tables["dim_date"], day, **{column: value})
        verdict = judge("dim_date", "calendar_parts", dim_date=frame)
        assert verdict.observed == f"1 of 4,383 days differ: {column}"

    def test_sees_a_holiday_that_is_none(self, judge: Judge, tables: Tables) -> None:
        day = tables["dim_date"].index[tables["dim_date"]["date"] == "2026-12-26"]
        frame = edited(tables["dim_date"], day, is_holiday=True, holiday_name="Boxing Day")
        verdict = judge("dim_date", "calendar_parts", dim_date=frame)
        assert not verdict.passed
        assert set(verdict.observed.partition(": ")[2].split(", ")) == {"is_holiday", "holiday_name"}

    @pytest.mark.parametrize("anchor", range(1, 8))
    @pytest.mark.parametrize(("start_year", "years"), [(1950, 10), (2000, 1), (2099, 3)])
    def test_agrees_with_every_calendar(
        self, region: Region, anchor: int, start_year: int, years: int
    ) -> None:
        tuned = retuned(region, {"calendar": {"fiscal_anchor_weekday": anchor}})
        tuned = tuned.with_run(start_year=start_year, years=years)
        stored = StoredTables.of({"dim_date": enforce(TABLES["dim_date"], dates(tuned))})
        gates = chosen_gates(all_gates(), ["dim_date.calendar_parts", "dim_date.contiguous_days"])
        assert [gate.name for gate in gates if not gate.evaluate(stored, tuned).passed] == []
