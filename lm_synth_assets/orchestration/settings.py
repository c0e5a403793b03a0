"""The settings of a deployment, read from the environment once, when the definitions load."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG
from lm_synth_assets.storage.formats import DEFAULT, FORMATS
from lm_synth_assets.storage.mysql.address import EXAMPLE, URL_VARIABLE, without_password

_PREFIX = "LM_SYNTH_"


class Settings(BaseModel):
    """Each field is read from LM_SYNTH_<FIELD>."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    storage: str = DEFAULT.name
    out: Path = CONFIG_FOLDER.parent / "out"
    mysql_url: SecretStr | None = None
    mysql_password: SecretStr | None = None
    mysql_password_file: Path | None = None
    config: Path = DEFAULT_CONFIG
    executor: Literal["in_process", "multiprocess"] = "in_process"
    schedule: str = "0 5 * * 1"
    timezone: str = "America/Vancouver"
    schedule_seed: Literal["keep", "fresh"] = "keep"

    @field_validator("storage")
    @classmethod
    def _is_format(cls, value: str) -> str:
        if value not in FORMATS:
            *others, last = map(repr, FORMATS)
            raise PydanticCustomError("format", f"must be {', '.join(others)} or {last}")
        return value

    @field_validator("schedule")
    @classmethod
    def _is_cron(cls, value: str) -> str:
        from lm_synth_assets.orchestration.dagster_internals import is_valid_cron_string

        if not is_valid_cron_string(value):
            raise PydanticCustomError("cron", "must be five fields of cron, such as '0 5 * * 1'")
        return value

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise PydanticCustomError("timezone", "must be a time zone, such as 'America/Vancouver'")
        return value

    @property
    def location(self) -> str:
        """Where tables are stored: a folder, or the URL of a database without its password.

        Raises ConfigError where no database is named, BadAddress where a URL names none.
        """
        if FORMATS[self.storage].is_files:
            return str(self.out)
        if self.mysql_url is None:
            raise ConfigError(
                f"environment: {URL_VARIABLE}: must be set where tables are kept in MySQL, as in {EXAMPLE}"
            )
        return without_password(self.mysql_url.get_secret_value())


def dagster_home() -> Path | None:
    """The folder of Dagster's instance; without one, the instance is temporary, and its history is lost.

    Raises ConfigError where DAGSTER_HOME names no folder.
    """
    home = os.environ.get("DAGSTER_HOME")
    if not home:
        return None
    folder = Path(home).expanduser()
    if not folder.is_absolute() or not folder.is_dir():
        raise ConfigError(f"environment: DAGSTER_HOME: must be the absolute path of a folder; found '{home}'")
    return folder


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
