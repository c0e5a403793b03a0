"""Who is admitted for what: rates that add up to the configured ones, in the ED and directly."""

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from lm_synth_assets.model.admissions import (
    AGE_GROUP_OF,
    StayRates,
    ed_admissions,
    ed_unit_shares,
    expected_admissions,
    stay_rates,
)
from lm_synth_assets.model.people import People
from lm_synth_assets.model.rates import visits_per_1000
from lm_synth_assets.model.triage import acuity_shares, admission_chances
from lm_synth_assets.model.units import Unit, units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    AGE_BANDS,
    AGE_GROUPS,
    GENDERS,
    OLDEST_AGE,
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


class TestEdUnits:
    def test_share_the_ed_admissions_of_everybody(self, region: Region) -> None:
        assert np.allclose(ed_unit_shares(region).sum(axis=-1), 1)

    def test_are_those_of_all_stays_where_none_takes_anybody_from_the_ed(
        self, region: Region, rates: StayRates
    ) -> None:
        closed = {
            program: {
                "subprograms": {
                    name: {"stays": {"via_ed": 0.0}} for name, sub in section.subprograms.items() if sub.stays
                }
            }
            for program, section in region.programs.items()
        }
        none_by_ed = retuned(region, {"programs": closed})
        all_stays = rates.all / rates.all.sum(axis=-1, keepdims=True)
        assert np.allclose(ed_unit_shares(none_by_ed), all_stays)


class TestExpectedAdmissions:
    """Of 1,000 men of 80 in the first area, who are alike."""

    COUNT = 1_000

    @pytest.fixture(scope="class")
    def people(self, region: Region) -> People:
        zeros = np.zeros(self.COUNT, dtype=np.int64)
        age_group, gender = AGE_GROUPS.index("75-84"), GENDERS.index("Male")
        days_old = (region.run.reference_date - date(region.run.start_year - 80, 1, 1)).days
        return People(
            zeros, zeros + age_group, zeros + gender, zeros, zeros + days_old, region.run.reference_date
        )

    def test_are_visits_times_their_chance_and_direct_rates(
        self, region: Region, people: People, rates: StayRates
    ) -> None:
        expected = expected_admissions(region, people)
        age_group, gender = AGE_GROUPS.index("75-84"), GENDERS.index("Male")
        visits = visits_per_1000(region)[0, age_group, gender] / 1000
        chance = (admission_chances(region) * acuity_shares(region)).sum(axis=-1)[:, age_group]
        assert expected.by_ed.sum() == pytest.approx(self.COUNT * (visits * chance).sum())
        assert expected.direct.sum() == pytest.approx(self.COUNT * rates.direct[80, gender].sum())

    def test_are_those_of_no_other_age_or_gender(self, region: Region, people: People) -> None:
        expected = expected_admissions(region, people)
        others = np.arange(len(expected.by_ed)) != 80 * len(GENDERS) + GENDERS.index("Male")
        assert not expected.by_ed[others].any()
        assert not expected.direct[others].any()
        assert not expected.ed_variance[others].any()

    def test_vary_as_visits_given_gamma_frailty_do(self, region: Region, people: People) -> None:
        expected = expected_admissions(region, people)
        row = 80 * len(GENDERS) + GENDERS.index("Male")
        shape, rng, samples = region.ed.frailty_shape, np.random.default_rng(5), 200_000
        frailty = rng.standard_gamma(shape, samples) / shape
        visits = visits_per_1000(region)[0, AGE_GROUPS.index("75-84"), GENDERS.index("Male")] / 1000
        chances = admission_chances(region)[:, AGE_GROUPS.index("75-84")]
        shares = acuity_shares(region)[:, AGE_GROUPS.index("75-84")]
        # The sum over a patient's visits of their chances: Poisson numbers of visits of each kind.
        kinds = rng.poisson(frailty[:, None] * (visits[:, None] * shares).ravel())
        summed = kinds @ chances.ravel()
        assert expected.ed_variance[row] / self.COUNT == pytest.approx(summed.var(), rel=0.03)
