"""How urgent ED visits are and how they end, beside what triage and ages let one expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.gates.statistics.triage import visits_by_kind
from lm_synth_assets.gates.views import visits_of
from lm_synth_assets.model.triage import ACUITIES, acuity_shares, disposition_chances
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.heat_map import heat_map
from lm_synth_assets.report.pictures.picture import Tables, joinable, picture
from lm_synth_assets.report.pictures.style import WIDTH, count, panel
from lm_synth_assets.schema.arrays import Floats
from lm_synth_assets.schema.vocabulary import ADMITTED, DISPOSITIONS, LEFT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ALL = "all"
_LEVELS = [*map(str, range(1, ACUITIES + 1)), _ALL]
_ENDS = [_ALL, *DISPOSITIONS]
_ON_TWO_LINES = {LEFT: "Left without\nbeing seen", _ALL: "of all\nvisits"}
_FULLEST = 0.55
"""Of a square with text on it, which must be read."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Visits by acuity and disposition, observed and expected, and what share of an acuity that is.

    Expected follow from the subservice, the acuity and the age of the patients, as the gates acuity_mix and
    disposition_mix have it. The share of `all` dispositions is that of the acuity in all visits.
    """
    read = joinable(tables, "ed_encounters", "patients")
    known = visits_by_kind(visits_of(read, region))[:, :, :-1, :-1]
    given = known.sum(axis=3)
    ends = (given[..., None] * disposition_chances(region, given)).sum(axis=(0, 1))
    levels = (given.sum(axis=2, keepdims=True) * acuity_shares(region)).sum(axis=(0, 1))
    observed = _with_totals(known.sum(axis=(0, 1)).astype(float))
    expected = _with_totals(ends)
    # What is expected of an acuity's visits depends on how many of them there are; these, on all visits.
    expected_share, share = _shares(expected), _shares(observed)
    expected_share[:-1, 0] = 100 * levels / max(levels.sum(), 1.0)
    expected[:-1, 0] = levels
    level, end = (axis.ravel() for axis in np.indices(observed.shape))
    return pd.DataFrame(
        {
            "acuity": np.array(_LEVELS)[level],
            "disposition": np.array(_ENDS)[end],
            "visits": observed.ravel().astype(np.int64),
            "expected_visits": expected.ravel(),
            "share_pct": share.ravel(),
            "expected_share_pct": expected_share.ravel(),
        }
    )


def _with_totals(visits: Floats) -> Floats:
    """Visits (acuity, disposition), with their sum over dispositions in front, over acuities at the end."""
    visits = np.hstack([visits.sum(axis=1, keepdims=True), visits])
    return np.vstack([visits, visits.sum(axis=0)])


def _shares(visits: Floats) -> Floats:
    """In % of the visits of the acuity; the acuity itself in % of all."""
    whole = np.repeat(visits[:, :1], visits.shape[1], axis=1)
    whole[:, 0] = visits[-1, 0]
    return 100 * np.divide(visits, whole, out=np.zeros_like(visits), where=whole > 0)


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    figure.set_size_inches(WIDTH, 4.3)
    axes = panel(figure, 1.2, 0.55, 7.6, 3.0)
    share, expected = (
        frame[name].to_numpy(float).reshape(len(_LEVELS), len(_ENDS))
        for name in ("share_pct", "expected_share_pct")
    )
    names = [f"acuity {level}" for level in _LEVELS[:-1]] + ["all visits"]
    heat_map(axes, share / 100, names, _FULLEST)
    for row, column in np.ndindex(share.shape):
        text = f"{share[row, column]:.1f} ({expected[row, column]:.1f})"
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center_baseline")
    axes.set_xticks(np.arange(len(_ENDS)) + 0.5, [_ON_TWO_LINES.get(name, name) for name in _ENDS])
    axes.xaxis.tick_top()
    axes.set_xlabel("% of the visits of an acuity, in brackets what is expected of them", labelpad=10)


def _describe(frame: pd.DataFrame) -> str:
    of = frame.set_index(["acuity", "disposition"])
    visits = int(of["visits"][_ALL, _ALL])
    admitted, left = (of["share_pct"][_ALL, name] for name in (ADMITTED, LEFT))
    most = of["share_pct"][:, _ALL].drop(_ALL).idxmax()
    off = (of["share_pct"][_ALL] - of["expected_share_pct"][_ALL]).drop(_ALL).abs()
    return (
        f"Of {count(visits, 'ED visit')} {admitted:.1f}% are admitted and {left:.1f}% leave without being "
        f"seen; most have acuity {most} ({of['share_pct'][most, _ALL]:.1f}%). Of the dispositions, "
        f"{off.idxmax()} is farthest from what is expected, by {off.max():.1f} percentage points."
    )


ACUITY_AND_DISPOSITION = picture(
    "acuity_and_disposition",
    "Acuity and disposition",
    "ed_encounters",
    reads=("patients",),
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
