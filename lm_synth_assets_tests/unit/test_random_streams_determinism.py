"""The same seed makes the same data, whatever else is asked for, and in whatever order."""

import pandas as pd
import pytest

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.simulation.tables.ed_encounters import ed_encounters
from lm_synth_assets.simulation.tables.ip_stays import ip_stays
from lm_synth_assets.simulation.tables.patients import patients as patients_of
from lm_synth_assets_tests.support.datasets import Tables, make_tables

DRAWN = ["patients", "ed_encounters", "ip_stays"]


def test_the_same_seed_makes_the_same_tables(region: Region, tables: Tables) -> None:
    for name, frame in make_tables(region).items():
        pd.testing.assert_frame_equal(frame, tables[name], check_exact=True)


@pytest.mark.parametrize("table", DRAWN)
def test_another_seed_makes_other_people_visits_and_stays(region: Region, tables: Tables, table: str) -> None:
    other = make_tables(region.with_run(seed=region.run.seed + 1))
    assert not other[table].equals(tables[table])


def test_more_years_of_projection_change_no_person_visit_or_stay(region: Region, tables: Tables) -> None:
    longer = make_tables(region.with_run(years=region.run.years + 5))
    for name in DRAWN:
        pd.testing.assert_frame_equal(longer[name], tables[name], check_exact=True)
    years = longer["population_projection"]["year"] < region.run.start_year + region.run.years
    pd.testing.assert_frame_equal(longer["population_projection"][years], tables["population_projection"])


def test_what_was_drawn_before_makes_no_difference(region: Region, tables: Tables) -> None:
    patients, visits = tables["patients"], tables["ed_encounters"]
    stays = ip_stays(region, patients, visits)
    visits_again = ed_encounters(region, patients)
    patients_again = patients_of(region)
    stays_again = ip_stays(region, patients, visits)
    pd.testing.assert_frame_equal(stays, stays_again)
    pd.testing.assert_frame_equal(visits_again, visits, check_dtype=False)
    pd.testing.assert_frame_equal(patients_again, patients, check_dtype=False)
