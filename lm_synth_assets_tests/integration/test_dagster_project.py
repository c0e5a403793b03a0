"""What Dagster sees: the code location, an asset for every table, and all that is told about each."""

import json
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

import lm_synth_assets
from lm_synth_assets.gates.catalogue import all_gates
from lm_synth_assets.gates.declared.fidelity import fidelity_gates
from lm_synth_assets.gates.declared.structure import STRUCTURAL
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.checks import check_of
from lm_synth_assets.orchestration.io_manager import POOL
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.policy import AREAS, PLATFORM, TAGS
from lm_synth_assets.orchestration.provenance import ASSETS, GROUP, KEYS
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.schema.catalogue import TABLES, foreign_keys
from lm_synth_assets.simulation.catalogue import RECIPES
from lm_synth_assets.storage.formats import FORMATS
from lm_synth_assets_tests.support.commands import (
    ROOT,
    SCRIPTS,
    TINY,
    run,
)
from lm_synth_assets_tests.support.graph import as_json, graph

each_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    """The definitions as the package gives them to Dagster."""
    return lm_synth_assets.defs


def spec_of(definitions: dg.Definitions, table: sa.Table) -> dg.AssetSpec:
    key = dg.AssetKey(table.name)
    return definitions.resolve_assets_def(key).get_asset_spec(key)


def test_the_workspace_loads_without_a_complaint() -> None:
    ran = run(SCRIPTS / "dagster", "definitions", "validate", "-w", ROOT / "workspace.yaml", cwd=ROOT)
    assert ran.code == 0
    assert "Validation successful for code location lm_synth_assets" in ran.out + ran.err
    assert "ERROR" not in ran.out + ran.err


HEAVY = {
    "dagster_pandas",
    "duckdb",
    "holidays",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "pymysql",
    "scipy",
    "sdmetrics",
}
"""What only computing needs."""

LOADED = """
import sys
import lm_synth_assets
assert lm_synth_assets.defs
print(*sorted({name.partition(".")[0] for name in sys.modules}))"""


def test_definitions_load_without_what_only_computing_needs_and_without_a_warning() -> None:
    ran = run(sys.executable, "-W", "error", "-c", LOADED)
    assert (ran.code, ran.err) == (0, "")
    loaded = set(ran.out.split())
    assert loaded >= {"dagster", "lm_synth_assets"}
    assert loaded & HEAVY == set()


def test_a_process_that_has_used_duckdb_ends_without_a_word() -> None:
    # DuckDB lists what is left at the end: pages of it where the garbage collector was frozen.
    code = "import duckdb, lm_synth_assets; lm_synth_assets.defs; duckdb.sql('SELECT 1').fetchall()"
    assert run(sys.executable, "-c", code) == (0, "", "")


def test_a_stored_data_set_is_validated_without_dagster(tiny: Path) -> None:
    ran = run(sys.executable, "-X", "importtime", "-m", "lm_synth_assets.cli", "validate", "--in", tiny)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.err.splitlines()}
    assert "lm_synth_assets" in imported
    assert imported & {"dagster", "dagster_pandas", "dagster_shared"} == set()


def test_every_table_is_an_asset_and_every_asset_a_table_or_their_report(definitions: dg.Definitions) -> None:
    keys = definitions.resolve_asset_graph().materializable_asset_keys
    assert {key.to_user_string() for key in keys} == {*TABLES, "quality_report"}


def test_every_part_of_the_configuration_is_in_the_graph(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    assert graph.external_asset_keys == set(KEYS.values())
    for area, key in KEYS.items():
        asset = graph.get(key)
        assert asset.partitions_def == dg.StaticPartitionsDefinition(ASSETS[area])
        assert [part for part in ASSETS[area] if f"`{part}`" not in (asset.description or "")] == []
        assert asset.owners == [f"team:{area}"]


def test_catalog_and_groups_begin_with_tables(definitions: dg.Definitions) -> None:
    """Dagster sorts both by name: the configuration comes last."""
    specs = definitions.resolve_all_asset_specs()
    assert max({spec.group_name for spec in specs} - {GROUP, None}) < GROUP  # type: ignore[type-var]
    others = [spec.key.to_user_string() for spec in specs if spec.group_name != GROUP]
    assert max(others) < min(key.to_user_string() for key in KEYS.values())


@each_table
def test_every_asset_tells_what_it_is(definitions: dg.Definitions, table: sa.Table) -> None:
    spec = spec_of(definitions, table)
    assert spec.group_name != "default"
    assert spec.description.startswith(f"{table.comment}. ")
    area = AREAS.get(spec.group_name, PLATFORM)
    assert spec.kinds == {"python", "csv"}
    assert spec.owners == [f"team:{area}"]
    assert spec.tags.items() >= {**TAGS, "area": area}.items()
    assert spec.freshness_policy is not None
    assert spec.code_version == lm_synth_assets.__version__


def test_all_that_uses_the_tables_is_in_one_pool(definitions: dg.Definitions) -> None:
    ops = definitions.resolve_job_def(REGENERATE).graph.node_defs
    assert {op.name for op in ops} >= {*TABLES, *(f"{name}_gates" for name in TABLES), "quality_report"}
    assert {pool for op in ops for pool in op.pools} == {POOL}
    assert [op.name for op in ops if op.pools != {POOL}] == []


@each_table
def test_every_asset_links_to_the_files_that_make_and_declare_it(
    definitions: dg.Definitions, table: sa.Table
) -> None:
    code = spec_of(definitions, table).metadata["dagster/code_references"]
    made, declared = (Path(reference.file_path) for reference in code.code_references)
    assert f"def {RECIPES[table.name].make.partition(':')[2]}(" in made.read_text("utf-8")
    assert f'"{table.name}",' in declared.read_text("utf-8")


def test_with_a_repository_assets_link_to_git() -> None:
    settings = Settings(git_url="https://github.com/us/lm-synth", git_branch="release")
    specs = build_defs(settings).resolve_all_asset_specs()
    for spec in (one for one in specs if one.group_name != GROUP):
        urls = [code.source for code in spec.metadata["dagster/code_references"].code_references]
        assert urls != []
        assert [url for url in urls if not url.startswith(f"{settings.git_url}/tree/release/")] == []


@pytest.mark.parametrize("storage", FORMATS)
def test_the_kind_of_a_table_is_its_storage(storage: str) -> None:
    settings = Settings(storage=storage, mysql_url=SecretStr("mysql://me@127.0.0.1/lm"))
    kinds = {spec.key: spec.kinds for spec in build_defs(settings).resolve_all_asset_specs()}
    assert kinds[dg.AssetKey("patients")] == {"python", storage}
    assert kinds[dg.AssetKey("quality_report")] == {"python", "html"}


@each_table
def test_every_asset_shows_its_columns(definitions: dg.Definitions, table: sa.Table) -> None:
    shown = spec_of(definitions, table).metadata["dagster/column_schema"]
    assert [(column.name, column.description) for column in shown.columns] == [
        (column.name, column.comment) for column in table.columns
    ]


@each_table
def test_every_asset_has_a_type_that_refuses_other_frames(
    definitions: dg.Definitions, table: sa.Table
) -> None:
    [output] = definitions.resolve_assets_def(dg.AssetKey(table.name)).op.output_defs
    assert output.dagster_type.unique_name == "".join(part.capitalize() for part in table.name.split("_"))


@each_table
def test_dependencies_follow_foreign_keys(definitions: dg.Definitions, table: sa.Table) -> None:
    parents = {parent for _, parent, _ in foreign_keys(table)} - {table.name}
    upstream = {dep.asset_key.to_user_string() for dep in spec_of(definitions, table).deps}
    assert parents <= upstream


FIDELITY = {gate.table for gate in fidelity_gates()}


@each_table
def test_one_multi_check_holds_all_gates_of_a_table(definitions: dg.Definitions, table: sa.Table) -> None:
    checks = [
        check
        for check in definitions.asset_checks or ()
        if any(spec.asset_key == dg.AssetKey(table.name) for spec in check.check_specs)
    ]
    compared = [f"{table.name}_fidelity"] if table.name in FIDELITY else []
    assert [check.op.name for check in checks] == [f"{table.name}_gates", *compared]
    gates = {gate.name: gate for gate in all_gates() if gate.table == table.name}
    specs = {spec.name: spec for spec in checks[0].check_specs}
    exact = {name for name, gate in gates.items() if not gate.statistical}
    rules = {"rules"} if exact - set(STRUCTURAL) else set()
    assert specs.keys() == {"structure", *rules, *(gates.keys() - exact)}
    for name, gate in gates.items():
        spec = specs["structure" if name in STRUCTURAL else "rules" if name in exact else name]
        assert spec.blocking == any(one.blocking for one in gates.values() if check_of(one) == spec.name)
        assert f"{gate.description} Compared: {gate.formula}." in (spec.description or "")
        assert {dg.AssetKey(parent) for parent in gate.reads} <= {
            dep.asset_key for dep in spec.additional_deps
        }


def test_a_materialization_tells_rows_path_size_and_first_rows(tmp_path: Path) -> None:
    settings = Settings(out=tmp_path, config=TINY)
    job = build_defs(settings).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        asset_selection=[dg.AssetKey("dim_gender")], instance=dg.DagsterInstance.ephemeral()
    )
    [told] = [event.metadata for event in result.asset_materializations_for_node("dim_gender")]
    path = tmp_path / "dim_gender.csv"
    values: dict[str, Any] = {key: value.value for key, value in told.items()}
    assert values["dagster/row_count"] == 3
    assert "path" not in values, "said twice"
    assert values["dagster/uri"] == path.as_uri()
    assert values["bytes"] == path.stat().st_size
    assert "| Female" in values["preview"]


def test_a_preview_shows_days_as_days(tmp_path: Path) -> None:
    job = build_defs(Settings(out=tmp_path, config=TINY)).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        asset_selection=[dg.AssetKey("dim_date")], instance=dg.DagsterInstance.ephemeral()
    )
    [told] = [event.metadata for event in result.asset_materializations_for_node("dim_date")]
    assert "| 2024-01-01 |" in str(told["preview"].value)


def test_one_gate_can_be_executed_alone(tmp_path: Path) -> None:
    job = build_defs(Settings(out=tmp_path, config=TINY)).resolve_implicit_global_asset_job_def()
    instance = dg.DagsterInstance.ephemeral()
    gender = dg.AssetKey("dim_gender")
    job.execute_in_process(asset_selection=[gender], instance=instance)
    one = dg.AssetCheckKey(gender, "structure")
    result = job.get_subset(asset_selection=set(), asset_check_selection={one}).execute_in_process(
        instance=instance
    )
    assert [found.check_name for found in result.get_asset_check_evaluations()] == ["structure"]
    assert result.success


def test_the_graph_is_the_one_that_is_kept() -> None:
    kept = (ROOT / "lm_synth_assets_tests" / "support" / "graph.json").read_text("utf-8")
    assert graph() == json.loads(kept), "the graph has changed; if it should, `make docs` keeps the new one"
    assert as_json() == kept
