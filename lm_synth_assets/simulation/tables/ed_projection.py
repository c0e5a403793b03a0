"""ed_projection: the blueprint's population x rate query for every scenario and year.

Computed from the two stored tables in whole numbers, so that it equals the same query in any SQL engine at
all five decimals for the baseline.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.model.population import growth_factor
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import ED_SUBSERVICES
from lm_synth_assets.simulation.tables.columns import first_of_january


def ed_projection(
    region: Region,
    population_projection: pd.DataFrame,
    ed_baseline_rates: pd.DataFrame,
    dim_lha: pd.DataFrame,
) -> pd.DataFrame:
    """ed_projection from population_projection, ed_baseline_rates and dim_lha: visits per year."""
    # Persons x hundredths of visits per 1,000 are whole numbers of 1e-5 visits.
    hundredths = ed_baseline_rates.assign(
        hundredths=np.rint(ed_baseline_rates["baserate_per_1000"] * 100).astype(np.int64)
    )
    joined = population_projection.merge(hundredths, on=["lha_id", "age_group", "gender"]).merge(
        dim_lha, on="lha_id"
    )
    joined["units"] = joined["population"].astype(np.int64) * joined["hundredths"]
    by_area = joined.groupby(
        ["year", "default_site_id", "lha_id", "ed_subservice"], as_index=False, observed=True
    )["units"].sum()
    parts = []
    for scenario_id, scenario in enumerate(region.scenarios.values(), start=1):
        years = sorted(set(by_area["year"]))
        growth = np.array([growth_factor(region, int(year), scenario.growth) for year in years])
        factor = growth[np.searchsorted(years, by_area["year"]), by_area["lha_id"] - 1] * scenario.ed_rates
        parts.append(by_area.assign(scenario_id=scenario_id, units=by_area["units"] * factor))
    key = ["scenario_id", "year", "default_site_id", "ed_subservice"]
    totals = pd.concat(parts).groupby(key, as_index=False, observed=True)["units"].sum()
    return pd.DataFrame(
        {
            "scenario_id": totals["scenario_id"],
            "year": totals["year"],
            "site_id": totals["default_site_id"],
            "ed_subservice": pd.Categorical(totals["ed_subservice"], categories=list(ED_SUBSERVICES)),
            "projected_volumes": np.rint(totals["units"]) / 100_000,
            "period_date": first_of_january(totals["year"].to_numpy(dtype=np.int64)),
        }
    )
