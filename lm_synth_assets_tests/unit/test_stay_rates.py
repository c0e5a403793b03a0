"""Who is admitted for what: rates that add up to the configured ones, in the ED and directly."""

from math import exp

import numpy as np
import pytest
from numpy.typing import NDArray

from lm_synth_assets.model.admissions import (
    AGE_GROUP_OF,
    StayRates,
    ed_admissions,
    stay_rates,
)
from lm_synth_assets.model.flows import corridors, receiving_sites
from lm_synth_assets.model.triage import acuity_shares, admission_chances
from lm_synth_assets.model.units import Unit, units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    AGE_BANDS,
    AGE_GROUPS,
    ED_SUBSERVICES,
    GENDERS,
    OLDEST_AGE,
    URGENT_CARE,
)
from lm_synth_assets_tests.support.datasets import retuned

AGES = np.arange(OLDEST_AGE + 1)


@pytest.fixture(scope="module")
def rates(region: Region) -> StayRates:
    return stay_rates(region)


@pytest.fixture(scope="module")
def units(region: Region) -> list[Unit]:
    return units_of(region)


def configured(region: Region) -> NDArray[np.float64]:
    """Stays per person per year, (age, gender)."""
    by_group = [
        [region.inpatient.stays_per_1000[gender][age] / 1000 for gender in GENDERS] for age in AGE_GROUPS
    ]
    return np.array(by_group)[AGE_GROUP_OF]


class TestUnits:
    def test_are_the_inpatient_subprograms_in_order_of_their_keys(
        self, region: Region, units: list[Unit]
    ) -> None:
        inpatient = [
            (program, name)
            for program, section in region.programs.items()
            for name, subprogram in section.subprograms.items()
            if subprogram.setting == "inpatient"
        ]
        assert [(unit.program, unit.name) for unit in units] == inpatient
        keys = [unit.subprogram_key for unit in units]
        assert keys == sorted(keys)
        assert (units[0].program_id, units[0].subprogram_id) == (1, 1)

    def test_put_to_bed_at_home_where_offered_else_at_the_first_referral_that_does(
        self, region: Region, units: list[Unit]
    ) -> None:
        sites = list(region.sites)
        receiving = receiving_sites(region, units)
        for here, code in enumerate(sites):
            for column, unit in enumerate(units):
                offered = region.coverage_matrix[unit.program][unit.name]
                choices = [site for site in (code, *region.sites[code].refers_to) if offered[site]]
                assert sites[receiving[here, column]] == choices[0]

    def test_transfers_follow_the_corridors_to_sites_that_offer_the_same(
        self, region: Region, units: list[Unit]
    ) -> None:
        weights = corridors(region, units)
        sites = list(region.sites)
        for here, unit, there in np.ndindex(weights.shape):
            offered = region.coverage_matrix[units[unit].program][units[unit].name][sites[there]]
            weight = region.sites[sites[here]].transfers_to.get(sites[there], 0)
            assert weights[here, unit, there] == (weight if offered else 0)


class TestEmergencyAdmissions:
    def test_chances_are_logistic_in_age_and_acuity(self, region: Region) -> None:
        chances = admission_chances(region)
        model = region.ed.admission["Adult ED"]
        logit = model.age_logit["75-84"] + model.acuity_logit[1]
        assert chances[0, AGE_GROUPS.index("75-84"), 1] == pytest.approx(1 / (1 + exp(-logit)))
        assert (np.diff(chances[0], axis=1) < 0).all(), "fewer with each less urgent acuity"

    def test_a_subservice_without_a_model_never_admits(self, region: Region) -> None:
        assert (admission_chances(region)[ED_SUBSERVICES.index(URGENT_CARE)] == 0).all()

    def test_acuity_shares_sum_to_one(self, region: Region) -> None:
        assert np.allclose(acuity_shares(region).sum(axis=-1), 1)

    def test_the_share_admitted_is_that_of_the_calibration(self, region: Region) -> None:
        """11.9 % of adult and 4.8 % of pediatric visits (docs/calibration.md); the old most."""
        admitted = (admission_chances(region) * acuity_shares(region)).sum(axis=-1)
        assert admitted[0, AGE_GROUPS.index("85+")] == pytest.approx(0.29, abs=0.02)
        assert admitted[1, AGE_GROUPS.index("5-14")] == pytest.approx(0.036, abs=0.006)


class TestStayRates:
    def test_stays_and_their_transfers_sum_to_the_configured_rates(self, region: Region) -> None:
        still = retuned(region, {"programs": {name: {"transfer_share": 0.0} for name in region.programs}})
        assert np.allclose(stay_rates(still).all.sum(axis=-1), configured(region))

    def test_first_stays_are_fewer_by_those_that_follow_them(self, region: Region, rates: StayRates) -> None:
        fewer = rates.all.sum(axis=-1) / configured(region)
        assert ((fewer > 0.85) & (fewer < 1)).all()

    def test_split_into_those_from_the_ed_and_direct_ones(self, rates: StayRates) -> None:
        assert np.allclose(rates.via_ed + rates.direct, rates.all)
        assert (rates.via_ed >= 0).all()
        assert (rates.direct >= 0).all()

    def test_those_from_the_ed_meet_the_ed_admissions_wherever_stays_can(
        self, region: Region, rates: StayRates, units: list[Unit]
    ) -> None:
        wanted = ed_admissions(region)[AGE_GROUP_OF]
        open_to_ed = np.array([unit.stays.via_ed > 0 for unit in units])
        possible = rates.all[..., open_to_ed].sum(axis=-1)
        assert np.allclose(rates.via_ed.sum(axis=-1), np.minimum(wanted, possible), rtol=1e-6)
        assert (wanted <= possible)[AGES >= 20].all(), "the defaults leave room for all admissions of adults"

    def test_a_unit_closed_to_the_ed_gets_nobody_from_it(self, rates: StayRates, units: list[Unit]) -> None:
        closed = [index for index, unit in enumerate(units) if unit.stays.via_ed == 0]
        assert closed
        assert (rates.via_ed[..., closed] == 0).all()

    def test_nobody_is_admitted_outside_a_units_ages_and_genders(
        self, rates: StayRates, units: list[Unit]
    ) -> None:
        for column, unit in enumerate(units):
            fits = (unit.stays.first_age <= AGES) & (unit.stays.last_age >= AGES)
            assert (rates.all[~fits, :, column] == 0).all()
            for gender, name in enumerate(GENDERS):
                if name not in unit.stays.genders:
                    assert (rates.all[:, gender, column] == 0).all()

    def test_programs_share_as_configured_where_all_their_units_fit(
        self, region: Region, rates: StayRates, units: list[Unit]
    ) -> None:
        still = retuned(region, {"programs": {name: {"transfer_share": 0.0} for name in region.programs}})
        at_80 = stay_rates(still).all[80, GENDERS.index("Male")]
        mix = region.inpatient.program_mix_pct["Male"]["75-84"]
        for program, percent in mix.items():
            own = sum(at_80[i] for i, unit in enumerate(units) if unit.program == program)
            assert own / at_80.sum() == pytest.approx(percent / sum(mix.values()))

    def test_every_age_belongs_to_its_group(self) -> None:
        for age, group in enumerate(AGE_GROUP_OF):
            assert AGE_BANDS[group].first_age <= age <= AGE_BANDS[group].last_age
