"""Damages to the dimensions."""

import pandas as pd

from lm_synth_assets_tests.damages.damage import Damaged, damage, edited
from lm_synth_assets_tests.support.datasets import Tables


def _swapped(frame: pd.DataFrame, one: int, other: int, columns: list[str]) -> pd.DataFrame:
    copy = frame.copy()
    copy.loc[[one, other], columns] = copy.loc[[other, one], columns].to_numpy()
    return copy


@damage("dim_site.row_count", "a facility is left out")
def a_facility_left_out(tables: Tables) -> Damaged:
    return {"dim_site": tables["dim_site"].drop(index=7)}


@damage("dim_program.row_count", "a seventeenth program is added")
def a_program_added(tables: Tables) -> Damaged:
    frame = tables["dim_program"]
    return {"dim_program": pd.concat([frame, frame.tail(1).assign(program_id=17)], ignore_index=True)}


@damage("dim_subprogram.row_count", "a program has only two subprograms")
def a_subprogram_left_out(tables: Tables) -> Damaged:
    return {"dim_subprogram": tables["dim_subprogram"].query("subprogram_key != 203")}


@damage("dim_lha.row_count", "the last LHA is cut off")
def the_last_area_cut_off(tables: Tables) -> Damaged:
    return {"dim_lha": tables["dim_lha"].iloc[:-1]}


@damage("dim_age_group.row_count", "the two oldest age groups are one")
def the_oldest_age_groups_merged(tables: Tables) -> Damaged:
    frame = tables["dim_age_group"]
    return {"dim_age_group": edited(frame, frame["age_group"] == "75-84", last_age=104).iloc[:-1]}


@damage("dim_gender.row_count", "there are two genders only")
def a_gender_left_out(tables: Tables) -> Damaged:
    return {"dim_gender": tables["dim_gender"].query("gender != 'Other'")}


@damage("dim_ed_subservice.row_count", "urgent care is left out")
def urgent_care_left_out(tables: Tables) -> Damaged:
    return {"dim_ed_subservice": tables["dim_ed_subservice"].iloc[:-1]}


@damage("dim_site.as_configured", "the names of two facilities are swapped")
def two_facilities_swapped(tables: Tables) -> Damaged:
    return {"dim_site": _swapped(tables["dim_site"], 4, 6, ["site_name"])}


@damage("dim_site.as_configured", "a facility is renamed by hand")
def a_facility_renamed(tables: Tables) -> Damaged:
    return {"dim_site": edited(tables["dim_site"], 0, site_name="Snowberry Hospital")}


@damage("dim_program.as_configured", "programs are numbered from another order")
def programs_in_another_order(tables: Tables) -> Damaged:
    return {"dim_program": _swapped(tables["dim_program"], 2, 3, ["program_name"])}


@damage("dim_subprogram.as_configured", "an inpatient subprogram is said to be ambulatory")
def a_care_setting_changed(tables: Tables) -> Damaged:
    frame = tables["dim_subprogram"]
    return {"dim_subprogram": edited(frame, frame["subprogram_key"] == 101, care_setting="ambulatory")}


@damage("dim_lha.as_configured", "an area's default site is moved")
def a_default_site_moved(tables: Tables) -> Damaged:
    return {"dim_lha": edited(tables["dim_lha"], 8, default_site_id=7)}


@damage("dim_age_group.as_configured", "an age group begins a year late")
def an_age_group_that_begins_late(tables: Tables) -> Damaged:
    frame = tables["dim_age_group"]
    return {"dim_age_group": edited(frame, frame["age_group"] == "65-74", first_age=66)}


@damage("dim_gender.as_configured", "genders are numbered from 0")
def genders_from_zero(tables: Tables) -> Damaged:
    frame = tables["dim_gender"]
    return {"dim_gender": frame.assign(gender_order=frame["gender_order"] - 1)}


@damage("dim_ed_subservice.as_configured", "two subservices change places")
def subservices_in_another_order(tables: Tables) -> Damaged:
    return {"dim_ed_subservice": _swapped(tables["dim_ed_subservice"], 0, 1, ["ed_subservice_order"])}


@damage("dim_scenario.as_configured", "a scenario's percentage is taken for a factor")
def a_percentage_as_a_factor(tables: Tables) -> Damaged:
    frame = tables["dim_scenario"]
    raised = frame["scenario_name"] == "Rising ED use"
    return {"dim_scenario": edited(frame, raised, ed_rate_multiplier=0.10)}


@damage("program_coverage.as_configured", "a site is said to offer what it does not")
def a_subprogram_offered_where_it_is_not(tables: Tables) -> Damaged:
    frame, offered = tables["program_coverage"], tables["dim_subprogram"]
    own = frame.loc[frame["site_id"] == 8, "subprogram_key"]
    other = offered[~offered["subprogram_key"].isin(own)].head(1).assign(site_id=8)
    return {"program_coverage": pd.concat([frame, other[list(frame.columns)].astype(frame.dtypes)])}


@damage("program_coverage.as_configured", "a cell of the coverage matrix is lost")
def a_coverage_cell_lost(tables: Tables) -> Damaged:
    return {"program_coverage": tables["program_coverage"].drop(index=100)}


@damage("dim_date.contiguous_days", "leap days are left out")
def leap_days_left_out(tables: Tables) -> Damaged:
    return {"dim_date": tables["dim_date"].query("not (month == 2 and day == 29)")}


@damage("dim_date.contiguous_days", "the calendar ends with the horizon")
def the_year_after_left_out(tables: Tables) -> Damaged:
    frame = tables["dim_date"]
    return {"dim_date": frame[frame["year"] < frame["year"].max()]}


@damage("dim_date.calendar_parts", "the fiscal year begins with the calendar year")
def fiscal_years_from_january(tables: Tables) -> Damaged:
    frame = tables["dim_date"]
    return {"dim_date": frame.assign(fiscal_quarter=frame["quarter"], fiscal_month=frame["month"])}


@damage("dim_date.calendar_parts", "weekdays are counted from Sunday")
def weekdays_from_sunday(tables: Tables) -> Damaged:
    frame = tables["dim_date"]
    return {"dim_date": frame.assign(day_of_week=frame["day_of_week"] % 7 + 1)}


@damage("dim_date.calendar_parts", "Family Day is not known")
def a_holiday_unknown(tables: Tables) -> Damaged:
    frame = tables["dim_date"]
    family_day = frame["holiday_name"].eq("Family Day").fillna(False)
    return {"dim_date": edited(frame, family_day, is_holiday=False, holiday_name=pd.NA)}


@damage("dim_date.calendar_parts", "fiscal periods end a day late")
def fiscal_periods_a_day_late(tables: Tables) -> Damaged:
    frame = tables["dim_date"]
    return {"dim_date": frame.assign(fiscal_period=frame["fiscal_period"].shift(fill_value=10))}
