"""Where the residents of each area go for care: home facilities of patients, beside the configured flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.model.flows import flow_shares
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.heat_map import heat_map
from lm_synth_assets.report.pictures.picture import Tables, picture
from lm_synth_assets.report.pictures.style import WIDTH, panel, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONGEST_NAME = 1.9
_ROW = 0.3
_WIDEST = 0.6
"""Inches, as all sizes here."""

_MOST_COLUMNS = 15
"""As many shares have room beside each other."""

_FULLEST = 0.55
"""Of a square with text on it, which must be read."""


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Patients by area and home facility, where all their ED visits are, and the share of the area.

    Flows that are neither observed nor expected are left out.
    """
    patients = tables["patients"]
    areas, sites = list(region.lhas), list(region.sites)
    shape = len(areas), len(sites)
    lha, site = (patients[name].to_numpy(np.int64) - 1 for name in ("lha_id", "facility_home_id"))
    known = (lha >= 0) & (lha < shape[0]) & (site >= 0) & (site < shape[1])
    cell = lha[known] * shape[1] + site[known]
    observed = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    expected = 100 * flow_shares(region)
    share = 100 * observed / np.maximum(observed.sum(axis=1, keepdims=True), 1)
    default = [sites.index(area.default_site) for area in region.lhas.values()]
    row, column = np.nonzero((observed > 0) | (expected > 0))
    return pd.DataFrame(
        {
            "area": np.array(areas)[row],
            "site": np.array([each.name for each in region.sites.values()])[column],
            "is_default": np.array(default, dtype=np.int64)[row] == column,
            "patients": observed[row, column],
            "share_pct": share[row, column],
            "expected_share_pct": expected[row, column],
        }
    )


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    areas = frame["area"].unique()
    # The sites of areas stand in the order of these, so that they lie on the diagonal.
    sites = pd.concat([frame["site"][frame["is_default"]], frame["site"]]).unique()
    table = frame.pivot_table(index="area", columns="site", values="share_pct", sort=False, fill_value=0.0)
    share = table.reindex(index=areas, columns=sites, fill_value=0.0).to_numpy(float)
    height = _ROW * len(areas)
    figure.set_size_inches(WIDTH, height + _LONGEST_NAME + 0.8)
    width = min(WIDTH - _LONGEST_NAME - 0.2, _WIDEST * len(sites))
    axes = panel(figure, _LONGEST_NAME, 0.55, width, height)
    heat_map(axes, share / 100, [short(name, _LONGEST_NAME) for name in areas], _FULLEST)
    if len(sites) <= _MOST_COLUMNS:
        for row, column in zip(*np.nonzero(share >= 0.05), strict=True):
            text = f"{share[row, column]:.1f}"
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center_baseline")
    names = [short(name, _LONGEST_NAME) for name in sites]
    axes.set_xticks(np.arange(len(sites)) + 0.5, names, rotation=90)
    axes.xaxis.tick_top()
    axes.set_xlabel("% of the patients of an area (row) whose home facility is a site (column)", labelpad=8)


def _describe(frame: pd.DataFrame) -> str:
    away, total = frame["patients"][~frame["is_default"]].sum(), frame["patients"].sum()
    flows = frame[~frame["is_default"]]
    off = (frame["share_pct"] - frame["expected_share_pct"]).abs()
    sentence = f"{100 * away / max(total, 1):.1f}% of patients have a home facility outside their area"
    if not flows.empty:
        largest = flows.loc[flows["patients"].idxmax()]
        sentence += (
            f"; the largest flow is from {largest['area']} to {largest['site']} "
            f"({largest['share_pct']:.1f}% of the area)"
        )
    return f"{sentence}. The flow farthest from the configured one is {off.max():.2f} percentage points off."


FLOWS = picture(
    "flows",
    "Where residents go for care",
    "patients",
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
