"""Gates on the dimensions: as many rows as agreed, and the rows that the configuration gives."""

from __future__ import annotations

import pandas as pd

from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.region.agreement import listed_rows
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES, primary_key
from lm_synth_assets.simulation.catalogue import RECIPES
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.text import counted

_NAMED_ROWS = 3


def row_count(name: str, tables: Tables, region: Region) -> Verdict:
    """Whether a table has as many rows as the configuration lists, which are those that are agreed."""
    expected = listed_rows(region.sites, region.lhas, region.programs)[name]
    observed = len(tables[name])
    return Verdict(expected == observed, f"{expected:,} rows", f"{observed:,} rows")


def as_configured(name: str, tables: Tables, region: Region) -> Verdict:
    """Whether a table holds the rows that its recipe makes of the configuration, and no others."""
    table = TABLES[name]
    key = primary_key(table)
    expected = enforce(table, RECIPES[name](region, {}))
    compared = tables[name].merge(expected, how="outer", indicator="found")
    differing = compared[compared["found"] != "both"].sort_values([*key, "found"])
    sides = {"left_only": "stored", "right_only": "configured"}
    return Verdict(
        differing.empty and len(tables[name]) == len(expected),
        f"{len(expected):,} rows as configured",
        _named(differing[key]) if len(differing) else f"{len(tables[name]):,} rows",
        offending=differing.assign(found=differing["found"].astype(str).replace(sides)),
    )


def _named(keys: pd.DataFrame) -> str:
    distinct = keys.drop_duplicates()
    named = ["-".join(map(str, key)) for key in distinct.head(_NAMED_ROWS).itertuples(index=False)]
    more = ", ..." if len(distinct) > len(named) else ""
    differ = counted(len(distinct), "row differs", "rows differ")
    return f"{differ}: {', '.join(distinct.columns)} {', '.join(named)}{more}"
