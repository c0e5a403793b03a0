"""The lock of a whole run: one writer at a time for each folder or database, and what a second one is told.

A lock goes with the process that holds it, however that ends.
"""

import logging
import os
import socket
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from lm_synth_assets.errors import StorageError

WAIT_SECONDS = 60.0
"""How long a second writer waits for the first."""

_POLL_SECONDS = 0.2
_LOG = logging.getLogger(__name__)


class Writer(NamedTuple):
    """A command or a Dagster run that writes, its process, and since when (UTC, to the second).

    `run` is the id of the run, by which its steps in other processes are known. A `pid` of 0 is unknown.
    """

    command: str
    run: str
    pid: int
    host: str
    since: str

    @classmethod
    def of_this_process(cls, command: str, run: str | None = None) -> "Writer":
        """This process, from now on."""
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return cls(command, run or str(uuid.uuid4()), os.getpid(), socket.gethostname(), since)

    def __str__(self) -> str:
        process = f" (process {self.pid} on {self.host})" if self.pid else ""
        since = f" since {self.since} UTC" if self.since else ""
        return f"{self.command}{process}{since}"


UNNAMED_WRITER = Writer("another program", "", 0, "", "")
"""Holds a lock without a description that can be read."""


class BeingWritten(StorageError):
    """Another run writes to the location."""

    transient = True

    def __init__(self, location: str, writer: Writer, waited: float = 0) -> None:
        after = f"; waited {waited:.0f} seconds" if waited else ""
        super().__init__(f"{location} is being written by {writer}{after}. Run again once that has ended.")


class LockLost(StorageError):
    """The lock was lost during the run, and another run may have written meanwhile."""

    def __init__(self, location: str) -> None:
        super().__init__(
            f"{location}: the connection that kept other runs away broke, and another run has written since. "
            "Look at what is stored with `lm-synth validate`, and run again."
        )


class RunLock(ABC):
    """The lock of one location."""

    location: str

    @abstractmethod
    def take(self, writer: Writer) -> bool:
        """Take the lock if it is free; return whether it was. Raises StorageError."""

    @abstractmethod
    def release(self) -> None:
        """Give the lock back, if it was taken. Raises LockLost if it was lost before."""

    @abstractmethod
    def holder(self) -> Writer | None:
        """The writer that holds the lock now; None if there is none, or if that cannot be seen."""

    @contextmanager
    def held_by(self, writer: Writer, say: Callable[[str], None] = _LOG.warning) -> Iterator[None]:
        """Hold the lock; wait for it up to WAIT_SECONDS, and `say` so.

        Raises BeingWritten if another run holds it for longer.
        """
        try:
            self._wait(writer, say)
            yield
        finally:
            self.release()

    def _wait(self, writer: Writer, say: Callable[[str], None]) -> None:
        start, said = time.monotonic(), False
        while not self.take(writer):
            waited = time.monotonic() - start
            if waited >= WAIT_SECONDS:
                raise BeingWritten(self.location, self.holder() or UNNAMED_WRITER, waited)
            # It may have ended since.
            if not said and (other := self.holder()):
                say(f"{self.location} is being written by {other}: waiting up to {WAIT_SECONDS:.0f} seconds")
                said = True
            time.sleep(_POLL_SECONDS)

    def refuse_others(self, run: str) -> None:
        """Raise BeingWritten if another run than this one holds the lock."""
        holder = self.holder()
        if holder is not None and holder.run != run:
            raise BeingWritten(self.location, holder)
