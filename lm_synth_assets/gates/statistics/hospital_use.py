"""Gates on how much the patients use the hospital: by program, and through the ED."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import apart, sampling_margin, within_chance
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import of_the_year, people_in
from lm_synth_assets.model.admissions import expected_admissions
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.vocabulary import ROUTE_ED


def admissions_through_ed(tables: Tables, region: Region) -> Verdict:
    """The share of admissions through the ED is what ED use and admission rates imply."""
    stays = _first_stays(tables, region)
    expected = expected_admissions(region, people_in(tables, region))
    by_ed, direct = float(expected.by_ed.sum()), float(expected.direct.sum())
    share = by_ed / max(by_ed + direct, 1e-9)
    came = int((stays["admit_route"] == ROUTE_ED).sum())
    # came - share x all has the mean 0. All direct stays together are scattered by frailty at most.
    counted = float(expected.ed_variance.sum())
    scattered = float((expected.direct_variance - expected.direct).sum()) + 0.5
    variance = (1 - share) ** 2 * counted + share**2 * scattered
    allowed = max(
        len(stays) * region.gates.via_ed_tolerance_points / 100,
        float(sampling_margin(np.array(variance), region)),
    )
    return Verdict(
        abs(came - share * len(stays)) <= allowed + 1e-9,
        f"{100 * share:.1f}%",
        f"{100 * came / max(len(stays), 1):.1f}% of {len(stays):,}",
        numbers=apart(100 * came / max(len(stays), 1), 100 * share),
    )


def stays_by_program(tables: Tables, region: Region) -> Verdict:
    """Each program has as many admissions as the rates imply, through the ED and directly."""
    units, programs = units_of(region), list(region.programs)
    to_program = np.array([[unit.program == program for program in programs] for unit in units], dtype=float)
    expected = expected_admissions(region, people_in(tables, region))
    by_ed, direct = expected.by_ed @ to_program, expected.direct @ to_program
    admitted = by_ed.sum(axis=1, keepdims=True)
    share = np.divide(by_ed, admitted, out=np.zeros_like(by_ed), where=admitted > 0)
    # Of the ED admissions of an age and gender a program takes its share over stratified uniforms: one
    # stretch, of which only the strata at its two ends are left to chance.
    split = np.minimum(by_ed * (1 - share), 0.5)
    variance = share**2 * expected.ed_variance[:, None] + split + expected.direct_variance @ to_program
    stays = _first_stays(tables, region)["program_id"].to_numpy(np.int64)
    compared = pd.DataFrame(
        {
            "program": programs,
            "expected": (by_ed + direct).sum(axis=0),
            "observed": np.bincount(stays, minlength=len(programs) + 1)[1 : len(programs) + 1],
            "variance": variance.sum(axis=0),
        }
    )
    return within_chance(compared, region.gates.mix_tolerance_pct, "first stays", region)


def _first_stays(tables: Tables, region: Region) -> pd.DataFrame:
    """The stays of the year that continue no other."""
    stays = tables["ip_stays"]
    return stays[of_the_year(stays, region) & stays["transfer_from_stay_id"].isna().to_numpy()]
