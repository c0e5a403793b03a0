"""The commands around MySQL: lm-synth load, lm-synth ddl and lm-synth db."""

import sys
from pathlib import Path

import click

from lm_synth_assets.cli.options import (
    URL_OPTION,
    UserPath,
    common,
    database_of,
    folder_of,
    read_request,
)
from lm_synth_assets.storage.formats import FILE_FORMATS, MYSQL
from lm_synth_assets.text import json_text


@click.command()
@URL_OPTION
@click.option(
    "--in", "folder", type=UserPath(), help="Folder of the tables.  [default: LM_SYNTH_OUT, or out]"
)
@click.option(
    "--format",
    "storage",
    type=click.Choice(tuple(FILE_FORMATS)),
    help="File format.  [default: what is there]",
)
@click.option("--no-validate", is_flag=True, help="Load without running the gates first.")
@common
def load(
    url: str | None,
    folder: Path | None,
    storage: str | None,
    no_validate: bool,
    config: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Load the files of a data set into MySQL.

    Nothing is stored unless every blocking gate passes. Each table is stored whole or not at all. To resume
    after a failure, run it again.
    """
    location = database_of(url)
    request = read_request(config)

    from lm_synth_assets.cli.console import show, shown_progress
    from lm_synth_assets.dataset.load import load as run

    with shown_progress(quiet or as_json, "load") as progress:
        outcome = run(
            request, storage, folder_of(folder), location, validated=not no_validate, progress=progress
        )
    show(outcome, as_json=as_json, quiet=quiet, title="load")
    sys.exit(outcome.exit_code)


@click.command()
@click.option("--dialect", type=click.Choice([MYSQL.name]), default=MYSQL.name, help="SQL dialect.")
def ddl(dialect: str) -> None:
    """Print the statements that create the tables."""
    from lm_synth_assets.schema.catalogue import TABLES
    from lm_synth_assets.storage.mysql.ddl import script

    click.echo(script(TABLES.values()), nl=False)


@click.group("db")
def database() -> None:
    """The tables of a MySQL database."""


@database.command("init")
@URL_OPTION
@click.option("--recreate", is_flag=True, help="Drop all tables with their rows, and create them again.")
@click.option("--yes", is_flag=True, help="Do not ask before dropping.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def init(url: str | None, recreate: bool, yes: bool, as_json: bool) -> None:
    """Create the tables that are missing.

    Drops nothing unless --recreate is given.

    The user needs the grants CREATE and REFERENCES on the database, and DROP for --recreate.
    """
    location = database_of(url)
    if recreate and not yes:
        click.confirm(f"Drop the tables of {location} and all that is in them?", abort=True, err=True)

    from lm_synth_assets.dataset.load import create_tables
    from lm_synth_assets.storage.mysql.address import address_of

    created = create_tables(address_of(location), recreate=recreate)
    if as_json:
        click.echo(json_text({"location": location, "created": created}))
    elif created:
        click.echo(f"{location}: created {', '.join(created)}")
    else:
        click.echo(f"{location}: all tables are there, as declared")
