"""The settings of a deployment: what each variable sets, and what is said of one that is wrong."""

from pathlib import Path
from typing import Any

import pytest

from lm_synth_assets.config_files import CONFIG_FOLDER, DEFAULT_CONFIG, ConfigError
from lm_synth_assets.settings import Settings, read_settings


def test_without_variables_csv_files_go_to_out_beside_the_configurations() -> None:
    assert read_settings({}) == Settings(
        storage="csv", out=CONFIG_FOLDER.parent / "out", config=DEFAULT_CONFIG, executor="in_process"
    )


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("LM_SYNTH_STORAGE", "parquet", "parquet"),
        ("LM_SYNTH_OUT", "/data/lm", Path("/data/lm")),
        ("LM_SYNTH_CONFIG", "my.yaml", Path("my.yaml")),
        ("LM_SYNTH_EXECUTOR", "multiprocess", "multiprocess"),
    ],
)
def test_each_variable_sets_one_field(variable: str, value: str, expected: Any) -> None:
    field = variable.removeprefix("LM_SYNTH_").lower()
    assert read_settings({variable: value}) == Settings().model_copy(update={field: expected})


def test_every_field_has_its_variable_tested() -> None:
    assert Settings.model_fields.keys() == {"storage", "out", "config", "executor"}


def test_other_variables_are_left_alone() -> None:
    assert read_settings({"OUT": "a", "PATH": "b", "LM_SYNTHESIS": "c", "LM_SYNTH_TEST_X": "d"}) == Settings()


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        (
            {"LM_SYNTH_STORAGE": "xlsx"},
            ["environment: LM_SYNTH_STORAGE: must be 'csv' or 'parquet'; found 'xlsx'"],
        ),
        (
            {"LM_SYNTH_EXECUTOR": ""},
            ["environment: LM_SYNTH_EXECUTOR: must be 'in_process' or 'multiprocess'; found ''"],
        ),
        (
            {"LM_SYNTH_OTU": "out"},
            [
                "environment: LM_SYNTH_OTU: unknown variable; known are "
                "LM_SYNTH_STORAGE, LM_SYNTH_OUT, LM_SYNTH_CONFIG, LM_SYNTH_EXECUTOR"
            ],
        ),
    ],
)
def test_a_wrong_variable_is_named_with_what_is_allowed(
    variables: dict[str, str], problems: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(variables)
    assert str(caught.value).splitlines() == problems


def test_all_wrong_variables_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({"LM_SYNTH_STORAGE": "x", "LM_SYNTH_EXECUTOR": "y", "LM_SYNTH_SEED": "1"})
    assert len(str(caught.value).splitlines()) == 3
