"""ED rates: the region's, times an area's multiplier, but for single cells that say otherwise."""

import numpy as np

from lm_synth_assets.model.rates import visits_per_1000
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES, GENDERS
from lm_synth_assets.simulation.tables.ed_baseline_rates import ed_baseline_rates
from lm_synth_assets_tests.support.datasets import retuned


def test_rates_are_the_regions_times_the_areas_multiplier(region: Region) -> None:
    rates = visits_per_1000(region)
    for area, lha in enumerate(region.lhas.values()):
        for age, group in enumerate(AGE_GROUPS):
            for gender, sex in enumerate(GENDERS):
                for service, name in enumerate(ED_SUBSERVICES):
                    product = region.ed.rates_per_1000[name][group][sex] * lha.ed_rate_multiplier
                    assert abs(rates[area, age, gender, service] - product) <= 0.005 + 1e-9


def test_rates_have_two_decimals(region: Region) -> None:
    rates = visits_per_1000(region)
    assert (rates == np.round(rates, 2)).all()


def test_an_override_replaces_exactly_one_cell(region: Region) -> None:
    override = {"Riverbend": {"Adult ED": {"85+": {"Female": 900.123}}}}
    before = visits_per_1000(region)
    after = visits_per_1000(retuned(region, {"ed": {"rate_overrides": override}}))
    cell = (
        list(region.lhas).index("Riverbend"),
        AGE_GROUPS.index("85+"),
        GENDERS.index("Female"),
        ED_SUBSERVICES.index("Adult ED"),
    )
    assert after[cell] == 900.12
    assert np.argwhere(before != after).tolist() == [list(cell)]


def test_the_table_holds_every_cell_of_the_array(region: Region) -> None:
    frame = ed_baseline_rates(region)
    array = visits_per_1000(region)
    lha = frame["lha_id"] - 1
    codes = [frame[name].cat.codes for name in ("age_group", "gender", "ed_subservice")]
    assert (frame["baserate_per_1000"] == array[(lha, *codes)]).all()
    assert len(frame) == array.size
