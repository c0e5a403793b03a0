"""What the commands show: progress on standard error, results as tables or as JSON on standard output."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter

from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from lm_synth_assets.dataset import outcome_files
from lm_synth_assets.dataset.figures.comparison import (
    BESIDE_PUBLISHED,
    BEYOND_CHANCE,
    Comparison,
    Verdict,
    as_object,
    by_kind,
    shown_number,
    summary,
)
from lm_synth_assets.dataset.outcome import Outcome, Progress, StoredTable
from lm_synth_assets.dataset.state import Kind, State
from lm_synth_assets.gates.declared.structure import STRUCTURAL
from lm_synth_assets.gates.gate import NOT_EVALUATED
from lm_synth_assets.gates.results import GateResult, Mark
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.text import json_text, printable

_KIB = 1024
_LOG_WIDTH = 140
_WIDE, _WIDE_FOR_GATES = 80, 120
"""Columns that a terminal needs for whole tables, and for that of gates, whose cells are sentences."""


@contextmanager
def shown_progress(quiet: bool, title: str) -> Iterator[Progress]:
    """A progress bar on a terminal; nothing elsewhere, and when quiet."""
    console = Console(stderr=True)
    if console.is_terminal and not quiet:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bar(*columns, console=console, transient=True) as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, steps, last: bar.update(
                task, completed=done, total=steps, description=f"{title}: {last}", refresh=True
            )
    else:
        yield lambda done, steps, last: None


def show(outcome: Outcome, *, as_json: bool, quiet: bool, title: str) -> None:
    """The outcome on standard output; when quiet, only what is wrong."""
    if as_json:
        print(outcome_files.as_json(outcome))
        return
    console = result_console()
    if not quiet:
        if outcome.tables:
            console.print(_tables(console, outcome))
        console.print(_gates(console, outcome))
    _show_breaches(console, outcome, quiet=quiet)
    for name, reason in outcome.left_out.items():
        if not quiet:
            console.print(f"{name} left out: {printable(reason)}", style="dim", soft_wrap=True)
    if outcome.report and not quiet:
        console.print(f"quality report: {printable(outcome.report)}", soft_wrap=True)
    for error in outcome.errors:
        console.print(f"ERROR {printable(error)}", style="bold red", soft_wrap=True)
    if not quiet or not outcome.passed:
        _show_verdict(console, outcome, title)


def show_report(outcome: Outcome, *, as_json: bool, quiet: bool) -> None:
    """What is wrong, and where the quality report is; when quiet, only the former."""
    if as_json:
        print(outcome_files.as_json(outcome))
        return
    console = result_console()
    _show_breaches(console, outcome, quiet=quiet)
    if not quiet:
        console.print(f"Written to {printable(outcome.report)}", soft_wrap=True)
    if not quiet or not outcome.passed:
        _show_verdict(console, outcome, "report")


def _show_breaches(console: Console, outcome: Outcome, *, quiet: bool) -> None:
    """Whether the tables are one data set, then the gates that have not passed, and why.

    When quiet, each in a line, without the rows that breach it.
    """
    _show_state(console, outcome.state)
    for result in outcome.gates:
        if result.mark in (Mark.FAIL, Mark.WARN):
            console.print(_breach(result, with_rows=not quiet), soft_wrap=True)
    for reason, names in _not_evaluated(outcome).items():
        console.print(f"NOT EVALUATED {', '.join(names)}: {reason}", style="bold red", soft_wrap=True)
    if outcome.not_run:
        tables = ", ".join(dict.fromkeys(gate.partition(".")[0] for gate in outcome.not_run))
        console.print(f"NOT RUN {len(outcome.not_run)} gates on {tables}", style="bold red", soft_wrap=True)


def _show_state(console: Console, state: State | None) -> None:
    """What is wrong with the data set as a whole, table by table, and the command that mends it."""
    if state is None or state.sound:
        return
    console.print(f"{state.kind.upper()} {state.sentence}.", style="bold red", soft_wrap=True)
    console.print(f"Make it whole with:\n{state.command}", soft_wrap=True)


def _show_verdict(console: Console, outcome: Outcome, title: str) -> None:
    console.print(_verdict(outcome, title))
    console.print(DISCLAIMER, style="dim")


def show_comparison(comparisons: list[Comparison], *, as_json: bool, quiet: bool) -> None:
    """Every figure beside what was published, every target apart, and the summary; when quiet, what fails."""
    if as_json:
        print(json_text({**as_object(comparisons), "disclaimer": DISCLAIMER}))
        return
    shown = [comparison for comparison in comparisons if comparison.failed or not quiet]
    console = result_console()
    published, targets = by_kind(shown).values()
    if published:
        console.print(_figures(console, "Published figures", "published", BESIDE_PUBLISHED, published))
    if targets:
        console.print(_figures(console, "Own targets", "target", BEYOND_CHANCE, targets))
    for comparison in published:
        if comparison.reason:
            console.print(f"{comparison.figure.name}: {comparison.reason}", soft_wrap=True)
    if shown:
        failed = any(comparison.failed for comparison in comparisons)
        console.print(Text(f"compare: {summary(comparisons)}", style="bold red" if failed else "bold"))
        console.print(DISCLAIMER, style="dim")


def _figures(
    console: Console, title: str, reference: str, errors: int, comparisons: list[Comparison]
) -> Table:
    numbers = ("observed", f"± {errors} SE")
    table = _table(console, title, ("figure", reference, *numbers, "verdict"), numbers)
    for column in (table.columns[0], table.columns[-1]):
        column.no_wrap = False
    for one in comparisons:
        cells = (
            one.figure.name,
            "; ".join(one.figure.references),
            shown_number(one.observed, one.figure.decimals),
            shown_number(one.tolerance, one.figure.decimals),
        )
        _add_row(table, *cells, Text(one.standing, style=_FIGURE_STYLES.get(one.verdict, "")))
    return table


_FIGURE_STYLES = {
    Verdict.INSIDE: "green",
    Verdict.MET: "green",
    Verdict.OUTSIDE: "yellow",
    Verdict.UNEXPLAINED: "bold red",
    Verdict.MISSED: "bold red",
}


def result_console() -> Console:
    """The console of standard output; in a file or a log, where nobody can widen it, wide enough."""
    # Names and paths may hold what looks like markup or emoji.
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    return console


def _table(
    console: Console,
    title: str,
    columns: Sequence[str],
    numbers: Sequence[str] = (),
    *,
    wide_from: int = _WIDE,
) -> Table:
    """A table without rows: the first and the last column in one line, numbers to the right.

    A terminal of less than `wide_from` columns has room for these two only.
    """
    table = Table(title=title, title_justify="left")
    wide = console.width >= wide_from
    ends = (columns[0], columns[-1])
    for name in columns if wide else ends:
        justify: JustifyMethod = "right" if name in numbers else "left"
        table.add_column(
            name, justify=justify, no_wrap=wide and (name in ends or name in numbers), overflow="fold"
        )
    return table


def _add_row(table: Table, *cells: str | Text) -> None:
    """A row of a `_table`, given with all of its cells."""
    table.add_row(*(cells if len(table.columns) == len(cells) else (cells[0], cells[-1])))


def _tables(console: Console, outcome: Outcome) -> Table:
    table = _table(console, "Written", ("table", "where", "rows", "size"), ("rows", "size"))
    removed = [_removed(stored) for stored in outcome.tables if stored.removed]
    table.caption, table.caption_justify = "\n".join(removed) or None, "left"
    for stored in outcome.tables:
        location = printable(stored.location)
        _add_row(table, stored.name, location, f"{stored.rows:,}", _size(stored.bytes))
    return table


def _removed(stored: StoredTable) -> str:
    went = ", ".join(f"{count:,} of {name}" for name, count in stored.removed.items())
    return f"{stored.name}: with rows that are no longer in it went those that referred to them: {went}"


def _size(count: int) -> str:
    if count < _KIB:
        return f"{count} B"
    return f"{count / _KIB:,.0f} KiB" if count < _KIB**2 else f"{count / _KIB**2:,.1f} MiB"


def _gates(console: Console, outcome: Outcome) -> Table:
    """The structural gates, which say the same of every table, in a row each; the others by their table."""
    columns = ("gate", "observed", "expected", "threshold", "verdict")
    table = _table(console, "Checked", columns, wide_from=_WIDE_FOR_GATES)
    for name in STRUCTURAL:
        same = [result for result in outcome.gates if result.gate == name]
        failed = [result for result in same if not result.passed]
        if same:
            observed = f"{len(failed)} of {len(same)} tables fail"
            verdict = _mark(failed[0] if failed else same[0])
            _add_row(table, name, observed, "none fails", same[0].threshold, verdict)
    own = [result for result in outcome.gates if result.gate not in STRUCTURAL]
    for name, results in groupby(own, attrgetter("table")):
        table.add_section()
        table.add_row(Text(name, style="bold"))
        for result in results:
            cells = result.gate, result.observed, result.expected, result.threshold, _mark(result)
            _add_row(table, *cells)
    return table


_STYLES = {Mark.PASS: "green", Mark.WARN: "yellow", Mark.FAIL: "bold red", Mark.NOT_EVALUATED: "bold red"}


def _mark(result: GateResult) -> Text:
    word = result.mark.upper() if result.mark is Mark.FAIL else result.mark
    return Text(word, style=_STYLES[result.mark])


def _breach(result: GateResult, *, with_rows: bool) -> Text:
    text = f"{result.mark.upper()} {result.full_name}: {result.comparison}"
    rows = result.offending.text() if with_rows else ""
    return Text(f"{text}\n{rows}" if rows else text)


def _not_evaluated(outcome: Outcome) -> dict[str, list[str]]:
    """The gates that could not be evaluated, by reason: one torn table affects many."""
    by_reason: dict[str, list[str]] = {}
    for result in outcome.gates:
        if result.mark is Mark.NOT_EVALUATED:
            reason = result.observed.removeprefix(NOT_EVALUATED)
            by_reason.setdefault(reason, []).append(result.full_name)
    return by_reason


def _verdict(outcome: Outcome, title: str) -> Text:
    passed = sum(result.passed for result in outcome.gates)
    due = len(outcome.gates) + len(outcome.not_run)
    state = _state_in_the_verdict(outcome.state)
    errors = "; see ERROR above" if outcome.errors else ""
    summary = (
        f"{title}: {'PASS' if outcome.passed else 'FAIL'}{state} ({passed} of {due} gates passed{errors})"
    )
    return Text(summary, style="bold green" if outcome.passed else "bold red")


def _state_in_the_verdict(state: State | None) -> str:
    if state is None or state.kind is Kind.WHOLE:
        return ""
    return f", {state.kind}: {state.sentence}" if state.sound else f", {state.kind}"
