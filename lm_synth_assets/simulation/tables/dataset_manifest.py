"""dataset_manifest: what a data set is, and what it takes to make it again to the byte."""

from __future__ import annotations

import hashlib

import pandas as pd

from lm_synth_assets.model.population import area_totals
from lm_synth_assets.model.sample import sampling_weight
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.version import __version__


def dataset_manifest(region: Region) -> pd.DataFrame:
    """dataset_manifest: one row.

    `dataset_id` follows from every field of the run, the configuration and the version, so that data sets
    which hold different tables have different ids.
    """
    run = region.run
    config_hash = region.hash()
    identity = f"{run.model_dump_json()}/{config_hash}/{__version__}"
    row = {
        **run.model_dump(),
        "dataset_id": hashlib.sha256(identity.encode()).hexdigest(),
        "config_hash": config_hash,
        "package_version": __version__,
        "reference_date": pd.Timestamp(run.reference_date),
        "population": int(area_totals(region, run.start_year).sum()),
        "sampling_weight": sampling_weight(region),
        "disclaimer": DISCLAIMER,
    }
    return pd.DataFrame([row], columns=TABLES["dataset_manifest"].columns.keys())
