"""An outcome as a file for other programs: JSON, or JUnit XML as continuous integration reads it."""

from collections.abc import Callable
from dataclasses import asdict
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from lm_synth_assets.dataset.outcome import Outcome
from lm_synth_assets.errors import UnknownReport
from lm_synth_assets.gates.results import GateResult, Mark
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.storage.files.publishing import atomic_file, check_file
from lm_synth_assets.text import json_text, printable


def as_json(outcome: Outcome) -> str:
    """The outcome as one JSON object."""
    fields = {**asdict(outcome), "gates": [_gate(result) for result in outcome.gates]}
    return json_text({"passed": outcome.passed, "disclaimer": DISCLAIMER, **fields})


def _gate(result: GateResult) -> dict[str, Any]:
    """A result as JSON: `offending` is a Markdown table, `offending_rows` the same rows as objects."""
    return {
        **asdict(result),
        "offending": result.offending.markdown(),
        "offending_rows": result.offending.objects(),
        "offending_total": result.offending.total,
        "passed": result.passed,
    }


def as_junit(outcome: Outcome) -> str:
    """The outcome as JUnit XML: a suite a table, a case a gate.

    A gate that warns is a skipped case with its reason, since JUnit knows no warnings; one that could not
    be evaluated, or was not reached, is an error.
    """
    root = ElementTree.Element("testsuites", name="lm-synth")
    for table, results in groupby(outcome.gates, attrgetter("table")):
        cases = [_case(result) for result in results]
        _suite(root, table, cases)
    unreached = [
        _problem(name.partition(".")[2], f"lm_synth.{name.partition('.')[0]}", "error", "not reached")
        for name in outcome.not_run
    ]
    failures = [_problem("run", "lm_synth.errors", "error", message) for message in outcome.errors]
    if unreached or failures:
        _suite(root, "errors", [*unreached, *failures])
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, 0)) for suite in root)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


REPORTS: dict[str, Callable[[Outcome], str]] = {".json": as_json, ".xml": as_junit}
"""The kinds of report by the ending of their file's name."""


def check_report(path: Path) -> None:
    """Check that a report file can be written, and that its name says of which kind it is.

    Raises UnknownReport, UnwritableFolder.
    """
    if path.suffix.lower() not in REPORTS:
        raise UnknownReport(f"'{path}' must end in .json (all results) or .xml (JUnit)")
    check_file(path)


def write_report(path: Path, outcome: Outcome) -> None:
    """Write an outcome in the kind that the file's name says. Raises UnknownReport, UnwritableFolder."""
    check_report(path)
    with atomic_file(path) as file:
        file.write(REPORTS[path.suffix.lower()](outcome).encode())


_ELEMENTS = {Mark.FAIL: "failure", Mark.WARN: "skipped", Mark.NOT_EVALUATED: "error"}


def _suite(root: ElementTree.Element, name: str, cases: list[ElementTree.Element]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=name, tests=str(len(cases)))
    for count, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(case.find(element) is not None for case in cases)))
    suite.extend(cases)


def _case(result: GateResult) -> ElementTree.Element:
    where = f"lm_synth.{result.table}"
    if result.passed:
        return ElementTree.Element("testcase", name=result.gate, classname=where)
    return _problem(result.gate, where, _ELEMENTS[result.mark], result.comparison, result.offending.text())


def _problem(name: str, where: str, element: str, message: str, text: str = "") -> ElementTree.Element:
    case = ElementTree.Element("testcase", name=name, classname=where)
    ElementTree.SubElement(case, element, message=printable(message)).text = printable(text)
    return case
