"""The command line: lm-synth and its commands; those around MySQL are in `cli_database`.

Only options and exit codes: 0 all blocking gates passed, 1 a gate or storage failed, 2 wrong usage or
configuration, 130 interrupted. Everything heavy is imported once the usage is known to be right.
"""

import sys
from pathlib import Path

import click

from lm_synth_assets import __version__
from lm_synth_assets.cli_database import database, ddl, load
from lm_synth_assets.cli_options import FORMATS, URL_OPTION, common, place_of, region_of, stored

_FAILED, _USAGE, _INTERRUPTED = 1, 2, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(__version__, prog_name="lm-synth")
def cli() -> None:
    """A fictional health region as data: synthetic, for non-production testing."""


@cli.command()
@click.option("--patients", type=int, help="Persons in the sample.  [default: as configured]")
@click.option("--start-year", type=int, help="Year of the encounters.  [default: as configured]")
@click.option("--years", type=int, help="Years of projection.  [default: as configured]")
@click.option("--seed", type=int, help="Seed of all random streams.  [default: as configured]")
@click.option(
    "--out", "folder", type=click.Path(path_type=Path), help="Folder for the tables.  [default: out]"
)
@click.option(
    "--format",
    "storage",
    type=click.Choice(FORMATS),
    help="What to keep the tables as.  [default: csv, or mysql with --url]",
)
@URL_OPTION
@click.option("--with-ed", is_flag=True, help="Make ED encounters.")
@click.option("--with-ip", is_flag=True, help="Make inpatient stays; needs --with-ed.")
@common
def generate(
    patients: int | None,
    start_year: int | None,
    years: int | None,
    seed: int | None,
    folder: Path | None,
    storage: str | None,
    url: str | None,
    with_ed: bool,
    with_ip: bool,
    config: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make a data set and check it with every gate."""
    storage, place = place_of(storage, folder, url)
    if with_ip and not with_ed:
        raise click.UsageError("--with-ip needs --with-ed: inpatient stays follow from ED admissions")
    run_changes = {"patients": patients, "start_year": start_year, "years": years, "seed": seed}
    path, region = region_of(config, lambda region: region.with_run(**run_changes))

    from lm_synth_assets.simulation.patients import sample_sizes

    sample_sizes(region)

    from lm_synth_assets.console import show, shown_progress
    from lm_synth_assets.runs import EMERGENCY_TABLES, INPATIENT_TABLES
    from lm_synth_assets.runs import generate as run

    left_out = (() if with_ed else EMERGENCY_TABLES) + (() if with_ip else INPATIENT_TABLES)
    with shown_progress(quiet or as_json, "generate") as progress:
        outcome = run(path, region, storage or "csv", place, left_out, progress)
    show(outcome, as_json=as_json, quiet=quiet, title="generate")
    sys.exit(0 if outcome.passed else _FAILED)


@cli.command()
@stored
@click.option(
    "--ks-threshold", type=float, help="Greatest Kolmogorov-Smirnov distance.  [default: as configured]"
)
@click.option(
    "--corr-threshold", type=float, help="Greatest drift of a correlation.  [default: as configured]"
)
@click.option(
    "--select",
    "patterns",
    multiple=True,
    metavar="NAME",
    help="Only the gates of this name: a table, a gate, or table.gate, with * for any letters. Repeatable.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Write the results to this file too: JSON (.json) or JUnit XML (.xml). Repeatable.",
)
@click.option("--fidelity", is_flag=True, help="Run the sdmetrics gates as well; needs the extra 'fidelity'.")
@common
def validate(
    folder: Path | None,
    storage: str | None,
    url: str | None,
    ks_threshold: float | None,
    corr_threshold: float | None,
    patterns: tuple[str, ...],
    reports: tuple[Path, ...],
    fidelity: bool,
    config: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Check a stored data set, whoever made or changed it, with every gate, without making it again."""
    storage, place = place_of(storage, folder, url)
    thresholds = {"ks_threshold": ks_threshold, "corr_threshold": corr_threshold}
    path, _ = region_of(config, lambda region: region.with_thresholds(**thresholds))

    from lm_synth_assets.console import show, shown_progress
    from lm_synth_assets.outcome_files import check_report, write_report
    from lm_synth_assets.validation import validate as run

    for report in reports:
        check_report(report)
    with shown_progress(quiet or as_json, "validate") as progress:
        outcome = run(path, storage, place, thresholds, patterns, fidelity, progress)
    for report in reports:
        write_report(report, outcome)
    show(outcome, as_json=as_json, quiet=quiet, title="validate")
    sys.exit(0 if outcome.passed else _FAILED)


@cli.command()
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
    """Compare a stored data set with the published figures that the defaults aim at."""
    storage, place = place_of(storage, folder, url)
    path, _ = region_of(config, lambda region: region)

    from lm_synth_assets.console import show_comparison
    from lm_synth_assets.validation import compare as run

    comparisons = run(path, storage, place)
    show_comparison(comparisons, as_json=as_json, quiet=quiet)
    sys.exit(0 if all(comparison.met for comparison in comparisons) else _FAILED)


@cli.command()
@stored
@click.option(
    "--to",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
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
    """Make one page of a stored data set: what it is, verdicts, pictures, figures and dictionary."""
    storage, place = place_of(storage, folder, url)
    if page is None and storage == "mysql":
        raise click.UsageError("the tables are in a database: name a file for the page with --to")
    if page is not None and page.suffix.lower() != ".html":
        raise click.UsageError(f"--to {page}: the page is HTML, so its name must end in .html")
    path, _ = region_of(config, lambda region: region)

    from lm_synth_assets.console import show_report, shown_progress
    from lm_synth_assets.quality_report.report import FILE, quality_report, write
    from lm_synth_assets.storage.publishing import check_folder
    from lm_synth_assets.validation import open_existing

    store = open_existing(storage, place)
    page = page or Path(place) / FILE
    check_folder(page.parent)
    with shown_progress(quiet or as_json, "report") as progress:
        made = quality_report(path, store, {}, progress)
    write(made, page)
    made.outcome.report = str(page)
    show_report(made.outcome, as_json=as_json, quiet=quiet)
    sys.exit(0 if made.outcome.passed else _FAILED)


for command in (load, ddl, database):
    cli.add_command(command)


def main() -> None:
    """The entry point: runs a command and turns what goes wrong into one message and an exit code."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.exceptions.Abort):
        _stop("Interrupted: every table is either the one from before or whole and new.", _INTERRUPTED)
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        _stop(str(error), code)


def _exit_code(error: Exception) -> int | None:
    """The exit code of an error that its message explains in full; None for any other."""
    for kind in type(error).__mro__:
        code = {
            "ConfigError": _USAGE,
            "CapacityError": _USAGE,
            "UnknownGate": _USAGE,
            "UnknownReport": _USAGE,
            "FidelityUnavailable": _USAGE,
            "BadAddress": _USAGE,
            "StorageError": _FAILED,
            "DagsterExecutionInterruptedError": _INTERRUPTED,
        }.get(kind.__name__)
        if code is not None:
            return code
    return None


def _stop(message: str, code: int) -> None:
    click.echo(message if code == _INTERRUPTED else f"Error: {message}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
