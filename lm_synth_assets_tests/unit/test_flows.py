"""Flows: where patients are admitted, and where they are transferred."""

import numpy as np
import pytest

from lm_synth_assets.model.flows import corridors, receiving_sites, travel_seconds
from lm_synth_assets.model.units import Unit, units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets_tests.support.datasets import retuned


@pytest.fixture(scope="module")
def units(region: Region) -> list[Unit]:
    return units_of(region)


def test_patients_are_admitted_at_home_where_offered_else_at_the_first_referral_that_does(
    region: Region, units: list[Unit]
) -> None:
    sites = list(region.sites)
    receiving = receiving_sites(region, units)
    for here, code in enumerate(sites):
        for column, unit in enumerate(units):
            offered = region.coverage_matrix[unit.program][unit.name]
            choices = [site for site in (code, *region.sites[code].refers_to) if offered[site]]
            assert sites[receiving[here, column]] == choices[0]


def test_transfers_follow_the_corridors_to_sites_that_offer_the_same(
    region: Region, units: list[Unit]
) -> None:
    weights = corridors(region, units)
    sites = list(region.sites)
    for here, unit, there in np.ndindex(weights.shape):
        offered = region.coverage_matrix[units[unit].program][units[unit].name][sites[there]]
        weight = region.sites[sites[here]].transfers_to.get(sites[there], 0)
        assert weights[here, unit, there] == (weight if offered else 0)


def test_the_way_between_sites_is_in_seconds(region: Region) -> None:
    assert travel_seconds(retuned(region, {"inpatient": {"travel_hours": 1.5}})) == 5_400
