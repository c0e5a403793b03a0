"""The command that writes the Power BI project for a stored data set: lm-synth powerbi."""

from pathlib import Path

import click

from lm_synth_assets.cli.options import UserPath, location_of, stored
from lm_synth_assets.storage.formats import is_url
from lm_synth_assets.text import json_text


@click.command()
@stored
@click.option("--to", "target", type=UserPath(), required=True, help="Folder for the project.")
@click.option(
    "--replace", is_flag=True, help="Write over a project that is there, and what was edited in it."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def powerbi(
    folder: Path | None, storage: str | None, url: str | None, target: Path, replace: bool, as_json: bool
) -> None:
    """Write a Power BI project that loads a stored data set.

    It holds a semantic model, measures and report pages.
    """
    storage, location = location_of(storage, folder, url)

    from lm_synth_assets.dataset.dataset import open_existing
    from lm_synth_assets.powerbi.identity import PROJECT
    from lm_synth_assets.powerbi.project import project_files, write
    from lm_synth_assets.powerbi.source import check_loadable, source_of
    from lm_synth_assets.storage.formats import formats_at

    if not is_url(location):
        # Power BI logs in to a database or an object store by itself.
        check_loadable(open_existing(storage, location))
    source = source_of(storage or formats_at(location)[0], location)
    write(target, project_files(source), replace=replace)
    project = target / f"{PROJECT}.pbip"
    if as_json:
        click.echo(json_text({"project": str(project), "parameters": source.parameters()}))
    else:
        click.echo(f"Open {project} in Power BI Desktop, then choose Refresh: docs/power-bi.md")
