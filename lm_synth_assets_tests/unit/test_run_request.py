"""A run: each field declared once, changes that are checked, and a command that makes the same data again."""

import ast
import shlex
from pathlib import Path
from typing import Any

import click
import dagster as dg
import pytest

import lm_synth_assets
from lm_synth_assets.cli.generate import generate
from lm_synth_assets.cli.inspect import validate
from lm_synth_assets.errors import ConfigError
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.io_manager import IO_MANAGER
from lm_synth_assets.orchestration.jobs import REGENERATE
from lm_synth_assets.orchestration.run_resource import RESOURCE, requested, run_resource
from lm_synth_assets.orchestration.settings import Settings
from lm_synth_assets.region.files import DEFAULT_CONFIG
from lm_synth_assets.region.models.run import TABLE_FIELDS, Run
from lm_synth_assets.region.run_request import FIELDS, THRESHOLDS, RunRequest
from lm_synth_assets.schema.catalogue import TABLES
from lm_synth_assets.schema.kinds import Family, family_of
from lm_synth_assets.simulation.catalogue import RECIPES, RUN_PARTS
from lm_synth_assets_tests.support.commands import EXTENDS_TINY, config_file

PACKAGE = Path(lm_synth_assets.__file__).parent
PATIENTS = "must be a whole number, at least 1 and at most 9999999"


@pytest.fixture(scope="module")
def default() -> RunRequest:
    return RunRequest.read()


class TestFields:
    def test_are_those_of_a_run_and_two_thresholds(self) -> None:
        assert list(FIELDS) == [*Run.model_fields, *THRESHOLDS]

    @pytest.mark.parametrize("name", FIELDS)
    def test_say_what_they_mean_and_what_is_allowed(self, name: str) -> None:
        field = FIELDS[name]
        assert field.description
        assert field.limits
        assert field.unit or field.kind is bool

    @pytest.mark.parametrize("module", PACKAGE.rglob("*.py"), ids=lambda path: str(path.relative_to(PACKAGE)))
    def test_are_declared_in_one_place(self, module: Path) -> None:
        """No other class repeats them, and no command writes an option for one by hand."""
        tree = ast.parse(module.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in ("Run", "Gates"):
                lines = [line.target for line in node.body if isinstance(line, ast.AnnAssign)]
                assert len({ast.unparse(line) for line in lines} & FIELDS.keys()) < 2, node.name
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert texts & {field.option for field in FIELDS.values()} == set()

    @pytest.mark.parametrize(("command", "names"), [(generate, Run.model_fields), (validate, THRESHOLDS)])
    def test_are_options_of_the_command(self, command: click.Command, names: list[str]) -> None:
        options = {option.name: option for option in command.params if option.name in FIELDS}
        assert set(options) == set(names)
        for name, option in options.items():
            assert isinstance(option, click.Option)
            assert option.opts == [FIELDS[name].option]
            assert (option.help or "").startswith(FIELDS[name].description)
            assert option.is_flag == (FIELDS[name].kind is bool)

    def test_are_the_fields_of_the_dagster_resource(self) -> None:
        fields: dict[str, dg.Field] = run_resource("my.yaml").config_schema.config_type.fields  # type: ignore[union-attr]
        assert fields.keys() == {"config", *FIELDS}
        for name in FIELDS:
            assert FIELDS[name].limits in (fields[name].description or "")
            assert not fields[name].is_required

    @pytest.mark.parametrize("name", Run.model_fields)
    def test_are_columns_of_the_manifest(self, name: str) -> None:
        column = TABLES["dataset_manifest"].columns[name]
        assert family_of(column) is (Family.BOOLEAN if FIELDS[name].kind is bool else Family.INTEGER)
        limits = {type(limit).__name__: limit for limit in Run.model_fields[name].metadata}
        low, high = column.info.get("low"), column.info.get("high")
        assert low is None or low <= limits["Ge"].ge
        assert high is None or high >= limits["Le"].le

    def test_are_parts_of_the_configuration(self) -> None:
        assert tuple(Run.model_fields) == RUN_PARTS

    def test_say_which_tables_belong_to_the_data_set(self) -> None:
        assert {recipe.needs for recipe in RECIPES.values()} - {None} == set(TABLE_FIELDS)


class TestChanges:
    def test_that_are_none_change_nothing(self, default: RunRequest) -> None:
        same = default.changed("command line", patients=None, with_ed=None, ks_threshold=None)
        assert (same.region, same.changes) == (default.region, {})

    def test_reach_the_region_and_are_kept(self, default: RunRequest) -> None:
        changed = default.changed("command line", patients=300, ks_threshold=0.2).changed("then", seed=7)
        assert changed.region == default.region.with_run(patients=300, seed=7).with_thresholds(
            ks_threshold=0.2
        )
        assert changed.changes == {"patients": 300, "ks_threshold": 0.2, "seed": 7}

    @pytest.mark.parametrize(
        ("changes", "problems"),
        [
            ({"patients": 0}, [f"patients: {PATIENTS}; found 0"]),
            ({"patients": -5}, [f"patients: {PATIENTS}; found -5"]),
            ({"years": True}, ["years: must be a whole number, at least 1 and at most 50; found true"]),
            (
                {"patients": 0, "years": 0},
                [
                    f"patients: {PATIENTS}; found 0",
                    "years: must be a whole number, at least 1 and at most 50; found 0",
                ],
            ),
            ({"ks_threshold": 3.0}, ["ks_threshold: must be a number, above 0 and at most 1; found 3.0"]),
            ({"with_ed": 1}, ["with_ed: must be true or false; found 1"]),
            ({"days": 3}, [f"days: unknown key; must be one of {', '.join(FIELDS)}"]),
            ({"yaers": 3}, ["yaers: unknown key; did you mean years?"]),
            (
                {"with_ed": False},
                ["with_ip: needs with_ed, because inpatient stays follow from admissions through the ED"],
            ),
        ],
        ids=str,
    )
    def test_that_are_not_allowed_name_their_source_and_field(
        self, default: RunRequest, changes: dict[str, Any], problems: list[str]
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            default.changed("command line", **changes)
        assert str(caught.value).splitlines() == [f"command line: {problem}" for problem in problems]

    def test_of_a_file_without_a_name_are_refused(self) -> None:
        with pytest.raises(ConfigError) as caught:
            requested({"config": ""})
        assert str(caught.value) == (
            "resource generation: config: names no file; leave it out for the default configuration"
        )

    def test_of_the_resource_name_it(self) -> None:
        with pytest.raises(ConfigError, match=f"^resource generation: patients: {PATIENTS}; found 0$"):
            requested({"config": str(DEFAULT_CONFIG), "patients": 0})

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            (
                {"pateints": 5},
                ['entry "pateints" at path root:resources:generation:config.', "patients?: (Int"],
            ),
            ({"patients": "many"}, ["generation:config:patients.", 'Value "many"', 'expected type "Int"']),
            ({"with_ed": "yes"}, ["generation:config:with_ed.", 'Value "yes"', 'expected type "Bool"']),
            ({"ks_threshold": "low"}, ["generation:config:ks_threshold.", 'expected type "Float"']),
        ],
        ids=str,
    )
    def test_that_dagster_refuses_name_the_field_and_what_is_allowed(
        self, fields: dict[str, Any], named: list[str]
    ) -> None:
        @dg.op(required_resource_keys={RESOURCE})
        def nothing() -> None: ...

        @dg.job(resource_defs={RESOURCE: run_resource(str(DEFAULT_CONFIG))})
        def job() -> None:
            nothing()

        with pytest.raises(dg.DagsterInvalidConfigError) as caught:
            dg.validate_run_config(job, {"resources": {RESOURCE: {"config": fields}}})
        assert [text for text in named if text not in str(caught.value)] == []


class TestRunConfiguration:
    """What the launchpad, a schedule or `--config-json` may say of a run."""

    def test_may_be_one_field(self, default: RunRequest) -> None:
        asked = requested({"config": str(DEFAULT_CONFIG), "seed": 7})
        assert asked.region == default.region.with_run(seed=7)

    def test_of_another_file_brings_its_own_size_years_and_seed(self, tmp_path: Path) -> None:
        run = {"patients": 77, "seed": 5, "start_year": 2030, "years": 2}
        file = config_file(tmp_path, f"{EXTENDS_TINY}run: {run}\n")
        asked = requested({"config": str(file), "seed": 7}).region.run
        assert (asked.patients, asked.seed, asked.start_year, asked.years) == (77, 7, 2030, 2)

    def test_cannot_part_the_tables_from_the_report(self) -> None:
        job = build_defs(Settings()).resolve_job_def(REGENERATE)
        one_field = {"resources": {RESOURCE: {"config": {"seed": 7}}}}
        filled = dg.validate_run_config(job, one_field)
        assert filled["resources"][RESOURCE]["config"].keys() == {"config", "seed"}
        with pytest.raises(dg.DagsterInvalidConfigError, match='unexpected config entry "location"'):
            dg.validate_run_config(job, {"resources": {IO_MANAGER: {"config": {"location": "elsewhere"}}}})


class TestCommand:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"patients": 1_234, "seed": 2**63 - 1, "start_year": 2031, "years": 3},
            {"with_ip": False},
            {"with_ed": False, "with_ip": False},
        ],
        ids=str,
    )
    def test_makes_the_same_run_again_from_any_folder(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        default: RunRequest,
        changes: dict[str, Any],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        printed = default.changed("test", **changes)
        program, command, *arguments = shlex.split(printed.command().replace("\\\n", ""))
        assert (program, command) == ("lm-synth", "generate")
        parsed = generate.make_context(command, arguments).params
        again = RunRequest.read(parsed["config"], **{name: parsed[name] for name in Run.model_fields})
        assert again.region == printed.region

    def test_names_a_file_by_its_whole_path_as_a_shell_reads_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        folder = tmp_path / "it's $HOME; rm"
        folder.mkdir()
        (folder / "my region.yaml").write_text(EXTENDS_TINY, encoding="utf-8")
        monkeypatch.chdir(folder)
        printed = RunRequest.read("my region.yaml").command("--format", "parquet")
        arguments = shlex.split(printed.replace("\\\n", ""))[2:]
        assert arguments[:4] == ["--config", str(folder / "my region.yaml"), "--format", "parquet"]

    def test_needs_no_file_for_the_default_configuration(self, default: RunRequest) -> None:
        assert "--config" not in default.command()
