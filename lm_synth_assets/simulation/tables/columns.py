"""Columns that several tables have in the same form: words of a closed list, the first day of a year.

Here belongs how such a column is written; which values it holds is the business of each table's module.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lm_synth_assets.schema.arrays import Ints


def categorical(codes: npt.NDArray[np.integer[Any]], labels: tuple[str, ...]) -> pd.Categorical:
    """The label at each position of a closed list."""
    return pd.Categorical.from_codes(codes, list(labels))  # type: ignore[arg-type]


def first_of_january(year: Ints) -> pd.DatetimeIndex:
    """1 January of each year."""
    return pd.DatetimeIndex((year - 1970).astype("datetime64[Y]").astype("datetime64[ns]"))
