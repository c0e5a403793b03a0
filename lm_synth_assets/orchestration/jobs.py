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
        dg.define_asset_job(REGENERATE, everything, description="Make every table and run every gate."),
        dg.define_asset_job(
            "reference_only",
            everything - dg.AssetSelection.groups("patients", "emergency", "inpatient"),
            description="Make all but patients and their care: dimensions, population, rates, projection.",
        ),
        dg.define_asset_job(
            "emergency_only",
            dg.AssetSelection.groups("emergency") | report,
            description="Make the ED encounters of the stored patients.",
        ),
        dg.define_asset_job(
            "inpatient_only",
            dg.AssetSelection.groups("inpatient") | report,
            description="Make the inpatient stays of the stored patients and ED encounters.",
        ),
        dg.define_asset_job(
            "validate_only",
            dg.AssetSelection.all_asset_checks() - dg.AssetSelection.checks(VERDICT),
            description="Run every gate on the stored tables, and make none.",
        ),
    ]
