"""How urgent visits are and how they end, as expected of the configuration."""

from math import exp

import numpy as np
import pytest

from lm_synth_assets.model.triage import ACUITIES, acuity_shares, admission_chances, disposition_chances
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    AGE_GROUPS,
    DIED,
    DISPOSITIONS,
    ED_SUBSERVICES,
    LEFT,
    TRANSFERRED,
    URGENT_CARE,
)


class TestAdmission:
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
        """11.9% of adult and 4.8% of pediatric visits (docs/calibration.md); the old most."""
        admitted = (admission_chances(region) * acuity_shares(region)).sum(axis=-1)
        assert admitted[0, AGE_GROUPS.index("85+")] == pytest.approx(0.29, abs=0.02)
        assert admitted[1, AGE_GROUPS.index("5-14")] == pytest.approx(0.036, abs=0.006)


class TestDispositions:
    @pytest.fixture(scope="class")
    def given(self) -> np.ndarray:
        """A thousand visits of each kind (ED subservice, age group, acuity)."""
        return np.full((len(ED_SUBSERVICES), len(AGE_GROUPS), ACUITIES), 1_000)

    def test_each_visit_has_exactly_one(self, region: Region, given: np.ndarray) -> None:
        chances = disposition_chances(region, given)
        assert np.allclose(chances.sum(axis=-1), 1)
        assert (chances >= 0).all()

    def test_admission_has_its_chance(self, region: Region, given: np.ndarray) -> None:
        admitted = disposition_chances(region, given)[..., DISPOSITIONS.index(ADMITTED)]
        assert np.allclose(admitted, admission_chances(region))

    def test_deaths_are_the_configured_share_of_the_visits_of_an_acuity(
        self, region: Region, given: np.ndarray
    ) -> None:
        died = (given * disposition_chances(region, given)[..., DISPOSITIONS.index(DIED)]).sum(axis=1)
        share = np.array([region.ed.dispositions.died[service] for service in ED_SUBSERVICES])
        assert np.allclose(died, share * given.sum(axis=1))

    @pytest.mark.parametrize(("name", "table"), [(LEFT, "left"), (TRANSFERRED, "transferred")])
    def test_others_are_configured_shares_of_those_who_do_not_die(
        self, region: Region, given: np.ndarray, name: str, table: str
    ) -> None:
        chances = disposition_chances(region, given)
        alive = 1 - chances[..., DISPOSITIONS.index(DIED)] / (1 - admission_chances(region))
        shares = getattr(region.ed.dispositions, table)
        share = np.array([shares[service] for service in ED_SUBSERVICES])[:, None]
        assert np.allclose(chances[..., DISPOSITIONS.index(name)], share * alive)

    def test_without_visits_nobody_dies(self, region: Region, given: np.ndarray) -> None:
        assert not disposition_chances(region, 0 * given)[..., DISPOSITIONS.index(DIED)].any()
