"""Comparisons of what is observed with what is expected, each of which gives a verdict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lm_synth_assets.gates.gate import Verdict
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints

_ROUNDING = 1e-9
"""As much as sums of floats may differ."""


def within(compared: pd.DataFrame, tolerance: Floats | float, what: str) -> Verdict:
    """Whether `observed` lies within `tolerance` of `expected` in each row of a frame; the worst is named.

    A row without the one or the other is in one table only, and never within.
    """
    if compared.empty:
        return Verdict(True, f"no {what}", f"no {what}")
    excess = ((compared["observed"] - compared["expected"]).abs() - tolerance).fillna(np.inf)
    breach = compared[excess > _ROUNDING]
    position = int(excess.to_numpy().argmax())
    worst = compared.iloc[[position]]
    expected, observed = (worst[name].item() for name in ("expected", "observed"))
    threshold = float(np.broadcast_to(tolerance, len(compared))[position])
    return Verdict(
        passed=breach.empty,
        expected=f"{number(expected)} {what}",
        observed=f"{number(observed)} in the worst of {len(compared):,} cells{_name_of(worst)}",
        offending=breach,
        numbers=apart(observed, expected) | {"threshold": threshold},
    )


def apart(observed: Any, expected: Any) -> dict[str, float]:
    """The numbers of a verdict that compares one figure with another."""
    return {"observed": observed, "expected": expected, "difference": observed - expected}


def number(value: float) -> str:
    """A number as people read it: thousands apart, at most two decimals, or three digits if it is small."""
    if np.isnan(value):
        return "no row"
    if value == round(value) or (abs(value) >= 1 and abs(value - round(value)) < 0.005):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def _name_of(cell: pd.DataFrame) -> str:
    """What names the cell in a frame of one row, after a colon: all but its numbers with decimals."""
    named = [
        str(column.item()) if name == "cell" else f"{name} {column.item()}"
        for name, column in cell.items()
        if name not in ("expected", "observed") and not pd.api.types.is_float_dtype(column)
    ]
    return f": {', '.join(named)}" if named else ""


def none_of(offending: pd.DataFrame, what: str, total: int) -> Verdict:
    """Whether there are no offending rows among `total`."""
    return Verdict(offending.empty, f"no {what}", f"{len(offending):,} of {total:,} rows", "", offending)


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


def distances(rows: list[tuple[str, int, float]], limit: float, chance: float, what: str) -> Verdict:
    """Whether Kolmogorov-Smirnov distances, given as (name, rows, distance), are within a limit or chance."""
    compared = pd.DataFrame(rows, columns=[what, "rows", "distance"])
    compared["limit"] = np.maximum(limit, chance / np.sqrt(compared["rows"].clip(lower=1)))
    breach = compared[compared["distance"] > compared["limit"]]
    worst: Any = compared.loc[(compared["distance"] - compared["limit"]).idxmax()] if len(compared) else None
    return Verdict(
        breach.empty,
        "the configured distribution",
        f"{worst['distance']:.3f} ({worst[what]})" if worst is not None else "no rows",
        f"at most {limit:g} or {chance:g}/sqrt(rows), whichever is larger",
        breach,
        numbers={"observed": worst["distance"], "threshold": worst["limit"]} if worst is not None else {},
    )


def distance(uniform: Floats) -> float:
    """The distance of numbers from the uniform distribution on (0, 1)."""
    n = len(uniform)
    if n == 0:
        return 0.0
    ordered = np.sort(uniform)
    steps = np.arange(n + 1) / n
    return float(max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max()))
