"""dataset_contents: what lies in each table of a data set, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.simulation.catalogue import tables_left_out
from lm_synth_assets.simulation.provenance import table_versions
from lm_synth_assets.simulation.tables.dataset_manifest import manifest_of, run_of
from lm_synth_assets.storage.digest import digest_of
from lm_synth_assets.storage.enforcement import enforce
from lm_synth_assets.storage.record import Record

_MANIFEST = "dataset_manifest"


def dataset_contents(region: Region, records: Mapping[str, Record]) -> pd.DataFrame:
    """dataset_contents: a row for each table that lies in storage, and one for the manifest to come.

    `records` hold of what lies there. A table that was not made from what the run describes has no
    `dataset_id`.
    """
    left_out = tables_left_out(region.run)
    listed = {name: records[name] for name in records if name not in (*CLAIMS, *left_out)}
    manifest = enforce(TABLES[_MANIFEST], manifest_of(region, listed))
    versions = table_versions(region.with_run(**run_of(region.run, listed).model_dump()))
    listed[_MANIFEST] = Record(1, digest_of(TABLES[_MANIFEST], manifest), versions[_MANIFEST])
    dataset_id = manifest["dataset_id"].item()
    rows = [
        (name, *listed[name], dataset_id if listed[name].made_from == versions[name] else None)
        for name in sorted(TABLES)
        if name in listed
    ]
    return pd.DataFrame(rows, columns=TABLES["dataset_contents"].columns.keys())
