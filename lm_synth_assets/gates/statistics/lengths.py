"""Gates on the lengths of inpatient stays and on their alternate level of care (ALC)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.special as sc

from lm_synth_assets.gates.comparing import within
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import of_the_year, patient_of, unit_of
from lm_synth_assets.model.lengths import alc_chances
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import AGE_GROUPS


def alc_mix(tables: Tables, region: Region) -> Verdict:
    """Each program and each age group has as many ALC stays as configured."""
    frame, units = tables["ip_stays"], units_of(region)
    patient, unit = patient_of(tables, "ip_stays"), unit_of(frame, units)
    last = positions(frame["stay_id"], frame["transfer_from_stay_id"]) < 0
    included = of_the_year(frame, region) & (patient >= 0) & (unit >= 0)
    patient, unit, last = patient[included], unit[included], last[included]
    age = tables["patients"]["age_group"].cat.codes.to_numpy()[patient].astype(np.int64)
    chance = alc_chances(region, units)[unit, age] * last

    shape = len(units), len(AGE_GROUPS)
    run = unit * shape[1] + age
    alc = frame["alc_flag"].to_numpy(dtype=bool)[included]
    expected, observed = (
        np.bincount(run, weights, minlength=shape[0] * shape[1]).reshape(shape) for weights in (chance, alc)
    )
    # ALC falls at equal steps on the stays in order of subprogram and age: the number in any run of
    # neighbours is less than one off. A program is one run, an age group one in each subprogram.
    of_program = np.array([[unit.program == program for unit in units] for program in region.programs])
    compared = pd.DataFrame(
        {
            "cell": [*region.programs, *AGE_GROUPS],
            "expected": np.append(of_program @ expected.sum(axis=1), expected.sum(axis=0)),
            "observed": np.append(of_program @ observed.sum(axis=1), observed.sum(axis=0)),
        }
    )
    compared["runs"] = np.append(of_program @ expected.sum(axis=1) > 0, (expected > 0).sum(axis=0))
    compared = compared[(compared["expected"] > 0) | (compared["observed"] > 0)]
    share = compared["expected"].to_numpy(float) * region.gates.mix_tolerance_pct / 100
    tolerance = np.maximum(share, compared["runs"].to_numpy(float))
    return within(compared.drop(columns="runs"), tolerance, "ALC stays")


def los_medians(tables: Tables, region: Region) -> Verdict:
    """The median LOS of each subprogram lies in its configured band, widened by its sampling error."""
    tolerance = region.gates.los_median_tolerance_pct / 100
    stays = tables["ip_stays"]
    stays = stays[of_the_year(stays, region)]
    rows = []
    for unit in units_of(region):
        of_unit = stays[stays["subprogram_key"] == unit.subprogram_key]
        if len(of_unit):
            middle = unit.stays.qa_median_days
            factor = _median_spread(of_unit, unit.stays.sigma, region.gates.standard_errors)
            low, high = middle * min(1 - tolerance, 1 / factor), middle * max(1 + tolerance, factor)
            rows.append((unit.name, len(of_unit), middle, of_unit["los_days"].median(), low, high))
    medians = pd.DataFrame(rows, columns=["subprogram", "stays", "expected", "observed", "low", "high"])
    breach = medians[~medians["observed"].between(medians["low"], medians["high"])]
    if medians.empty:
        return Verdict(True, "no stays", "no stays")
    # The worst is the nearest to an end of its band, or the farthest outside, on a log scale.
    position = np.log(medians["observed"] / medians["low"]) / np.log(medians["high"] / medians["low"])
    worst = medians.iloc[int(np.argmax(np.abs(position - 0.5)))]
    return Verdict(
        breach.empty,
        f"{worst['expected']:g} days ({worst['subprogram']})",
        f"{worst['observed']:.2f} days of {worst['stays']} stays",
        f"{worst['low']:.2f}-{worst['high']:.2f} days: max({100 * tolerance:g} %, "
        f"{region.gates.standard_errors:g} standard errors)",
        breach,
    )


_AGE_VARIANCE = 0.02
"""Variance over a unit's stays of the chance, at the patient's age, that a stay is shorter than the median.

At most 0.0023 by unit in the default configuration, whose `los_age_factor` goes from 0.90 to 1.15; ten times
that leaves room for a configuration in which lengths depend more on age.
"""


def _median_spread(stays: pd.DataFrame, sigma: float, standard_errors: float) -> float:
    """The factor by which a subprogram's median LOS may lie off by chance.

    Acute LOS is drawn over stratified uniforms, so the empirical distribution is off by half a stay at the
    median. ALC moves a stay above it: how many of the half below are moved is binomial, and so, a little, is
    their age. What is left of the distribution there is thinner by the share with ALC. That error of the
    distribution becomes one of the median through the lognormal's quantiles.
    """
    alc = float(stays["alc_flag"].mean())
    moved = np.sqrt((alc * (1 - alc) + _AGE_VARIANCE) / (2 * len(stays)))
    error = np.hypot(0.5 / len(stays), moved) / max(1 - alc, 0.1)
    return float(np.exp(max(sigma, 0.05) * sc.ndtri(min(0.5 + standard_errors * error, 1 - 1e-12))))
