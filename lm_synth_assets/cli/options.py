"""The options that several commands have, and what they mean together."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lm_synth_assets.orchestration.settings import read_settings
from lm_synth_assets.region.run_request import FIELDS, RunRequest
from lm_synth_assets.storage.formats import DELTA, FORMATS, MYSQL, format_of_url, is_url, split_keys

OUT = Path("out")

Command = TypeVar("Command", bound=Callable[..., Any])


class UserPath(click.Path):
    """A path that may begin with `~`, which a shell does not expand in `--out=~/x` or between quotes.

    An empty one is refused: a script whose variable is not set means no path, and not the working directory.
    """

    def __init__(self, *, dir_okay: bool = True) -> None:
        super().__init__(dir_okay=dir_okay, path_type=Path)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:  # the type that click declares
        if value == "":
            self.fail("is empty: name a path, or leave the option out", param, ctx)
        if is_url(str(value)):
            # Not repeated, since it may hold a password.
            self.fail(
                "needs a path, and this is a URL: name a database or an object store with --url, and give "
                "the password of a database in LM_SYNTH_MYSQL_PASSWORD or LM_SYNTH_MYSQL_PASSWORD_FILE",
                param,
                ctx,
            )
        return super().convert(os.path.expanduser(value), param, ctx)


_DATABASE = (
    f"{MYSQL.title} database, as in {MYSQL.location}; the password comes from "
    "LM_SYNTH_MYSQL_PASSWORD or LM_SYNTH_MYSQL_PASSWORD_FILE."
)
URL_OPTION = click.option("--url", metavar="URL", help=f"{_DATABASE}  [default: LM_SYNTH_MYSQL_URL]")
LOCATION_OPTION = click.option(
    "--url",
    metavar="URL",
    help=f"{_DATABASE} Or an object store for {DELTA.title}, as in {DELTA.location}.  "
    "[default: LM_SYNTH_MYSQL_URL, LM_SYNTH_DELTA_URL]",
)


def common(command: Command) -> Command:
    """The options that every command has."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
        click.option("--quiet", is_flag=True, help="Print only what is wrong."),
        click.option(
            "--config",
            type=UserPath(),
            help="Configuration file.  [default: LM_SYNTH_CONFIG, or configs/lower_mainland_defaults.yaml]",
        ),
    ):
        command = option(command)
    return command


def stored(command: Command) -> Command:
    """The options that say which stored data set a command reads."""
    for option in (
        LOCATION_OPTION,
        click.option(
            "--format",
            "storage",
            type=click.Choice(tuple(FORMATS)),
            help="Storage format.  [default: what is there]",
        ),
        click.option(
            "--in", "folder", type=UserPath(), help="Folder of the tables.  [default: LM_SYNTH_OUT, or out]"
        ),
    ):
        command = option(command)
    return command


def location_of(
    storage: str | None, folder: Path | None, url: str | None, *, writing: bool = False
) -> tuple[str | None, str]:
    """The format, if it is known, and the folder, database or object store that a command's options name.

    What they leave open comes from the environment, as for Dagster. Raises UsageError for options that do not
    go together, ConfigError for a variable that is wrong.
    """
    settings = read_settings()
    if url is not None:
        return _at_url(url, storage, folder)
    # A folder that is named holds files, and what is there already says of which format.
    follows = folder is None or (writing and FORMATS[settings.storage].is_files)
    if storage is None and follows and "storage" in settings.model_fields_set:
        storage = settings.storage
    if storage is None or (FORMATS[storage].is_files and (folder or not settings.url_of(storage))):
        return storage, folder_of(folder)
    if folder is not None:
        raise click.UsageError(f"{folder} is a folder, and the tables are in a database: choose one")
    return storage, database_of(None) if storage == MYSQL.name else settings.url_of(storage)


def _at_url(url: str, storage: str | None, folder: Path | None) -> tuple[str, str]:
    """The format of which tables are at a URL, and the URL. Raises UsageError."""
    row = format_of_url(url) or MYSQL
    kind = "a database" if row is MYSQL else "an object store"
    if storage is not None and FORMATS[storage] is not row:
        raise click.UsageError(
            f"--url names {kind}, where tables are not kept as --format {storage}: choose one"
        )
    if folder is not None:
        raise click.UsageError(f"{folder} is a folder, and --url names {kind}: choose one")
    return row.name, database_of(url) if row is MYSQL else url


def partition_keys(storage: str, given: str | None) -> tuple[str, ...]:
    """The keys by which a command partitions tables of a format: those given, or the environment's.

    Raises UsageError where the format cannot.
    """
    settings = read_settings()
    if given is None:
        return settings.partition_by if settings.storage == storage else ()
    keys = split_keys(given)
    problem = FORMATS[storage].partition_problem(keys) if keys else "it names no key"
    if problem:
        raise click.UsageError(f"--partition-by {given}: {problem}")
    return keys


def folder_of(folder: Path | None) -> str:
    """The folder that a command is to use. Raises ConfigError for a variable that is wrong."""
    return str(folder or _from_environment("out") or OUT)


def _from_environment(field: str) -> Path | None:
    """The path that a variable holds; None where it is not set."""
    settings = read_settings()
    return getattr(settings, field) if field in settings.model_fields_set else None


def database_of(url: str | None) -> str:
    """The URL of the database that a command is to use, without a password. Raises UsageError, BadAddress."""
    from lm_synth_assets.storage.mysql.address import URL_VARIABLE, has_password, without_password

    if url is not None and has_password(url):
        raise click.UsageError(
            "--url holds a password, which everyone who lists this machine's processes can see: give it in "
            "LM_SYNTH_MYSQL_PASSWORD, or name a file that holds it in LM_SYNTH_MYSQL_PASSWORD_FILE"
        )
    given = url or os.environ.get(URL_VARIABLE)
    if not given:
        raise click.UsageError(f"no database is named: give --url, or set {URL_VARIABLE}")
    return without_password(given)


def read_request(config: Path | None, **changes: Any) -> RunRequest:
    """The run that the options of a command describe. Raises ConfigError."""
    config = config or _from_environment("config")
    return RunRequest.read(config, source="command line", **changes)


def run_options(*names: str) -> Callable[[Command], Command]:
    """An option for each of some fields of a run.

    One that is not given is None, but False for a field that is true or false: that one is a flag.
    """

    def add(command: Command) -> Command:
        for name in reversed(names):
            field = FIELDS[name]
            if field.kind is bool:
                option = click.option(field.option, is_flag=True, help=f"{field.description}.")
            else:
                help_text = f"{field.description}.  [default: as configured]"
                option = click.option(field.option, type=field.kind, help=help_text)
            command = option(command)
        return command

    return add
