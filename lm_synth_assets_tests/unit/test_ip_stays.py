"""Inpatient stays: begun by their ED encounters, chained by transfers, never two at a time."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.model.flows import corridors, receiving_sites
from lm_synth_assets.model.people import people_of
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    ROUTE_DIRECT,
    ROUTE_ED,
    ROUTE_TRANSFER,
)
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned


@pytest.fixture(scope="module")
def large_region(region: Region) -> Region:
    return region.with_run(patients=50_000)


@pytest.fixture(scope="module")
def large(large_region: Region) -> Tables:
    return make_tables(large_region)


@pytest.fixture(scope="module")
def stays(large: Tables) -> pd.DataFrame:
    return large["ip_stays"].set_index("stay_id", drop=False)


@pytest.fixture(scope="module")
def moved(stays: pd.DataFrame) -> pd.DataFrame:
    """The stays that continue another one, each with that one's columns under `_from`."""
    later = stays[stays["transfer_from_stay_id"].notna()]
    before = stays.loc[later["transfer_from_stay_id"].astype("int64")].add_suffix("_from")
    return pd.concat([later.reset_index(drop=True), before.reset_index(drop=True)], axis=1)


def unit_index(region: Region, stays: pd.DataFrame) -> np.ndarray:
    keys = [unit.subprogram_key for unit in units_of(region)]
    return stays["subprogram_key"].map({key: index for index, key in enumerate(keys)}).to_numpy()


class TestFromTheEmergencyDepartment:
    def test_each_admitted_encounter_has_exactly_one_stay(self, large: Tables, stays: pd.DataFrame) -> None:
        admitted = large["ed_encounters"].query("dispo == @ADMITTED")["encounter_id"]
        begun = stays["ed_encounter_id"].dropna()
        assert sorted(begun) == sorted(admitted)

    def test_of_the_same_patient_after_the_way_to_its_site(
        self, large_region: Region, large: Tables, stays: pd.DataFrame
    ) -> None:
        begun = stays[stays["ed_encounter_id"].notna()]
        encounters = (
            large["ed_encounters"].set_index("encounter_id").loc[begun["ed_encounter_id"].astype("int64")]
        )
        assert (begun["patient_id"].to_numpy() == encounters["patient_id"].to_numpy()).all()
        elsewhere = begun["facility_id"].to_numpy() != encounters["facility_id"].to_numpy()
        way = np.where(elsewhere, np.timedelta64(round(large_region.inpatient.travel_hours * 60), "m"), 0)
        assert (begun["admit_ts"].to_numpy() == encounters["departure_ts"].to_numpy() + way).all()
        assert 0 < elsewhere.mean() < 0.5

    def test_routes_say_how_a_stay_began(self, large_region: Region, stays: pd.DataFrame) -> None:
        this_year = stays["admit_ts"].dt.year >= large_region.run.start_year
        by_ed, later = stays["ed_encounter_id"].notna(), stays["transfer_from_stay_id"].notna()
        route = stays["admit_route"]
        assert ((route == ROUTE_TRANSFER) == later).all()
        assert ((route == ROUTE_ED) == by_ed)[this_year].all()
        assert not by_ed[~this_year].any(), "the encounters of the year before are not in the data"
        assert set(route[~this_year]) == {ROUTE_ED, ROUTE_DIRECT}


class TestWhereAndWho:
    def test_first_stays_are_at_home_or_at_the_referral_site(
        self, large_region: Region, large: Tables
    ) -> None:
        stays = large["ip_stays"].query("admit_route != @ROUTE_TRANSFER")
        home = (
            large["patients"].set_index("patient_id")["facility_home_id"].loc[stays["patient_id"]].to_numpy()
        )
        sites = receiving_sites(large_region, units_of(large_region))
        expected = sites[home - 1, unit_index(large_region, stays)] + 1
        assert (stays["facility_id"].to_numpy() == expected).all()

    def test_subprograms_are_offered_at_their_site(self, large: Tables, stays: pd.DataFrame) -> None:
        offered = set(
            zip(*(large["program_coverage"][c] for c in ("site_id", "subprogram_key")), strict=True)
        )
        assert set(zip(stays["facility_id"], stays["subprogram_key"], strict=True)) <= offered

    def test_patients_fit_the_ages_and_genders_of_their_subprogram(
        self, large_region: Region, large: Tables, stays: pd.DataFrame
    ) -> None:
        age = people_of(large["patients"], large_region.run.reference_date).age
        patients = large["patients"].assign(age=age).set_index("patient_id").loc[stays["patient_id"]]
        units = [units_of(large_region)[index].stays for index in unit_index(large_region, stays)]
        for unit, age, gender in zip(units, patients["age"], patients["gender"], strict=True):
            assert unit.first_age <= age <= unit.last_age
            assert gender in unit.genders

    def test_stays_are_numbered_in_order_of_admission(self, stays: pd.DataFrame) -> None:
        assert stays["stay_id"].tolist() == list(range(1, len(stays) + 1))
        assert stays["admit_ts"].is_monotonic_increasing
        assert (stays["admit_date"] == stays["admit_ts"].dt.normalize()).all()
        assert (stays["subprogram_key"] == stays["program_id"] * 100 + stays["subprogram_id"]).all()


class TestTransfers:
    def test_the_next_stay_begins_after_the_way_from_the_last(
        self, large_region: Region, moved: pd.DataFrame
    ) -> None:
        way = pd.Timedelta(hours=large_region.inpatient.travel_hours)
        assert len(moved) > 50
        assert (moved["admit_ts"] == moved["discharge_ts_from"] + way).all()
        assert (moved["patient_id"] == moved["patient_id_from"]).all()
        assert (moved["subprogram_key"] == moved["subprogram_key_from"]).all()

    def test_follow_a_corridor_or_return_from_one(
        self, large_region: Region, stays: pd.DataFrame, moved: pd.DataFrame
    ) -> None:
        returns = moved["transfer_from_stay_id_from"].notna()
        origin = stays.loc[moved.loc[returns, "transfer_from_stay_id_from"].astype("int64"), "facility_id"]
        assert (moved.loc[returns, "facility_id"].to_numpy() == origin.to_numpy()).all()
        open_ways = corridors(large_region, units_of(large_region))
        there = moved[~returns]
        weight = open_ways[
            there["facility_id_from"] - 1, unit_index(large_region, there), there["facility_id"] - 1
        ]
        assert (weight > 0).all()

    def test_a_stay_is_continued_at_most_once_and_a_spell_has_at_most_three(
        self, stays: pd.DataFrame, moved: pd.DataFrame
    ) -> None:
        assert stays["transfer_from_stay_id"].dropna().is_unique
        thirds = moved.loc[moved["transfer_from_stay_id_from"].notna(), "stay_id"]
        assert not stays["transfer_from_stay_id"].dropna().isin(thirds).any()

    def test_as_many_return_as_configured(self, large_region: Region, moved: pd.DataFrame) -> None:
        returns = moved["transfer_from_stay_id_from"].notna().sum()
        first = len(moved) - returns
        share = large_region.inpatient.returned_share
        # Binomial; five standard errors, seed fixed.
        assert abs(returns - share * first) < 5 * np.sqrt(first * share * (1 - share))


class TestLengths:
    def test_are_the_time_between_admission_and_discharge(self, stays: pd.DataFrame) -> None:
        days = (stays["discharge_ts"] - stays["admit_ts"]).dt.total_seconds() / 86_400
        assert (days - stays["los_days"]).abs().max() < 1e-9
        assert (stays["los_days"] == stays["los_days"].round(2)).all()

    def test_keep_to_the_floor(self, large_region: Region, stays: pd.DataFrame) -> None:
        assert stays["los_days"].min() >= large_region.inpatient.los_floor_days

    def test_alc_needs_its_days_and_its_threshold(self, large_region: Region, stays: pd.DataFrame) -> None:
        alc, rules = stays[stays["alc_flag"]], large_region.inpatient.alc
        assert len(alc) > 100
        assert alc["los_days"].min() >= rules.threshold_days
        assert alc["alc_days"].min() >= rules.least_days
        assert (alc["los_days"] - alc["alc_days"]).min() >= rules.least_acute_days - 1e-9
        assert (stays.loc[~stays["alc_flag"], "alc_days"] == 0).all()

    def test_alc_falls_on_the_last_stay_of_a_spell(self, moved: pd.DataFrame) -> None:
        assert not moved["alc_flag_from"].any()

    def test_the_old_have_the_most_alc(self, large: Tables, stays: pd.DataFrame) -> None:
        age = large["patients"].set_index("patient_id")["age_group"].loc[stays["patient_id"]]
        share = stays["alc_flag"].groupby(age.to_numpy(), observed=False).mean()
        assert share["85+"] > share["65-74"] > share["25-44"]


class TestTheYear:
    def test_beds_are_not_empty_when_it_begins(self, large_region: Region, stays: pd.DataFrame) -> None:
        def census(day: str) -> int:
            return int(((stays["admit_ts"] <= day) & (stays["discharge_ts"] > day)).sum())

        year = large_region.run.start_year
        middle = np.mean([census(f"{year}-{month:02}-01") for month in range(5, 10)])
        assert middle > 50
        # Some 84 people in beds: a Poisson census has a standard error of 11%, the mean of five about 6%.
        assert abs(census(f"{year}-01-01") / middle - 1) < 0.35

    def test_admissions_lie_in_it_but_for_those_under_way_and_transfers(
        self, large_region: Region, stays: pd.DataFrame
    ) -> None:
        year = large_region.run.start_year
        first = stays[stays["admit_route"] == ROUTE_DIRECT]
        assert set(first["admit_ts"].dt.year) == {year - 1, year}
        under_way = stays[stays["admit_ts"].dt.year < year]
        assert (under_way["discharge_ts"] > f"{year}-01-01").all()

    def test_discharges_may_leave_it(self, large_region: Region, stays: pd.DataFrame) -> None:
        assert (stays["discharge_ts"].dt.year > large_region.run.start_year).any()

    def test_the_number_of_stays_is_that_of_the_rates(self, large_region: Region, large: Tables) -> None:
        rates = large_region.inpatient.stays_per_1000
        patients = large["patients"]
        expected = sum(
            rates[gender][age] / 1000
            for age, gender in zip(patients["age_group"], patients["gender"], strict=True)
        )
        stays = (large["ip_stays"]["admit_ts"].dt.year == large_region.run.start_year).sum()
        # First stays are drawn systematically; acuity and transfers leave some 30 of 3,400 to chance.
        assert abs(stays / expected - 1) < 0.04

    def test_stays_that_follow_the_longest_ones_are_still_in_the_calendar(self, region: Region) -> None:
        units = units_of(region)
        programs: dict[str, dict] = {
            unit.program: {"transfer_share": 1.0, "subprograms": {}} for unit in units
        }
        for unit in units:
            programs[unit.program]["subprograms"][unit.name] = {"stays": {"median_days": 300.0}}
        changes = {"programs": programs, "inpatient": {"returned_share": 1.0}}
        tables = make_tables(retuned(region.with_run(years=1), changes))
        assert tables["ip_stays"]["admit_date"].isin(tables["dim_date"]["date"]).all()


EVERY_VISIT_ADMITS = {"ed": {"admission": {"Adult ED": {"acuity_logit": [4.0] * 5}}}}


@pytest.mark.parametrize(
    ("seed", "changes"),
    [
        pytest.param(1, {}, id="one seed"),
        pytest.param(2, {}, id="another"),
        pytest.param(3, EVERY_VISIT_ADMITS, id="most visits admit, so that the frail have several stays"),
    ],
)
def test_nobody_is_in_two_places_nor_anywhere_before_birth_or_after_death(
    region: Region, seed: int, changes: dict
) -> None:
    """Looked at patient by patient, contact by contact."""
    tables = make_tables(retuned(region.with_run(patients=2_000, seed=seed), changes))
    gap = pd.Timedelta(hours=region.ed.gap_hours)
    contacts: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, str, str]]] = {}
    for visit in tables["ed_encounters"].itertuples():
        leads_to = f"stay of {visit.encounter_id}" if visit.dispo == ADMITTED else str(visit.dispo)
        contact = (visit.arrival_ts, visit.departure_ts, "visit", leads_to)
        contacts.setdefault(visit.patient_id, []).append(contact)
    for stay in tables["ip_stays"].itertuples():
        name = "stay" if pd.isna(stay.ed_encounter_id) else f"stay of {stay.ed_encounter_id}"
        if not pd.isna(stay.transfer_from_stay_id):
            name = "transferred stay"
        contacts.setdefault(stay.patient_id, []).append((stay.admit_ts, stay.discharge_ts, name, ""))
    birth = tables["patients"].set_index("patient_id")["dob"]
    for patient, own in contacts.items():
        own.sort()
        assert own[0][0] >= birth[patient]
        for (_, end, _, leads_to), (start, _, name, _) in pairwise(own):
            assert leads_to != "Died"
            assert start >= end
            assert start >= end + gap or name in (leads_to, "transferred stay")
            assert not leads_to.startswith("stay of") or name == leads_to, (
                "a stay follows its encounter at once"
            )
