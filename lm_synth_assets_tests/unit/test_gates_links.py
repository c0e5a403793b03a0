"""The gates on links see what goes together and should not, and what does not and should."""

import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.statistics.ed_use import visits_follow_rates
from lm_synth_assets.gates.statistics.links import patient_links, stay_links, visit_links
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import ADMITTED, DISCHARGED
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned


def test_visits_see_acuity_that_goes_with_gender(judge: Judge, tables: Tables) -> None:
    visits, patients = tables["ed_encounters"], tables["patients"].set_index("patient_id")
    male = visits["patient_id"].map(patients["gender"]).eq("Male") & visits["acuity"].eq(4)
    worse = visits.assign(acuity=visits["acuity"].mask(male & (visits.index % 3 == 0), 3))
    verdict = judge("ed_encounters", "links", ed_encounters=worse)
    rows = verdict.offending[verdict.offending["compared"] == "acuity by subservice and gender"]["row"]
    assert "Adult ED, Male" in set(rows)


def test_visits_see_admission_that_goes_with_the_site(judge: Judge, tables: Tables) -> None:
    visits = tables["ed_encounters"]
    site = visits["facility_id"].eq(6) & visits["dispo"].eq(ADMITTED)
    verdict = judge(
        "ed_encounters", "links", ed_encounters=visits.assign(dispo=visits["dispo"].mask(site, DISCHARGED))
    )
    assert {"admission by subservice and site"} <= set(verdict.offending["compared"])


def test_visits_see_lengths_that_go_with_the_weekday(judge: Judge, tables: Tables) -> None:
    visits = tables["ed_encounters"]
    length = visits["departure_ts"] - visits["arrival_ts"]
    sunday = visits["arrival_ts"].dt.dayofweek.eq(6)
    longer = visits["departure_ts"].where(~sunday, visits["arrival_ts"] + 2 * length)
    verdict = judge("ed_encounters", "links", ed_encounters=visits.assign(departure_ts=longer))
    assert "Sunday" in set(verdict.offending["row"])


def test_visits_that_all_take_the_same_time_are_no_finding(region: Region) -> None:
    kinds = ("Discharged", "Admitted", "Transferred", "Left without being seen")
    same = {service: {kind: {"sigma": 0.0} for kind in kinds} for service in region.ed.visit_hours}
    alike = retuned(region.with_run(patients=2_000), {"ed": {"visit_hours": same}})
    assert visit_links(StoredTables.of(make_tables(alike)), alike).passed


def test_patients_see_rates_that_go_with_gender(judge: Judge, tables: Tables) -> None:
    patients = tables["patients"]
    lower = patients["expected_ed_rate"].where(patients["gender"] != "Male", patients["expected_ed_rate"] / 2)
    verdict = judge("patients", "links", patients=patients.assign(expected_ed_rate=lower))
    assert {"Male"} <= set(verdict.offending["row"])


def test_patients_see_who_goes_elsewhere(judge: Judge, tables: Tables) -> None:
    patients = tables["patients"]
    areas = tables["dim_lha"].set_index("lha_id")["default_site_id"]
    default = patients["lha_id"].map(areas).astype("int32")
    old = patients["age_group"].isin(["65-74", "75-84", "85+"])
    verdict = judge(
        "patients",
        "links",
        patients=patients.assign(facility_home_id=patients["facility_home_id"].mask(old, default)),
    )
    assert "care elsewhere by age group" in set(verdict.offending["compared"])


def test_stays_see_a_unit_that_one_area_does_not_use(judge: Judge, tables: Tables) -> None:
    stays, patients = tables["ip_stays"], tables["patients"].set_index("patient_id")
    own = stays["patient_id"].map(patients["lha_id"]).eq(2) & stays["program_id"].eq(1)
    psychiatry = {"program_id": 2, "subprogram_id": 1, "subprogram_key": 201}
    damaged = stays.copy()
    for column, value in psychiatry.items():
        damaged.loc[own, column] = value
    verdict = judge("ip_stays", "links", ip_stays=damaged)
    assert {"subprogram by area"} <= set(verdict.offending["compared"])


def test_stays_see_lengths_that_go_with_the_route(judge: Judge, tables: Tables) -> None:
    stays = tables["ip_stays"]
    direct = stays["admit_route"].eq("direct")
    longer = stays["los_days"].where(~direct, stays["los_days"] * 20)
    verdict = judge("ip_stays", "links", ip_stays=stays.assign(los_days=longer))
    assert "LOS by route" in set(verdict.offending["compared"])


def test_visits_see_people_of_another_age(judge: Judge, tables: Tables) -> None:
    patients, visits = tables["patients"], tables["ed_encounters"]
    by = ["lha_id", "facility_home_id", "gender"]
    children = patients[patients["age_group"] == "5-14"]
    young = children[children["dob"] > "2015-01-01"]
    old = children[children["dob"] <= "2015-01-01"].drop_duplicates(by).set_index(by)["patient_id"]
    other = young.set_index("patient_id")[by].apply(lambda cell: old.get(tuple(cell)), axis=1).dropna()
    given = visits["patient_id"].map(other).astype("string[pyarrow]").fillna(visits["patient_id"])
    verdict = judge("ed_encounters", "visits_follow_rates", ed_encounters=visits.assign(patient_id=given))
    assert "visits by subservice and age" in set(verdict.offending["compared"])


def test_visits_see_a_gender_that_comes_less_often(judge: Judge, tables: Tables) -> None:
    patients, visits = tables["patients"].set_index("patient_id"), tables["ed_encounters"]
    gender, age = (visits["patient_id"].map(patients[column]) for column in ("gender", "age_group"))
    lost = visits.index[gender.eq("Female") & age.eq("25-44")][:60]
    verdict = judge("ed_encounters", "visits_follow_rates", ed_encounters=visits.drop(index=lost))
    assert "surplus visits by subservice, age group and gender" in set(verdict.offending["compared"])


@pytest.mark.parametrize("shape", [0.05, 100.0])
@pytest.mark.parametrize("control", ["reconciled", "free"])
def test_pass_however_frail_people_are(region: Region, shape: float, control: str) -> None:
    other = retuned(
        region.with_run(patients=2_000), {"ed": {"frailty_shape": shape, "volume_control": control}}
    )
    tables = StoredTables.of(make_tables(other))
    for gate in (patient_links, visit_links, visits_follow_rates, stay_links):
        verdict = gate(tables, other)
        assert verdict.passed, verdict.observed


def test_no_rows_are_no_finding(region: Region, tables: Tables) -> None:
    nothing = StoredTables.of(
        {name: tables[name].iloc[:0] for name in ("patients", "ed_encounters", "ip_stays")}
    )
    assert all(
        gate(nothing, region).passed for gate in (patient_links, visit_links, visits_follow_rates, stay_links)
    )
