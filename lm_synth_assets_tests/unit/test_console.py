"""What the commands show of an outcome: everything, only what is wrong, or JSON."""

import json
from dataclasses import replace
from itertools import product

import pytest
from click.testing import CliRunner
from rich.console import Console

from lm_synth_assets.cli.console import show, shown_progress
from lm_synth_assets.cli.main import cli
from lm_synth_assets.dataset.outcome import Outcome, StoredTable
from lm_synth_assets.gates.results import Mark, OffendingRows
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets_tests.support.gate_results import PASSED

LHA = OffendingRows(("lha_id",), ((1,),), 1)
FAILED = replace(PASSED, mark=Mark.FAIL, observed="12 patients", offending=LHA)
WARNED = replace(FAILED, table="dataset_manifest", gate="version", blocking=False, mark=Mark.WARN)
BLIND = replace(PASSED, mark=Mark.NOT_EVALUATED, observed="not evaluated: no file")
SITES = StoredTable("dim_site", 1234, 2048, "/data/dim_site.csv")


def good() -> Outcome:
    return Outcome(tables=[SITES], gates=[PASSED], left_out={"ip_stays": "not requested"})


def shown(capsys: pytest.CaptureFixture[str], outcome: Outcome, quiet: bool = False) -> str:
    show(outcome, as_json=False, quiet=quiet, title="generate")
    return capsys.readouterr().out


class TestPassing:
    def test_needs_every_blocking_gate_to_pass(self) -> None:
        assert good().passed
        assert not replace(good(), gates=[PASSED, FAILED]).passed

    def test_does_not_need_the_others(self) -> None:
        assert replace(good(), gates=[PASSED, WARNED]).passed

    def test_needs_every_gate_to_have_been_evaluated(self) -> None:
        assert not replace(good(), gates=[PASSED, BLIND]).passed
        assert not replace(good(), gates=[PASSED, replace(BLIND, blocking=False)]).passed

    def test_needs_every_gate_to_have_been_reached(self) -> None:
        assert not replace(good(), not_run=["ip_stays.keys"]).passed

    def test_needs_that_nothing_else_went_wrong(self) -> None:
        assert not replace(good(), errors=["the disk is full"]).passed


class TestSummary:
    def test_counts_the_rows_that_went_with_others(self, capsys: pytest.CaptureFixture[str]) -> None:
        patients = StoredTable(
            "patients", 10, 99, "mysql://here/patients", {"ip_stays": 3, "ed_encounters": 1200}
        )
        words = " ".join(shown(capsys, replace(good(), tables=[patients])).split())
        assert (
            "patients: with rows that are no longer in it went those that referred to them: "
            "3 of ip_stays, 1,200 of ed_encounters"
        ) in words
        assert "no longer in it" not in shown(capsys, good())

    def test_names_each_table_with_rows_file_and_size(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "│ dim_site │ /data/dim_site.csv │ 1,234 │ 2 KiB │" in shown(capsys, good())

    def test_names_each_gate_with_observed_expected_threshold_and_verdict(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = shown(capsys, replace(good(), gates=[FAILED, WARNED])).splitlines()
        assert "│ marginals        │ 12 patients │ 10 patients │ 5%        │ FAIL    │" in rows
        assert "│ version          │ 12 patients │ 10 patients │ 5%        │ warn    │" in rows

    def test_tells_a_gate_that_could_not_be_evaluated_from_one_that_failed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = shown(capsys, replace(good(), gates=[BLIND]))
        assert "│ marginals │ not evaluated: no file │ 10 patients │ 5%        │ not evaluated │" in out
        assert "\nNOT EVALUATED patients.marginals: no file\n" in out

    def test_names_all_gates_together_that_could_not_be_evaluated_for_one_reason(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        outcome = Outcome(gates=[FAILED, BLIND, replace(BLIND, gate="keys"), replace(BLIND, observed="torn")])
        lines = shown(capsys, outcome, quiet=True).splitlines()
        assert [line for line in lines if line.startswith("NOT EVALUATED")] == [
            "NOT EVALUATED patients.marginals, patients.keys: no file",
            "NOT EVALUATED patients.marginals: torn",
        ]

    def test_ends_with_verdict_and_disclaimer(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert shown(capsys, good()).splitlines()[-3:] == [
            "ip_stays left out: not requested",
            "generate: PASS (1 of 1 gates passed)",
            DISCLAIMER,
        ]

    def test_says_in_the_verdict_that_it_is_not_the_gates_which_failed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        outcome = replace(good(), errors=["quality_report: the disk is full"])
        lines = shown(capsys, outcome).splitlines()
        assert "ERROR quality_report: the disk is full" in lines
        assert "generate: FAIL (1 of 1 gates passed; see ERROR above)" in lines

    @pytest.mark.parametrize(("size", "text"), [(1023, "1023 B"), (1024, "1 KiB"), (5 * 1024**2, "5.0 MiB")])
    def test_tells_sizes_in_fitting_units(
        self, capsys: pytest.CaptureFixture[str], size: int, text: str
    ) -> None:
        assert f" {text} │" in shown(capsys, Outcome(tables=[replace(SITES, bytes=size)]))

    @pytest.mark.parametrize("name", ["a[/b]", "[red]", ":smile:", "café"])
    def test_shows_names_as_they_are(self, capsys: pytest.CaptureFixture[str], name: str) -> None:
        outcome = Outcome(
            tables=[replace(SITES, location=name)],
            gates=[replace(FAILED, observed=name)],
            errors=[name],
            left_out={"ip_stays": name},
        )
        out = shown(capsys, outcome)
        assert out.count(name) == 5


class TestQuiet:
    def test_says_nothing_of_success(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert shown(capsys, good(), quiet=True) == ""

    def test_says_what_warns(self, capsys: pytest.CaptureFixture[str]) -> None:
        out = shown(capsys, replace(good(), gates=[PASSED, WARNED]), quiet=True)
        assert out == (
            "WARN dataset_manifest.version: expected 10 patients; observed 12 patients; threshold 5%"
            "; decided by gates.marginal_tolerance_pct, population\n"
        )

    def test_says_all_that_is_wrong(self, capsys: pytest.CaptureFixture[str]) -> None:
        outcome = Outcome(
            gates=[PASSED, FAILED],
            not_run=["ip_stays.schema", "ip_stays.keys"],
            errors=["the disk is full " + "x" * 200],
        )
        assert shown(capsys, outcome, quiet=True).splitlines() == [
            "FAIL patients.marginals: expected 10 patients; observed 12 patients; threshold 5%"
            "; decided by gates.marginal_tolerance_pct, population",
            "NOT RUN 2 gates on ip_stays",
            "ERROR the disk is full " + "x" * 200,
            "generate: FAIL (1 of 4 gates passed; see ERROR above)",
            DISCLAIMER,
        ]


def test_json_holds_the_whole_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = replace(good(), gates=[FAILED], not_run=["ip_stays.keys"], errors=["broken"])
    show(outcome, as_json=True, quiet=True, title="generate")
    told = json.loads(capsys.readouterr().out)
    assert told.keys() == {
        "passed",
        "disclaimer",
        "tables",
        "gates",
        "not_run",
        "errors",
        "usage_error",
        "left_out",
        "report",
        "state",
    }
    assert told["passed"] is False
    assert told["tables"] == [
        {"name": "dim_site", "rows": 1234, "bytes": 2048, "location": "/data/dim_site.csv", "removed": {}}
    ]
    assert told["gates"][0]["offending"] == FAILED.offending.markdown()


def test_progress_is_for_terminals(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for is_terminal, quiet in product((True, False), repeat=2):
        monkeypatch.setattr(Console, "is_terminal", is_terminal)
        with shown_progress(quiet, "generate") as progress:
            progress(1, 2, "dim_site")
        out, err = capsys.readouterr()
        assert (out, "generate: dim_site" in err, err != "") == ("", *[is_terminal and not quiet] * 2)


def test_rows_that_breach_a_gate_are_shown_unless_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert FAILED.offending.markdown() in shown(capsys, Outcome(gates=[FAILED]))
    assert FAILED.offending.markdown() not in shown(capsys, Outcome(gates=[FAILED]), quiet=True)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        pytest.param(good(), 0, id="passed"),
        pytest.param(Outcome(gates=[FAILED]), 1, id="a gate failed"),
        pytest.param(Outcome(errors=["the disk is full"]), 1, id="the storage failed"),
        pytest.param(Outcome(errors=["no room"], usage_error=True), 2, id="the configuration is at fault"),
    ],
)
def test_an_outcome_decides_on_the_exit_code(outcome: Outcome, code: int) -> None:
    assert outcome.exit_code == code


def test_the_list_of_commands_shows_each_in_a_whole_sentence() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80, prog_name="lm-synth").output
    listed = shown.split("Commands:")[1].strip().splitlines()
    assert len(listed) >= 7
    assert [line for line in listed if not line.endswith(".") or line.endswith("...")] == []
