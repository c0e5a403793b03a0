"""lm-synth query: SQL over the tables of a stored data set."""

import sys
from pathlib import Path

import click

from lm_synth_assets.cli.options import UserPath, location_of, stored

_EXAMPLES = """\b
Examples:
  lm-synth query "SELECT dispo, count(*) AS visits FROM ed_encounters GROUP BY ALL"
  lm-synth query "SHOW TABLES"
  lm-synth query "DESCRIBE ip_stays"
  lm-synth query --in out-parquet --csv "FROM patients" > patients.csv
  lm-synth query --file census.sql --json
  echo "FROM dim_site" | lm-synth query -
"""

_STDIN = "-"


@click.command(epilog=_EXAMPLES)
@click.argument("sql", required=False)
@click.option(
    "--file",
    "file",
    type=UserPath(dir_okay=False),
    help="Read the query from this file; - is standard input.",
)
@stored
@click.option("--csv", "as_csv", is_flag=True, help="Print all rows as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print all rows as a JSON array of objects.")
def query(
    sql: str | None,
    file: Path | None,
    folder: Path | None,
    storage: str | None,
    url: str | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Query a stored data set with SQL.

    The tables may be stored in any format; the SQL is DuckDB's. Only queries that read are run, and they see
    nothing but the tables.
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json are two ways to print: choose one")
    text = _text(sql, file)
    storage, location = location_of(storage, folder, url)

    from lm_synth_assets.cli.console import result_console
    from lm_synth_assets.cli.query_result import print_csv, print_json, show_table
    from lm_synth_assets.dataset.dataset import open_existing
    from lm_synth_assets.dataset.query import result_of

    with result_of(text, open_existing(storage, location)) as result:
        if as_csv:
            print_csv(result)
        elif as_json:
            print_json(result)
        else:
            show_table(result, result_console())


def _text(sql: str | None, file: Path | None) -> str:
    """The query that a command is given. Raises UsageError."""
    if sql is not None and file is not None:
        raise click.UsageError("the query is given twice: as an argument and with --file")
    source = _STDIN if _STDIN in (sql, str(file)) else file
    if source is None:
        if sql is None:
            raise click.UsageError(
                "no query is given: name it in quotes, or a file that holds it with --file"
            )
        return sql
    try:
        return sys.stdin.read() if source == _STDIN else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise click.UsageError(f"the query cannot be read from {source}: {reason}") from error
