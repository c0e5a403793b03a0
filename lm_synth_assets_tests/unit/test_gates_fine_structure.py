"""The gates on fine structure see preferred days, minutes and digits, and copies."""

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.fine_structure import (
    fine_structure_of_patients,
    fine_structure_of_stays,
    fine_structure_of_visits,
)
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned


def test_see_births_on_the_first_of_a_month(judge: Judge, tables: Tables) -> None:
    patients = tables["patients"]
    some = patients.index % 10 == 0
    first = patients["dob"].dt.to_period("M").dt.to_timestamp()
    verdict = judge(
        "patients", "fine_structure", patients=patients.assign(dob=patients["dob"].where(~some, first))
    )
    assert "day 1" in set(verdict.offending["cell"])


def test_see_patients_who_are_copies(judge: Judge, tables: Tables) -> None:
    patients = tables["patients"].copy()
    rows = np.arange(1, len(patients), 25)
    for column, by in (("dob", pd.Timedelta(days=2)), ("expected_ed_rate", 0)):
        patients.loc[rows, column] = (patients[column] + by).to_numpy()[rows - 1]
    verdict = judge("patients", "fine_structure", patients=patients)
    assert "pairs of patients of one expected ED rate, born within a week" in set(
        verdict.offending["compared"]
    )


def test_see_arrivals_at_the_full_hour(judge: Judge, tables: Tables) -> None:
    visits = tables["ed_encounters"]
    some = visits.index % 10 == 0
    full = visits["arrival_ts"].where(~some, visits["arrival_ts"].dt.floor("h"))
    verdict = judge("ed_encounters", "fine_structure", ed_encounters=visits.assign(arrival_ts=full))
    assert {"minute 0", "second 0"} <= set(verdict.offending["cell"])


@pytest.mark.parametrize("later", ["0s", "1D", "5h", "28D"])
def test_see_thirty_visits_that_are_copies(judge: Judge, tables: Tables, later: str) -> None:
    visits = tables["ed_encounters"].copy()
    for column in ("arrival_ts", "departure_ts"):
        visits.loc[1_000:1_029, column] = (visits.loc[100:129, column] + pd.Timedelta(later)).to_numpy()
    verdict = judge("ed_encounters", "fine_structure", ed_encounters=visits)
    assert "pairs of visits of the same minute, second and length" in set(verdict.offending["compared"])


def test_see_lengths_of_stay_in_tenths_of_days(judge: Judge, tables: Tables) -> None:
    stays = tables["ip_stays"]
    verdict = judge("ip_stays", "fine_structure", ip_stays=stays.assign(los_days=stays["los_days"].round(1)))
    assert "LOS by last digit" in set(verdict.offending["compared"])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"privacy": {"unique_quasi_identifiers": False}}, id="doubles allowed"),
        pytest.param({"population": {"oldest_decline": 0.9}}, id="hardly anybody over 90"),
        pytest.param({"ed": {"frailty_shape": 0.05}}, id="most rates are the least that is stored"),
        pytest.param({"inpatient": {"los_floor_days": 2.0}}, id="many stays at the floor"),
        pytest.param({"ed": {"longest_visit_hours": 4.0}}, id="many visits of the longest time"),
    ],
)
def test_pass_whatever_is_configured(region: Region, changes: dict) -> None:
    other = retuned(region, changes)
    tables = StoredTables.of(make_tables(other))
    for gate in (fine_structure_of_patients, fine_structure_of_visits, fine_structure_of_stays):
        verdict = gate(tables, other)
        assert verdict.passed, verdict.observed
