"""The gate on the manifest: whether a data set is the one that this configuration describes."""

from __future__ import annotations

import pandas as pd

from lm_synth_assets.gates.gate import Tables, Verdict
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import TABLE_FIELDS
from lm_synth_assets.version import __version__


def made_with_this_configuration(tables: Tables, region: Region) -> Verdict:
    """The manifest is that of this configuration and version; which tables were made is left open."""
    stored = tables["dataset_manifest"]
    if len(stored) != 1:
        return Verdict(False, "one row", f"{len(stored)} rows")
    observed = stored.iloc[0]
    expected = {
        **region.run.model_dump(exclude=set(TABLE_FIELDS)),
        "config_hash": region.hash(),
        "package_version": __version__,
    }
    differing = [name for name in expected if str(observed[name]) != str(expected[name])]
    rows = pd.DataFrame([(name, str(expected[name]), str(observed[name])) for name in differing])
    return Verdict(
        not differing,
        f"config {region.hash()[:12]}, seed {region.run.seed}, version {__version__}",
        f"differs in {', '.join(differing)}" if differing else "the same",
        offending=rows if rows.empty else rows.set_axis(["column", "expected", "observed"], axis=1),
    )
