"""Writing a file, or a folder, whole or not at all, and checking beforehand that this can be done."""

import ctypes
import errno
import os
import secrets
import shutil
import sys
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
def atomic_file(path: Path, *, over_folder: bool = False) -> Iterator[IO[bytes]]:
    """A temporary file that replaces the file at `path` once all of it is on the disk.

    With `over_folder` it replaces a folder, too. If anything fails before that, or is interrupted, the old
    file is unchanged and no other file is left. The folder is made if it is missing. Raises UnwritableFolder.
    """
    with _replacement(path, over_folder=over_folder) as temporary, temporary.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """A temporary folder that replaces what is at `path` once all of its files are on the disk.

    As `atomic_file` otherwise. Raises UnwritableFolder.
    """
    with _replacement(path, over_folder=True) as temporary:
        temporary.mkdir()
        yield temporary
        for written in filter(Path.is_file, temporary.rglob("*")):
            with written.open("rb") as file:
                os.fsync(file.fileno())


@contextmanager
def _replacement(path: Path, *, over_folder: bool) -> Iterator[Path]:
    """A temporary path; what the block has written there replaces what is at `path`.

    Raises UnwritableFolder.
    """
    temporary = _temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(path)
        yield temporary
        _put(temporary, path, over_folder=over_folder)
    except OSError as error:
        raise UnwritableFolder(path, error) from error
    finally:
        with suppress(OSError):
            _delete(temporary)


def discard(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there. Raises UnwritableFolder."""
    try:
        if path.is_dir() and not path.is_symlink():
            # At once for whoever reads it, however long it takes.
            leftover = _temporary(path)
            os.replace(path, leftover)
            path = leftover
        _delete(path)
    except OSError as error:
        raise UnwritableFolder(path, error) from error


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _put(temporary: Path, path: Path, *, over_folder: bool) -> None:
    """Put one path in the place of another; a folder that was there has the temporary name then."""
    if path.exists() and (temporary.is_dir() or (over_folder and path.is_dir())):
        _swap(temporary, path)
    else:
        os.replace(temporary, path)


_HERE = -100
_EXCHANGE = 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""


def _swap(one: Path, other: Path) -> None:
    """Exchange two paths: in one step on Linux, elsewhere in three.

    A run that is killed between the three leaves the old one under a temporary name.
    """
    if sys.platform == "linux":
        names = os.fsencode(one), os.fsencode(other)
        if ctypes.CDLL(None).renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0:
            return
    aside = _temporary(other)
    os.replace(other, aside)
    os.replace(one, other)
    os.replace(aside, one)


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
                _delete(leftover)
