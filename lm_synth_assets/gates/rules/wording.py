"""Verdicts of rules that say more than how many rows break them."""

from __future__ import annotations

import pandas as pd

from lm_synth_assets.gates.comparing import none_of
from lm_synth_assets.gates.gate import Verdict


def days(breaches: pd.DataFrame, rows: int) -> Verdict:
    """Of `dim_date`: how many days are missing, and how many are extra."""
    missing = _count(breaches, "found", "missing")
    extra = len(breaches) - missing
    observed = f"{rows:,} days: {missing:,} missing, {extra:,} extra"
    return Verdict(breaches.empty, f"{rows + missing - extra:,} days", observed, offending=breaches)


def calendar(breaches: pd.DataFrame, rows: int) -> Verdict:
    """Of `dim_date`: the columns in which days differ from what their date says."""
    observed = f"{len(breaches):,} of {rows:,} days differ"
    if not breaches.empty:
        observed += f": {', '.join(dict.fromkeys(', '.join(breaches['differing']).split(', ')))}"
    return Verdict(breaches.empty, "parts that agree with the date", observed, offending=breaches)


def cells(breaches: pd.DataFrame, rows: int) -> Verdict:
    """Of a table with a row for each cell: how many cells there are in how many rows."""
    if breaches.empty:
        return Verdict(True, f"{rows} cells", f"{rows} cells in {rows} rows")
    expected = rows - int((breaches["observed"] - breaches["expected"]).sum())
    observed = expected - _count(breaches, "observed", 0) + _count(breaches, "expected", 0)
    return Verdict(False, f"{expected} cells", f"{observed} cells in {rows} rows", offending=breaches)


def yearly(breaches: pd.DataFrame, rows: int) -> Verdict:
    """Of a table with a row for each cell and year: how many dates are not 1 January of their year."""
    undated = 0 if breaches.empty else int(breaches["other_dates"].sum())
    if not undated:
        return none_of(breaches, "row of a cell and year missing or extra", rows)
    return Verdict(False, "dates of 1 January", f"{undated:,} other dates", offending=breaches)


def _count(breaches: pd.DataFrame, column: str, value: str | int) -> int:
    return 0 if breaches.empty else int((breaches[column] == value).sum())
