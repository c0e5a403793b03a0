"""The settings of a deployment, read from the environment once, when the definitions load."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from lm_synth_assets.errors import ConfigError
from lm_synth_assets.region.files import CONFIG_FOLDER, DEFAULT_CONFIG
from lm_synth_assets.storage.formats import DEFAULT, DELTA, FORMATS, format_of_url, is_url, split_keys
from lm_synth_assets.storage.mysql.address import EXAMPLE, URL_VARIABLE, without_password

_PREFIX = "LM_SYNTH_"

_OF_COMPOSE = {"config_file", "mysql_owner_url"}
"""What docker-compose.yml alone reads from the .env file, which Dagster loads too."""


class Mail(NamedTuple):
    """Where and how e-mail is sent."""

    recipients: list[str]
    sender: str
    host: str
    password: SecretStr
    security: str


class Settings(BaseModel):
    """Each field is read from LM_SYNTH_<FIELD>."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    storage: str = DEFAULT.name
    partition_by: tuple[str, ...] = ()
    out: Path = CONFIG_FOLDER.parent / "out"
    mysql_url: SecretStr | None = None
    delta_url: str | None = None
    mysql_password: SecretStr | None = None
    mysql_password_file: Path | None = None
    config: Path = DEFAULT_CONFIG
    executor: Literal["in_process", "multiprocess"] = "in_process"
    schedule: str = "0 5 * * 1"
    timezone: str = "America/Vancouver"
    schedule_seed: Literal["keep", "fresh"] = "keep"
    git_url: str | None = None
    git_branch: str = "main"
    notify_webhook: SecretStr | None = None
    notify_email_to: str | None = None
    notify_email_from: str | None = None
    notify_smtp_host: str | None = None
    notify_smtp_password: SecretStr | None = None
    notify_smtp_security: Literal["SSL", "STARTTLS"] = "SSL"

    @field_validator("out", "config", "mysql_password_file")
    @classmethod
    def _from_home(cls, value: Path | None) -> Path | None:
        # No shell expands a path in an .env file or in a service's unit.
        return value and value.expanduser()

    @field_validator("out", "config", mode="before")
    @classmethod
    def _is_path(cls, value: Any) -> Any:
        if is_url(str(value)):
            raise PydanticCustomError(
                "path",
                "must be a path; a database is named by LM_SYNTH_MYSQL_URL, an object store by "
                "LM_SYNTH_DELTA_URL",
            )
        return value

    @field_validator("delta_url")
    @classmethod
    def _is_object_store(cls, value: str | None) -> str | None:
        if value is not None and format_of_url(value) is not DELTA:
            schemes = ", ".join(f"{scheme}://" for scheme in DELTA.schemes)
            raise PydanticCustomError("url", f"must be the URL of an object store, with one of {schemes}")
        return value

    @field_validator("storage")
    @classmethod
    def _is_format(cls, value: str) -> str:
        if value not in FORMATS:
            *others, last = map(repr, FORMATS)
            raise PydanticCustomError("format", f"must be {', '.join(others)} or {last}")
        return value

    @field_validator("partition_by", mode="before")
    @classmethod
    def _is_list(cls, value: Any) -> Any:
        return split_keys(value) if isinstance(value, str) else value

    @field_validator("partition_by")
    @classmethod
    def _is_possible(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        row = FORMATS.get(info.data.get("storage", ""))
        if row and (problem := row.partition_problem(value)):
            raise PydanticCustomError(
                "partition", f"does not go with {_variable('storage')}={row.name}: {problem}"
            )
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
        """Where tables are stored: a folder, or a URL, which of a database is without its password.

        Raises ConfigError where no database is named, BadAddress where a URL names none.
        """
        url = self.url_of(self.storage)
        if FORMATS[self.storage].is_files:
            return url or str(self.out)
        if self.mysql_url is None:
            raise ConfigError(
                f"environment: {URL_VARIABLE}: must be set where tables are kept in MySQL, as in {EXAMPLE}"
            )
        return without_password(self.mysql_url.get_secret_value())

    def url_of(self, storage: str) -> str:
        """The URL where tables of a format are stored, as it is set; empty where none is."""
        field = FORMATS[storage].url_setting
        url = field and getattr(self, field)
        return url.get_secret_value() if isinstance(url, SecretStr) else url or ""

    def same_tables(self, other: "Settings") -> bool:
        """Whether the tables of both are in the same folder or database."""
        if self.storage != other.storage:
            return False
        urls = self.url_of(self.storage), other.url_of(other.storage)
        if not any(urls):
            return FORMATS[self.storage].is_files and self.out.resolve() == other.out.resolve()
        return all(urls) and self.location == other.location

    def mail(self) -> Mail | None:
        """Where to send notices of failed runs; None without recipients. Raises ConfigError if incomplete."""
        if self.notify_email_to is None:
            return None
        needed = ("notify_email_from", "notify_smtp_host", "notify_smtp_password")
        if missing := [_variable(name) for name in needed if getattr(self, name) is None]:
            raise ConfigError(
                f"environment: {', '.join(missing)}: must be set where {_variable('notify_email_to')} is"
            )
        recipients = [address.strip() for address in self.notify_email_to.split(",")]
        sender, host, password = (getattr(self, name) for name in needed)
        return Mail(recipients, sender, host, password, self.notify_smtp_security)


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
    """The settings of an environment; an empty variable counts as not set.

    Raises ConfigError that names each variable that is wrong, or that looks like a misspelt one. Other
    unknown variables are passed over: a deployment may have some of its own.
    """
    given = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in sorted(environment.items())
        if name.startswith(_PREFIX) and not name.startswith(f"{_PREFIX}TEST_") and value
    }
    unknown = {field: _nearest(field) for field in given.keys() - Settings.model_fields.keys() - _OF_COMPOSE}
    problems = [
        f"environment: {_variable(field)}: unknown variable; did you mean {_variable(nearest)}?"
        for field, nearest in sorted(unknown.items())
        if nearest
    ]
    try:
        settings = Settings.model_validate(
            {name: given[name] for name in given.keys() & Settings.model_fields.keys()}
        )
    except ValidationError as error:
        problems += map(_described, error.errors())
    if problems:
        raise ConfigError("\n".join(problems))
    return settings


def _variable(field: str) -> str:
    return f"{_PREFIX}{field}".upper()


def _nearest(field: str) -> str | None:
    """The field that a misspelt one may mean."""
    return next(iter(difflib.get_close_matches(field, Settings.model_fields, n=1)), None)


def _described(problem: ErrorDetails) -> str:
    # Not repeated where it is a URL in the place of a path, which may hold a password.
    given = "" if problem["type"] == "path" else f"; found '{problem['input']}'"
    allowed = problem["msg"].replace("Input should be", "must be")
    return f"environment: {_variable(str(problem['loc'][0]))}: {allowed}{given}"
