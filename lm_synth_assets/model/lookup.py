"""Looking rows up: at which position of a table the row stands that another table refers to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lm_synth_assets.schema.arrays import Ints


def positions(wanted: pd.Series, among: pd.Series) -> Ints:
    """The position of each value (wanted,) among others, the first of equals; -1 where it is missing.

    Many times faster than a merge on text.
    """
    values, known = (_plain(pa.array(series)) for series in (wanted, among))
    index = pc.index_in(values.cast(known.type), value_set=known)
    return np.asarray(index.fill_null(-1), dtype=np.int64)


def _plain(values: pa.Array) -> pa.Array:
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
