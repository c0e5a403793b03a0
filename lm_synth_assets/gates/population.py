"""Gates on the denominators: residents and rates."""

import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.gates.gate import Tables, Verdict, gate, within
from lm_synth_assets.simulation.population import area_totals
from lm_synth_assets.vocabulary import AGE_GROUPS, ED_SUBSERVICES, GENDERS


@gate("population_projection")
def totals_follow_growth(tables: Tables, region: Region) -> Verdict:
    """Each area's residents are base x (1 + growth)^t in every year of the horizon."""
    frame = tables["population_projection"]
    run = region.run
    years = range(run.start_year, run.start_year + run.years)
    expected = pd.DataFrame(
        [(year, lha + 1, total) for year in years for lha, total in enumerate(area_totals(region, year))],
        columns=["year", "lha_id", "expected"],
    ).set_index(["year", "lha_id"])
    observed = frame.groupby(["year", "lha_id"])["population"].sum().rename("observed")
    compared = expected.join(observed, how="outer").fillna(0.0).reset_index()
    return within(compared, 0.0, "residents", "equal")


@gate("ed_baseline_rates")
def complete_cross_product(tables: Tables, region: Region) -> Verdict:
    """There is a rate for every LHA x age group x gender x ED subservice, and none besides."""
    expected = len(region.lhas) * len(AGE_GROUPS) * len(GENDERS) * len(ED_SUBSERVICES)
    frame = tables["ed_baseline_rates"]
    observed = len(frame.drop_duplicates(["lha_id", "age_group", "gender", "ed_subservice"]))
    every_area = set(frame["lha_id"]) == set(range(1, len(region.lhas) + 1))
    same = observed == expected == len(frame) and every_area
    return Verdict(same, f"{expected} cells", f"{observed} cells in {len(frame)} rows", "equal")
