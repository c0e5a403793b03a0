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
from lm_synth_assets.schema.arrays import Mask


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
    returned_share, moves = region.inpatient.returned_share, moved.sum()
    compared = pd.DataFrame(
        {
            "cell": [*programs, "returned"],
            "expected": np.append(able * share, moves * returned_share),
            "observed": np.append(moved, (goes_on & (before >= 0)).sum()),
            "variance": np.append(able * share * (1 - share), moves * returned_share * (1 - returned_share)),
        }
    )
    return within_chance(compared, region.gates.mix_tolerance_pct, "transfers", region)
