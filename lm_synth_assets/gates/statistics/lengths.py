"""Gates on the lengths of inpatient stays and on their alternate level of care (ALC)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import apart, sampling_margin, within
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import StaysOfTheYear, of_the_year, patient_of, stays_of_the_year, unit_of
from lm_synth_assets.model.length_shares import Mixture, median_days, quantile_days, scatter
from lm_synth_assets.model.lengths import alc_chances
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats
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
    """The median LOS of each subprogram is the one that the configuration implies for its stays."""
    units, gates, stays = units_of(region), region.gates, stays_of_the_year(tables, region)
    if not len(stays.row):
        return Verdict(True, "no stays", "no stays")
    days = tables["ip_stays"]["los_days"].to_numpy(float)[stays.row]
    mixture = Mixture.of(stays.mix, len(units))
    expected = median_days(region, mixture)
    count = np.bincount(stays.mix.unit, minlength=len(units))
    share = _share_by_chance(region, stays, mixture, expected)
    lowest, highest = (quantile_days(region, mixture, 0.5 + side * share) for side in (-1, 1))
    tolerance = gates.los_median_tolerance_pct / 100
    medians = pd.DataFrame(
        {
            "subprogram": [unit.name for unit in units],
            "stays": count,
            "expected": expected,
            "observed": pd.Series(days).groupby(stays.mix.unit).median().reindex(range(len(units))),
            "low": np.minimum(expected * (1 - tolerance), lowest) - _HALF_A_HUNDREDTH,
            "high": np.maximum(expected * (1 + tolerance), highest) + _HALF_A_HUNDREDTH,
        }
    )[count > 0]
    breach = medians[~medians["observed"].between(medians["low"], medians["high"])]
    # The worst is the farthest from its expectation, compared with the end of its band on that side.
    off = medians["observed"] - medians["expected"]
    room = np.where(off < 0, medians["expected"] - medians["low"], medians["high"] - medians["expected"])
    worst = medians.iloc[int(np.argmax(off.abs() / room))]
    return Verdict(
        breach.empty,
        f"{worst['expected']:.2f} days ({worst['subprogram']})",
        f"{worst['observed']:.2f} days of {worst['stays']} stays",
        f"{max(worst['low'], 0):.2f}-{worst['high']:.2f} days: within {100 * tolerance:g}% or "
        f"{gates.standard_errors:g} standard errors, whichever is larger",
        breach,
        numbers=apart(worst["observed"], worst["expected"]),
    )


_HALF_A_HUNDREDTH = 0.005
"""Days, in hundredths of which lengths are kept."""


def _share_by_chance(region: Region, stays: StaysOfTheYear, mixture: Mixture, days: Floats) -> Floats:
    """How far the share of a subprogram's stays within its `days` may be off by chance (units,).

    By the strata of acute lengths, half a stay where the median is that of the middle one, and a whole one
    where it lies between two, from the strata on both sides of the middle; and as many standard errors as
    configured of what stays a matter of chance; stays of one patient are a cluster, of the same age.
    """
    count = np.bincount(stays.mix.unit, minlength=mixture.units)
    _, one = np.unique(np.column_stack([stays.mix.unit, stays.patient]), axis=0, return_inverse=True)
    together = np.bincount(one)[one]
    clustered = np.bincount(stays.mix.unit, together, minlength=mixture.units)
    strata = np.where(count % 2 == 1, 0.5, 1.0)
    margin = sampling_margin(clustered * scatter(region, mixture, days), region) + strata
    return margin / np.maximum(count, 1)
