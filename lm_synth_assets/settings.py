"""What belongs to a deployment, not to a run: read from the environment once, when definitions load."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from lm_synth_assets.config_files import CONFIG_FOLDER, DEFAULT_CONFIG, ConfigError

_PREFIX = "LM_SYNTH_"


class Settings(BaseModel):
    """Each field is read from LM_SYNTH_<FIELD>."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    storage: Literal["csv", "parquet"] = "csv"
    out: Path = CONFIG_FOLDER.parent / "out"
    config: Path = DEFAULT_CONFIG
    executor: Literal["in_process", "multiprocess"] = "in_process"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of an environment. Raises ConfigError that names the variable that is wrong."""
    given = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in sorted(environment.items())
        if name.startswith(_PREFIX) and not name.startswith(f"{_PREFIX}TEST_")
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise ConfigError("\n".join(map(_described, error.errors()))) from None


def _described(problem: ErrorDetails) -> str:
    variable = f"{_PREFIX}{problem['loc'][0]}".upper()
    if problem["type"] == "extra_forbidden":
        known = ", ".join(f"{_PREFIX}{name}".upper() for name in Settings.model_fields)
        return f"environment: {variable}: unknown variable; known are {known}"
    allowed = problem["msg"].replace("Input should be", "must be")
    return f"environment: {variable}: {allowed}; found '{problem['input']}'"
