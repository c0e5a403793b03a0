"""The lock of a folder: a small hidden file that one process at a time can lock, with that process's name."""

import json
import os
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from lm_synth_assets.storage.errors import UnwritableFolder
from lm_synth_assets.storage.run_lock import UNNAMED_WRITER, RunLock, Writer

FILE = ".lm-synth.lock"

_LONGEST = 10_000
_CAN_LOCK = find_spec("fcntl") is not None
"""Windows has no such locks; there, nobody is kept away."""

_OPENING = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
"""A named pipe in the place of the file is not waited for."""


class FolderLock(RunLock):
    """The lock of one folder, which is made if it is missing.

    The system frees the lock of a process that ends; a file that a killed process leaves locks nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.location = str(folder)
        self._file = folder / FILE
        self._descriptor: int | None = None
        self._is_new = False

    def take(self, writer: Writer) -> bool:
        if not _CAN_LOCK:
            return True
        try:
            self._is_new |= not self._file.parent.exists()
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = self._locked()
            if self._descriptor is None:
                return False
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, json.dumps(writer._asdict()).encode())
        except OSError as error:
            raise UnwritableFolder(self._file, error) from error
        return True

    def _locked(self) -> int | None:
        """The descriptor of the file, locked; None if another process holds it."""
        import fcntl

        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | _OPENING, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder may have removed the file between our opening and locking it.
            if os.fstat(descriptor).st_ino == self._file.stat().st_ino:
                return descriptor
        except (BlockingIOError, FileNotFoundError):
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None

    def release(self) -> None:
        if self._descriptor is not None:
            # Before it is unlocked, so that nobody else's file is removed.
            with suppress(OSError):
                self._file.unlink()
            os.close(self._descriptor)
            self._descriptor = None
            if self._is_new:
                # A folder that nothing was written to goes again.
                with suppress(OSError):
                    self._file.parent.rmdir()

    def holder(self) -> Writer | None:
        if not _CAN_LOCK:
            return None
        import fcntl

        try:
            descriptor = os.open(self._file, os.O_RDONLY | _OPENING)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _described(os.read(descriptor, _LONGEST))
        except OSError:
            return None
        finally:
            os.close(descriptor)
        return None


def _described(text: bytes) -> Writer:
    try:
        return Writer(**json.loads(text))
    except (ValueError, TypeError):
        return UNNAMED_WRITER
