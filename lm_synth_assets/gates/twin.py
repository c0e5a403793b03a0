"""Twins: data sets of the same region with other seeds, which are what chance alone makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.random_streams import Streams
from lm_synth_assets.schema import TABLES
from lm_synth_assets.simulation.emergency import generate_ed_encounters
from lm_synth_assets.simulation.inpatient import generate_ip_stays
from lm_synth_assets.simulation.patients import generate_patients
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
    streams = Streams(region.run.seed)
    people = enforce(TABLES["patients"], generate_patients(region, streams))
    visits = enforce(TABLES["ed_encounters"], generate_ed_encounters(region, people, streams))
    stays = enforce(TABLES["ip_stays"], generate_ip_stays(region, people, visits, streams))
    return MappingProxyType({"patients": people, "ed_encounters": visits, "ip_stays": stays})
