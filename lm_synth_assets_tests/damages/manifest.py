"""Damages to the manifest."""

from lm_synth_assets_tests.damages.damage import Damaged, damage, edited
from lm_synth_assets_tests.support.datasets import Tables


@damage("dataset_manifest.made_with_this_configuration", "the manifest is that of an older version")
def an_older_version(tables: Tables) -> Damaged:
    return {"dataset_manifest": edited(tables["dataset_manifest"], 0, package_version="0.0.9")}


@damage("dataset_manifest.made_with_this_configuration", "the disclaimer is taken out")
def no_disclaimer(tables: Tables) -> Damaged:
    return {"dataset_manifest": edited(tables["dataset_manifest"], 0, disclaimer="Real data")}
