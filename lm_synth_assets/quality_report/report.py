"""The report as a whole: made from what is stored, and written beside it."""

from dataclasses import dataclass
from pathlib import Path

from lm_synth_assets.outcome import Outcome, Progress
from lm_synth_assets.quality_report.content import gather
from lm_synth_assets.quality_report.page import page
from lm_synth_assets.storage.publishing import published
from lm_synth_assets.storage.table_store import Readable

FILE = "quality_report.html"
"""The name of the page where no other is asked for."""


@dataclass(frozen=True)
class Report:
    """One self-contained HTML page, and what the gates have found."""

    html: str
    outcome: Outcome


def _unseen(done: int, steps: int, last: str) -> None:
    """Progress that nobody watches."""


def quality_report(
    config: str, store: Readable, thresholds: dict[str, float | None], progress: Progress = _unseen
) -> Report:
    """The report on the stored tables of a store, each of which is read once.

    It is the same to the byte wherever the tables lie. Raises ConfigError where their manifest describes no
    run.
    """
    content = gather(config, store, thresholds, progress)
    return Report(page(content), content.outcome)


def write(report: Report, path: Path) -> int:
    """Put the page in its place, whole or not at all; its size in bytes. Raises UnwritableFolder."""
    page = report.html.encode()
    with published(path) as file:
        file.write(page)
    return len(page)
