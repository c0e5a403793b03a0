"""lm-synth generate: make a data set and check it."""

import sys
from pathlib import Path
from typing import Any

import click

from lm_synth_assets.cli.options import (
    LOCATION_OPTION,
    UserPath,
    common,
    location_of,
    partition_keys,
    read_request,
    run_options,
)
from lm_synth_assets.region.models.run import Run
from lm_synth_assets.storage.formats import DEFAULT, FORMATS, MYSQL, PARQUET


@click.command()
@run_options(*Run.model_fields)
@click.option(
    "--out", "folder", type=UserPath(), help="Folder for the tables.  [default: LM_SYNTH_OUT, or out]"
)
@click.option(
    "--format",
    "storage",
    type=click.Choice(tuple(FORMATS)),
    help=f"Storage format.  [default: LM_SYNTH_STORAGE, or {DEFAULT.name}, or {MYSQL.name} with --url]",
)
@LOCATION_OPTION
@click.option(
    "--partition-by",
    metavar="KEYS",
    help=f"Keep ED encounters and stays in a folder for each of these keys, as in year,site; {PARQUET.title} "
    "only.  [default: LM_SYNTH_PARTITION_BY, or one file]",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Remove tables of an earlier run that this one does not make; overwrite files of other programs.",
)
@common
def generate(
    folder: Path | None,
    storage: str | None,
    url: str | None,
    partition_by: str | None,
    replace: bool,
    config: Path | None,
    as_json: bool,
    quiet: bool,
    **changes: Any,
) -> None:
    """Make a data set and check it with every gate."""
    storage, location = location_of(storage, folder, url, writing=True)
    format_name = storage or DEFAULT.name
    keys = partition_keys(format_name, partition_by)
    request = read_request(config, **changes)

    from lm_synth_assets.model.feasibility import require_feasible

    require_feasible(request.region)

    from lm_synth_assets.cli.console import show, shown_progress
    from lm_synth_assets.orchestration.runs import generate as run

    with shown_progress(quiet or as_json, "generate") as progress:
        outcome = run(request, format_name, location, progress, replace=replace, partition_by=keys)
    show(outcome, as_json=as_json, quiet=quiet, title="generate")
    sys.exit(outcome.exit_code)
