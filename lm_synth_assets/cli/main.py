"""The command line: lm-synth and its commands.

Exit codes: 0 all blocking gates passed, 1 a gate or storage failed, 2 wrong usage or configuration, 130
interrupted. Commands check their usage first and then import what they need, so that `--help` is quick.
"""

import gc
import sys
from io import StringIO
from typing import NamedTuple

import click

from lm_synth_assets.cli.database import database, ddl, load
from lm_synth_assets.cli.generate import generate
from lm_synth_assets.cli.inspect import compare, report, validate
from lm_synth_assets.cli.powerbi import powerbi
from lm_synth_assets.cli.query import query
from lm_synth_assets.cli.streams import UnwritableOutput, tolerant_streams
from lm_synth_assets.errors import UserError
from lm_synth_assets.text import json_text, printable
from lm_synth_assets.version import __version__

INTERRUPTED = 130


class Failure(NamedTuple):
    """Why a command has no result.

    `kind` is usage, configuration, storage, output, interrupted or internal.
    """

    message: str
    exit_code: int
    kind: str


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(__version__, prog_name="lm-synth")
def cli() -> None:
    """A fictional health region as data: synthetic, for non-production testing."""


for command in (generate, validate, compare, report, query, powerbi, load, ddl, database):
    cli.add_command(command)


def main() -> None:
    """The entry point: runs a command and turns what goes wrong into one message and an exit code.

    Where JSON is asked for, the message is JSON on standard output, too.
    """
    # Most of what a command allocates lives to its end: with the default of 700, collections take a tenth
    # of its CPU time.
    gc.set_threshold(50_000)
    with tolerant_streams():
        code = _exit_code()
    sys.exit(code)


def _exit_code() -> int:
    """Run the command of the command line, show why it failed, and return its exit code."""
    try:
        return _run()
    except BaseException as error:
        failure = _failure(error)
        if failure.kind != "internal":
            click.echo(_message(error, failure), err=True)
        if "--json" in sys.argv[1:] and not isinstance(error, UnwritableOutput):
            print(json_text({"error": failure._asdict()}), flush=True)
        if failure.kind == "internal":
            raise
        return failure.exit_code


def _run() -> int:
    try:
        cli(standalone_mode=False)
        code = 0
    except SystemExit as done:
        code = int(done.code or 0)
    except click.exceptions.Exit as done:
        code = done.exit_code
    if sys.stdout is not None:
        sys.stdout.flush()
    return code


def _failure(error: BaseException) -> Failure:
    """What an error means for the user."""
    if isinstance(error, UserError):
        return Failure(str(error), error.exit_code, error.kind)
    if isinstance(error, click.ClickException):
        return Failure(printable(error.format_message()), error.exit_code, UserError.kind)
    # The last is Dagster's own error, which is not imported here because that takes seconds.
    interrupts = "KeyboardInterrupt", "Abort", "DagsterExecutionInterruptedError"
    if type(error).__name__ in interrupts:
        message = (
            "Interrupted: every table is either the one from before or whole and new. Run it again to make "
            "them one data set."
        )
        return Failure(message, INTERRUPTED, "interrupted")
    return Failure(printable(f"{type(error).__name__}: {error}"), 1, "internal")


def _message(error: BaseException, failure: Failure) -> str:
    """What standard error says of a failure; wrong usage comes with a hint on the right one."""
    if isinstance(error, click.ClickException):
        usage = StringIO()
        error.show(usage)
        return printable(usage.getvalue().rstrip())
    return failure.message if failure.kind == "interrupted" else f"Error: {failure.message}"


if __name__ == "__main__":
    main()
