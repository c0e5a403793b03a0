"""The portable rules return the same rows in MySQL as in DuckDB."""

import pymysql
import pytest

from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.gates.rules.rule import RULES, evaluate, sql_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.mysql.address import Address
from lm_synth_assets.storage.mysql.store import MysqlStore
from lm_synth_assets_tests.support.datasets import Tables
from lm_synth_assets_tests.support.mysql_clients import rows

PORTABLE = [name for name, rule in RULES.items() if rule.portable]

DAMAGES = (
    "UPDATE ip_stays SET los_days = los_days + 1, alc_days = 0, facility_id = facility_id % 12 + 1, "
    "admit_route = 'direct' WHERE stay_id % 7 = 0",
    "UPDATE ip_stays SET subprogram_key = 501, discharge_ts = NULL WHERE stay_id % 11 = 0",
    "UPDATE ip_stays SET admit_ts = admit_ts - INTERVAL 2 YEAR WHERE stay_id % 13 = 0",
    "UPDATE ip_stays SET transfer_from_stay_id = stay_id WHERE stay_id % 17 = 0",
    "UPDATE ed_encounters SET departure_ts = departure_ts + INTERVAL 60 DAY, facility_id = 1, "
    "ed_subservice = 'Urgent Care Centre' WHERE encounter_id % 9 = 0",
    "UPDATE ed_encounters SET dispo = 'Died' WHERE encounter_id % 3 = 0",
    "UPDATE ed_encounters SET arrival_ts = arrival_ts + INTERVAL 1 YEAR WHERE encounter_id % 19 = 0",
    "UPDATE patients SET dob = '1980-05-05', gender = 'Male', ed_visits_year = 7 WHERE patient_id LIKE '%3'",
    "UPDATE ed_baseline_rates SET baserate_per_1000 = 2000 WHERE age_group = '25-44' AND lha_id = 5",
    "DELETE FROM ed_baseline_rates WHERE lha_id = 4 AND age_group = '85+'",
    "UPDATE population_projection SET period_date = '2026-01-02' WHERE year = 2026 AND lha_id = 3",
    "DELETE FROM ed_projection WHERE scenario_id = 3",
    "DELETE FROM dim_date WHERE date BETWEEN '2035-06-01' AND '2035-06-05'",
)
"""Changes that the constraints of the database let pass."""

SEEN = 25
"""As many of the portable rules see these changes."""


@pytest.fixture
def copy(database: Address, tables: Tables) -> Address:
    """A database with the good tables."""
    store = MysqlStore(database)
    for name, table in TABLES.items():
        store.write(table, tables[name])
    return database


def test_no_row_of_good_tables_breaks_a_rule(copy: Address, region: Region) -> None:
    assert {name: len(rows(copy, sql_of(name, region))) for name in PORTABLE} == dict.fromkeys(PORTABLE, 0)


def test_the_same_rows_break_it_as_in_duckdb(copy: Address, region: Region) -> None:
    with (
        pymysql.connect(
            host=copy.host, port=copy.port, user=copy.user, password=copy.password, database=copy.database
        ) as connection,
        connection.cursor() as cursor,
    ):
        for change in DAMAGES:
            cursor.execute(change)
        connection.commit()
    stored = StoredTables(lambda name: MysqlStore(copy).inspect(TABLES[name]))
    in_duckdb = {name: len(evaluate(name, stored, region).offending) for name in PORTABLE}
    assert {name: len(rows(copy, sql_of(name, region))) for name in PORTABLE} == in_duckdb
    assert sum(count > 0 for count in in_duckdb.values()) == SEEN
