"""Damages to the projected volumes."""

from lm_synth_assets_tests.damages.damage import Damaged, damage, edited
from lm_synth_assets_tests.support.datasets import Tables


@damage("ed_projection.reconciles_with_sql", "two facilities' volumes are swapped")
def two_facilities_volumes_swapped(tables: Tables) -> Damaged:
    frame = tables["ed_projection"]
    return {"ed_projection": frame.assign(site_id=frame["site_id"].replace({3: 4, 4: 3}))}


@damage("ed_projection.reconciles_with_sql", "volumes are rounded to whole visits")
def volumes_rounded(tables: Tables) -> Damaged:
    frame = tables["ed_projection"]
    return {"ed_projection": frame.assign(projected_volumes=frame["projected_volumes"].round())}


@damage("ed_projection.reconciles_with_sql", "rates change after the projection")
def rates_changed_afterwards(tables: Tables) -> Damaged:
    rates = tables["ed_baseline_rates"]
    one = edited(rates, 200, baserate_per_1000=rates["baserate_per_1000"][200] + 0.01)
    return {"ed_baseline_rates": one}


@damage("ed_projection.reconciles_with_sql", "all scenarios are the baseline")
def every_scenario_is_the_baseline(tables: Tables) -> Damaged:
    frame = tables["ed_projection"]
    key = ["year", "site_id", "ed_subservice"]
    volumes = frame[frame["scenario_id"] == 1].set_index(key)["projected_volumes"]
    every = volumes.loc[list(frame[key].itertuples(index=False, name=None))].to_numpy()
    return {"ed_projection": frame.assign(projected_volumes=every)}


@damage("ed_projection.every_year", "a scenario ends a year early")
def a_scenario_ends_early(tables: Tables) -> Damaged:
    return {"ed_projection": tables["ed_projection"].query("not (scenario_id == 2 and year == 2034)")}


@damage("ed_projection.every_year", "every period begins with its fiscal year")
def periods_from_april(tables: Tables) -> Damaged:
    frame = tables["ed_projection"]
    return {
        "ed_projection": frame.assign(period_date=frame["period_date"].map(lambda day: day.replace(month=4)))
    }
