"""The same seed makes the same data, whatever else is asked for, and in whatever order."""

from collections.abc import Iterator

import pandas as pd
import pytest

from lm_synth_assets.model.memo import forget
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.simulation import carry_over, stay_plan, visits
from lm_synth_assets.simulation.catalogue import RECIPES
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


def counted(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> list[None]:
    """An entry for each call of a function that a module uses."""
    calls: list[None] = []
    function = getattr(module, name)

    def counting(*args: object, **kwargs: object) -> object:
        calls.append(None)
        return function(*args, **kwargs)

    monkeypatch.setattr(module, name, counting)
    return calls


class TestSharedResults:
    @pytest.fixture(autouse=True)
    def cold(self) -> Iterator[None]:
        forget()
        yield
        forget()

    def test_tables_of_one_run_share_the_visits_and_the_plan_of_stays(
        self, region: Region, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rounded = counted(monkeypatch, visits, "controlled_rounding")
        planned = counted(monkeypatch, stay_plan, "under_way")
        make_tables(region)
        assert (len(rounded), len(planned)) == (3, 1), "once for each subservice, and one plan"

    def test_tables_of_another_run_share_nothing(
        self, region: Region, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_tables(region.with_run(patients=1_000))
        planned = counted(monkeypatch, stay_plan, "under_way")
        lasting = counted(monkeypatch, carry_over, "lengths")
        make_tables(region.with_run(patients=1_000, seed=region.run.seed + 1))
        assert (len(planned), len(lasting)) == (1, 1)

    @pytest.mark.parametrize("table", DRAWN)
    def test_a_table_is_the_same_when_nothing_was_computed_before(
        self, region: Region, tables: Tables, table: str
    ) -> None:
        alone = RECIPES[table](region, tables)
        shared = RECIPES[table](region, tables)
        forget()
        for frame in (shared, RECIPES[table](region, tables)):
            pd.testing.assert_frame_equal(frame, alone, check_exact=True)

    def test_stays_of_other_patients_are_computed_for_them(self, region: Region, tables: Tables) -> None:
        patients, encounters = tables["patients"].copy(), tables["ed_encounters"]
        RECIPES["ip_stays"](region, {"patients": patients, "ed_encounters": encounters})
        patients["facility_home_id"] = patients["facility_home_id"].to_numpy()[::-1].copy()
        given = {"patients": patients, "ed_encounters": encounters}
        warm = RECIPES["ip_stays"](region, given)
        forget()
        pd.testing.assert_frame_equal(warm, RECIPES["ip_stays"](region, given), check_exact=True)
        assert not warm.equals(tables["ip_stays"])
