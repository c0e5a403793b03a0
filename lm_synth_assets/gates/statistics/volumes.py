"""Gates on ED volumes: how many visits each facility and each area's people make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import within
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.sql import query_tables
from lm_synth_assets.model.flows import flow_shares
from lm_synth_assets.model.visits import volumes
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Mask
from lm_synth_assets.schema.projection_sql import CELLS, DEFAULT_SITES
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES, GENDERS

_Levels: TypeAlias = "Mapping[str, range | tuple[str, ...]]"
"""The values of some columns, by column."""


def _volumes(compared: pd.DataFrame, region: Region, whole_patients: Floats | float = 0.0) -> Verdict:
    """Compare volumes by cell, given `expected`, `observed` and the `variance` of free draws.

    `whole_patients` (cells,) are the visits by which a cell may be off because its patients are whole.
    """
    gates = region.gates
    tolerance = compared["expected"].to_numpy(float) * gates.volume_tolerance_pct / 100
    tolerance = np.maximum(tolerance, np.maximum(gates.volume_least_visits, whole_patients))
    if region.ed.volume_control == "free":
        tolerance = np.maximum(
            tolerance, gates.standard_errors * np.sqrt(compared["variance"].to_numpy(float))
        )
    return within(compared.drop(columns="variance"), tolerance, "visits")


def volumes_by_site(tables: Tables, region: Region) -> Verdict:
    """ED volumes by facility x subservice are population x rate, spread by the configured flows."""
    cells: _Levels = {"lha_id": range(1, len(region.lhas) + 1), "age_group": AGE_GROUPS, "gender": GENDERS}
    services: _Levels = {"ed_subservice": ED_SUBSERVICES}
    projected = tables["population_projection"].query("year == @region.run.start_year")
    residents = _summed(projected, "population", cells)
    rates = _summed(tables["ed_baseline_rates"], "baserate_per_1000", {**cells, **services}) / 1000
    persons = residents * region.run.patients / max(residents.sum(), 1)
    # Visits are Poisson given frailty, which is gamma: at a rate r their variance is r + r^2 / shape.
    expected, variance = (
        volumes(region, persons, of_person).sum(axis=0)
        for of_person in (rates, rates + rates**2 / region.ed.frailty_shape)
    )
    by_site: _Levels = {"facility_id": range(1, len(region.sites) + 1), **services}
    observed = _summed(tables["ed_encounters"].assign(visits=1.0), "visits", by_site)
    goes_there: Mask = np.any(flow_shares(region) > 0, axis=0)
    serves = np.broadcast_to(goes_there[:, None], observed.shape)
    site, service = np.nonzero(serves)
    compared = pd.DataFrame(
        {
            "facility_id": site + 1,
            "ed_subservice": np.array(ED_SUBSERVICES)[service],
            "expected": expected[serves],
            "variance": variance[serves],
            "observed": observed[serves].astype(np.int64),
        }
    )
    # The patients of a site are rounded: where rates are high, one of those who come most is many visits.
    one_patient = np.where(persons[..., None] > 0, rates, 0.0).max(axis=(0, 1, 2))
    return _volumes(compared, region, one_patient[service])


def _summed(frame: pd.DataFrame, column: str, levels: _Levels) -> Floats:
    """The sum of a column in each combination of levels (one axis a level), 0 where there are no rows."""
    sums = frame.groupby(list(levels), observed=True)[column].sum()
    every = pd.MultiIndex.from_product(list(levels.values()), names=list(levels))
    shape = [len(values) for values in levels.values()]
    return sums.reindex(every, fill_value=0).to_numpy(np.float64).reshape(shape)


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


_READ_BY_CATCHMENT = (
    "population_projection",
    "ed_baseline_rates",
    "dim_lha",
    "dim_site",
    "patients",
    "ed_encounters",
)


def volumes_by_catchment(tables: Tables, region: Region) -> Verdict:
    """ED volumes by default site of the patient's LHA x subservice are those of the projection."""
    sql = _by_catchment(region.run.start_year, region.run.patients, region.ed.frailty_shape)
    compared = query_tables(sql, _READ_BY_CATCHMENT, tables)
    return _volumes(compared, region)
