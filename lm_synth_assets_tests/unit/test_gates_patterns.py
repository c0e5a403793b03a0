"""The gates on groups and days see what one site, one area or one holiday does, and pass closed days."""

import pandas as pd
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.patterns import arrivals_by_day, arrivals_by_group
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned


@pytest.fixture
def visits(tables: Tables) -> pd.DataFrame:
    """A copy of the encounters, to be damaged."""
    return tables["ed_encounters"].copy()


def test_see_the_clock_of_one_site(judge: Judge, visits: pd.DataFrame) -> None:
    site = visits["facility_id"] == 6
    time = visits["arrival_ts"] - visits["arrival_date"]
    turned = visits["arrival_date"] + (time + pd.Timedelta(hours=4)) % pd.Timedelta(days=1)
    damaged = visits.assign(arrival_ts=visits["arrival_ts"].where(~site, turned))
    verdict = judge("ed_encounters", "arrivals_by_group", ed_encounters=damaged)
    assert not verdict.passed
    sites = verdict.offending[verdict.offending["compared"] == "arrivals by site and hour"]
    assert set(sites["row"]) - {"all"} == {"LM-BRC"}


def test_see_a_site_without_weekends(judge: Judge, visits: pd.DataFrame) -> None:
    weekend = visits["facility_id"].eq(11) & visits["arrival_ts"].dt.dayofweek.ge(5)
    verdict = judge("ed_encounters", "arrivals_by_group", ed_encounters=visits[~weekend])
    cells = verdict.offending[["row", "cell"]].to_numpy().tolist()
    assert ["LM-FGH", "Sunday"] in cells


def test_see_two_sites_with_the_same_days(judge: Judge, visits: pd.DataFrame) -> None:
    copied = visits[visits["facility_id"] == 6].assign(facility_id=11)
    both = pd.concat([visits[visits["facility_id"] != 11], copied], ignore_index=True)
    verdict = judge("ed_encounters", "arrivals_by_group", ed_encounters=both)
    assert "LM-BRC and LM-FGH" in set(verdict.offending["row"])


def test_see_a_holiday_on_which_many_come(judge: Judge, visits: pd.DataFrame) -> None:
    days_before = visits["arrival_date"].between("2025-08-26", "2025-08-31")
    labour_day = pd.Timestamp("2025-09-01") - visits["arrival_date"]
    damaged = visits.assign(
        arrival_ts=visits["arrival_ts"].where(~days_before, visits["arrival_ts"] + labour_day)
    )
    verdict = judge("ed_encounters", "arrivals_by_day", ed_encounters=damaged)
    assert not verdict.passed
    assert "01 September (Labour Day)" in set(verdict.offending["cell"])


CLOSED = {
    "Sundays": {"rhythms": {"urgent_care": {"weekdays": [1.13, 1.05, 1.02, 1.01, 1.01, 0.98, 0]}}},
    "two months": {"rhythms": {"urgent_care": {"months": [1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1]}}},
    "two holidays": {"calendar": {"holiday_factors": {"dec25": 0, "jan1": 0}}},
    "nights": {"rhythms": {"adult": {"hours": [0] * 6 + [1] * 18}}},
}


@pytest.mark.parametrize("changes", CLOSED.values(), ids=CLOSED)
def test_pass_while_a_service_is_closed(region: Region, changes: dict) -> None:
    closed = retuned(region.with_run(patients=2_000), changes)
    tables = StoredTables.of(make_tables(closed))
    for gate in (arrivals_by_group, arrivals_by_day):
        verdict = gate(tables, closed)
        assert verdict.passed, verdict.observed


def test_see_that_a_closed_day_is_open(region: Region, tables: Tables) -> None:
    closed = retuned(region, CLOSED["Sundays"])
    verdict = arrivals_by_group(StoredTables.of(tables), closed)
    assert "Sunday" in set(verdict.offending["cell"])


@pytest.mark.parametrize("gate", ["arrivals_by_group", "arrivals_by_day"])
def test_no_visits_are_no_finding(judge: Judge, visits: pd.DataFrame, gate: str) -> None:
    assert judge("ed_encounters", gate, ed_encounters=visits.iloc[:0]).passed
