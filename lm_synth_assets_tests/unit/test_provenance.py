"""A table is made from what it says; versions change with their causes, and only with them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm_synth_assets.model.memo import forget
from lm_synth_assets.orchestration.assets import MADE_FROM
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.schema.catalogue import CLAIMS, TABLES
from lm_synth_assets.schema.lineage import COMPUTED, sources_of
from lm_synth_assets.simulation.catalogue import PARTS, RECIPES, RECORDS, SECTIONS, part_values
from lm_synth_assets.simulation.provenance import MadeFrom, data_versions, part_versions
from lm_synth_assets_tests.support.datasets import Tables, make_tables, retuned

Read = set[str]


class WatchedRun(Run):
    def __getattribute__(self, name: str) -> Any:
        if name in Run.model_fields:
            seen.add(name)
        return super().__getattribute__(name)


class WatchedRegion(Region):
    def __getattribute__(self, name: str) -> Any:
        if name in SECTIONS:
            seen.add(name)
        return super().__getattribute__(name)


seen: Read = set()


def read_by(table: str, region: Region, tables: Tables) -> Read:
    """The parts that making a table reads, when nothing that it follows from was computed before."""
    run = WatchedRun.model_construct(**dict(region.run))
    watched = WatchedRegion.model_construct(**{**dict(region), "run": run})
    seen.clear()
    forget()
    RECIPES[table](watched, {**tables, RECORDS: {}})
    return set(seen)


@pytest.mark.parametrize("table", [name for name in TABLES if name not in CLAIMS])
def test_a_table_is_made_from_the_parts_that_it_names(table: str, region: Region, tables: Tables) -> None:
    assert read_by(table, region, tables) == set(MADE_FROM[table].parts)


@pytest.mark.parametrize("table", ["patients", "ed_encounters", "ip_stays"])
def test_freely_drawn_volumes_follow_from_no_other_parts(table: str, region: Region) -> None:
    free = retuned(region, {"ed": {"volume_control": "free"}}).with_run(patients=1_000)
    assert read_by(table, free, make_tables(free)) <= set(MADE_FROM[table].parts)


def test_tables_that_name_no_part_are_always_the_same() -> None:
    fixed = {name for name in TABLES if not MADE_FROM[name].parts}
    assert fixed == {"dim_age_group", "dim_gender", "dim_ed_subservice"}


def test_the_manifest_tells_of_all_that_data_are_made_from() -> None:
    assert all(set(MADE_FROM[name].parts) == set(PARTS) - {"gates"} for name in CLAIMS)


class TestVersions:
    made_from = MADE_FROM

    def of(self, region: Region, **tables: bool) -> dict[str, str]:
        return data_versions(self.made_from, part_versions(part_values(region.with_run(**tables))))

    def changed(self, one: dict[str, str], other: dict[str, str]) -> set[str]:
        return {name for name in one if one[name] != other[name]}

    def test_are_the_same_for_the_same_causes(self, region: Region) -> None:
        assert self.of(region) == self.of(region.model_copy(deep=True))

    def test_change_downstream_of_a_part(self, region: Region) -> None:
        other = retuned(region, {"inpatient": {"alc": {"median_days": 20}}})
        assert self.changed(self.of(region), self.of(other)) == {
            "ed_encounters",
            "ip_stays",
            *CLAIMS,
            "quality_report",
        }

    def test_change_with_thresholds_for_the_report_alone(self, region: Region) -> None:
        assert self.changed(self.of(region), self.of(region.with_thresholds(ks_threshold=0.2))) == {
            "quality_report"
        }

    def test_change_with_what_is_left_out(self, region: Region) -> None:
        assert self.changed(self.of(region), self.of(region, with_ip=False)) == {*CLAIMS, "quality_report"}

    @given(st.sampled_from(PARTS))
    def test_change_for_all_that_a_part_reaches(self, part: str) -> None:
        old = dict.fromkeys(PARTS, "a")
        new = old | {part: "b"}
        reached = {name for name, causes in self.made_from.items() if part in causes.parts}
        while (
            more := {name for name, causes in self.made_from.items() if reached & set(causes.parents)}
            - reached
        ):
            reached |= more
        assert self.changed(data_versions(self.made_from, old), data_versions(self.made_from, new)) == reached

    def test_tell_apart_assets_of_the_same_causes(self) -> None:
        twins = {"one": MadeFrom(("seed",), ()), "other": MadeFrom(("seed",), ())}
        versions = data_versions(twins, dict.fromkeys(PARTS, "a"))
        assert versions["one"] != versions["other"]


@pytest.mark.parametrize("table", COMPUTED)
def test_column_lineage_names_columns_that_exist_upstream(table: str) -> None:
    upstream = set(MADE_FROM[table].parents)
    for column, sources in sources_of(TABLES[table]).items():
        assert column in TABLES[table].columns
        for parent, name in sources:
            assert parent in upstream
            assert name in TABLES[parent].columns
