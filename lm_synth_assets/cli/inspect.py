"""The commands that read a stored data set: lm-synth validate, compare and report."""

import sys
from pathlib import Path

import click

from lm_synth_assets.cli.options import UserPath, common, location_of, read_request, run_options, stored
from lm_synth_assets.region.run_request import THRESHOLDS
from lm_synth_assets.storage.formats import is_url


@click.command()
@stored
@run_options(*THRESHOLDS)
@click.option(
    "--select",
    "patterns",
    multiple=True,
    metavar="NAME",
    help="Run only these gates: a table, a gate, or table.gate; * matches any letters. Repeatable.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=UserPath(),
    help="Also write the results to this file, as JSON (.json) or JUnit XML (.xml). Repeatable.",
)
@click.option("--fidelity", is_flag=True, help="Run the sdmetrics gates as well; needs the extra 'fidelity'.")
@common
def validate(
    folder: Path | None,
    storage: str | None,
    url: str | None,
    patterns: tuple[str, ...],
    reports: tuple[Path, ...],
    fidelity: bool,
    config: Path | None,
    as_json: bool,
    quiet: bool,
    **thresholds: float | None,
) -> None:
    """Run every gate on a stored data set.

    Copies that other people or programs made or changed are welcome. Nothing is regenerated: the manifest of
    the copy says which seed and size it has.
    """
    storage, location = location_of(storage, folder, url)
    request = read_request(config, **thresholds)

    from lm_synth_assets.cli.console import show, shown_progress
    from lm_synth_assets.dataset.dataset import DataSet, open_existing
    from lm_synth_assets.dataset.evaluate import evaluate
    from lm_synth_assets.dataset.outcome_files import check_report, write_report

    for report in reports:
        check_report(report)
    with shown_progress(quiet or as_json, "validate") as progress:
        data_set = DataSet.identify(open_existing(storage, location), request)
        outcome = evaluate(data_set, patterns, fidelity=fidelity, progress=progress)
    for report in reports:
        write_report(report, outcome)
    show(outcome, as_json=as_json, quiet=quiet, title="validate")
    sys.exit(outcome.exit_code)


@click.command()
@stored
@common
def compare(
    folder: Path | None,
    storage: str | None,
    url: str | None,
    config: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compare a stored data set with published figures.

    Figures without a publication are compared with the defaults' own targets.

    Exits with 1 if a target is missed, or a figure is outside its published range without a stated reason.
    """
    storage, location = location_of(storage, folder, url)
    request = read_request(config)

    from lm_synth_assets.cli.console import show_comparison
    from lm_synth_assets.dataset.dataset import DataSet, open_existing
    from lm_synth_assets.dataset.figures.comparison import compare as run

    comparisons = run(DataSet.identify(open_existing(storage, location), request))
    show_comparison(comparisons, as_json=as_json, quiet=quiet)
    sys.exit(int(any(comparison.failed for comparison in comparisons)))


@click.command()
@stored
@click.option(
    "--to",
    "page",
    type=UserPath(dir_okay=False),
    help="File for the page, ending in .html.  [default: quality_report.html beside the tables]",
)
@common
def report(
    folder: Path | None,
    storage: str | None,
    url: str | None,
    page: Path | None,
    config: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make the HTML report of a stored data set.

    One page: what the data are, the verdict, pictures, published figures, gates and data dictionary.
    """
    storage, location = location_of(storage, folder, url)
    if page is None and is_url(location):
        raise click.UsageError("the tables are not in a folder: name a file for the page with --to")
    if page is not None and page.suffix.lower() != ".html":
        raise click.UsageError(f"--to {page}: the page is HTML, so its name must end in .html")
    request = read_request(config)

    from lm_synth_assets.cli.console import show_report, shown_progress
    from lm_synth_assets.dataset.dataset import DataSet, open_existing
    from lm_synth_assets.report.report import quality_report, write
    from lm_synth_assets.storage.files.publishing import check_file
    from lm_synth_assets.storage.record import REPORT_FILE

    store = open_existing(storage, location)
    if page is None and (problem := store.strangers().get(REPORT_FILE)):
        raise click.UsageError(f"{Path(location) / REPORT_FILE}: {problem}; name another file with --to")
    page = page or Path(location) / REPORT_FILE
    check_file(page)
    with shown_progress(quiet or as_json, "report") as progress:
        made = quality_report(DataSet.identify(store, request), progress=progress)
    write(made, page)
    made.outcome.report = str(page)
    show_report(made.outcome, as_json=as_json, quiet=quiet)
    sys.exit(made.outcome.exit_code)
