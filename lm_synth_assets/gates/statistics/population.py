"""Gates on the denominators: residents and rates."""

from __future__ import annotations

from itertools import product

import pandas as pd

from lm_synth_assets.gates.comparing import within
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.model.people import CELL_COLUMNS
from lm_synth_assets.model.population import area_totals
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import (
    AGE_GROUPS,
    ED_SUBSERVICES,
    GENDERS,
)

_HALF_A_HUNDREDTH = 0.005


def totals_follow_growth(tables: Tables, region: Region) -> Verdict:
    """Residents of each LHA grow from the base population at the configured rate, in every year."""
    frame = tables["population_projection"]
    expected = pd.DataFrame(
        [
            (year, lha + 1, total)
            for year in _years(region)
            for lha, total in enumerate(area_totals(region, year))
        ],
        columns=["year", "lha_id", "expected"],
    ).set_index(["year", "lha_id"])
    observed = frame.groupby(["year", "lha_id"])["population"].sum().rename("observed")
    compared = expected.join(observed, how="outer").fillna(0.0).reset_index()
    return within(compared, 0.0, "residents")


def _years(region: Region) -> range:
    return range(region.run.start_year, region.run.start_year + region.run.years)


def age_and_gender_weights(tables: Tables, region: Region) -> Verdict:
    """Residents of each LHA are split by its age weights, with ageing, and by gender weights."""
    population, key = region.population, ["year", *CELL_COLUMNS]
    cells = pd.DataFrame(
        [
            (
                number,
                age,
                gender,
                lha.base_population,
                1 + lha.growth_pct / 100,
                region.age_profiles[lha.age_profile][age] * population.gender_weights[age][gender],
                1 + population.ageing_pct[age] / 100,
            )
            for (number, lha), age, gender in product(enumerate(region.lhas.values(), 1), AGE_GROUPS, GENDERS)
        ],
        columns=[*CELL_COLUMNS, "base", "growth", "weight", "ageing"],
    ).merge(pd.DataFrame({"year": _years(region)}), how="cross")
    since = cells["year"] - population.base_year
    weight = cells["weight"] * cells["ageing"] ** since
    share = weight / weight.groupby([cells["year"], cells["lha_id"]]).transform("sum")
    cells["expected"] = (cells["base"] * cells["growth"] ** since).round() * share
    frame = tables["population_projection"]
    observed = frame.groupby(key, observed=True)["population"].sum().rename("observed").reset_index()
    compared = cells[[*key, "expected"]].merge(observed, on=key, how="outer")
    return within(compared.fillna({"expected": 0.0, "observed": 0.0}), 1.0, "residents")


def rates_follow_configuration(tables: Tables, region: Region) -> Verdict:
    """Each rate is as configured."""
    key, ed = [*CELL_COLUMNS, "ed_subservice"], region.ed
    cells = [
        (
            (number, age, gender, service),
            ed.rates_per_1000[service][age][gender] * lha.ed_rate_multiplier,
            ed.rate_overrides.get(name, {}).get(service, {}).get(age, {}).get(gender),
        )
        for (number, (name, lha)), age, gender, service in product(
            enumerate(region.lhas.items(), 1), AGE_GROUPS, GENDERS, ED_SUBSERVICES
        )
    ]
    expected = pd.DataFrame([cell for cell, _, _ in cells], columns=key)
    expected["expected"] = [rate if override is None else override for _, rate, override in cells]
    observed = tables["ed_baseline_rates"].rename(columns={"baserate_per_1000": "observed"})
    compared = expected.merge(observed, on=key, how="outer")
    return within(compared, _HALF_A_HUNDREDTH, "visits per 1,000")
