"""What gates on inpatient stays look up for each: its subprogram, its year, the stay that it continues."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.gates.gate import Tables
from lm_synth_assets.gates.joined import referred
from lm_synth_assets.model.calendar import HOUR
from lm_synth_assets.model.lookup import positions
from lm_synth_assets.model.units import Unit
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.arrays import Ints, Mask


def continued(tables: Tables) -> Ints:
    """The position of the stay that each stay continues; -1 where it continues none."""
    return referred(tables, "ip_stays", "transfer_from_stay_id", "ip_stays", "stay_id")


def unit_of(stays: pd.DataFrame, units: list[Unit]) -> Ints:
    """The index of each stay's subprogram among those with inpatient stays; -1 where it is none of them."""
    keys = [unit.program_id * 100 + unit.subprogram_id for unit in units]
    return positions(stays["subprogram_key"], pd.Series(keys, dtype=stays["subprogram_key"].dtype))


def of_the_year(stays: pd.DataFrame, region: Region) -> Mask:
    """Which stays began in the start year, or later at the end of a spell that did."""
    return (stays["admit_ts"] >= pd.Timestamp(region.run.reference_date)).to_numpy()


def travel(region: Region) -> np.timedelta64:
    """How long the way between two sites takes."""
    return np.timedelta64(round(region.inpatient.travel_hours * HOUR), "s")
