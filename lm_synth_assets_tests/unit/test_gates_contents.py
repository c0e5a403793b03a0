"""Contents and manifest are tied to the tables: whatever is of another run, or changed since, is named."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from lm_synth_assets.gates.declared.manifest import WHOLE
from lm_synth_assets.gates.gate import StoredTables
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.storage.inspection import Inspection
from lm_synth_assets_tests.conftest import Judge
from lm_synth_assets_tests.support.datasets import Tables, described, make_tables
from lm_synth_assets_tests.support.frames import with_another_value

CARE = ["patients", "ed_encounters", "ip_stays"]


@pytest.fixture(scope="module")
def others(region: Region) -> Tables:
    """The data set of another seed."""
    return make_tables(region.with_run(seed=7))


def problems(tables: Tables, region: Region) -> dict[str, str]:
    """What the gates say, by table."""
    stored = StoredTables.of(tables)
    verdicts = [gate.evaluate(stored, region) for gate in WHOLE]
    rows = pd.concat([verdict.offending for verdict in verdicts if not verdict.passed] or [pd.DataFrame()])
    return dict(zip(rows["table"], rows["problem"], strict=True)) if len(rows) else {}


class TestTablesAsListed:
    def wrong(self, judge: Judge, **damaged: pd.DataFrame) -> list[str]:
        verdict = judge("dataset_contents", "tables_as_listed", **damaged)
        assert verdict.passed == verdict.offending.empty
        return list(verdict.offending["table"])

    @pytest.mark.parametrize("name", CARE)
    def test_sees_a_table_of_another_seed(self, judge: Judge, others: Tables, name: str) -> None:
        assert self.wrong(judge, **{name: others[name]}) == [name]

    def test_sees_rows_that_are_lost_or_there_twice(self, judge: Judge, tables: Tables) -> None:
        sites = tables["dim_site"]
        assert self.wrong(judge, dim_site=sites.head(-1)) == ["dim_site"]
        assert self.wrong(judge, dim_site=pd.concat([sites, sites.head(1)])) == ["dim_site"]

    def test_does_not_mind_another_order_of_rows(self, judge: Judge, tables: Tables) -> None:
        assert self.wrong(judge, ip_stays=tables["ip_stays"].iloc[::-1]) == []

    def test_sees_a_table_that_is_lost_or_torn(self, tables: Tables, region: Region) -> None:
        lost = {name: frame for name, frame in tables.items() if name != "dim_lha"}
        assert problems(lost, region) == {"dim_lha": "is not there; 12 rows are listed"}
        torn: dict[str, Any] = tables | {"dim_lha": Inspection(None, ("torn",))}
        assert problems(torn, region) == {"dim_lha": "cannot be read as declared"}


class TestNothingBesides:
    def test_sees_what_a_larger_run_has_left(self, judge: Judge, tables: Tables, region: Region) -> None:
        smaller = described(region.with_run(with_ip=False), tables)["dataset_contents"]
        verdict = judge("dataset_contents", "nothing_besides", dataset_contents=smaller)
        assert list(verdict.offending["table"]) == ["ip_stays"]
        assert "--with-ip" in verdict.offending["problem"].item()


class TestMadeFromThisRun:
    @pytest.mark.parametrize(("made_from", "said"), [(None, "of unknown origin"), ("f" * 64, "another run")])
    def test_sees_a_table_of_another_origin(
        self, judge: Judge, tables: Tables, made_from: str | None, said: str
    ) -> None:
        contents = tables["dataset_contents"].copy()
        contents.loc[contents["table_name"] == "patients", ["made_from", "dataset_id"]] = [made_from, None]
        verdict = judge("dataset_contents", "made_from_this_run", dataset_contents=contents)
        assert list(verdict.offending["table"]) == ["patients"]
        assert said in verdict.offending["problem"].item()

    def test_sees_a_version_that_does_not_follow(self, judge: Judge, tables: Tables) -> None:
        contents = tables["dataset_contents"].assign(made_from="f" * 64)
        verdict = judge("dataset_contents", "made_from_this_run", dataset_contents=contents)
        assert len(verdict.offending) == len(contents)

    def test_sees_tables_of_two_data_sets(self, judge: Judge, tables: Tables) -> None:
        contents = tables["dataset_contents"].copy()
        contents.loc[0, "dataset_id"] = "f" * 64
        verdict = judge("dataset_contents", "made_from_this_run", dataset_contents=contents)
        assert "several data sets" in verdict.offending["problem"].item()

    def test_compares_no_versions_with_those_of_another_configuration(
        self, tables: Tables, region: Region
    ) -> None:
        assert problems(tables, region.with_run(patients=4_000)) == {}


class TestTheManifest:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("seed", 7),
            ("patients", 4_999),
            ("years", 9),
            ("with_ip", False),
            ("config_hash", "f" * 64),
            ("dataset_id", "f" * 64),
            ("population", 2_400_001),
            ("sampling_weight", 481.0),
            ("reference_date", pd.Timestamp("2025-01-02")),
            ("disclaimer", "Real data"),
            ("without_tables", "patients"),
        ],
    )
    def test_a_field_that_was_changed_by_itself_is_seen(
        self, judge: Judge, tables: Tables, column: str, value: object
    ) -> None:
        manifest = tables["dataset_manifest"].assign(**{column: value})
        assert not judge("dataset_manifest", "follows_from_its_run", dataset_manifest=manifest).passed
        assert not judge("dataset_manifest", "describes_these_tables", dataset_manifest=manifest).passed

    def test_that_of_another_version_is_not_computed(self, judge: Judge, tables: Tables) -> None:
        manifest = tables["dataset_manifest"].assign(package_version="0.0.9")
        assert judge("dataset_manifest", "follows_from_its_run", dataset_manifest=manifest).passed
        assert not judge("dataset_manifest", "describes_these_tables", dataset_manifest=manifest).passed

    def test_that_of_another_seed_names_the_tables_that_are_not_of_it(
        self, judge: Judge, others: Tables
    ) -> None:
        manifest = others["dataset_manifest"]
        assert judge("dataset_manifest", "follows_from_its_run", dataset_manifest=manifest).passed
        verdict = judge("dataset_manifest", "describes_these_tables", dataset_manifest=manifest)
        assert set(verdict.offending["table"]) == {"dataset_manifest", *CARE}

    @pytest.mark.parametrize("rows", [0, 2])
    def test_none_or_several_are_seen(self, judge: Judge, tables: Tables, rows: int) -> None:
        manifest = pd.concat([tables["dataset_manifest"]] * 2).head(rows)
        for gate in ("follows_from_its_run", "describes_these_tables"):
            assert not judge("dataset_manifest", gate, dataset_manifest=manifest).passed

    def test_flags_that_take_a_table_away_are_seen(self, tables: Tables, region: Region) -> None:
        without = region.with_run(with_ip=False)
        manifest = described(without, tables)["dataset_manifest"]
        seen = problems(tables | {"dataset_manifest": manifest}, without)
        assert seen["ip_stays"] == "is listed, and does not belong to the data set"


class TestAPart:
    def test_says_what_it_is_without_and_passes(self, tables: Tables, region: Region) -> None:
        part = described(region, {name: tables[name] for name in tables if name not in CARE})
        manifest = part["dataset_manifest"].iloc[0]
        assert (manifest["with_ed"], manifest["with_ip"]) == (False, False)
        assert manifest["without_tables"] == "patients"
        assert problems(part, region) == {}

    def test_is_another_data_set_than_the_whole(self, tables: Tables, region: Region) -> None:
        part = described(region, {name: tables[name] for name in tables if name != "dim_date"})
        ids = {one["dataset_manifest"]["dataset_id"].item() for one in (part, tables)}
        assert len(ids) == 2

    def test_of_a_single_table_fits_the_manifest(self, tables: Tables, region: Region) -> None:
        part = described(region, {"dim_gender": tables["dim_gender"]})
        assert problems(part, region) == {}


EVERY_COLUMN = [column for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize("column", EVERY_COLUMN, ids=lambda column: f"{column.table.name}.{column.name}")
def test_a_value_that_is_changed_anywhere_is_seen(
    column: sa.Column[Any], tables: Tables, region: Region
) -> None:
    name = column.table.name
    row = int(np.random.default_rng(len(column.name)).integers(len(tables[name])))
    changed = with_another_value(tables[name], column, row)
    assert not changed.equals(tables[name])
    # A data set is held against the run that its manifest describes.
    seen = problems(tables | {name: changed}, region)
    assert name in seen or (name in CLAIMS and seen)
