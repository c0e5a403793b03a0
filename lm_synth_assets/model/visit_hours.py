"""How long ED visits last, from arrival to departure: lognormal by ED subservice and disposition."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lm_synth_assets.model.calendar import HOUR, MINUTE
from lm_synth_assets.model.spans import Span, length_span
from lm_synth_assets.model.triage import chances_but_for_death
from lm_synth_assets.region.models.emergency import Lognormal
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints
from lm_synth_assets.schema.vocabulary import (
    ADMITTED,
    DIED,
    DISCHARGED,
    DISPOSITIONS,
    ED_SUBSERVICES,
    LEFT,
    TRANSFERRED,
)

SHORTEST_SECONDS = MINUTE
"""Shorter visits are raised to this length."""


def longest_seconds(region: Region) -> int:
    """The length to which longer visits are cut, in seconds."""
    return max(round(region.ed.longest_visit_hours * HOUR), SHORTEST_SECONDS)


class VisitHours(NamedTuple):
    """Median in hours, and sigma of the logarithm (ED subservice, disposition). Deaths have none of their
    own: a visit lasts as it would have without the death.
    """

    median: Floats
    sigma: Floats


def visit_hours(region: Region) -> VisitHours:
    """The configured lengths of visits."""
    median = np.ones((len(ED_SUBSERVICES), len(DISPOSITIONS)))
    sigma = np.ones_like(median)
    for row, name in enumerate(ED_SUBSERVICES):
        hours = region.ed.visit_hours[name]
        by_disposition: dict[str, Lognormal] = {
            DISCHARGED: hours.discharged,
            ADMITTED: hours.admitted,
            TRANSFERRED: hours.transferred,
            LEFT: hours.left,
        }
        for disposition, lognormal in by_disposition.items():
            column = DISPOSITIONS.index(disposition)
            median[row, column], sigma[row, column] = lognormal.median, lognormal.sigma
    return VisitHours(median, sigma)


def visit_span(
    region: Region, seconds: Ints, service: Ints, age_group: Ints, acuity: Ints, disposition: Ints
) -> Span:
    """The span of lengths of visits (visits,), given what else is known of each, as indexes from 0."""
    median, sigma = visit_hours(region)
    longest = longest_seconds(region)

    def span(which: Ints, disposition: Ints) -> Span:
        cell = service[which], disposition
        length = seconds[which].astype(float)
        limits = np.full_like(length, SHORTEST_SECONDS), np.full_like(length, longest)
        return length_span(length, 1.0, median[cell] * HOUR, sigma[cell], *limits, drawn=False)

    below, upto = (part.copy() for part in span(np.arange(len(seconds)), disposition))
    dead = np.flatnonzero(disposition == DISPOSITIONS.index(DIED))
    below[dead] = upto[dead] = 0.0
    chances = chances_but_for_death(region)[service[dead], age_group[dead], acuity[dead]]
    for otherwise, chance in enumerate(chances.T):
        one = span(dead, np.full(len(dead), otherwise))
        below[dead] += chance * one.below
        upto[dead] += chance * one.upto
    return Span(below, upto)
