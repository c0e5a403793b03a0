"""The quality report as one self-contained HTML page: `page.html.j2` lays out `content`.

Everything that comes from data or configuration is escaped; the pictures are markup that `pictures` has made.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lm_synth_assets.dataset.figures.comparison import (
    BESIDE_PUBLISHED,
    BEYOND_CHANCE,
    Comparison,
    Verdict,
    by_kind,
    shown_number,
    summary,
)
from lm_synth_assets.dataset.figures.publications import SOURCES
from lm_synth_assets.gates.gate import NOT_EVALUATED
from lm_synth_assets.gates.results import GateResult, Mark
from lm_synth_assets.report.content import Content, PictureEntry
from lm_synth_assets.report.grids import NOTHING, of_offending
from lm_synth_assets.report.pictures.registry import OPENING
from lm_synth_assets.schema.catalogue import TABLES, foreign_keys, primary_key
from lm_synth_assets.schema.dictionary import Entry, entries
from lm_synth_assets.schema.vocabulary import DISCLAIMER
from lm_synth_assets.text import printable
from lm_synth_assets.version import __version__

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    # What jinja escapes is text; markup is a class of its own.
    finalize=lambda value: printable(value) if type(value) is str else value,
    trim_blocks=True,
    lstrip_blocks=True,
)

_ENVIRONMENT.filters["grid"] = of_offending

_OPENING = {picture.name for picture in OPENING}

_COUNTED = {Mark.FAIL: "failed", Mark.NOT_EVALUATED: "not evaluated", Mark.WARN: "warned"}


class Fact(NamedTuple):
    """A figure that says at a glance what a data set is."""

    name: str
    value: str
    note: str


class Definition(NamedTuple):
    """A table in the data dictionary, with the tables that its foreign keys refer to."""

    name: str
    about: str
    key: list[str]
    parents: list[str]
    columns: list[Entry]


class Figures(NamedTuple):
    """A table of figures: beside what they are shown, and with how many standard errors of tolerance."""

    title: str
    reference: str
    errors: int
    comparisons: list[Comparison]


def page(content: Content) -> str:
    """The page, the same to the byte for the same content."""
    gates = [result for table in content.tables for result in table.gates]
    return _ENVIRONMENT.get_template("page.html.j2").render(
        **vars(content),
        version=__version__,
        disclaimer=DISCLAIMER,
        nothing=NOTHING,
        about=_about(content),
        facts=_facts(content),
        **_arranged(content.pictures),
        tally=tally(gates),
        figures_summary=summary(content.figures) if content.figures else "",
        compared=_compared(content.figures),
        sources=SOURCES,
        failed=[result for result in gates if result.mark is Mark.FAIL],
        warned=[result for result in gates if result.mark is Mark.WARN],
        not_evaluated=_by_reason(gates),
        dictionary=_dictionary(),
        position=_position,
        shown_number=shown_number,
        manifest={entry.name: entry.value for entry in content.identity.manifest},
    )


def _arranged(pictures: list[PictureEntry]) -> dict[str, list[PictureEntry]]:
    """The pictures that the page opens with, the others, and last those that could not be drawn.

    Where one of the opening ones could not be drawn, the next takes its place.
    """
    drawn = [entry for entry in pictures if not entry.reason]
    first = sorted(drawn, key=lambda entry: entry.name not in _OPENING)[: len(_OPENING)]
    others = [entry for entry in drawn if entry not in first]
    return {"opening": first, "others": [*others, *(entry for entry in pictures if entry.reason)]}


def tally(gates: Iterable[GateResult]) -> str:
    """How many of some gates have passed, and what became of the others."""
    counts = Counter(result.mark for result in gates)
    others = [f"{counts[mark]} {label}" for mark, label in _COUNTED.items() if counts[mark]]
    if not others:
        return f"All {counts[Mark.PASS]} gates passed"
    return f"{counts[Mark.PASS]} of {counts.total()} gates passed; " + ", ".join(others)


def _about(content: Content) -> str:
    """What the data are and how many, in a paragraph; tables that are not stored are left out."""
    manifest = {entry.name: entry.value for entry in content.identity.manifest}
    start, rows = manifest["start_year"], {table.name: table.rows for table in content.tables}
    last = int(start) + int(manifest["years"]) - 1
    parts = [
        f"{rows[table]:,} {noun}"
        for table, noun in (
            ("patients", f"patients, a sample of {manifest['population']} residents"),
            ("ed_encounters", f"ED visits in {start}"),
            ("ip_stays", "inpatient stays"),
            ("ed_projection", f"rows of ED visits projected for {start}\u2013{last}"),
        )
        if rows.get(table) is not None
    ]
    stored = [count for count in rows.values() if count is not None]
    holds = f": {', '.join(parts[:-1])}{' and ' if parts[1:] else ''}{parts[-1]}" if parts else ""
    return (
        f"Emergency and inpatient care in a fictional health region{holds}, "
        f"in {len(stored)} tables with {sum(stored):,} rows."
    )


def _facts(content: Content) -> list[Fact]:
    manifest = {entry.name: entry.value for entry in content.identity.manifest}
    start = int(manifest["start_year"])
    stored = {table.name: table for table in content.tables}

    def counted(name: str, table: str, note: str) -> Fact:
        rows = stored[table].rows
        return Fact(name, NOTHING, "not stored") if rows is None else Fact(name, f"{rows:,}", note)

    return [
        counted("Patients", "patients", f"each stands for {manifest['sampling_weight']} residents"),
        Fact("Residents", manifest["population"], f"on {_in_words(manifest['reference_date'])}"),
        counted("ED visits", "ed_encounters", f"in {start}"),
        counted("Inpatient stays", "ip_stays", f"{start}, with patients in bed on 1 January"),
        Fact("Projection", f"{start}\u2013{start + int(manifest['years']) - 1}", "1 January of each year"),
        Fact("Seed", manifest["seed"], "reproduces this data set"),
    ]


def _in_words(day: str) -> str:
    """A day as people write it: 1 January 2025. What is no day stays as it is."""
    try:
        known = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{known.day} {known:%B %Y}"


def _by_reason(gates: list[GateResult]) -> dict[str, list[GateResult]]:
    """The gates that could not be evaluated, by reason: one torn table affects many."""
    by_reason: dict[str, list[GateResult]] = {}
    for result in gates:
        if result.mark is Mark.NOT_EVALUATED:
            by_reason.setdefault(result.observed.removeprefix(NOT_EVALUATED), []).append(result)
    return by_reason


def _compared(comparisons: list[Comparison]) -> list[Figures]:
    published, targets = by_kind(comparisons).values()
    tables = [
        Figures("Published and observed", "Published", BESIDE_PUBLISHED, published),
        Figures("Targets and observed", "Target", BEYOND_CHANCE, targets),
    ]
    return [table for table in tables if table.comparisons]


def _position(comparison: Comparison) -> float | None:
    """Where an observed value stands on a track of 100; its middle half is the range with its tolerance.

    None where the data set cannot tell.
    """
    undecided = comparison.verdict in (Verdict.TOO_FEW, Verdict.NOTHING)
    if undecided or comparison.observed is None or comparison.tolerance is None:
        return None
    middle = (comparison.low + comparison.high) / 2
    half = comparison.high - middle + comparison.tolerance
    off = (comparison.observed - middle) / half if half else 2.0
    return round(50 + 25 * min(max(off, -2.0), 2.0), 1)


def _dictionary() -> list[Definition]:
    return [
        Definition(
            name=table.name,
            about=table.comment or "",
            key=primary_key(table),
            parents=list(dict.fromkeys(parent for _, parent, _ in foreign_keys(table))),
            columns=entries(table),
        )
        for table in TABLES.values()
    ]
