"""The fidelity gates pass what any seed makes, at any size, and see what sets data apart from a replicate."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.cli import main as cli
from lm_synth_assets.errors import FidelityUnavailable
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.declared import fidelity
from lm_synth_assets.gates.declared.fidelity import available, fidelity_gates, require_sdmetrics
from lm_synth_assets.gates.gate import Gate, StoredTables, Verdict
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets_tests.support.datasets import Tables, make_tables

GATES = {gate.full_name: gate for gate in fidelity_gates()}
EACH_GATE = pytest.mark.parametrize("gate", GATES.values(), ids=GATES)

Damage = Callable[[pd.DataFrame], pd.DataFrame]


def evaluate(gate: Gate, tables: Tables, region: Region) -> Verdict:
    """The verdict on the tables that the gate names."""
    return gate.evaluate(StoredTables.of({name: tables[name] for name in (gate.table, *gate.reads)}), region)


def shuffled(*columns: str) -> Damage:
    """Deal some columns' values, together, out to other rows."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        order = np.random.default_rng(1).permutation(len(frame))
        return frame.assign(**{name: frame[name].array.take(order) for name in columns})

    return change


def twenty_years_older(patients: pd.DataFrame) -> pd.DataFrame:
    return patients.assign(dob=patients["dob"] - pd.Timedelta(days=7305))


def all_as_long(visits: pd.DataFrame) -> pd.DataFrame:
    lasting = (visits["departure_ts"] - visits["arrival_ts"]).mean()
    return visits.assign(departure_ts=visits["arrival_ts"] + lasting)


def twice_as_long(stays: pd.DataFrame) -> pd.DataFrame:
    return stays.assign(los_days=stays["los_days"] * 2)


class TestGoodData:
    @pytest.mark.parametrize(("patients", "seed"), [(1_000, 1), (1_000, 2**63 - 1), (5_000, 42)])
    def test_passes_at_any_size_with_any_seed(self, region: Region, patients: int, seed: int) -> None:
        run = region.with_run(patients=patients, seed=seed)
        tables = make_tables(run)
        before = {name: frame.copy() for name, frame in tables.items()}
        verdicts = {name: evaluate(gate, tables, run) for name, gate in GATES.items()}
        assert [
            name for name, verdict in verdicts.items() if not verdict.passed or len(verdict.offending)
        ] == []
        assert all(tables[name].equals(frame) for name, frame in before.items())

    def test_passes_where_only_some_of_the_patients_are_compared(
        self, region: Region, tables: Tables
    ) -> None:
        some = region.with_thresholds(fidelity_patients=1_000)
        verdicts = [evaluate(gate, tables, some) for gate in GATES.values()]
        assert all(verdict.passed for verdict in verdicts)
        # As strict as 1,000 patients allow: 0.02 and five times 0.3 sqrt(2 / 1,000).
        assert verdicts[0].threshold == "less by at most 0.087"


DAMAGE = {
    "patients.column_shapes": (twenty_years_older, "age"),
    "patients.column_pair_trends": (shuffled("facility_home_id"), "lha_id x facility_home_id"),
    "patients.detection": (shuffled("ed_visits_year"), "all columns"),
    "ed_encounters.column_shapes": (all_as_long, "minutes"),
    "ed_encounters.column_pair_trends": (shuffled("ed_subservice"), "ed_subservice x age_group"),
    "ed_encounters.detection": (shuffled("acuity"), "all columns"),
    "ip_stays.column_shapes": (twice_as_long, "los_days"),
    "ip_stays.column_pair_trends": (
        shuffled("program_id", "subprogram_id", "subprogram_key"),
        "subprogram_key x age_group",
    ),
    "ip_stays.detection": (twice_as_long, "all columns"),
}
"""By gate, a damage that it sees, and what it names."""


class TestDamage:
    @EACH_GATE
    def test_is_seen_and_named(self, gate: Gate, tables: Tables, region: Region) -> None:
        damage, named = DAMAGE[gate.full_name]
        verdict = evaluate(gate, tables | {gate.table: damage(tables[gate.table])}, region)
        assert not verdict.passed
        assert named in verdict.offending["of"].tolist()
        worst = verdict.offending.loc[
            (verdict.offending["expected"] - verdict.offending["observed"]).idxmax()
        ]
        assert verdict.observed.startswith(f"{worst['observed']:.3f} ({worst['of']})")

    def test_a_classifier_sees_visits_that_all_last_as_long(self, tables: Tables, region: Region) -> None:
        alike = tables | {"ed_encounters": all_as_long(tables["ed_encounters"])}
        assert not evaluate(GATES["ed_encounters.detection"], alike, region).passed

    def test_shuffling_a_column_leaves_its_shape(self, tables: Tables, region: Region) -> None:
        dealt = tables | {"patients": shuffled("facility_home_id")(tables["patients"])}
        assert evaluate(GATES["patients.column_shapes"], dealt, region).passed

    @pytest.mark.parametrize("aspect", ["column_shapes", "column_pair_trends", "detection"])
    def test_a_category_that_no_replicate_has_is_seen(
        self, aspect: str, tables: Tables, region: Region
    ) -> None:
        stays = tables["ip_stays"].assign(subprogram_key=9_999)
        assert not evaluate(GATES[f"ip_stays.{aspect}"], tables | {"ip_stays": stays}, region).passed

    def test_missing_values_are_seen(self, tables: Tables, region: Region) -> None:
        visits = tables["ed_encounters"].copy()
        visits.loc[visits.index[::5], "acuity"] = pd.NA
        verdict = evaluate(GATES["ed_encounters.column_shapes"], tables | {"ed_encounters": visits}, region)
        assert verdict.offending["of"].tolist() == ["acuity"]

    def test_a_trend_that_lies_below_a_long_tail_is_seen(self, tables: Tables, region: Region) -> None:
        visits = tables["ed_encounters"]
        lasting = (visits["departure_ts"] - visits["arrival_ts"]).sample(frac=1, random_state=1)
        dealt = visits.assign(departure_ts=visits["arrival_ts"] + lasting.to_numpy())
        verdict = evaluate(
            GATES["ed_encounters.column_pair_trends"], tables | {"ed_encounters": dealt}, region
        )
        assert "ed_subservice x minutes" in verdict.offending["of"].tolist()

    def test_what_moves_between_neighbouring_categories_adds_up(self, tables: Tables, region: Region) -> None:
        patients = tables["patients"].copy()
        moved = patients.index[(patients["lha_id"] % 2 == 1) & (patients.index % 4 == 0)]
        patients.loc[moved, "lha_id"] += 1
        verdict = evaluate(GATES["patients.column_shapes"], tables | {"patients": patients}, region)
        assert verdict.offending["of"].tolist() == ["lha_id"]


class TestNothingToCompare:
    @EACH_GATE
    def test_is_no_pass(self, gate: Gate, tables: Tables, region: Region) -> None:
        verdict = evaluate(gate, tables | {gate.table: tables[gate.table].iloc[:0]}, region)
        assert not verdict.passed
        assert verdict.evaluated

    @pytest.mark.parametrize("aspect", ["column_shapes", "column_pair_trends", "detection"])
    def test_two_tables_without_rows_are_not_alike(self, aspect: str, region: Region) -> None:
        one = region.with_run(patients=1).with_thresholds(standard_errors=0.1)
        tables = make_tables(one)
        assert tables["ip_stays"].empty
        assert not evaluate(GATES[f"ip_stays.{aspect}"], tables, one).passed

    def test_a_column_without_values_has_no_score_and_fails(self, tables: Tables, region: Region) -> None:
        stays = tables["ip_stays"].assign(los_days=np.nan)
        verdict = evaluate(GATES["ip_stays.column_shapes"], tables | {"ip_stays": stays}, region)
        assert verdict.offending["of"].tolist() == ["los_days"]
        assert verdict.observed.startswith("nan (los_days)")

    def test_pairs_that_chance_decides_are_told_and_not_averaged(self, region: Region) -> None:
        few = region.with_run(patients=10)
        verdict = evaluate(GATES["patients.column_pair_trends"], make_tables(few), few)
        assert verdict.passed
        assert verdict.observed.endswith(" of 28 not compared")


class TestChance:
    def test_has_no_part_in_a_verdict(self, tables: Tables, region: Region) -> None:
        dealt = tables | {"ed_encounters": shuffled("acuity")(tables["ed_encounters"])}
        gate = GATES["ed_encounters.detection"]
        np.random.seed(1)  # noqa: NPY002
        first = evaluate(gate, dealt, region)
        np.random.seed(2)  # noqa: NPY002
        second = evaluate(gate, dealt, region)
        assert first.offending.equals(second.offending)
        assert len(first.offending) == 1

    def test_elsewhere_goes_on_as_if_nothing_had_been_computed(self, tables: Tables, region: Region) -> None:
        before = np.random.get_state()[1].tolist()  # noqa: NPY002
        evaluate(GATES["ip_stays.detection"], tables, region)
        assert np.random.get_state()[1].tolist() == before  # noqa: NPY002

    def test_is_judged_by_how_many_patients_there_are_and_not_rows(
        self, tables: Tables, region: Region
    ) -> None:
        visits = tables["ed_encounters"]
        twice = tables | {"ed_encounters": pd.concat([visits, visits], ignore_index=True)}
        gate = GATES["ed_encounters.column_shapes"]
        assert evaluate(gate, twice, region).threshold == evaluate(gate, tables, region).threshold


class TestGates:
    @EACH_GATE
    def test_say_what_they_are_and_stop_nothing(self, gate: Gate, region: Region) -> None:
        assert gate.description.endswith(".")
        assert gate.formula
        assert "less 0.02 less 5 standard errors" in gate.stated_threshold(region)
        assert not gate.blocking
        assert gate.table not in gate.reads

    def test_stand_in_the_order_of_the_tables(self) -> None:
        order = [list(TABLES).index(gate.table) for gate in GATES.values()]
        assert order == sorted(order)
        assert len(GATES) == 9

    def test_are_listed_without_importing_what_computes_them(self) -> None:
        code = """import sys
from lm_synth_assets.gates.declared.fidelity import available, fidelity_gates
fidelity_gates(), available()
print({"sdmetrics", "sklearn", "threadpoolctl", "copulas", "plotly"} & set(sys.modules))"""
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert ran.stdout.strip() == "set()"


class TestWithoutSdmetrics:
    @pytest.fixture(autouse=True)
    def _not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fidelity, "find_spec", lambda name: None)

    def test_the_other_gates_can_be_had(self) -> None:
        assert not available()
        assert not {gate.full_name for gate in all_gates()} & set(GATES)

    @pytest.mark.parametrize("ask", [fidelity_gates, require_sdmetrics])
    def test_it_is_said_what_to_install_and_why_it_is_optional(self, ask: Callable[[], object]) -> None:
        with pytest.raises(FidelityUnavailable) as raised:
            ask()
        for words in ("sdmetrics", "lm-synth-assets[fidelity]", "Business Source License"):
            assert words in str(raised.value)

    def test_a_validation_that_asks_for_them_is_wrong_usage(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "patients.csv").touch()
        monkeypatch.setattr(sys, "argv", ["lm-synth", "validate", "--in", str(tmp_path), "--fidelity"])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        assert stopped.value.code == 2
        assert "lm-synth-assets[fidelity]" in capsys.readouterr().err


def test_with_sdmetrics_nothing_is_said() -> None:
    assert available()
    require_sdmetrics()
