"""The gate on the manifest: whether a data set is the one that this configuration describes."""

from __future__ import annotations

import pandas as pd

from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import TABLE_FIELDS
from lm_synth_assets.simulation.tables.dataset_manifest import dataset_manifest
from lm_synth_assets.version import __version__


def made_with_this_configuration(tables: Tables, region: Region) -> Verdict:
    """The manifest is what this configuration and version would write."""
    stored = tables["dataset_manifest"]
    if len(stored) != 1:
        return Verdict(False, "one row", f"{len(stored)} rows")
    observed = stored.iloc[0]
    which = {name: bool(observed[name]) for name in TABLE_FIELDS}
    expected = dataset_manifest(region.with_run(**which)).iloc[0]
    differing = [name for name in expected.index if str(observed[name]) != str(expected[name])]
    rows = pd.DataFrame([(name, str(expected[name]), str(observed[name])) for name in differing])
    return Verdict(
        not differing,
        f"config {expected['config_hash'][:12]}, seed {expected['seed']}, version {__version__}",
        f"differs in {', '.join(differing)}" if differing else "the same",
        offending=rows if rows.empty else rows.set_axis(["column", "expected", "observed"], axis=1),
    )
