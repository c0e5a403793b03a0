"""Evaluation of the structural gates: what is stored against what the schema declares."""

from __future__ import annotations

import pandas as pd

from lm_synth_assets.gates.gate import StoredTables, Verdict
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.storage.enforcement import value_problems


def schema(name: str, tables: StoredTables, region: Region) -> Verdict:
    """Whether the table can be read, with the columns, types, nulls, ranges and closed lists declared."""
    table = TABLES[name]
    inspection = tables.inspection(name)
    problems = inspection.problems
    if inspection.frame is not None:
        problems = (*problems, *value_problems(table, inspection.frame))
    observed = problems[0] if len(problems) == 1 else f"{len(problems)} problems"
    return Verdict(
        not problems,
        f"{len(table.columns)} columns as declared",
        observed if problems else "all as declared",
        offending=_listed(problems),
    )


def layout(name: str, tables: StoredTables, region: Region) -> Verdict:
    """Whether the table is laid out as it was written. Raises Unreadable where it cannot be read."""
    remarks = tables.inspection(name).remarks
    tables[name]
    return Verdict(not remarks, "as written", "; ".join(remarks) or "as written", offending=_listed(remarks))


def _listed(problems: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({"problem": problems}) if problems else pd.DataFrame()
