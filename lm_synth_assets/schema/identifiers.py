"""How rows are numbered: the formats of keys that more than one table has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lm_synth_assets.schema.arrays import Ints


def subprogram_key(program_id: int, subprogram_id: int) -> int:
    """The one number that stands for a program and a subprogram."""
    return program_id * 100 + subprogram_id


def patient_numbers(patient_ids: pd.Series) -> Ints:
    """The position in the patients table, from 0, that each patient id names."""
    return np.asarray(patient_ids.str.slice(1).astype("int64"), dtype=np.int64) - 1
