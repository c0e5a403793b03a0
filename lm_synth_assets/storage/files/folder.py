"""A folder of this machine as the location of tables: its lock, and the files beside the tables."""

import os
from collections.abc import Sequence
from pathlib import Path

from lm_synth_assets.storage.errors import NoWorkingFolder
from lm_synth_assets.storage.files.folder_lock import FolderLock
from lm_synth_assets.storage.files.publishing import check_folder, discard
from lm_synth_assets.storage.files.sniffing import companion_problem
from lm_synth_assets.storage.record import REPORT_FILE


class Folder:
    """One folder, which is made when the first table is written. Raises NoWorkingFolder.

    `companions` are the names of the files beside the tables that speak of them.
    """

    def __init__(self, path: Path, companions: Sequence[str] = (REPORT_FILE,)) -> None:
        self.path = path
        self.run_lock = FolderLock(path)
        self._companions = [path / name for name in companions]
        try:
            self.options = ("--out", os.path.abspath(path))
        except FileNotFoundError as error:
            raise NoWorkingFolder(path) from error

    def check(self, *, writing: bool) -> None:
        """Check that the folder can be written to. Raises UnwritableFolder."""
        if writing:
            check_folder(self.path)

    def strange_companions(self) -> dict[str, str]:
        """The files that have the names of companions and are none, with what shows it."""
        problems = {path.name: companion_problem(path) for path in self._companions}
        return {name: problem for name, problem in problems.items() if problem}

    def withdraw_companions(self) -> None:
        """Take away the files that speak of the tables. Raises UnwritableFolder."""
        for path in self._companions:
            self.remove_companion(path)

    @staticmethod
    def remove_companion(path: Path) -> None:
        """Remove a file beside the tables, unless it is another program's. Raises UnwritableFolder."""
        if not companion_problem(path):
            discard(path)
