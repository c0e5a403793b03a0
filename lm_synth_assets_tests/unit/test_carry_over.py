"""The stays under way on 1 January: as many and as long as the model expects of those that are drawn."""

import numpy as np
import pytest

from lm_synth_assets.model.calendar import DAY
from lm_synth_assets.model.carry_over import (
    elapsed_range,
    expected_under_way,
    length_grid,
    seconds_before,
    share_under_way,
)
from lm_synth_assets.model.people import People, people_of
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import AGE_GROUPS
from lm_synth_assets.simulation.carry_over import under_way
from lm_synth_assets_tests.support.datasets import Tables, retuned

OLD = np.array(10_000)


@pytest.fixture(scope="module")
def people(region: Region, tables: Tables) -> People:
    return people_of(tables["patients"], region.run.reference_date)


class TestElapsedRange:
    def test_a_stay_began_before_the_year_and_ends_in_it(self, region: Region) -> None:
        least, most = elapsed_range(region, np.array(5 * DAY), np.array(False), OLD)
        assert (least, most) == (1, 5 * DAY - 1)

    def test_a_stay_of_a_year_began_in_the_year_before(self, region: Region) -> None:
        assert elapsed_range(region, np.array(400 * DAY), np.array(False), OLD)[1] == 366 * DAY - 1
        later = region.with_run(start_year=2026)
        assert elapsed_range(later, np.array(400 * DAY), np.array(False), OLD)[1] == 365 * DAY - 1

    def test_patients_with_other_contacts_are_home_by_the_middle_of_may(self, region: Region) -> None:
        length = np.array(200 * DAY)
        least, most = elapsed_range(region, length, np.array(True), OLD)
        assert length - least < 135 * DAY
        assert length - least + 1 == 135 * DAY
        assert most == length - 1

    def test_no_stay_began_before_its_patient_was_born(self, region: Region) -> None:
        assert elapsed_range(region, np.array(20 * DAY), np.array(False), np.array(4))[1] == 3 * DAY
        assert share_under_way(region, np.array(20 * DAY), np.array(False), np.array(1)) == 0

    def test_a_stay_is_under_way_in_proportion_to_its_length(self, region: Region) -> None:
        days = np.array([1.0, 10.0, 100.0])
        share = share_under_way(region, days * DAY, np.zeros(3, dtype=bool), np.full(3, 10_000))
        assert share == pytest.approx(days * DAY / seconds_before(region), rel=1e-4)


def test_the_grid_of_lengths_keeps_to_floor_and_cap(region: Region) -> None:
    region = retuned(region, {"inpatient": {"los_cap_days": 60.0, "los_floor_days": 1.0}})
    grid = length_grid(region)
    assert grid.acute.shape[:2] == (len(units_of(region)), len(AGE_GROUPS))
    assert grid.acute.min() == 1.0
    assert grid.acute.max() <= 60
    assert grid.acute_before_alc.max() + grid.alc.max() <= 60


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="as configured"),
        pytest.param({"inpatient": {"los_age_factor": dict.fromkeys(AGE_GROUPS, 8.0)}}, id="long stays"),
        pytest.param(
            {"inpatient": {"stays_per_1000": {g: {"0-4": 600} for g in ("Female", "Male", "Other")}}},
            id="many infants",
        ),
    ],
)
@pytest.mark.parametrize("shape", [0.55, 0.05])
def test_as_many_are_drawn_as_are_expected(
    region: Region, people: People, changes: dict, shape: float
) -> None:
    """Over 60 draws: within five standard errors of Poisson counts, and by site, way in and ALC."""
    region, rng = retuned(region, changes), np.random.default_rng(3)
    frailty = rng.gamma(shape, 1 / shape, len(people))
    contacts = rng.integers(0, 2, len(people))
    expected = expected_under_way(region, people, frailty, contacts > 0)
    drawn = [under_way(region, people, frailty, contacts, rng) for _ in range(60)]
    sites = np.concatenate([stays.site for _, stays in drawn])
    by_site = np.bincount(sites, minlength=len(region.sites))
    counts: dict[str, tuple[Floats, Floats]] = {
        "site": (expected.by_place.sum(axis=1), by_site),
        "all": (expected.by_place.sum(keepdims=True)[0], np.array([len(sites)])),
        "ED": (np.array([expected.via_ed]), np.array([sum(spells.via_ed.sum() for spells, _ in drawn)])),
        "ALC": (np.array([expected.with_alc]), np.array([sum((s.alc > 0).sum() for _, s in drawn)])),
    }
    for name, (each, observed) in counts.items():
        mean = each * len(drawn)
        assert (np.abs(observed - mean) <= 5 * np.sqrt(mean) + 4).all(), name
