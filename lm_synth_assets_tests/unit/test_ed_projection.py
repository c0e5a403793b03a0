"""ed_projection: what the blueprint's SQL gives on the stored tables, and what each scenario makes of it."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.simulation.tables.ed_projection import ed_projection
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned

KEY = ["year", "facility", "ed_subservice"]

# Section 10 of the blueprint, for every year at once.
BLUEPRINT_QUERY = """
SELECT p.year,
       s.site_code AS facility,
       r.ed_subservice,
       SUM(1.0 * p.population * r.baserate_per_1000 / 1000.0) AS projected_volumes
FROM population_projection p
JOIN ed_baseline_rates r
  ON p.lha_id = r.lha_id
 AND p.age_group = r.age_group
 AND p.gender   = r.gender
JOIN dim_lha l ON l.lha_id = p.lha_id
JOIN dim_site s ON s.site_id = l.default_site_id
GROUP BY p.year, s.site_code, r.ed_subservice
"""


@pytest.fixture(scope="module")
def queried(tables: Tables) -> "pd.Series[float]":
    """What the blueprint's query gives, by year, facility and ED subservice."""
    with duckdb.connect() as connection:
        for name in ("population_projection", "ed_baseline_rates", "dim_lha", "dim_site"):
            plain = tables[name].astype(dict.fromkeys(tables[name].select_dtypes("category"), str))
            connection.register(name, plain)
        return connection.sql(BLUEPRINT_QUERY).df().set_index(KEY)["projected_volumes"].sort_index()


def volumes(tables: Tables, projection: pd.DataFrame, scenario_id: int) -> "pd.Series[float]":
    """One scenario of a projection by year, facility and ED subservice."""
    site = tables["dim_site"].set_index("site_id")["site_code"]
    own = projection[projection["scenario_id"] == scenario_id]
    keyed = own.assign(facility=own["site_id"].map(site), ed_subservice=own["ed_subservice"].astype(str))
    return keyed.set_index(KEY)["projected_volumes"].sort_index()


def test_the_baseline_is_the_blueprints_query_to_five_decimals(
    tables: Tables, queried: "pd.Series[float]"
) -> None:
    baseline = volumes(tables, tables["ed_projection"], scenario_id=1)
    assert [tuple(map(str, key)) for key in baseline.index] == [tuple(map(str, key)) for key in queried.index]
    assert len(baseline) == 10 * 12 * 3
    # The volumes are whole hundred-thousandths; what is left is the query's own floating-point noise.
    assert np.abs(baseline.to_numpy() - queried.to_numpy()).max() < 1e-8


def test_higher_rates_scale_every_volume_alike(region: Region, tables: Tables) -> None:
    scenario_id = list(region.scenarios).index("Rising ED use") + 1
    raised = volumes(tables, tables["ed_projection"], scenario_id)
    baseline = volumes(tables, tables["ed_projection"], 1)
    assert (raised - 1.1 * baseline).abs().max() < 1e-5


def test_higher_growth_compounds_area_by_area(region: Region, tables: Tables) -> None:
    scenario_id = list(region.scenarios).index("High growth") + 1
    high = volumes(tables, tables["ed_projection"], scenario_id)
    baseline = volumes(tables, tables["ed_projection"], 1)
    assert (high[2025] == baseline[2025]).all(), "growth starts from the base year"
    for lha in region.lhas.values():
        # Each site is the default of one area.
        growth = lha.growth_pct / 100
        factor = ((1 + 1.5 * growth) / (1 + growth)) ** 9
        ratio = high[2034, lha.default_site] / baseline[2034, lha.default_site]
        assert np.allclose(ratio, factor, rtol=1e-7)


def test_other_multipliers_leave_ed_volumes_alone(region: Region, tables: Tables) -> None:
    scenario_id = list(region.scenarios).index("Shorter stays") + 1
    shorter = volumes(tables, tables["ed_projection"], scenario_id)
    assert shorter.equals(volumes(tables, tables["ed_projection"], 1))


def test_every_scenario_year_site_and_subservice_is_there_once(region: Region, tables: Tables) -> None:
    frame = tables["ed_projection"]
    key = ["scenario_id", "year", "site_id", "ed_subservice"]
    assert not frame.duplicated(key).any()
    assert len(frame) == len(region.scenarios) * region.run.years * len(region.sites) * 3
    assert (frame["period_date"] == pd.to_datetime(frame["year"].astype(str) + "-01-01")).all()


def test_an_area_without_residents_has_no_visits(region: Region) -> None:
    empty = retuned(region, {"lhas": {"Otter Cove": {"base_population": 0}}})
    tables = make_tables(empty.with_run(patients=100))
    assert (volumes(tables, tables["ed_projection"], 2).xs("LM-OTB", level="facility") == 0).all()


def test_a_site_that_serves_two_areas_has_the_sum_of_both(region: Region, tables: Tables) -> None:
    merged = retuned(region, {"lhas": {"Otter Cove": {"default_site": "LM-DFT"}}})
    codes = list(region.sites)
    lhas = tables["dim_lha"].copy()
    lhas.loc[lhas["lha_name"] == "Otter Cove", "default_site_id"] = codes.index("LM-DFT") + 1
    frame = ed_projection(merged, tables["population_projection"], tables["ed_baseline_rates"], lhas)
    both = volumes(tables, frame, 1)
    apart = volumes(tables, tables["ed_projection"], 1)
    assert "LM-OTB" not in both.index.get_level_values("facility")
    expected = apart.xs("LM-DFT", level="facility") + apart.xs("LM-OTB", level="facility")
    assert (both.xs("LM-DFT", level="facility") - expected).abs().max() < 1e-8
