"""The page of measures: each with its DAX, the same in SQL, and the number that a data set gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from lm_synth_assets.powerbi.measures.catalogue import MEASURES
from lm_synth_assets.powerbi.measures.measure import Measure

if TYPE_CHECKING:
    import pandas as pd

_READ: Final = re.compile(r"\b(?:FROM|JOIN) (\w+)")


def tables_of(measure: Measure) -> list[str]:
    """The tables that the SQL of a measure reads."""
    return sorted(set(_READ.findall(measure.sql)))


def value_of(measure: Measure, tables: Mapping[str, pd.DataFrame]) -> float:
    """The number that the SQL of a measure gives over some tables. Raises duckdb.Error."""
    from lm_synth_assets.gates.sql import query

    result = query(measure.sql, **{name: tables[name] for name in tables_of(measure)})
    return float(result.to_numpy(float)[0, 0])


def measures_page(tables: Mapping[str, pd.DataFrame]) -> str:
    """Every measure of the model, with the numbers of the default data set."""
    lines = [
        "# Measures of the Power BI model",
        "",
        "Made from `lm_synth_assets/powerbi/measures/` by `make docs`. The number is that of the default "
        "data set (50,000 patients, seed 42) where nothing is filtered, as a card without slicers shows it. "
        "It is that of the SQL, which DuckDB runs over stored tables. **The DAX has not been evaluated.** "
        "A test holds the SQL to another computation in pandas, and to the tables and columns that the DAX "
        "names.",
        "",
        "Measures of the sample count what is in the data. *Estimated* ones weight it with the residents "
        "that each patient stands for (`sampling_weight`). Projections are of all residents.",
    ]
    for folder in dict.fromkeys(measure.folder for measure in MEASURES):
        shown = [measure for measure in MEASURES if measure.folder == folder]
        lines += ["", f"## {folder}", "", "| measure | number | meaning |", "|---|---:|---|"]
        lines += [
            f"| {measure.name} | {measure.format.shown(value_of(measure, tables))} | {measure.description} |"
            for measure in shown
        ]
        for measure in shown:
            lines += ["", f"### {measure.name}", "", "```dax", *measure.dax.splitlines(), "```"]
            lines += ["", "```sql", *measure.sql.splitlines(), "```"]
    return "\n".join(lines) + "\n"
