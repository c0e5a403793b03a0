"""Opening the file of a table: a regular file or a link to one, and nothing that waits or has no end."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO

_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def regular_file(path: Path) -> IO[bytes]:
    """Open a regular file to be read.

    Readers are handed what this returns and never the path: libraries take some paths for others (`~`), or
    cannot take them at all. Raises OSError, also for anything but a regular file: a named pipe waits for a
    writer, and a device may have no end.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
        raise OSError(f"it is {kind} and not a file")
    return open(path, "rb", opener=_without_waiting)


def _without_waiting(path: str, flags: int) -> int:
    """Open a path that may have become a named pipe meanwhile."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
