"""Writing a file whole or not at all, and checking beforehand that its folder can be written to."""

import errno
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from lm_synth_assets.storage.errors import UnwritableFolder

_SUFFIX = ".partial"
_LEFTOVER_SECONDS = 3600


def check_folder(folder: Path) -> None:
    """Check that a folder can be written to, or can be made, and leave no trace.

    Raises UnwritableFolder.
    """
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder)) as file:
            file.write(b"\n")
    except OSError as error:
        raise UnwritableFolder(folder, error) from error


def _nearest(folder: Path) -> Path:
    """The folder itself, or the one in which it would be made. Raises OSError."""
    for path in [folder.absolute(), *folder.absolute().parents]:
        if path.exists():
            return path
        if path.is_symlink():
            raise OSError("it is a link that leads to no folder")
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def check_file(path: Path) -> None:
    """Check that a file can be written, or written over, and leave no trace. Raises UnwritableFolder."""
    check_folder(path.parent)
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        _temporary(path).exists()
    except OSError as error:
        raise UnwritableFolder(path, error) from error


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """A temporary file that replaces the file at `path` once all of it is on the disk.

    If anything fails before that, or is interrupted, the old file is unchanged and no other file is left. The
    folder is made if it is missing. Raises UnwritableFolder.
    """
    temporary = _temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(path)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise UnwritableFolder(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is not there yet; once it is left, all of it is on the disk.

    If anything fails before that, or is interrupted, the file is removed. The folder is made if it is
    missing. Raises UnwritableFolder, which names the folder.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError):
            raise UnwritableFolder(path.parent, error) from error
        raise


def _temporary(path: Path) -> Path:
    """A name that no other run takes: of two that write a file at once, the later one wins, whole."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{_SUFFIX}")


def _clear_leftovers(path: Path) -> None:
    """Remove what killed runs left of `path`; a file younger than an hour may still be written to."""
    for leftover in path.parent.glob(f".{path.name}.*{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                leftover.unlink()
