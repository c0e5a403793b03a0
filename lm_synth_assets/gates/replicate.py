"""Twins: data sets of the same region with other seeds, which are what chance alone makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.simulation.catalogue import RECIPES
from lm_synth_assets.storage.enforcement import enforce

_MOST_SEEDS = 2**63


def twin(region: Region, patients: int, step: int) -> Mapping[str, pd.DataFrame]:
    """patients, ed_encounters and ip_stays of a data set whose seed is `step` further on.

    It has at most as many patients as the region's run. The last two twins are kept, since several gates
    look at the same: do not change what you get.
    """
    size, seed = min(region.run.patients, patients), (region.run.seed + step) % _MOST_SEEDS
    return _generated(region.with_run(patients=size, seed=seed).model_dump_json(by_alias=True))


@lru_cache(maxsize=2)
def _generated(described: str) -> Mapping[str, pd.DataFrame]:
    """The tables of a region that is given as its JSON, since a region is no key of a cache."""
    region = Region.model_validate_json(described)
    tables: dict[str, pd.DataFrame] = {}
    for name in ("patients", "ed_encounters", "ip_stays"):
        tables[name] = enforce(TABLES[name], RECIPES[name](region, tables))
    return MappingProxyType(tables)
