"""How far chance alone takes what is drawn freely from its expectation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.gate import Verdict, within
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints


def sampling_margin(variance: Floats, region: Region) -> Floats:
    """The distance that chance alone keeps to, for counts of these variances (any shape).

    As many standard errors as configured, widened for the skewness of small counts, which is that of Poisson
    counts at most; a count without variance tolerates nothing.
    Source: E. A. Cornish and R. A. Fisher, Revue de l'Institut International de Statistique 5 (1938).
    """
    k = region.gates.standard_errors
    return np.where(variance > 0, k * np.sqrt(variance) + max(k * k - 1, 0.0) / 6, 0.0)


def within_chance(compared: pd.DataFrame, percent: float, what: str, region: Region) -> Verdict:
    """Whether freely drawn counts lie within a share of what is expected, or within what chance does.

    `compared` holds `expected`, `observed` and the `variance` of the draw by cell. Where nothing is expected,
    nothing is tolerated.
    """
    compared = compared[(compared["expected"] > 0) | (compared["observed"] > 0)]
    allowed = compared["expected"].to_numpy(float) * percent / 100
    allowed = np.maximum(allowed, sampling_margin(compared["variance"].to_numpy(float), region))
    return within(compared.drop(columns="variance"), allowed, what)


def independent_rows(patient: Ints) -> float:
    """The independent rows that say as much as these, of which those of one patient are a cluster.

    `patient` has the position of each row's patient, -1 where there is none. At least 1, also for no rows.
    Source: L. Kish, Survey Sampling (1965).
    """
    rows = np.bincount(patient + 1).astype(float)
    return float(rows.sum() ** 2 / max((rows**2).sum(), 1.0)) or 1.0
