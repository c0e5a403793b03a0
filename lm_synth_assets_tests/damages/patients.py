"""Damages to the patients."""

import numpy as np
import pandas as pd

from lm_synth_assets.schema.vocabulary import AGE_GROUPS
from lm_synth_assets_tests.damages.damage import Damaged, damage, edited
from lm_synth_assets_tests.support.datasets import Tables


def _changed(tables: Tables, rows: object, **values: object) -> Damaged:
    return {"patients": edited(tables["patients"], rows, **values)}


@damage("patients.marginals", "a tenth of those aged 75-84 is lost")
def a_tenth_of_an_age_group_lost(tables: Tables) -> Damaged:
    frame = tables["patients"]
    lost = frame.index[frame["age_group"] == "75-84"][::10]
    return {"patients": frame.drop(index=lost).reset_index(drop=True)}


@damage("patients.marginals", "a tenth of those aged 75-84 live in another area")
def a_tenth_of_an_age_group_moved(tables: Tables) -> Damaged:
    frame = tables["patients"]
    moved = frame.index[(frame["age_group"] == "75-84") & (frame["lha_id"] == 2)][::10]
    return _changed(tables, moved, lha_id=7)


@damage("patients.age_group_matches_dob", "dates of birth are read in another time zone, a day late")
def everybody_born_a_day_late(tables: Tables) -> Damaged:
    frame = tables["patients"]
    return {"patients": frame.assign(dob=frame["dob"] + pd.Timedelta(days=1))}


@damage("patients.age_group_matches_dob", "somebody is born in the future")
def somebody_from_the_future(tables: Tables) -> Damaged:
    return _changed(tables, 0, dob=pd.Timestamp("2025-03-01"))


@damage("patients.age_group_matches_dob", "years of birth of two digits are read as of the century before")
def born_a_century_early(tables: Tables) -> Damaged:
    frame = tables["patients"]
    late = frame.index[frame["age_group"] == "15-24"][:20]
    return _changed(tables, late, dob=frame.loc[late, "dob"] - pd.DateOffset(years=100))


@damage("patients.unique_quasi_identifiers", "a patient is there twice under two ids")
def a_patient_under_two_ids(tables: Tables) -> Damaged:
    frame = tables["patients"]
    double = frame.iloc[[500]].assign(patient_id=frame["patient_id"].iloc[501])
    return {"patients": pd.concat([frame.drop(index=501), double]).sort_values("patient_id")}


@damage("patients.unique_quasi_identifiers", "dates of birth are cut down to their month")
def births_by_month(tables: Tables) -> Damaged:
    frame = tables["patients"]
    return {
        "patients": frame.assign(dob=frame["dob"].to_numpy().astype("datetime64[M]").astype("datetime64[ns]"))
    }


@damage("patients.cross_lha_care", "everybody goes to the default site of their area")
def nobody_goes_elsewhere(tables: Tables) -> Damaged:
    frame, areas = tables["patients"], tables["dim_lha"].set_index("lha_id")["default_site_id"]
    return {"patients": frame.assign(facility_home_id=frame["lha_id"].map(areas).astype("int32"))}


@damage("patients.home_facilities", "the patients of two facilities are swapped")
def two_home_facilities_swapped(tables: Tables) -> Damaged:
    frame = tables["patients"]
    return {"patients": frame.assign(facility_home_id=frame["facility_home_id"].replace({2: 3, 3: 2}))}


@damage("patients.home_facilities", "all who leave an area go to the first of its destinations")
def one_destination_for_all(tables: Tables) -> Damaged:
    frame = tables["patients"]
    return _changed(tables, (frame["lha_id"] == 1) & (frame["facility_home_id"] != 11), facility_home_id=4)


@damage("patients.home_facilities", "a tenth of a facility's patients is sent to a neighbour")
def a_tenth_sent_to_a_neighbour(tables: Tables) -> Damaged:
    frame = tables["patients"]
    moved = frame.index[(frame["lha_id"] == 3) & (frame["facility_home_id"] == 10)][::10]
    return _changed(tables, moved, facility_home_id=11)


@damage("patients.expected_rates_reconcile", "half of an area's rates are lost")
def an_area_with_half_its_rates(tables: Tables) -> Damaged:
    frame = tables["patients"]
    own = frame["lha_id"] == 2
    return _changed(tables, own, expected_ed_rate=(frame.loc[own, "expected_ed_rate"] / 2).round(4))


@damage("patients.expected_rates_reconcile", "every expected rate is a tenth too high")
def every_rate_a_tenth_too_high(tables: Tables) -> Damaged:
    frame = tables["patients"]
    return {"patients": frame.assign(expected_ed_rate=(frame["expected_ed_rate"] * 1.1).round(4))}


@damage("patients.expected_rates_reconcile", "rates of age groups are taken from the group before")
def rates_of_the_age_group_before(tables: Tables) -> Damaged:
    frame, rates = tables["patients"], tables["ed_baseline_rates"]
    total = rates.groupby("age_group", observed=True)["baserate_per_1000"].mean().loc[list(AGE_GROUPS)]
    ratio = total.shift().fillna(total.iloc[0]) / total
    factor = frame["age_group"].astype(str).map(ratio)
    return {"patients": frame.assign(expected_ed_rate=(frame["expected_ed_rate"] * factor).round(4))}


@damage("patients.sampling_weights_sum", "weights are those of a sample twice as large")
def half_the_weight(tables: Tables) -> Damaged:
    frame = tables["patients"]
    return {"patients": frame.assign(sampling_weight=frame["sampling_weight"] / 2)}


@damage("patients.sampling_weights_sum", "one patient stands for nobody")
def somebody_without_weight(tables: Tables) -> Damaged:
    return _changed(tables, 1234, sampling_weight=0.0)


@damage("patients.age_shape", "everybody of a group is of its first year of age")
def a_group_of_one_age(tables: Tables) -> Damaged:
    frame = tables["patients"]
    own = frame.index[frame["age_group"] == "45-64"]
    days = pd.to_timedelta(np.arange(len(own)) % 365, unit="D")
    return _changed(tables, own, dob=pd.Timestamp("1979-01-02") + days)


@damage("patients.age_shape", "the oldest are as many at 104 as at 85")
def the_oldest_without_decline(tables: Tables) -> Damaged:
    frame = tables["patients"]
    own = frame.index[frame["age_group"] == "85+"]
    days = pd.to_timedelta(np.linspace(0, 7_300, len(own)).astype(int), unit="D")
    return _changed(tables, own, dob=pd.Timestamp("1920-01-03") + days)


@damage("patients.expected_rate_shape", "everybody expects the rate of their cell")
def nobody_is_frail(tables: Tables) -> Damaged:
    frame = tables["patients"]
    by_cell = frame.groupby(["lha_id", "age_group", "gender"], observed=True)["expected_ed_rate"]
    return {"patients": frame.assign(expected_ed_rate=by_cell.transform("mean").round(4))}


@damage("patients.expected_rate_shape", "frequent users and the others come half-way together")
def frequent_users_less_frequent(tables: Tables) -> Damaged:
    frame = tables["patients"]
    rate = frame["expected_ed_rate"]
    return {"patients": frame.assign(expected_ed_rate=np.round(rate.mean() * (rate / rate.mean()) ** 0.5, 4))}
