"""The jobs: the parts of the graph that people run by name."""

import dagster as dg

from lm_synth_assets.orchestration.assets import REPORT
from lm_synth_assets.orchestration.dagster_internals import UnresolvedAssetJobDefinition
from lm_synth_assets.orchestration.report_asset import VERDICT
from lm_synth_assets.schema.catalogue import CLAIMS

REGENERATE = "regenerate_all"


def jobs() -> list[UnresolvedAssetJobDefinition]:
    """The jobs, each with the gates of what it makes and a new report."""
    everything = dg.AssetSelection.all()
    # What says what the data set is: the contents, the manifest, the page.
    report = dg.AssetSelection.assets(REPORT, *CLAIMS)
    return [
        dg.define_asset_job(REGENERATE, everything, description="Rebuild all tables and run all checks."),
        dg.define_asset_job(
            "reference_only",
            everything - dg.AssetSelection.groups("patients", "emergency", "inpatient"),
            description="Rebuild reference tables only: no patients, visits or stays.",
        ),
        dg.define_asset_job(
            "emergency_only",
            dg.AssetSelection.groups("emergency") | report,
            description="Rebuild the ED encounters of the stored patients.",
        ),
        dg.define_asset_job(
            "inpatient_only",
            dg.AssetSelection.groups("inpatient") | report,
            description="Rebuild the inpatient stays of the stored patients and ED encounters.",
        ),
        dg.define_asset_job(
            "validate_only",
            dg.AssetSelection.all_asset_checks() - dg.AssetSelection.checks(VERDICT),
            description="Run all checks on the stored tables. Rebuilds nothing.",
        ),
    ]
