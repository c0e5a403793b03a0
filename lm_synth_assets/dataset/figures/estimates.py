"""Estimates from a sample of patients: a value, and its sampling error at the size of the sample.

The error is that of as many patients drawn at random. What a patient has (visits, stays, days) hangs
together, so the patient is the unit, not the row. The generator controls many totals and so scatters less
than that from seed to seed.
"""

from __future__ import annotations

from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from lm_synth_assets.schema.arrays import Floats, Ints

LEAST_PATIENTS = 30
"""Patients that must contribute to an estimate before its error is that of a normal distribution."""


class Estimate(NamedTuple):
    """A value with its sampling error.

    `observed` is NaN where there is nothing to measure. `spread` is the variance of the estimate for each
    unit of its value, `patients` the number of patients that it rests on.
    """

    observed: float
    spread: float
    patients: int

    def standard_error(self, value: float) -> float:
        """The standard error if the true value were `value`: a variance grows with its mean."""
        return sqrt(self.spread * value)


NOTHING_TO_MEASURE = Estimate(nan, nan, 0)


def by_patient(patients: Ints, values: Floats | None = None, size: int = 0) -> Floats:
    """The number of rows, or the sum of their values (rows,), by position of the patient (patients,)."""
    return np.bincount(patients, values, minlength=size).astype(np.float64)


def ratio(part: Floats, whole: Floats, scale: float) -> Estimate:
    """The ratio of two totals, given by patient (patients,), times `scale`.

    Without anything in `part`, its counts are taken to be Poisson.
    Source: W. G. Cochran, Sampling Techniques (1977), chapter 6, for the variance; patients are clusters.
    """
    total = float(whole.sum())
    if not total:
        return NOTHING_TO_MEASURE
    value = float(part.sum()) / total
    dispersion = float(((part - value * whole) ** 2).sum() / part.sum()) if part.any() else 1.0
    return Estimate(scale * value, scale * dispersion / total, int(np.count_nonzero(whole)))


def quantile(values: Floats, patients: Ints, level: float) -> Estimate:
    """A quantile of values (rows,), of which those of one patient (rows,) are a cluster.

    Its standard error is a quarter of the interval of two standard errors of the share below it.

    Source: R. S. Woodruff, Journal of the American Statistical Association 47 (1952).
    """
    if not len(values):
        return NOTHING_TO_MEASURE
    value = float(np.quantile(values, level))
    below = ratio(by_patient(patients, (values <= value).astype(float)), by_patient(patients), 1)
    error = 2 * below.standard_error(level)
    low, high = np.quantile(values, np.clip([level - error, level + error], 0, 1))
    return Estimate(value, float((high - low) / 4) ** 2 / value, below.patients)
