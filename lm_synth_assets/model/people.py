"""The patients as arrays, which is what all computations work with, and the numbers in their ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from lm_synth_assets.schema.arrays import Ints
from lm_synth_assets.schema.identifiers import PATIENT_ID_DIGITS, PATIENT_ID_PREFIX
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, GENDERS

CELL_COLUMNS = ["lha_id", "age_group", "gender"]
"""The columns whose values make a cell of the population."""


@dataclass(frozen=True)
class People:
    """One array entry a patient (patients,), in the order of the patients table; places and groups are
    indexes from 0.
    """

    lha: Ints
    age_group: Ints
    gender: Ints
    home: Ints
    """The home facility, among the sites."""
    days_old: Ints
    """Days from birth to the reference date."""
    reference_date: date

    def __len__(self) -> int:
        return len(self.lha)

    @cached_property
    def cell(self) -> Ints:
        """The cell of each patient in a flattened (LHA, age group, gender) array (patients,)."""
        return (self.lha * len(AGE_GROUPS) + self.age_group) * len(GENDERS) + self.gender

    @cached_property
    def age(self) -> Ints:
        """Age at the reference date in whole years (patients,)."""
        today = np.datetime64(self.reference_date, "D")
        born = today - self.days_old
        year = born.astype("datetime64[Y]")
        # The reference date is 1 January: only those born on one have had this year's birthday.
        had_birthday = born == year.astype("datetime64[D]")
        return (self.reference_date.year - 1970) - year.astype(np.int64) - ~had_birthday


def people_of(patients: pd.DataFrame, reference_date: date) -> People:
    """The arrays of a patients table."""
    today = np.datetime64(reference_date, "D")
    return People(
        lha=patients["lha_id"].to_numpy(dtype=np.int64) - 1,
        age_group=patients["age_group"].cat.codes.to_numpy().astype(np.int64),
        gender=patients["gender"].cat.codes.to_numpy().astype(np.int64),
        home=patients["facility_home_id"].to_numpy(dtype=np.int64) - 1,
        days_old=(today - patients["dob"].to_numpy().astype("datetime64[D]")).astype(np.int64),
        reference_date=reference_date,
    )


def patient_ids(count: int) -> pd.Series[Any]:
    """The ids of the first `count` patients, in the order of the patients table."""
    import pyarrow as pa
    import pyarrow.compute as pc

    number = pc.utf8_lpad(pa.array(np.arange(1, count + 1)).cast(pa.string()), PATIENT_ID_DIGITS, "0")
    return pd.Series(pc.binary_join_element_wise(PATIENT_ID_PREFIX, number, ""), dtype="string[pyarrow]")


def patient_numbers(ids: pd.Series[Any]) -> Ints:
    """The row of the patients table, from 0, that each id names. Raises ValueError for another text."""
    return np.asarray(ids.str.slice(len(PATIENT_ID_PREFIX)).astype("int64"), dtype=np.int64) - 1
