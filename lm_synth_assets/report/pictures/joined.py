"""Stored tables joined, many times faster than a merge on text."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lm_synth_assets.schema.arrays import Ints


def patient_rows(visits: pd.DataFrame, patients: pd.DataFrame) -> Ints:
    """The position in patients of the patient of each visit; -1 where there is no such patient."""
    known = pa.array(patients["patient_id"])
    found = pc.index_in(pa.array(visits["patient_id"]).cast(known.type), value_set=known)
    return np.asarray(found.fill_null(-1), dtype=np.int64)
