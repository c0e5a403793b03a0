"""The gate on transfers between beds: how many of each program, and how many return."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.comparing import within_chance
from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.gates.views import continued, of_the_year, unit_of
from lm_synth_assets.model.flows import corridors
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.model.units import units_of
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Floats, Ints, Mask


def transfers_by_program(tables: Tables, region: Region) -> Verdict:
    """Each program transfers the configured share of its stays; the configured share of transfers returns."""
    frame, units = tables["ip_stays"], units_of(region)
    programs = list(region.programs)
    before, unit = continued(tables), unit_of(frame, units)
    goes_on = positions(frame["stay_id"], frame["transfer_from_stay_id"]) >= 0
    open_way: Mask = np.any(corridors(region, units) > 0, axis=-1)
    can_move = (
        open_way[frame["facility_id"].to_numpy(np.int64) - 1, unit]
        & (before < 0)
        & (unit >= 0)
        & of_the_year(frame, region)
    )
    program = np.array([programs.index(unit.program) for unit in units])[unit]
    share = np.array([section.transfer_share for section in region.programs.values()])
    able, moved = (
        np.bincount(program[which], minlength=len(programs)) for which in (can_move, can_move & goes_on)
    )
    returned = int((goes_on & (before >= 0)).sum())
    chances = np.concatenate(
        [
            _moves(able, share),
            _moves(able, share).sum(axis=0, keepdims=True),
            _moves(moved.sum(keepdims=True), np.array([region.inpatient.returned_share])),
        ]
    )
    compared = pd.DataFrame(
        {
            "cell": [*programs, "all", "returned"],
            "expected": chances[:, 0],
            "observed": [*moved, moved.sum(), returned],
            "variance": chances[:, 1],
        }
    )
    return within_chance(compared, region.gates.mix_tolerance_pct, "transfers", region)


def _moves(able: Ints, share: Floats) -> Floats:
    """Mean and variance of how many move (cells, 2), of so many who are able and each move by chance."""
    return np.stack([able * share, able * share * (1 - share)], axis=-1)
