"""Replicates: independent data sets of the same region with other seeds, which differ only by chance."""

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


def replicate(region: Region, patients: int, step: int) -> Mapping[str, pd.DataFrame]:
    """patients, ed_encounters and ip_stays of a replicate, whose seed is `step` after the region's.

    It has `patients` patients, but no more than the region's run. The last two replicates are cached, since
    several gates compare with the same one: callers must not change them.
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
