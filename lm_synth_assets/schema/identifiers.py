"""How rows are numbered: the formats of keys that more than one table has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    import pandas as pd

    from lm_synth_assets.schema.arrays import Ints

SUBPROGRAM_KEY: Final = "program_id * 100 + subprogram_id"
"""The one number that stands for a program and a subprogram, as an expression of SQL."""

PATIENT_ID_PREFIX: Final = "P"
PATIENT_ID_DIGITS: Final = 7
PATIENT_ID_FORMAT: Final = "P and seven digits"
PATIENT_ID_PATTERN: Final = f"^{PATIENT_ID_PREFIX}[0-9]{{{PATIENT_ID_DIGITS}}}$"
"""The regular expression of what PATIENT_ID_FORMAT says."""

Numbers = TypeVar("Numbers", int, "Ints", "pd.Series[Any]")


def subprogram_key(program_id: Numbers, subprogram_id: Numbers) -> Numbers:
    """SUBPROGRAM_KEY of numbers, or of arrays or columns of the same length."""
    return program_id * 100 + subprogram_id
