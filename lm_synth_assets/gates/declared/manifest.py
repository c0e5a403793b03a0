"""The gate on the manifest."""

from lm_synth_assets.gates.gate import Gate

DATASET_MANIFEST = (
    Gate(
        table="dataset_manifest",
        name="made_with_this_configuration",
        description="The manifest is what this configuration and version would write.",
        formula=(
            "seed, configuration hash, version, dates, sizes and disclaimer = those of this configuration"
        ),
        threshold="equal",
        function="statistics.manifest:made_with_this_configuration",
        exact=True,
        blocking=False,
    ),
)
