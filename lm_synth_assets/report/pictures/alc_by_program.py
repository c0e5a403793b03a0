"""How many stays end in alternate level of care (ALC), by program, beside what is configured for ages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lm_synth_assets.gates.views import stays_of_the_year
from lm_synth_assets.model.lengths import alc_chances
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.report.pictures.picture import Tables, joinable, picture
from lm_synth_assets.report.pictures.style import BAND, DOT, MOST_ROWS, left_out, legend, of_all, rows, share

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _measure(tables: Tables, region: Region) -> pd.DataFrame:
    """Stays that began in the start year, those with ALC, and ALC days, by program, most ALC first.

    Expected follows from program and age; only the last stay of a spell may be in ALC. The range is what the
    gate alc_mix allows: the tolerance of mixes, and at least one stay.
    """
    read = joinable(tables, "ip_stays", "patients")
    units, stays = units_of(region), stays_of_the_year(read, region)
    programs = list(region.programs)
    program = np.array([programs.index(unit.program) for unit in units], dtype=np.int64)[stays.mix.unit]
    frame = tables["ip_stays"].iloc[stays.row]
    chance = alc_chances(region, units)[stays.mix.unit, stays.mix.age_group] * stays.mix.last
    size, alc, expected, days, alc_days = (
        np.bincount(program, weights, minlength=len(programs))
        for weights in (
            np.ones(len(program)),
            frame["alc_flag"].to_numpy(float),
            chance,
            frame["los_days"].to_numpy(float),
            frame["alc_days"].to_numpy(float),
        )
    )
    slack = np.maximum(expected * region.gates.mix_tolerance_pct / 100, 1.0)
    per_cent = 100 / np.maximum(size, 1)
    numbers = pd.DataFrame(
        {
            "program": programs,
            "stays": size.astype(np.int64),
            "with_alc": alc.astype(np.int64),
            "with_alc_pct": alc * per_cent,
            "expected_pct": expected * per_cent,
            "low_pct": np.maximum(expected - slack, 0) * per_cent,
            "high_pct": (expected + slack) * per_cent,
            "days": days,
            "alc_days": alc_days,
        }
    )
    some = numbers[numbers["stays"] > 0]
    return some.sort_values("expected_pct", ascending=False, kind="stable", ignore_index=True)


def _draw(figure: Figure, frame: pd.DataFrame) -> None:
    drawn = frame.nlargest(MOST_ROWS, "stays").sort_index()
    notes = list(map(share, drawn["alc_days"], drawn["days"]))
    axes = rows(figure, drawn["program"].tolist(), notes, "ALC of days")
    position = np.arange(len(drawn))
    allowed = axes.barh(position, drawn["high_pct"] - drawn["low_pct"], 0.74, drawn["low_pct"], **BAND)
    (observed,) = axes.plot(drawn["with_alc_pct"], position, **DOT)
    axes.set_xlim(0, (drawn[["with_alc_pct", "high_pct"]].max().max() or 1) * 1.05)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel("stays with ALC, % of the stays of the program" + left_out(frame, drawn, "program"))
    legend(figure, {"stays with ALC": observed, "expected, with the tolerance of its gate": allowed})


def _describe(frame: pd.DataFrame) -> str:
    totals = frame[["stays", "with_alc", "days", "alc_days"]].sum()
    most = frame.loc[frame["with_alc_pct"].idxmax()]
    inside = frame["with_alc_pct"].between(frame["low_pct"] - 1e-9, frame["high_pct"] + 1e-9).sum()
    return (
        f"{share(totals['with_alc'], totals['stays'])} of {totals['stays']:,.0f} stays end in ALC, "
        f"most often in {most['program']} ({most['with_alc_pct']:.1f}%); ALC takes "
        f"{share(totals['alc_days'], totals['days'])} of all days. Of the programs, "
        f"{of_all(inside, len(frame))} are within what the gate allows."
    )


ALC_BY_PROGRAM = picture(
    "alc_by_program",
    "Stays with ALC by program",
    "ip_stays",
    reads=("patients",),
    measure=_measure,
    draw=_draw,
    describe=_describe,
)
