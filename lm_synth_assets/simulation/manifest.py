"""dataset_manifest: what a data set is, and what it takes to make it again to the byte."""

from __future__ import annotations

import hashlib

import pandas as pd

from lm_synth_assets.config import Region
from lm_synth_assets.simulation.patients import sampling_weight
from lm_synth_assets.simulation.population import area_totals
from lm_synth_assets.vocabulary import DISCLAIMER


def manifest(
    region: Region, package_version: str, *, with_ed: bool = True, with_ip: bool = True
) -> pd.DataFrame:
    """dataset_manifest: one row; whether ED encounters and inpatient stays belong to the data set."""
    run = region.run
    config_hash = region.hash()
    identity = f"{run.seed}/{config_hash}/{package_version}"
    return pd.DataFrame(
        [
            {
                "dataset_id": hashlib.sha256(identity.encode()).hexdigest(),
                "seed": run.seed,
                "config_hash": config_hash,
                "package_version": package_version,
                "reference_date": pd.Timestamp(run.reference_date),
                "start_year": run.start_year,
                "years": run.years,
                "patients": run.patients,
                "population": int(area_totals(region, run.start_year).sum()),
                "sampling_weight": sampling_weight(region),
                "with_ed": with_ed,
                "with_ip": with_ip,
                "disclaimer": DISCLAIMER,
            }
        ]
    )
