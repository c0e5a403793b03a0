"""The reports that other programs read: JSON with everything, JUnit XML for continuous integration."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lm_synth_assets.dataset.outcome import Outcome
from lm_synth_assets.dataset.outcome_files import (
    as_json,
    as_junit,
    check_report,
    write_report,
)
from lm_synth_assets.errors import UnknownReport
from lm_synth_assets.gates.results import Mark, OffendingRows
from lm_synth_assets_tests.support.gate_results import PASSED

ROWS = OffendingRows(("patient_id", "rate"), (("P1", 0.5), ("P2", None)), 12)
FAILED = replace(PASSED, gate="keys", mark=Mark.FAIL, observed="2 < 3 & 4 > 1", offending=ROWS)
WARNED = replace(PASSED, table="ip_stays", gate="census", blocking=False, mark=Mark.WARN)
BLIND = replace(
    PASSED, table="ip_stays", gate="keys", mark=Mark.NOT_EVALUATED, observed="not evaluated: torn"
)
ALL = Outcome(gates=[PASSED, FAILED, WARNED, BLIND])


def test_json_tells_of_each_gate_what_the_table_on_the_screen_does_and_more() -> None:
    told = json.loads(as_json(ALL))
    assert told["passed"] is False
    assert [(gate["gate"], gate["mark"], gate["passed"]) for gate in told["gates"]] == [
        ("marginals", "pass", True),
        ("keys", "fail", False),
        ("census", "warn", False),
        ("keys", "not evaluated", False),
    ]
    assert told["gates"][1] | {"passed": False} == told["gates"][1]
    assert {"description", "formula", "expected", "observed", "threshold", "decided_by", "offending"} <= set(
        told["gates"][1]
    )


def test_json_has_offending_rows_as_a_table_and_as_objects() -> None:
    [passed, failed, *_] = json.loads(as_json(ALL))["gates"]
    assert failed["offending"] == FAILED.offending.markdown() != ""
    assert failed["offending_rows"] == [{"patient_id": "P1", "rate": 0.5}, {"patient_id": "P2", "rate": None}]
    assert failed["offending_total"] == 12
    assert (passed["offending"], passed["offending_rows"], passed["offending_total"]) == ("", [], 0)


class TestJUnit:
    def test_has_a_suite_a_table_and_a_case_a_gate(self) -> None:
        root = ElementTree.fromstring(as_junit(ALL))
        assert root.tag == "testsuites"
        cases = {suite.get("name"): [case.get("name") for case in suite] for suite in root}
        assert cases == {"patients": ["marginals", "keys"], "ip_stays": ["census", "keys"]}

    def test_counts_failures_errors_and_warnings(self) -> None:
        root = ElementTree.fromstring(as_junit(ALL))
        counts = {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")}
        assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
        patients = root[0]
        assert [patients.get(key) for key in ("tests", "failures", "errors")] == ["2", "1", "0"]

    def test_says_what_was_found_whatever_letters_are_in_it(self) -> None:
        failed = replace(FAILED, observed="2 < 3 & \x00\x1b[31m 'é'")
        root = ElementTree.fromstring(as_junit(Outcome(gates=[failed])))
        [failure] = root.iter("failure")
        assert failure.get("message") == (
            r"expected 10 patients; observed 2 < 3 & \x00\x1b[31m 'é'; threshold 5%"
            "; decided by gates.marginal_tolerance_pct, population"
        )
        assert failure.text == FAILED.offending.markdown()

    def test_gates_that_were_not_reached_and_errors_are_errors(self) -> None:
        outcome = Outcome(gates=[PASSED], not_run=["ip_stays.keys"], errors=["the disk is full"])
        root = ElementTree.fromstring(as_junit(outcome))
        assert [error.get("message") for error in root.iter("error")] == ["not reached", "the disk is full"]
        assert root.get("errors") == "2"

    def test_of_nothing_is_an_empty_list(self) -> None:
        assert list(ElementTree.fromstring(as_junit(Outcome()))) == []


class TestWriting:
    def test_the_ending_of_the_name_decides(self, tmp_path: Path) -> None:
        write_report(tmp_path / "new" / "gates.JSON", ALL)
        write_report(tmp_path / "gates.xml", ALL)
        assert (tmp_path / "new" / "gates.JSON").read_text(encoding="utf-8") == as_json(ALL)
        assert (tmp_path / "gates.xml").read_text(encoding="utf-8") == as_junit(ALL)

    @pytest.mark.parametrize("name", ["gates", "gates.html", "json"])
    def test_any_other_ending_is_refused(self, name: str) -> None:
        with pytest.raises(UnknownReport, match=r"must end in \.json"):
            check_report(Path(name))
