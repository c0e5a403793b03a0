"""The report as a whole: made from what is stored, and written beside it."""

from dataclasses import dataclass
from pathlib import Path

from lm_synth_assets.dataset.dataset import DataSet
from lm_synth_assets.dataset.outcome import Outcome, Progress, unseen
from lm_synth_assets.report.content import Content, gather
from lm_synth_assets.report.page import page
from lm_synth_assets.storage.files.publishing import atomic_file


@dataclass(frozen=True)
class Report:
    """One self-contained HTML page, and what is on it."""

    html: str
    content: Content

    @property
    def outcome(self) -> Outcome:
        """The outcome of the gates."""
        return self.content.outcome


def quality_report(data_set: DataSet, outcome: Outcome | None = None, progress: Progress = unseen) -> Report:
    """The report on a data set, the same to the byte wherever its tables lie.

    The gates are evaluated unless their `outcome` is given.
    """
    content = gather(data_set, outcome, progress)
    return Report(page(content), content)


def write(report: Report, path: Path) -> int:
    """Write the page whole or not at all; returns its size in bytes. Raises UnwritableFolder."""
    page = report.html.encode()
    with atomic_file(path) as file:
        file.write(page)
    return len(page)
