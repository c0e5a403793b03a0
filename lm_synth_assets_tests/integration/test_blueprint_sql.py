"""The blueprint's example SQL over the written files: ed_projection has its numbers, the visits meet them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from lm_synth_assets.region.files import load_region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.projection_sql import ed_projection
from lm_synth_assets.storage.files.csv import CsvStore
from lm_synth_assets_tests.support.datasets import make_tables

if TYPE_CHECKING:
    import duckdb

PROJECTION = """
SELECT s.site_code AS facility,
       r.ed_subservice,
       SUM(1.0 * p.population * r.baserate_per_1000 / 1000.0) AS projected_volumes
FROM population_projection p
JOIN ed_baseline_rates r
  ON p.lha_id = r.lha_id
 AND p.age_group = r.age_group
 AND p.gender   = r.gender
JOIN dim_lha l ON l.lha_id = p.lha_id
JOIN dim_site s ON s.site_id = l.default_site_id
WHERE p.year = 2025
GROUP BY s.site_code, r.ed_subservice
ORDER BY projected_volumes DESC;
"""
"""Section 10 of the blueprint, to the letter."""

STORED = """
SELECT s.site_code AS facility, e.ed_subservice, e.projected_volumes
FROM ed_projection e
JOIN dim_site s ON s.site_id = e.site_id
WHERE e.scenario_id = 1 AND e.year = 2025
"""

OBSERVED = """
SELECT s.site_code AS facility,
       v.ed_subservice,
       SUM(p.sampling_weight) AS observed_volumes,
       MAX(p.sampling_weight) AS weight
FROM ed_encounters v
JOIN patients p ON p.patient_id = v.patient_id
JOIN dim_lha l ON l.lha_id = p.lha_id
JOIN dim_site s ON s.site_id = l.default_site_id
GROUP BY s.site_code, v.ed_subservice
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The CSV files of the default data set, under the names of their tables."""
    # Here and not above: kept in a module until the end, it ends Python with a list of leaks.
    import duckdb

    store = CsvStore(tmp_path_factory.mktemp("default"))
    for name, frame in make_tables(load_region()).items():
        store.write(TABLES[name], frame)
    with duckdb.connect() as connection:
        for table in TABLES.values():
            path = store.location(table)
            connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM read_csv_auto('{path}')")
        yield connection


@pytest.fixture(scope="module")
def projected(database: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """What the blueprint's SQL says."""
    return cells(database, PROJECTION)


def cells(database: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    return database.sql(query).df().set_index(["facility", "ed_subservice"]).sort_index()


def test_the_sql_gives_every_facility_and_subservice(projected: pd.DataFrame) -> None:
    assert projected.shape == (12 * 3, 1)


def test_the_sql_gives_the_stored_projection_of_the_baseline(
    database: duckdb.DuckDBPyConnection, projected: pd.DataFrame
) -> None:
    pd.testing.assert_frame_equal(projected.round(5), cells(database, STORED), check_exact=True)


def test_the_visits_of_each_catchment_meet_the_sql_within_five_percent_or_two_visits(
    database: duckdb.DuckDBPyConnection, projected: pd.DataFrame
) -> None:
    compared = projected.join(cells(database, OBSERVED), how="left")
    expected, weight = compared["projected_volumes"], compared["weight"].max()
    observed = compared["observed_volumes"].fillna(0)
    allowed = (0.05 * expected).clip(lower=2 * weight)
    off = (observed - expected).abs() > allowed
    assert not off.any(), compared[off]


def test_the_sql_that_gates_and_scripts_run_is_that_of_the_blueprint() -> None:
    assert ed_projection(2025).split() == PROJECTION.removesuffix(";\n").split()
