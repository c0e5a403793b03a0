"""The standard streams of a command, whoever reads them: a reader that has gone, and a disk that is full."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from lm_synth_assets.errors import UserError

_REASONS = {errno.ENOSPC: "the disk is full"}


class UnwritableOutput(UserError):
    """The results cannot be written to standard output."""

    exit_code = 1
    kind = "output"

    def __init__(self, error: OSError) -> None:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        super().__init__(f"standard output cannot be written to: {reason}.")


@contextmanager
def tolerant_streams() -> Iterator[None]:
    """Standard streams that outlive their readers.

    Who reads results may stop (`| head -1`): the command goes on and ends as it would have ended. Raises
    UnwritableOutput where results cannot be written for another reason; messages are then lost in silence.
    """
    streams = sys.stdout, sys.stderr
    try:
        sys.stdout, sys.stderr = _Stream.of(sys.stdout, lossy=False), _Stream.of(sys.stderr, lossy=True)
        yield
    finally:
        sys.stdout, sys.stderr = streams


def is_read() -> bool:
    """Whether anybody reads standard output, as far as is known; if not, a long command may stop."""
    return getattr(sys.stdout, "has_reader", True)


class _Stream:
    """A stream for text that goes on without a reader; where `lossy`, also without a disk."""

    def __init__(self, stream: TextIO, lossy: bool) -> None:
        self._stream = stream
        self._lossy = lossy
        self._failure: UnwritableOutput | None = None
        self.has_reader = True
        """Whether anybody reads what is written, as far as is known."""

    @classmethod
    def of(cls, stream: TextIO | None, lossy: bool) -> TextIO:
        """The stream, which is None where the command was started without it."""
        return cast(TextIO, stream and cls(stream, lossy))

    def write(self, text: str) -> int:
        # A terminal or a log may know fewer letters than the data.
        encoding = self._stream.encoding or "utf-8"
        with self._bounded():
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def flush(self) -> None:
        with self._bounded():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        # Said each time, since libraries probe a stream and pass over what it raises.
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except OSError as error:
            self._discard()
            self.has_reader = False
            if not (self._lossy or isinstance(error, BrokenPipeError)):
                self._failure = UnwritableOutput(error)
                raise self._failure from error

    def _discard(self) -> None:
        """Let all that is written from now on, and what is kept back, go nowhere."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
