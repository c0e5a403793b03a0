"""Where the tables of a store lie, whatever their format: its lock, and the options that name it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lm_synth_assets.storage.run_lock import RunLock


class Location(Protocol):
    """A folder, a database, or a folder of an object store."""

    @property
    def run_lock(self) -> RunLock:
        """Held by the one run that writes here."""

    @property
    def options(self) -> Sequence[str]:
        """The options by which a command writes here."""

    def check(self, *, writing: bool) -> None:
        """Check that tables can be read from here, or written to it. Raises StorageError if not."""

    def strange_companions(self) -> dict[str, str]:
        """The files that have the names of those beside the tables and are none, with what shows it."""

    def withdraw_companions(self) -> None:
        """Take away the files beside the tables that speak of them. Raises StorageError."""
