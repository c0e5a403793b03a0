"""Whole data sets in memory, and regions that differ from another in a few values."""

from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import Any

import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.simulation.catalogue import RECIPES, RECORDS
from lm_synth_assets.simulation.provenance import parents_of, table_versions
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.record import Record

Tables = dict[str, pd.DataFrame]


def make_tables(region: Region) -> Tables:
    """Every table of a data set, with the dtypes that storage gives it."""
    tables: Tables = {}
    for name in _in_order():
        if name not in CLAIMS:
            tables[name] = enforce(TABLES[name], RECIPES[name](region, tables))
    return described(region, tables)


def described(region: Region, tables: Tables) -> Tables:
    """The tables with the contents and the manifest that a run of `region` gives them."""
    versions = table_versions(region)
    described = {name: tables[name] for name in TABLES if name in tables and name not in CLAIMS}
    records = {
        name: Record(len(frame), digest_of(TABLES[name], frame), versions[name])
        for name, frame in described.items()
    }
    for name in CLAIMS:
        described[name] = enforce(TABLES[name], RECIPES[name](region, {**described, RECORDS: records}))
    return described


def _in_order() -> list[str]:
    """The tables, each after those that it is made from."""
    return list(TopologicalSorter({name: parents_of(name) for name in TABLES}).static_order())


def retuned(region: Region, changes: Mapping[str, Any]) -> Region:
    """The region with some values changed, given as an overlay file would give them."""
    return Region.model_validate(overlaid(region.model_dump(by_alias=True), changes))


def overlaid(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Values with some of them changed, as an overlay file would change them: None removes an entry."""
    values = dict(base)
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        elif isinstance(value, Mapping):
            below = values.get(key)
            values[key] = overlaid(below if isinstance(below, Mapping) else {}, value)
        else:
            values[key] = value
    return values
