"""Good configurations: what a file, an overlay, another run and the editors' schema come to."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import ValidationError

from lm_synth_assets.region.agreement import listed_rows
from lm_synth_assets.region.editor_schema import json_schema
from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG, load_region
from lm_synth_assets.region.models.programs import Subprogram
from lm_synth_assets.region.models.region import Region
from lm_synth_assets.region.models.sites import Site
from lm_synth_assets.schema.vocabulary import AGE_GROUPS, CARE_SETTINGS, SITE_TYPES

EXTENDS_DEFAULTS = f"extends: {DEFAULT_CONFIG}\n"


@pytest.fixture(scope="module")
def defaults() -> Region:
    return load_region()


def region_of(folder: Path, text: str) -> Region:
    file = folder / "my.yaml"
    file.write_text(text, encoding="utf-8")
    return load_region(file)


class TestDefaults:
    def test_describe_twelve_areas_twelve_sites_and_sixteen_programs_of_three(self, defaults: Region) -> None:
        assert len(defaults.lhas) == 12
        assert len(defaults.sites) == 12
        assert [len(program.subprograms) for program in defaults.programs.values()] == [3] * 16

    def test_refer_to_the_first_of_january_of_the_start_year(self, defaults: Region) -> None:
        assert defaults.run.reference_date == date(defaults.run.start_year, 1, 1)

    def test_hold_the_whole_coverage_matrix(self, defaults: Region) -> None:
        rows = [row for rows in defaults.coverage_matrix.values() for row in rows.values()]

        assert len(rows) == 48
        assert all(row.keys() == defaults.sites.keys() for row in rows)

    def test_spell_out_values_that_an_alias_repeats(self, defaults: Region) -> None:
        assert defaults.rhythms["trauma"].hours == defaults.rhythms["adult"].hours

    def test_have_lines_of_readable_length(self) -> None:
        lines = DEFAULT_CONFIG.read_text(encoding="utf-8").splitlines()

        assert [line for line in lines if len(line) > 118] == []


class TestRegion:
    def test_cannot_be_changed(self, defaults: Region) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            defaults.run.seed = 1  # type: ignore[misc]

    def test_lists_age_groups_in_order_whatever_the_order_in_the_file(self, tmp_path: Path) -> None:
        backwards = ", ".join(f"{group}: 12.5" for group in reversed(AGE_GROUPS))

        region = region_of(tmp_path, EXTENDS_DEFAULTS + f"age_profiles: {{even: {{{backwards}}}}}")

        assert tuple(region.age_profiles["even"]) == AGE_GROUPS

    def test_knows_the_vocabulary_of_the_data(self) -> None:
        assert get_args(Site.model_fields["type"].annotation) == SITE_TYPES
        assert get_args(Subprogram.model_fields["setting"].annotation) == CARE_SETTINGS


class TestAnotherRun:
    def test_changes_what_is_given_and_nothing_else(self, defaults: Region) -> None:
        changed = defaults.with_run(patients=300, seed=None)

        assert changed.run == defaults.run.model_copy(update={"patients": 300})
        assert changed.model_copy(update={"run": defaults.run}) == defaults


class TestHash:
    def test_does_not_depend_on_where_the_files_lie(
        self, defaults: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for file in (DEFAULT_CONFIG, CONFIG_FOLDER / "coverage_matrix.csv"):
            shutil.copy(file, tmp_path)
        monkeypatch.chdir(tmp_path)

        assert load_region(Path(DEFAULT_CONFIG.name)).hash() == defaults.hash()

    def test_does_not_depend_on_how_values_are_written(self, defaults: Region, tmp_path: Path) -> None:
        growth = defaults.lhas["Riverbend"].growth_pct
        written = f"lhas: {{Riverbend: {{growth_pct: {growth:.5f}}}}}   # as it was"

        assert region_of(tmp_path, EXTENDS_DEFAULTS + written).hash() == defaults.hash()

    def test_is_the_same_in_another_process(self, defaults: Region) -> None:
        code = "from lm_synth_assets.region.files import load_region; print(load_region().hash())"
        environment = {**os.environ, "PYTHONHASHSEED": "7"}

        printed = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )

        assert printed.stdout.strip() == defaults.hash()

    def test_is_the_same_for_other_gates_since_they_make_no_data(
        self, defaults: Region, tmp_path: Path
    ) -> None:
        other = region_of(tmp_path, EXTENDS_DEFAULTS + "gates: {ks_threshold: 0.11, cross_lha_pct: [4, 12]}")

        assert other != defaults
        assert other.hash() == defaults.with_thresholds(corr_threshold=0.2).hash() == defaults.hash()

    @pytest.mark.parametrize(
        "change",
        [
            "run: {seed: 43}",
            "privacy: {unique_quasi_identifiers: false}",
            "sites: {LM-SLM: {name: Another Name}}",
            "age_profiles: {valley: {0-4: 5.4, 5-14: 12}}",
            "lhas: {Riverbend: {growth_pct: 1.99}}",
            "population: {oldest_decline: 0.16}",
            "ed: {frailty_shape: 0.56}",
            "rhythms: {urgent_care: {closed_day_hours: null}}",
            "ed_rhythms: {Urgent Care Centre: adult}",
            "inpatient: {los_floor_days: 0.3}",
            "scenarios: {Another: {}}",
        ],
    )
    def test_differs_when_a_value_does(self, defaults: Region, tmp_path: Path, change: str) -> None:
        assert region_of(tmp_path, EXTENDS_DEFAULTS + change).hash() != defaults.hash()

    def test_differs_when_the_coverage_matrix_does(self, defaults: Region, tmp_path: Path) -> None:
        matrix = (CONFIG_FOLDER / "coverage_matrix.csv").read_text(encoding="utf-8")
        row = "Pain Services,Interventional Pain,1,1,"
        assert row in matrix
        (tmp_path / "less.csv").write_text(matrix.replace(row, row.replace("1,1", "1,0")), encoding="utf-8")

        assert region_of(tmp_path, EXTENDS_DEFAULTS + "coverage_matrix: less.csv").hash() != defaults.hash()


class TestOverlay:
    def test_that_changes_nothing_is_the_file_it_extends(self, defaults: Region, tmp_path: Path) -> None:
        assert region_of(tmp_path, EXTENDS_DEFAULTS) == defaults

    def test_merges_sections_key_by_key(self, defaults: Region, tmp_path: Path) -> None:
        region = region_of(tmp_path, EXTENDS_DEFAULTS + "lhas: {Riverbend: {growth_pct: 0.5}}")

        riverbend = defaults.lhas["Riverbend"].model_copy(update={"growth_pct": 0.5})
        assert region.lhas == {**defaults.lhas, "Riverbend": riverbend}

    def test_replaces_lists_as_a_whole(self, tmp_path: Path) -> None:
        region = region_of(tmp_path, EXTENDS_DEFAULTS + "sites: {LM-SLM: {refers_to: [LM-BRC]}}")

        assert region.sites["LM-SLM"].refers_to == ["LM-BRC"]

    def test_may_take_an_optional_value_away(self, tmp_path: Path) -> None:
        region = region_of(tmp_path, EXTENDS_DEFAULTS + "rhythms: {urgent_care: {closed_day_hours: null}}")

        assert region.rhythms["urgent_care"].closed_day_hours is None

    def test_may_extend_an_overlay(self, tmp_path: Path) -> None:
        (tmp_path / "between.yaml").write_text(
            EXTENDS_DEFAULTS + "run: {years: 4, seed: 7}", encoding="utf-8"
        )

        region = region_of(tmp_path, "extends: between.yaml\nrun: {seed: 8}")

        assert (region.run.years, region.run.seed) == (4, 8)

    def test_finds_other_files_beside_the_file_that_names_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copy(CONFIG_FOLDER / "coverage_matrix.csv", tmp_path / "mine.csv")
        (tmp_path / "deeper").mkdir()
        (tmp_path / "base.yaml").write_text(EXTENDS_DEFAULTS + "coverage_matrix: mine.csv", encoding="utf-8")
        monkeypatch.chdir(tmp_path / "deeper")

        assert region_of(tmp_path / "deeper", "extends: ../base.yaml").coverage_matrix

    def test_tiny_is_the_default_region_at_2000_patients_and_3_years(self, defaults: Region) -> None:
        tiny = load_region(CONFIG_FOLDER / "tiny.yaml")

        assert tiny == defaults.with_run(patients=2000, years=3)


@pytest.mark.parametrize("byte_order_mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_files_may_come_from_any_editor(
    defaults: Region, tmp_path: Path, byte_order_mark: bytes, line_end: bytes
) -> None:
    for name in (DEFAULT_CONFIG.name, "coverage_matrix.csv"):
        content = (CONFIG_FOLDER / name).read_bytes()
        (tmp_path / name).write_bytes(byte_order_mark + content.replace(b"\n", line_end))

    assert load_region(tmp_path / DEFAULT_CONFIG.name) == defaults


def test_the_default_region_lists_the_agreed_rows() -> None:
    region = load_region()
    assert listed_rows(region.sites, region.lhas, region.programs) == {
        "dim_site": 12,
        "dim_program": 16,
        "dim_subprogram": 48,
        "dim_lha": 12,
        "dim_age_group": 8,
        "dim_gender": 3,
        "dim_ed_subservice": 3,
    }


class TestEditorSchema:
    def test_in_the_repository_is_current(self) -> None:
        stored = (CONFIG_FOLDER / "region.schema.json").read_text(encoding="utf-8")

        assert stored == json_schema(), (
            "the configuration has changed; regenerate the schema with "
            "`python -m lm_synth_assets.region.editor_schema > configs/region.schema.json`"
        )

    @pytest.mark.parametrize("name", [DEFAULT_CONFIG.name, "tiny.yaml"])
    def test_accepts_the_files_in_the_repository(self, name: str) -> None:
        text = (CONFIG_FOLDER / name).read_text(encoding="utf-8")

        assert text.startswith("# yaml-language-server: $schema=region.schema.json\n")
        assert list(breaches(yaml.safe_load(text), schema(), ())) == []

    @pytest.mark.parametrize(
        ("text", "breach"),
        [
            ("run: {yaers: 3}", ("run", "yaers")),
            ("lhas: {Riverbend: {growth_pct: 20}}", ("lhas", "Riverbend", "growth_pct")),
            ("age_profiles: {even: {5-15: 12}}", ("age_profiles", "even", "5-15")),
            ("rhythms: {adult: {weekdays: [1, 1]}}", ("rhythms", "adult", "weekdays")),
        ],
    )
    def test_refuses_what_the_models_refuse(self, text: str, breach: tuple[str, ...]) -> None:
        assert list(breaches(yaml.safe_load(text), schema(), ())) == [breach]


@cache
def schema() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(json_schema())
    return parsed


def breaches(value: Any, part: dict[str, Any], path: tuple[Any, ...]) -> Any:
    """The paths at which a value breaks the parts of JSON Schema that pydantic writes."""
    if "anyOf" in part:
        each = [list(breaches(value, option, path)) for option in part["anyOf"]]
        yield from [] if [] in each else each[0]
        return
    if "$ref" in part:
        part = schema()["$defs"][part["$ref"].rpartition("/")[2]]
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "number": int | float,
        "integer": int,
        "boolean": bool,
        "null": type(None),
    }
    size = value if isinstance(value, int | float) else len(value) if value is not None else 0
    fine = (
        isinstance(value, kinds[part["type"]])
        and value in part.get("enum", [value])
        and part.get("minimum", part.get("minLength", part.get("minItems", size))) <= size
        and part.get("maximum", part.get("maxLength", part.get("maxItems", size))) >= size
        and part.get("exclusiveMinimum", size - 1) < size < part.get("exclusiveMaximum", size + 1)
    )
    if not fine:
        yield path
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from breaches(item, part["items"], (*path, position))
    elif isinstance(value, dict):
        for key, below in value.items():
            limits = part.get("properties", {}).get(key) or part["additionalProperties"]
            yield from breaches(below, limits, (*path, key)) if limits else [(*path, key)]
