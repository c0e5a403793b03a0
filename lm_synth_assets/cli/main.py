"""The command line: lm-synth and its commands.

Exit codes: 0 all blocking gates passed, 1 a gate or storage failed, 2 wrong usage or configuration, 130
interrupted. Commands check their usage first and then import what they need, so that `--help` is quick.
"""

import gc
import sys

import click

from lm_synth_assets.cli.database import database, ddl, load
from lm_synth_assets.cli.generate import generate
from lm_synth_assets.cli.inspect import compare, report, validate
from lm_synth_assets.errors import UserError
from lm_synth_assets.version import __version__

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(__version__, prog_name="lm-synth")
def cli() -> None:
    """A fictional health region as data: synthetic, for non-production testing."""


for command in (generate, validate, compare, report, load, ddl, database):
    cli.add_command(command)


def main() -> None:
    """The entry point: runs a command and turns what goes wrong into one message and an exit code."""
    # Most of what a command allocates lives to its end: with the default of 700, collections take a tenth
    # of its CPU time.
    gc.set_threshold(50_000)
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.exceptions.Abort):
        _interrupted()
    except UserError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        # Dagster's own error, which is not imported here because that takes seconds.
        if type(error).__name__ != "DagsterExecutionInterruptedError":
            raise
        _interrupted()


def _interrupted() -> None:
    click.echo("Interrupted: every table is either the one from before or whole and new.", err=True)
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
