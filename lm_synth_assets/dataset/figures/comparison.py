"""Comparing a data set with what was published and with our own targets, which are counted apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import ceil, isnan, log10
from typing import Any, NamedTuple

import pandas as pd

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.dataset.figures.catalogue import PUBLISHED, TARGETS, PublishedFigure, Target
from lm_synth_assets.dataset.figures.estimates import LEAST_PATIENTS, Estimate
from lm_synth_assets.dataset.figures.measures import MEASURED, prepare
from lm_synth_assets.dataset.figures.publications import SOURCES
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES

BESIDE_PUBLISHED = 2
"""Standard errors around a published range: a true value at its edge is called inside in 39 of 40 samples."""

BEYOND_CHANCE = 4
"""Standard errors around a target, or beyond an accepted limit: a command fails by chance once in 16,000."""


class Verdict(StrEnum):
    """How a figure stands to what was published, or to its target."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNEXPLAINED = "outside without a stated reason"
    MET = "met"
    MISSED = "missed"
    TOO_FEW = "too few patients to tell"
    NOTHING = "nothing to measure"


FAILURES = frozenset({Verdict.UNEXPLAINED, Verdict.MISSED})
"""The verdicts for which `lm-synth compare` ends with exit code 1."""


class Comparison(NamedTuple):
    """A figure of one data set beside the range from `low` to `high`, which for a target is one value.

    `tolerance` is the sampling error that is allowed for, `distance` that of the observed value from the
    range, 0 inside it; both and `observed` are None where there is nothing to measure. `patients_needed` is
    given where there are too few.
    """

    figure: PublishedFigure | Target
    low: float
    high: float
    observed: float | None
    tolerance: float | None
    distance: float | None
    verdict: Verdict
    patients_needed: int | None

    @property
    def failed(self) -> bool:
        """Whether the figure makes `lm-synth compare` fail."""
        return self.verdict in FAILURES

    @property
    def reason(self) -> str:
        """Why we accept that the figure is outside; empty where it is not, or has no reason."""
        acceptance = self.figure.acceptance if isinstance(self.figure, PublishedFigure) else None
        return acceptance.reason if acceptance and self.verdict is Verdict.OUTSIDE else ""

    @property
    def standing(self) -> str:
        """The verdict with its numbers, as a person reads it."""
        if self.verdict is Verdict.TOO_FEW and self.patients_needed:
            return f"{self.verdict}: needs about {self.patients_needed:,}"
        if not self.distance or self.tolerance is None:
            return self.verdict
        side = "above" if self.distance > 0 else "below"
        away = f"{shown_number(abs(self.distance), self.figure.decimals)} {side}"
        if self.verdict is Verdict.INSIDE:
            return f"{self.verdict}, {away} but within the sampling error"
        if self.verdict is Verdict.MET:
            return self.verdict
        edge = self.high if self.distance > 0 else self.low
        return f"{self.verdict}: {away} ({100 * abs(self.distance) / edge:.0f}%)"


def shown_number(value: float | None, decimals: int) -> str:
    """A number as text with these decimals; a dash for None."""
    return "–" if value is None else f"{value:,.{decimals}f}"


def compare_tables(tables: Mapping[str, pd.DataFrame], region: Region) -> list[Comparison]:
    """Every published figure and then every target, from patients, ed_encounters and ip_stays."""
    sample = prepare(tables, region)
    size = len(sample.patients)
    return [compare_estimate(figure, figure.measure(sample), size) for figure in (*PUBLISHED, *TARGETS)]


def compare(data_set: DataSet) -> list[Comparison]:
    """Every figure of a stored data set. Raises StorageError where a table is not there."""
    return compare_tables({name: data_set.store.read(TABLES[name]) for name in MEASURED}, data_set.region)


def compare_estimate(figure: PublishedFigure | Target, estimate: Estimate, size: int) -> Comparison:
    """One figure as estimated from a data set of `size` patients."""
    low, high = figure.low, figure.high
    published = isinstance(figure, PublishedFigure)
    if isnan(estimate.observed):
        return Comparison(figure, low, high, None, None, None, Verdict.NOTHING, None)
    nearest = min(max(estimate.observed, low), high)
    distance = estimate.observed - nearest
    tolerance = (BESIDE_PUBLISHED if published else BEYOND_CHANCE) * estimate.standard_error(nearest)
    more = max((tolerance / figure.matters) ** 2, LEAST_PATIENTS / max(estimate.patients, 1))
    needed = None
    if more > 1:
        verdict, needed = Verdict.TOO_FEW, _rounded_up(more * size)
    elif abs(distance) <= tolerance:
        verdict = Verdict.INSIDE if published else Verdict.MET
    elif not published:
        verdict = Verdict.MISSED
    else:
        verdict = Verdict.OUTSIDE if _accepted(figure, estimate, distance) else Verdict.UNEXPLAINED
    return Comparison(figure, low, high, estimate.observed, tolerance, distance, verdict, needed)


def _accepted(figure: PublishedFigure | Target, estimate: Estimate, distance: float) -> bool:
    """Whether the reason covers a value so far on this side of what was published."""
    if isinstance(figure, Target) or figure.acceptance is None:
        return False
    limit = figure.acceptance.limit
    beyond = (estimate.observed - limit) if distance > 0 else (limit - estimate.observed)
    return beyond <= BEYOND_CHANCE * estimate.standard_error(limit)


def _rounded_up(number: float) -> int:
    """A number with two significant digits, not below it."""
    unit = 10 ** max(int(log10(number)) - 1, 0)
    return ceil(number / unit) * unit


_SUMMARY = {
    Verdict.INSIDE: "inside the published range (within sampling error)",
    Verdict.OUTSIDE: "outside for a stated reason",
    Verdict.UNEXPLAINED: "outside without a stated reason",
    Verdict.MET: "met",
    Verdict.MISSED: "missed",
    Verdict.TOO_FEW: "with too few patients to tell",
    Verdict.NOTHING: "with nothing to measure",
}


def summary(comparisons: Sequence[Comparison]) -> str:
    """What became of the published figures and, apart from them, of the targets, as one sentence."""
    parts = [f"{len(some)} {kind}: {_counted(some)}" for kind, some in by_kind(comparisons).items()]
    return "; ".join(parts) + "."


def as_object(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """The comparisons as JSON can hold them; what could not be measured is None."""
    published, targets = by_kind(comparisons).values()
    return {
        "passed": not any(comparison.failed for comparison in comparisons),
        "summary": summary(comparisons),
        "published_figures": [
            {
                **_numbers(one),
                "publications": [publication._asdict() for publication in one.figure.publications],
                "reason": one.reason or None,
            }
            for one in published
            if isinstance(one.figure, PublishedFigure)
        ],
        "sources": SOURCES,
        "targets": [
            {**_numbers(one), "basis": one.figure.basis} for one in targets if isinstance(one.figure, Target)
        ],
    }


def _numbers(comparison: Comparison) -> dict[str, Any]:
    fields = comparison._asdict()
    return {"name": fields.pop("figure").name, **fields, "standing": comparison.standing}


def by_kind(comparisons: Sequence[Comparison]) -> dict[str, list[Comparison]]:
    """The published figures, and the targets."""
    return {
        "published figures": [one for one in comparisons if isinstance(one.figure, PublishedFigure)],
        "own targets": [one for one in comparisons if isinstance(one.figure, Target)],
    }


def _counted(comparisons: Sequence[Comparison]) -> str:
    counts = Counter(comparison.verdict for comparison in comparisons)
    if len(counts) == 1:
        return f"all {_SUMMARY[comparisons[0].verdict]}"
    return ", ".join(f"{counts[verdict]} {text}" for verdict, text in _SUMMARY.items() if counts[verdict])
