"""What gates on inpatient stays look up for each stay: its subprogram, the rows it names, its year."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lm_synth_assets.config import Region
from lm_synth_assets.simulation.apportion import Ints
from lm_synth_assets.simulation.placement import Mask
from lm_synth_assets.simulation.rhythms import HOUR
from lm_synth_assets.simulation.stay_rates import Unit


def positions(wanted: pd.Series, among: pd.Series) -> Ints:
    """The position of each value among others, the first of equals; -1 where it is not there."""
    values = pa.array(among)
    found = pc.index_in(pa.array(wanted).cast(values.type), value_set=values)
    return np.asarray(found.fill_null(-1), dtype=np.int64)


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
