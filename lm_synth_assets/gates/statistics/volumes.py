"""Gates on ED volumes: how many visits each facility and each area's people make."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import within
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.sql import query
from lm_synth_assets.model.flows import flow_shares
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.projection_sql import CELLS, DEFAULT_SITES


def _volumes(compared: pd.DataFrame, region: Region) -> Verdict:
    """Compare volumes by cell, given `expected`, `observed` and the `variance` of free draws."""
    gates = region.gates
    tolerance = compared["expected"] * gates.volume_tolerance_pct / 100
    tolerance = tolerance.clip(lower=gates.volume_least_visits)
    if region.ed.volume_control == "free":
        tolerance = np.maximum(tolerance, gates.standard_errors * np.sqrt(compared["variance"]))
    return within(compared.drop(columns="variance"), tolerance.to_numpy(), "visits")


def volumes_by_site(tables: Tables, region: Region) -> Verdict:
    """ED volumes by facility x subservice are population x rate, spread by the configured flows."""
    population = tables["population_projection"].query("year == @region.run.start_year")
    joined = population.merge(tables["ed_baseline_rates"], on=["lha_id", "age_group", "gender"])
    people = joined["population"].astype(float) * region.run.patients / population["population"].sum()
    rate = joined["baserate_per_1000"] / 1000
    joined["expected"] = people * rate
    joined["variance"] = people * (rate + rate**2 / region.ed.frailty_shape)
    by_area = joined.groupby(["lha_id", "ed_subservice"], observed=True)[["expected", "variance"]].sum()
    shares = flow_shares(region)
    lha, site = np.nonzero(shares)
    to_site = pd.DataFrame({"lha_id": lha + 1, "facility_id": site + 1, "share": shares[lha, site]})
    flows = by_area.reset_index().merge(to_site, on="lha_id")
    flows["expected"] *= flows["share"]
    flows["variance"] *= flows["share"]
    by = ["facility_id", "ed_subservice"]
    compared = flows.groupby(by, observed=True)[["expected", "variance"]].sum()
    observed = tables["ed_encounters"].groupby(by, observed=True).size()
    compared["observed"] = observed.reindex(compared.index, fill_value=0)
    return _volumes(compared.reset_index(), region)


def _by_catchment(year: int, patients: int, frailty_shape: float) -> str:
    """The projection's SQL for the sample, beside the visits of the same catchments."""
    return f"""
WITH segment AS (
  SELECT s.site_code AS facility,
         r.ed_subservice,
         1.0 * p.population * {patients}
           / (SELECT SUM(population) FROM population_projection WHERE year = {year}) AS people,
         r.baserate_per_1000 / 1000.0 AS rate
  {CELLS}
  {DEFAULT_SITES}
  WHERE p.year = {year}
),
projected AS (
  SELECT facility, ed_subservice, SUM(people * rate) AS expected,
         SUM(people * (rate + rate * rate / {frailty_shape})) AS variance
  FROM segment
  GROUP BY facility, ed_subservice
),
visited AS (
  SELECT s.site_code AS facility, v.ed_subservice, COUNT(*) AS observed
  FROM ed_encounters v
  JOIN patients p ON p.patient_id = v.patient_id
  JOIN dim_lha l ON l.lha_id = p.lha_id
  {DEFAULT_SITES}
  GROUP BY s.site_code, v.ed_subservice
)
SELECT facility, ed_subservice, expected, COALESCE(observed, 0) AS observed, variance
FROM projected
LEFT JOIN visited USING (facility, ed_subservice)
ORDER BY facility, ed_subservice
"""


def volumes_by_catchment(tables: Tables, region: Region) -> Verdict:
    """ED volumes by default site of the patient's LHA x subservice are those of the projection."""
    compared = query(
        _by_catchment(region.run.start_year, region.run.patients, region.ed.frailty_shape),
        population_projection=tables["population_projection"].drop(columns="period_date"),
        ed_baseline_rates=tables["ed_baseline_rates"],
        dim_lha=tables["dim_lha"],
        dim_site=tables["dim_site"],
        patients=tables["patients"][["patient_id", "lha_id"]],
        ed_encounters=tables["ed_encounters"][["patient_id", "ed_subservice"]],
    )
    return _volumes(compared, region)
