"""ED visit rates by area, age group, gender and subservice, and how expected rates of patients are stored."""

from __future__ import annotations

import numpy as np

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, ED_SUBSERVICES, GENDERS

RATE_DECIMALS = 4
"""Decimals of a patient's `expected_ed_rate`, in visits per year."""

LEAST_RATE = 10.0**-RATE_DECIMALS
"""Visits per year: the smallest `expected_ed_rate` of somebody of whom any visit is expected."""


def visits_per_1000(region: Region) -> Floats:
    """True visits per 1,000 persons per year, (LHA, age group, gender, ED subservice), two decimals.

    Rounded as the table stores them, so that whoever multiplies the table gets what the simulation used.
    """
    base = np.array(
        [
            [
                [region.ed.rates_per_1000[service][age][gender] for service in ED_SUBSERVICES]
                for gender in GENDERS
            ]
            for age in AGE_GROUPS
        ]
    )
    multiplier = np.array([lha.ed_rate_multiplier for lha in region.lhas.values()])
    rates = multiplier[:, None, None, None] * base
    for name, by_service in region.ed.rate_overrides.items():
        for service, by_age in by_service.items():
            for age, by_gender in by_age.items():
                for gender, rate in by_gender.items():
                    cell = (
                        list(region.lhas).index(name),
                        AGE_GROUPS.index(age),
                        GENDERS.index(gender),
                        ED_SUBSERVICES.index(service),
                    )
                    rates[cell] = rate
    return np.round(rates, 2)
