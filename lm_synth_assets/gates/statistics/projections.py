"""The gate on the projected volumes: they are what the blueprint's SQL gives on the stored tables."""

from __future__ import annotations

import sys

import pandas as pd

from lm_synth_assets.gates.comparing import within
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.sql import query
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.projection_sql import CELLS, VISITS

_KEY = ["scenario_id", "year", "site_id", "ed_subservice"]

# The blueprint's projection, for every year and scenario at once.
_PROJECTION = f"""
SELECT c.scenario_id,
       p.year,
       l.default_site_id AS site_id,
       r.ed_subservice,
       SUM({VISITS} * c.ed_rate_multiplier
           * power((1 + g.growth * c.growth_multiplier) / (1 + g.growth), p.year - g.base_year)) AS expected
{CELLS}
JOIN growth g ON g.lha_id = p.lha_id
CROSS JOIN dim_scenario c
GROUP BY c.scenario_id, p.year, l.default_site_id, r.ed_subservice
"""

# Half a unit of the fifth decimal, and what sums of floats leave.
_ROUNDING = 0.5e-5 + 1e-7
_FLOATS = 8 * sys.float_info.epsilon


def reconciles_with_sql(tables: Tables, region: Region) -> Verdict:
    """The projected volumes are those of the blueprint's SQL on the stored tables, in each scenario."""
    growth = [lha.growth_pct / 100 for lha in region.lhas.values()]
    expected = query(
        _PROJECTION,
        population_projection=tables["population_projection"].drop(columns="period_date"),
        ed_baseline_rates=tables["ed_baseline_rates"],
        dim_lha=tables["dim_lha"],
        dim_scenario=tables["dim_scenario"],
        growth=pd.DataFrame(
            {
                "lha_id": range(1, len(growth) + 1),
                "growth": growth,
                "base_year": region.population.base_year,
            }
        ),
    )
    observed = tables["ed_projection"].rename(columns={"projected_volumes": "observed"})
    compared = expected.merge(observed[[*_KEY, "observed"]], on=_KEY, how="outer")
    return within(compared, (_ROUNDING + _FLOATS * compared["expected"].abs()).to_numpy(), "visits")
