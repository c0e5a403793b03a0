"""Damages to the residents and to the rates."""

import pandas as pd

from lm_synth_assets.schema.vocabulary import AGE_GROUPS
from lm_synth_assets_tests.damages.damage import Damaged, damage, edited
from lm_synth_assets_tests.support.datasets import Tables


def _grown(tables: Tables, rows: "pd.Series[bool]", factor: float) -> Damaged:
    frame = tables["population_projection"]
    grown = (frame.loc[rows, "population"] * factor).round().astype("int32")
    return {"population_projection": edited(frame, rows, population=grown)}


@damage("population_projection.totals_follow_growth", "an area does not grow")
def an_area_that_does_not_grow(tables: Tables) -> Damaged:
    frame = tables["population_projection"]
    own = frame["lha_id"] == 5
    base = frame.loc[own & (frame["year"] == 2025), "population"].to_numpy()
    level = pd.Series(list(base) * frame.loc[own, "year"].nunique(), frame.index[own], dtype="int32")
    return {"population_projection": edited(frame, own, population=level)}


@damage("population_projection.totals_follow_growth", "a year has one per cent too many residents")
def a_year_with_too_many(tables: Tables) -> Damaged:
    return _grown(tables, tables["population_projection"]["year"] == 2030, 1.01)


@damage("population_projection.age_and_gender_weights", "two age groups of an area are swapped")
def two_age_groups_swapped(tables: Tables) -> Damaged:
    frame = tables["population_projection"]
    other = {"45-64": "65-74", "65-74": "45-64"}
    renamed = frame["age_group"].astype(str).replace(other).where(frame["lha_id"] == 3, frame["age_group"])
    return {"population_projection": frame.assign(age_group=pd.Categorical(renamed, AGE_GROUPS))}


@damage("population_projection.age_and_gender_weights", "women and men of every cell are swapped")
def women_and_men_swapped(tables: Tables) -> Damaged:
    frame = tables["population_projection"]
    renamed = frame["gender"].cat.rename_categories({"Female": "Male", "Male": "Female"})
    return {"population_projection": frame.assign(gender=renamed.astype(frame["gender"].dtype))}


@damage("population_projection.age_and_gender_weights", "the population does not age")
def nobody_ages(tables: Tables) -> Damaged:
    frame = tables["population_projection"]
    total = frame.groupby(["year", "lha_id"])["population"].transform("sum")
    first = frame[frame["year"] == 2025]
    share = first["population"] / first.groupby("lha_id")["population"].transform("sum")
    shares = pd.Series(list(share) * frame["year"].nunique(), frame.index)
    return {"population_projection": frame.assign(population=(total * shares).round().astype("int32"))}


@damage("population_projection.every_year", "a year of the horizon is lost")
def a_year_lost(tables: Tables) -> Damaged:
    return {"population_projection": tables["population_projection"].query("year != 2029")}


@damage("population_projection.every_year", "a gender is lost in one area and age group")
def a_cell_lost(tables: Tables) -> Damaged:
    frame = tables["population_projection"]
    return {
        "population_projection": frame.query(
            "not (year == 2026 and lha_id == 12 and age_group == '85+' and gender == 'Other')"
        )
    }


@damage("population_projection.every_year", "residents are dated to the end of their year")
def residents_dated_to_december(tables: Tables) -> Damaged:
    frame = tables["population_projection"]
    return {"population_projection": frame.assign(period_date=frame["period_date"] + pd.offsets.YearEnd(1))}


@damage("ed_baseline_rates.complete_cross_product", "a subservice has no rates in one area")
def rates_of_a_subservice_lost(tables: Tables) -> Damaged:
    frame = tables["ed_baseline_rates"]
    return {"ed_baseline_rates": frame.query("not (lha_id == 4 and ed_subservice == 'Urgent Care Centre')")}


@damage("ed_baseline_rates.rates_follow_configuration", "an area's multiplier is not applied")
def a_multiplier_not_applied(tables: Tables) -> Damaged:
    frame = tables["ed_baseline_rates"]
    own, level = frame["lha_id"] == 12, frame["lha_id"] == 4
    rates = frame.loc[level, "baserate_per_1000"].to_numpy()
    return {"ed_baseline_rates": edited(frame, own, baserate_per_1000=rates)}


@damage("ed_baseline_rates.rates_follow_configuration", "rates are rounded to whole visits")
def rates_rounded(tables: Tables) -> Damaged:
    frame = tables["ed_baseline_rates"]
    return {"ed_baseline_rates": frame.assign(baserate_per_1000=frame["baserate_per_1000"].round())}


@damage("ed_baseline_rates.rates_by_age", "the oldest come to Adult ED as seldom as children")
def the_oldest_come_as_children(tables: Tables) -> Damaged:
    frame = tables["ed_baseline_rates"]
    old = frame["age_group"].isin(["65-74", "75-84", "85+"]) & (frame["ed_subservice"] == "Adult ED")
    return {"ed_baseline_rates": edited(frame, old, baserate_per_1000=30.0)}


@damage("ed_baseline_rates.rates_by_age", "in one area rates are listed from old to young")
def ages_upside_down(tables: Tables) -> Damaged:
    frame = tables["ed_baseline_rates"]
    own = (frame["lha_id"] == 9) & (frame["ed_subservice"] == "Pediatric ED") & (frame["gender"] == "Female")
    rates = frame.loc[own, "baserate_per_1000"].to_numpy()[::-1]
    return {"ed_baseline_rates": edited(frame, own, baserate_per_1000=rates)}
