"""Bad data stop a run: before the write where they break the schema, after it where a gate fails."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.schema.catalogue import CLAIMS
from lm_synth_assets.simulation.tables import patients
from lm_synth_assets_tests.support.commands import (
    OF_ANOTHER_RUN,
    TINY,
    WITH_ALL,
    Call,
    files,
    without_records,
)

Edit = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def make_patients(monkeypatch: pytest.MonkeyPatch) -> Callable[[Edit], None]:
    """Has the asset of the patients make other ones than it should."""
    right = patients.patients

    def make(edit: Edit) -> None:
        monkeypatch.setattr(patients, "patients", lambda region: edit(right(region)))

    return make


def two_people_look_the_same(patients: pd.DataFrame) -> pd.DataFrame:
    patients.loc[1, "dob"] = patients.loc[0, "dob"]
    return patients


def test_a_failed_gate_keeps_what_comes_after_from_being_made(
    call: Call, copy: Path, tiny: Path, make_patients: Callable[[Edit], None]
) -> None:
    make_patients(two_people_look_the_same)
    ran = call("generate", "--config", TINY, "--out", copy, *WITH_ALL, "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["passed"], told["errors"]) == (1, False, [])
    by_name = {f"{gate['table']}.{gate['gate']}": gate for gate in told["gates"] if not gate["passed"]}
    assert by_name.keys() == {"patients.unique_quasi_identifiers", "patients.fine_structure"}
    failed = by_name["patients.unique_quasi_identifiers"]
    assert failed["observed"] == "2 of 2,000 rows"
    assert "P0000001" in failed["offending"]
    assert {gate.partition(".")[0] for gate in told["not_run"]} == {"ed_encounters", "ip_stays", *CLAIMS}
    assert not {"ed_encounters", "ip_stays"} & {table["name"] for table in told["tables"]}
    differing = {name for name, content in files(copy).items() if content != files(tiny)[name]}
    assert without_records(differing) == {"patients.csv"}
    # What claims that all of them are one data set is withdrawn.
    assert files(tiny).keys() - files(copy).keys() == OF_ANOTHER_RUN
    assert told["state"]["kind"] == "unfinished"


REFUSED: dict[str, tuple[Edit, str]] = {
    "other value": (
        lambda patients: patients.assign(gender="Robot"),
        'Violated "CategoricalColumnConstraint" for column "gender"',
    ),
    "repeated key": (
        lambda patients: patients.assign(patient_id="P0000001"),
        "patients does not keep to its schema:\n  - patient_id: 1,999 rows repeat the key of an earlier row",
    ),
}
"""What the type of the asset refuses, and what only storage does."""


@pytest.mark.parametrize(("edit", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_frame_that_breaks_its_schema_is_refused_before_it_is_written(
    call: Call, copy: Path, tiny: Path, make_patients: Callable[[Edit], None], edit: Edit, problem: str
) -> None:
    make_patients(edit)
    ran = call("generate", "--config", TINY, "--out", copy, *WITH_ALL, "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["passed"]) == (1, False)
    [error] = told["errors"]
    assert error.startswith("patients: ")
    assert problem in error
    assert files(copy) == files(tiny)


def test_an_error_in_the_code_is_told_by_its_asset(
    call: Call, copy: Path, tiny: Path, make_patients: Callable[[Edit], None]
) -> None:
    def broken(patients: pd.DataFrame) -> Any:
        raise ZeroDivisionError("division by zero")

    make_patients(broken)
    ran = call("generate", "--config", TINY, "--out", copy, *WITH_ALL, "--quiet")
    assert ran.code == 1
    assert "ERROR patients: ZeroDivisionError: division by zero\n" in ran.out
    unreached = ("patients", "ed_encounters", "ip_stays", *CLAIMS)
    due = sum(gate.table in unreached for gate in all_gates())
    assert f"NOT RUN {due} gates on {', '.join(unreached)}" in ran.out
    assert files(copy) == files(tiny)
