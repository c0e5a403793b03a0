"""Damages to what ties a data set together: its contents, its manifest, and tables of other runs."""

import pandas as pd

from lm_synth_assets.region.files import load_region
from lm_synth_assets_tests.damages.damage import Damaged, damage, edited
from lm_synth_assets_tests.support.datasets import Tables, described


@damage("dataset_contents.tables_as_listed", "one visit departs a second later")
def a_second_later(tables: Tables) -> Damaged:
    visits = tables["ed_encounters"]
    later = visits["departure_ts"].iloc[0] + pd.Timedelta(seconds=1)
    return {"ed_encounters": edited(visits, 0, departure_ts=later)}


@damage("dataset_contents.tables_as_listed", "two areas change their names")
def names_that_change_places(tables: Tables) -> Damaged:
    areas = tables["dim_lha"].copy()
    areas["lha_name"] = areas["lha_name"].to_numpy()[::-1]
    return {"dim_lha": areas}


@damage("dataset_contents.nothing_besides", "the stays of a larger run lie beside a smaller one")
def stays_of_a_larger_run(tables: Tables) -> Damaged:
    contents = tables["dataset_contents"]
    return {"dataset_contents": contents[contents["table_name"] != "ip_stays"].reset_index(drop=True)}


@damage("dataset_contents.made_from_this_run", "patients were made from another seed")
def patients_of_another_seed(tables: Tables) -> Damaged:
    contents = tables["dataset_contents"]
    rows = contents["table_name"] == "patients"
    return {"dataset_contents": edited(contents, rows, made_from="0" * 64, dataset_id=None)}


@damage("dataset_contents.made_from_this_run", "patients were replaced by hand before they were listed")
def patients_of_unknown_origin(tables: Tables) -> Damaged:
    contents = tables["dataset_contents"]
    rows = contents["table_name"] == "patients"
    return {"dataset_contents": edited(contents, rows, made_from=None, dataset_id=None)}


@damage("dataset_manifest.follows_from_its_run", "the manifest names another seed")
def another_seed(tables: Tables) -> Damaged:
    return {"dataset_manifest": edited(tables["dataset_manifest"], 0, seed=7)}


@damage("dataset_manifest.follows_from_its_run", "the manifest says that there are no stays")
def flags_that_turn_gates_off(tables: Tables) -> Damaged:
    return {"dataset_manifest": edited(tables["dataset_manifest"], 0, with_ip=False)}


@damage("dataset_manifest.follows_from_its_run", "the disclaimer is taken out")
def no_disclaimer(tables: Tables) -> Damaged:
    return {"dataset_manifest": edited(tables["dataset_manifest"], 0, disclaimer="Real data")}


@damage("dataset_manifest.describes_these_tables", "the manifest is that of another seed")
def the_manifest_of_another_run(tables: Tables) -> Damaged:
    patients = len(tables["patients"])
    other = described(load_region().with_run(patients=patients, seed=7), tables)
    return {"dataset_manifest": other["dataset_manifest"]}


@damage("dataset_manifest.made_with_this_configuration", "the manifest is that of an older version")
def an_older_version(tables: Tables) -> Damaged:
    return {"dataset_manifest": edited(tables["dataset_manifest"], 0, package_version="0.0.9")}
