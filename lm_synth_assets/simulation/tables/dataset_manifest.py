"""dataset_manifest: what a data set is, and what it takes to make it again to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import pandas as pd

from lm_synth_assets.model.population import area_totals
from lm_synth_assets.model.sample import sampling_weight
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.simulation.catalogue import RECIPES, tables_left_out
from lm_synth_assets.version import __version__


def dataset_manifest(region: Region, dataset_contents: pd.DataFrame) -> pd.DataFrame:
    """dataset_manifest: one row, about the tables that `dataset_contents` lists."""
    return manifest_of(region, set(dataset_contents["table_name"]))


def manifest_of(region: Region, tables: Collection[str]) -> pd.DataFrame:
    """The manifest of a data set that has these tables."""
    run = run_of(region.run, tables)
    config_hash = region.hash()
    without = tables_not_made(run, tables)
    row = {
        **run.model_dump(),
        "dataset_id": identity(run, config_hash, __version__, without),
        "config_hash": config_hash,
        "package_version": __version__,
        "reference_date": pd.Timestamp(run.reference_date),
        "population": int(area_totals(region, run.start_year).sum()),
        "sampling_weight": sampling_weight(region),
        "disclaimer": DISCLAIMER,
        "without_tables": without,
    }
    return pd.DataFrame([row], columns=TABLES["dataset_manifest"].columns.keys())


def run_of(run: Run, tables: Collection[str]) -> Run:
    """The run that makes no optional table which is not among some tables."""
    needed = {recipe.needs: name for name, recipe in RECIPES.items() if recipe.needs}
    with_ed = run.with_ed and needed["with_ed"] in tables
    return run.model_copy(
        update={"with_ed": with_ed, "with_ip": with_ed and run.with_ip and needed["with_ip"] in tables}
    )


def tables_not_made(run: Run, tables: Collection[str]) -> str | None:
    """The tables that a run makes and that are not among some tables; None where there are none."""
    absent = {*TABLES} - {*CLAIMS, *tables_left_out(run), *tables}
    return ", ".join(name for name in TABLES if name in absent) or None


def identity(run: Run, config_hash: str, version: str, without: str | None) -> str:
    """The id of a data set.

    It follows from every field of the run, the configuration and the version, so that data sets which hold
    different tables have different ids.
    """
    parts = [run.model_dump_json(), config_hash, version, *([without] if without else [])]
    return hashlib.sha256("/".join(parts).encode()).hexdigest()
